/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's receive ring, private definitions.
 *
 *   rx.c       its life: connected to a port, active on a NIC, cancelled
 *   rx_slot.c  what the vhost worker does with it: post heads, take frames
 */
#ifndef _MP_RX_H
#define _MP_RX_H

#include <linux/dma-mapping.h>
#include <linux/refcount.h>

#include "mp_core.h"

/**
 * struct mp_slot - worker's record of one posted head
 * @chunk: holds the window; NULL for a detour or after deactivation
 * @data: kernel address of what the NIC writes
 * @dma: its bus address
 * @page: host page for detours, kept for the next one
 * @page_dma: its bus address, or DMA_MAPPING_ERROR
 * @detour: 0 for in place, else 1 + &enum mp_detour
 */
struct mp_slot {
	struct mp_chunk *chunk;
	void *data;
	dma_addr_t dma;
	struct page *page;
	dma_addr_t page_dma;
	u8 detour;
};

/**
 * struct mp_rx - a guest's receive ring on a port
 * @s: what NAPI shares with us
 * @slot: by slot, [n & mask]; worker; @data is read by NAPI after posting
 * @posted: slots filled, published or not; worker
 * @completed: slots taken back; worker
 * @max_frame: smallest window that may be given to the NIC; worker, set with
 *	RTNL while inactive
 * @align: as @max_frame
 * @pins: NULL while inactive; @lock
 * @nd: NIC that @pins are for, does not go away while we have it; @lock
 * @lock: held by the worker while it posts or takes, and by deactivation; never
 *	while guest memory is accessed, since that may wait for the owner
 * @gen: counts activations, from 1 on; @lock to write
 * @refs: one for the worker's side, one for whoever deactivates
 * @cancelled: the worker must give outstanding heads back; set any time,
 *	cleared by mp_rx_restart()
 * @ring: attached ring, to be kicked; RCU
 * @port: constant
 * @ops: constant
 * @priv: constant
 * @mm: owner's memory, mmgrab()ed; constant
 * @task: owner, whose RLIMIT_MEMLOCK counts; constant
 * @bypass_rlimit: owner had CAP_IPC_LOCK when it started us; constant
 */
struct mp_rx {
	struct mp_slots s;
	struct mp_slot *slot;
	u32 posted;
	u32 completed;
	unsigned int max_frame;
	unsigned int align;
	struct mp_pins *pins;
	struct mp_netdev *nd;
	struct mutex lock;	/* a batch against deactivation */
	u32 gen;
	refcount_t refs;
	bool cancelled;
	struct mp_ring __rcu *ring;
	struct mp_port *port;
	const struct mp_rx_ops *ops;
	void *priv;
	struct mm_struct *mm;
	struct task_struct *task;
	bool bypass_rlimit;
};

/* rx_slot.c */
void mp_slot_unmap_page(struct mp_rx *rx, struct mp_slot *slot);
void mp_slot_settle(struct mp_rx *rx, struct mp_slot *slot, u32 len);

#endif /* _MP_RX_H */
