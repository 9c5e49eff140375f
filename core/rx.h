/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's receive ring, private definitions.
 *
 *   rx.c       its life: connected to a port, active on a NIC, cancelled
 *   rx_slot.c  what the vhost worker does with it: post heads, take frames
 *   rx_poll.c  what NAPI does while the worker sleeps: complete frames
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
 * struct mp_ring_map - one of the guest's rings, pinned
 * @addr: its user address
 * @len: its length
 * @chunk: where it lies, NULL if not mapped
 * @kaddr: its kernel address
 *
 * Changed under mp_rx.lock by the worker while mp_slots.armed is not MP_POLL, and
 * by deactivation while no NAPI is attached; read by NAPI while that completes.
 */
struct mp_ring_map {
	u64 addr;
	u64 len;
	struct mp_chunk *chunk;
	void *kaddr;
};

/**
 * struct mp_rx - a guest's receive ring on a port
 * @s: what NAPI shares with us
 * @slot: by slot, [n & mask]; worker; NAPI reads what is posted
 * @posted: slots filled, published or not; worker
 * @completed: slots taken back; whoever completes, see rx_poll.c
 * @reaped: of those, the ones that hold nothing any more; worker
 * @poll_lock: NAPI completes, or that it may not any more is being said
 * @avail: available ring, for NAPI
 * @used: used ring, for NAPI
 * @hlen: bytes of virtio-net header, for NAPI
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
	u32 reaped;
	spinlock_t poll_lock;	/* NAPI completes, or the worker takes over */
	struct mp_ring_map avail;
	struct mp_ring_map used;
	unsigned int hlen;
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
void mp_rx_count_in_place(struct mp_rx *rx, unsigned int frames, u64 bytes);
void mp_slot_settle(struct mp_rx *rx, struct mp_slot *slot, u32 len);

/* rx_poll.c */
void mp_rx_unmap_rings(struct mp_rx *rx);

#endif /* _MP_RX_H */
