// SPDX-License-Identifier: GPL-2.0
/*
 * virtio_net_hdr_to_skb() and skb_partial_csum_set() (since 4.9)
 * exports: skb_partial_csum_set
 */
#include <linux/virtio_net.h>

int (*mp_probe)(struct sk_buff *skb, const struct virtio_net_hdr *hdr,
		bool little_endian) = virtio_net_hdr_to_skb;
bool (*mp_probe2)(struct sk_buff *skb, u16 start, u16 off) =
	skb_partial_csum_set;
