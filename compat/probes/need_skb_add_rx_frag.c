// SPDX-License-Identifier: GPL-2.0
/*
 * skb_add_rx_frag(skb, index, page, offset, size, truesize) (since 3.4)
 */
#include <linux/skbuff.h>

void mp_probe(struct sk_buff *skb, struct page *page);

void mp_probe(struct sk_buff *skb, struct page *page)
{
	skb_add_rx_frag(skb, 0, page, 0, 1, 2);
}
