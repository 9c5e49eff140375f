/* SPDX-License-Identifier: GPL-2.0 */
/* igb: hooks of mpassthru; what they do is in igb_mp.c. */
#ifndef _IGB_MP_H_
#define _IGB_MP_H_

#include <linux/mpassthru.h>

struct xsk_buff_pool;

void igb_mp_register(struct net_device *netdev);
void igb_mp_unregister(struct net_device *netdev);
u32 igb_mp_rlpml(struct igb_adapter *adapter, u32 rlpml);
u32 igb_mp_vmolr(struct igb_adapter *adapter, u32 vmolr);
void igb_mp_configure_rx_ring(struct igb_adapter *adapter,
			      struct igb_ring *ring);
u32 igb_mp_setup_srrctl(struct igb_ring *ring, u32 srrctl);
void igb_mp_alloc_rx_buffers(struct igb_ring *ring, u16 unused);
void igb_mp_clean_rx_ring(struct igb_ring *ring);
int igb_mp_clean_rx_irq(struct igb_q_vector *q_vector, int budget);
int igb_mp_xsk_pool_setup(struct igb_adapter *adapter,
			  struct xsk_buff_pool *pool, u16 queue,
			  int (*stock)(struct igb_adapter *adapter,
				       struct xsk_buff_pool *pool, u16 queue));
void igb_mp_io_down(struct igb_adapter *adapter, bool locked);
int igb_mp_io_up(struct igb_adapter *adapter, bool locked);

/* hook: the receive half of a poll, which is @stock unless the core has it */
static __always_inline int
igb_mp_poll_rx(struct igb_q_vector *q_vector, int budget,
	       int (*stock)(struct igb_q_vector *q_vector, int budget))
{
	if (likely(!q_vector->rx.ring->mp))
		return stock(q_vector, budget);
	return igb_mp_clean_rx_irq(q_vector, budget);
}

#endif /* _IGB_MP_H_ */
