// SPDX-License-Identifier: GPL-2.0
/*
 * Packet sockets on a NIC whose frames go straight to a guest.
 *
 * They get a private copy: guest memory may change while they look at it, and
 * nothing in the host may parse bytes that the guest can still write.  The copy
 * runs through the stack's receive path, where packet sockets take theirs, and
 * ends in our receive hook, which knows it by its destructor.  tc ingress and
 * generic XDP programs come before that hook and see the copies too; what they
 * decide concerns the copy only.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "mp_compat.h"
#include "mp_core.h"

/* Only its address matters. */
static void mp_tap_destructor(struct sk_buff *skb)
{
}

/* Is @skb a copy that was made for packet sockets only? */
bool mp_is_tap_copy(const struct sk_buff *skb)
{
	return skb->destructor == mp_tap_destructor;
}

/* Show a frame of @ring to the packet sockets; NAPI context. */
void mp_tap_copy(struct mp_ring *ring, const void *frame, unsigned int len)
{
	struct sk_buff *skb;

	if (unlikely(len < ETH_HLEN))
		return;
	skb = napi_alloc_skb(ring->napi, len);
	if (unlikely(!skb))
		return;
	skb_put_data(skb, frame, len);
	skb->protocol = eth_type_trans(skb, ring->nd->dev);
	skb_record_rx_queue(skb, ring->queue);
	skb->destructor = mp_tap_destructor;
	ring->stats.tap_copies++;
	netif_receive_skb(skb);
}
