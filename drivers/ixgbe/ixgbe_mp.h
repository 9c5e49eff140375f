/* SPDX-License-Identifier: GPL-2.0 */
/* ixgbe: hooks of mpassthru; what they do is in ixgbe_mp.c. */
#ifndef _IXGBE_MP_H_
#define _IXGBE_MP_H_

#include <linux/mpassthru.h>

struct xsk_buff_pool;

void ixgbe_mp_register(struct net_device *netdev);
void ixgbe_mp_unregister(struct net_device *netdev);
void ixgbe_mp_configure_rx_ring(struct ixgbe_adapter *adapter,
				struct ixgbe_ring *ring);
void ixgbe_mp_alloc_rx_buffers(struct ixgbe_ring *ring, u16 unused);
void ixgbe_mp_disable_rx_drop(struct ixgbe_adapter *adapter,
			      struct ixgbe_ring *ring);
void ixgbe_mp_clean_rx_ring(struct ixgbe_ring *ring);
int ixgbe_mp_clean_rx_irq(struct ixgbe_q_vector *q_vector,
			  struct ixgbe_ring *ring, int budget);
void ixgbe_mp_fdir_filter_exit(struct ixgbe_adapter *adapter,
			       void (*stock)(struct ixgbe_adapter *adapter));
u32 ixgbe_mp_tsyncrxctl(struct ixgbe_adapter *adapter, u32 tsyncrxctl);
int ixgbe_mp_xsk_pool_setup(struct ixgbe_adapter *adapter,
			    struct xsk_buff_pool *pool, u16 queue,
			    int (*stock)(struct ixgbe_adapter *adapter,
					 struct xsk_buff_pool *pool,
					 u16 queue));

/* hook: the receive half of a poll, which is @stock unless the core has it */
static __always_inline int
ixgbe_mp_poll_rx(struct ixgbe_q_vector *q_vector, struct ixgbe_ring *ring,
		 int budget,
		 int (*stock)(struct ixgbe_q_vector *q_vector,
			      struct ixgbe_ring *ring, int budget))
{
	if (likely(!ring->mp))
		return stock(q_vector, ring, budget);
	return ixgbe_mp_clean_rx_irq(q_vector, ring, budget);
}

#endif /* _IXGBE_MP_H_ */
