// SPDX-License-Identifier: GPL-2.0
/*
 * napi_build_skb(), exported (since 5.12)
 * exports: napi_build_skb
 */
#include <linux/skbuff.h>

struct sk_buff *(*mp_probe)(void *data, unsigned int frag_size) = napi_build_skb;
