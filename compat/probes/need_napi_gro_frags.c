// SPDX-License-Identifier: GPL-2.0
/*
 * napi_get_frags() and napi_gro_frags(), exported (since 2.6.30)
 * exports: napi_get_frags napi_gro_frags
 */
#include <linux/netdevice.h>

struct sk_buff *(*mp_probe)(struct napi_struct *napi) = napi_get_frags;

void mp_probe2(struct napi_struct *napi);

void mp_probe2(struct napi_struct *napi)
{
	napi_gro_frags(napi);
}
