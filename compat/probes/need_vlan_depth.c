// SPDX-License-Identifier: GPL-2.0
/*
 * vlan_get_protocol_and_depth() (since 6.4 and its stable kernels)
 */
#include <linux/if_vlan.h>

__be16 (*mp_probe)(struct sk_buff *skb, __be16 type, int *depth) =
	vlan_get_protocol_and_depth;
