// SPDX-License-Identifier: GPL-2.0
/*
 * Posting heads to the NIC and taking received frames back, from the vhost
 * worker's side.
 *
 * One vhost worker at a time uses an mp_rx (vhost's virtqueue mutex sees to
 * that).  It posts heads as slots, in order, and takes them back in the same
 * order.  What the NIC cannot write to becomes a detour: the slot uses a host
 * page and the frame is copied into that same head, so the order never changes.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "pin.h"
#include "rx.h"
#include "trace.h"

/* ---------------------------------------------------------- host pages -- */

static bool mp_slot_alloc_page(struct mp_slot *slot)
{
	if (slot->page)
		return true;
	slot->page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	slot->page_dma = DMA_MAPPING_ERROR;
	return slot->page;
}

static bool mp_slot_get_page(struct mp_rx *rx, struct mp_slot *slot)
{
	if (!mp_slot_alloc_page(slot))
		return false;
	if (slot->page_dma != DMA_MAPPING_ERROR)
		return true;
	slot->page_dma = dma_map_page(rx->nd->dma_dev, slot->page, 0,
				      PAGE_SIZE, DMA_FROM_DEVICE);
	if (!dma_mapping_error(rx->nd->dma_dev, slot->page_dma))
		return true;
	slot->page_dma = DMA_MAPPING_ERROR;
	return false;
}

void mp_slot_unmap_page(struct mp_rx *rx, struct mp_slot *slot)
{
	if (!slot->page || slot->page_dma == DMA_MAPPING_ERROR)
		return;
	dma_unmap_page(rx->nd->dma_dev, slot->page_dma, PAGE_SIZE,
		       DMA_FROM_DEVICE);
	slot->page_dma = DMA_MAPPING_ERROR;
}

/*
 * The owner changed its mapping while the head was posted: the frame is in a
 * page that the owner may not see any more.  Keep a copy that needs no chunk.
 */
static void mp_slot_rescue(struct mp_rx *rx, struct mp_slot *slot, u32 len)
{
	if (!mp_slot_alloc_page(slot))
		return;		/* as if it had been written and then unmapped */
	/* or a later sync would bring back what a bounce buffer holds */
	mp_slot_unmap_page(rx, slot);
	memcpy(page_address(slot->page), slot->data, min_t(u32, len, PAGE_SIZE));
	slot->data = page_address(slot->page);
	slot->detour = 1 + MP_DETOUR_STALE;
}

/* The frame of a done slot is to be read by the guest or by us. */
void mp_slot_settle(struct mp_rx *rx, struct mp_slot *slot, u32 len)
{
	if (unlikely(slot->detour)) {
		if (slot->page_dma != DMA_MAPPING_ERROR)
			dma_sync_single_for_cpu(rx->nd->dma_dev, slot->page_dma,
						len, DMA_FROM_DEVICE);
		return;
	}
	if (!slot->chunk)	/* deactivated since, and settled then */
		return;
	mp_chunk_sync_for_cpu(rx->pins, slot->chunk, slot->dma, len);
	if (unlikely(mp_chunk_is_stale(slot->chunk)))
		mp_slot_rescue(rx, slot, len);
}

/* What the NIC wrote to slot @n, for a copy; NAPI, before it is published. */
const void *mp_rx_slot_data(const struct mp_rx *rx, u32 n, u32 len)
{
	const struct mp_slot *slot = &rx->slot[n & rx->s.mask];

	mp_chunk_sync(rx->nd->dma_dev, slot->dma, len, true);
	return slot->data;
}

/* ------------------------------------------------------ post and take -- */

/**
 * mp_rx_size() - heads that can be outstanding at once
 * @rx: receive ring
 *
 * Context: Any.
 * Return: a power of two.
 */
unsigned int mp_rx_size(const struct mp_rx *rx)
{
	return rx->s.mask + 1;
}
EXPORT_SYMBOL_GPL(mp_rx_size);

/**
 * mp_rx_max_frame() - bytes a window needs to be written by the NIC
 * @rx: receive ring
 *
 * Context: Worker.
 * Return: bytes.
 */
unsigned int mp_rx_max_frame(const struct mp_rx *rx)
{
	return rx->max_frame;
}
EXPORT_SYMBOL_GPL(mp_rx_max_frame);

/**
 * mp_rx_lock() - begin a batch of posts and completions
 * @rx: receive ring
 *
 * Context: Worker.  May sleep.
 */
void mp_rx_lock(struct mp_rx *rx)
{
	mutex_lock(&rx->lock);
	if (rx->pins)
		mp_pins_lock(rx->pins);
}
EXPORT_SYMBOL_GPL(mp_rx_lock);

/**
 * mp_rx_unlock() - end a batch
 * @rx: receive ring
 *
 * Context: Worker.
 */
void mp_rx_unlock(struct mp_rx *rx)
{
	if (rx->pins)
		mp_pins_unlock(rx->pins);
	mutex_unlock(&rx->lock);
}
EXPORT_SYMBOL_GPL(mp_rx_unlock);

/* Find the memory of a head.  0, or 1 + the reason for a detour. */
static int mp_slot_place(struct mp_rx *rx, const struct mp_buf *buf,
			 struct mp_window *win)
{
	struct mp_buf reach;	/* what the NIC can write */

	if (unlikely(buf->len < rx->max_frame))
		return 1 + MP_DETOUR_SMALL;
	if (unlikely(buf->addr & (rx->align - 1)))
		return 1 + MP_DETOUR_ALIGN;
	reach = *buf;
	reach.len = rx->max_frame;
	return mp_pins_get(rx->pins, &reach, win);
}

/* Use a host page for a head.  False if there is none. */
static bool mp_slot_detour(struct mp_rx *rx, struct mp_slot *slot, int why,
			   struct mp_window *win)
{
	if (!mp_slot_get_page(rx, slot))
		return false;
	win->chunk = NULL;
	win->kaddr = page_address(slot->page);
	win->dma = slot->page_dma;
	trace_mp_detour(rx->port, why - 1);
	return true;
}

/* Post one head, wherever it lies.  False if no host page could be had. */
static bool mp_rx_post_one(struct mp_rx *rx, const struct mp_buf *buf)
{
	u32 i = rx->posted & rx->s.mask;
	struct mp_slot *slot = &rx->slot[i];
	struct mp_window win;
	int why;

	why = mp_slot_place(rx, buf, &win);
	if (unlikely(why) && !mp_slot_detour(rx, slot, why, &win))
		return false;
	slot->chunk = win.chunk;
	slot->data = win.kaddr;
	slot->dma = win.dma;
	slot->detour = why;
	rx->s.fill[i] = win.dma;
	rx->posted++;
	return true;
}

/*
 * Post the first heads as far as they lie in the chunk of the last lookup, and
 * that needs no more than adding up: nearly always all of them in 2 MiB pages.
 * Returns how many.
 */
static unsigned int mp_rx_post_run(struct mp_rx *rx, const struct mp_buf *buf,
				   unsigned int n)
{
	const u32 mask = rx->s.mask, first = rx->posted;
	const u64 len = rx->max_frame, align = rx->align - 1;
	dma_addr_t *fill = rx->s.fill;
	struct mp_slot *slot;
	struct mp_run run;
	unsigned int i;
	u64 offset;

	if (!mp_pins_get_run(rx->pins, len, &run))
		return 0;
	for (i = 0; i < n; i++, buf++) {
		offset = buf->addr - run.start;
		if (unlikely(offset > run.last || buf->len < len ||
			     buf->addr & align))
			break;
		slot = &rx->slot[(first + i) & mask];
		slot->chunk = run.chunk;
		slot->data = run.kaddr + offset;
		slot->dma = run.dma + offset;
		slot->detour = 0;
		fill[(first + i) & mask] = run.dma + offset;
	}
	run.chunk->users += i;
	rx->posted = first + i;
	return i;
}

/**
 * mp_rx_post() - give the next heads to the NIC
 * @rx: receive ring
 * @buf: the heads' windows
 * @n: their number
 *
 * The NIC sees them after mp_rx_publish().
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 * Return: how many were posted.  Less than @n if the ring is full, not active,
 *	or no host page could be had for a detour: keep the other heads and try
 *	again after a completion.
 */
unsigned int mp_rx_post(struct mp_rx *rx, const struct mp_buf *buf,
			unsigned int n)
{
	unsigned int i = 0;

	lockdep_assert_held(&rx->lock);
	if (!rx->pins)
		return 0;
	n = min(n, rx->s.mask + 1 - (rx->posted - rx->completed));
	while (i < n) {
		i += mp_rx_post_run(rx, &buf[i], n - i);
		if (i == n || !mp_rx_post_one(rx, &buf[i]))
			break;
		i++;
	}
	return i;
}
EXPORT_SYMBOL_GPL(mp_rx_post);

/**
 * mp_rx_room() - how many more heads can be posted
 * @rx: receive ring
 *
 * Context: Worker.
 * Return: their number, 0 while not active.
 */
unsigned int mp_rx_room(const struct mp_rx *rx)
{
	if (!READ_ONCE(rx->pins))
		return 0;
	return rx->s.mask + 1 - (rx->posted - rx->completed);
}
EXPORT_SYMBOL_GPL(mp_rx_room);

/**
 * mp_rx_publish() - let the NIC see what was posted
 * @rx: receive ring
 *
 * Restarts a NIC that ran out of buffers.
 *
 * Context: Worker.
 */
void mp_rx_publish(struct mp_rx *rx)
{
	struct mp_slots *s = &rx->s;
	struct mp_ring *ring;

	if (s->posted == rx->posted)
		return;
	trace_mp_post(rx->port, rx->posted - s->posted);
	/* pairs with the acquire in mp_ring_get_bufs() */
	smp_store_release(&s->posted, rx->posted);
	/* pairs with mp_ring_refilled(): starving, then posted */
	smp_mb();
	if (!READ_ONCE(s->starving))
		return;
	rcu_read_lock();
	ring = rcu_dereference(rx->ring);
	if (ring)
		mp_ring_kick(ring);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(mp_rx_publish);

/**
 * mp_rx_outstanding() - heads posted and not taken back
 * @rx: receive ring
 *
 * Context: Worker.
 * Return: their number.
 */
unsigned int mp_rx_outstanding(const struct mp_rx *rx)
{
	return rx->posted - rx->completed;
}
EXPORT_SYMBOL_GPL(mp_rx_outstanding);

/**
 * mp_rx_pending() - is a received frame waiting
 * @rx: receive ring
 *
 * Context: Worker; no lock needed.
 * Return: true if mp_rx_peek() will find one.
 */
bool mp_rx_pending(const struct mp_rx *rx)
{
	return READ_ONCE(rx->s.done_head) != rx->completed;
}
EXPORT_SYMBOL_GPL(mp_rx_pending);

/*
 * What came into done slot @i.  @settled is the chunk of earlier slots, which
 * need not be asked again: see "window against notifier" in pin.c.
 */
static void mp_slot_read(struct mp_rx *rx, u32 i, struct mp_frame *frame,
			 const struct mp_chunk **settled)
{
	const struct mp_done *done = &rx->s.done[i];
	struct mp_slot *slot = &rx->slot[i];

	frame->flags = done->flags;
	frame->len = 0;
	frame->copy = NULL;
	if (unlikely(done->flags & MP_RX_ERROR))
		return;
	frame->len = done->len;
	if (likely(slot->chunk && slot->chunk == *settled))
		return;
	if (mp_chunk_is_settled(slot->chunk))
		*settled = slot->chunk;
	else
		mp_slot_settle(rx, slot, done->len);
	if (unlikely(slot->detour))
		frame->copy = slot->data;
}

/**
 * mp_rx_peek() - look at received frames
 * @rx: receive ring
 * @frame: out, from that of the oldest outstanding head on; @frame->copy is
 *	valid until the worker posts again
 * @max: room in @frame
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 * Return: the number of frames.
 */
unsigned int mp_rx_peek(struct mp_rx *rx, struct mp_frame *frame,
			unsigned int max)
{
	const struct mp_chunk *settled = NULL;
	unsigned int i, n;

	lockdep_assert_held(&rx->lock);
	/* pairs with the release in mp_ring_poll_end() */
	n = min(smp_load_acquire(&rx->s.done_head) - rx->completed, max);
	for (i = 0; i < n; i++)
		mp_slot_read(rx, (rx->completed + i) & rx->s.mask, &frame[i],
			     &settled);
	return n;
}
EXPORT_SYMBOL_GPL(mp_rx_peek);

/* A frame that the CPU has copied, or that was bad, is done with. */
static void mp_slot_end_detour(struct mp_rx *rx, const struct mp_slot *slot,
			       const struct mp_frame *frame)
{
	struct mp_port_stats *st = &rx->port->stats;

	if (slot->detour && slot->page && slot->page_dma != DMA_MAPPING_ERROR)
		dma_sync_single_for_device(rx->nd->dma_dev, slot->page_dma,
					   PAGE_SIZE, DMA_FROM_DEVICE);
	if (frame->flags & MP_RX_ERROR) {
		st->rx_errors++;
		return;
	}
	st->rx_frames++;
	st->rx_bytes += frame->len;
	st->detour[slot->detour - 1]++;
	st->rx_copied_bytes += frame->len;
}

/* Put @users windows of a chunk at once. */
static void mp_chunk_put(struct mp_rx *rx, struct mp_chunk *chunk,
			 unsigned int users)
{
	if (users)
		mp_pins_put(rx->pins, chunk, users);
}

/* By whoever completes: the worker or, while that sleeps, NAPI. */
void mp_rx_count_in_place(struct mp_rx *rx, unsigned int frames, u64 bytes)
{
	struct mp_port_stats *st = &rx->port->stats;

	st->rx_frames += frames;
	st->rx_bytes += bytes;
	st->rx_zc_frames += frames;
	st->rx_zc_bytes += bytes;
}

/**
 * mp_rx_pop() - the guest has got the oldest frames
 * @rx: receive ring
 * @frame: from mp_rx_peek()
 * @n: how many of them
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 */
void mp_rx_pop(struct mp_rx *rx, const struct mp_frame *frame, unsigned int n)
{
	const u32 mask = rx->s.mask, first = rx->completed;
	struct mp_chunk *chunk = NULL;	/* of the last slots, to be put at once */
	unsigned int i, users = 0, frames = 0;
	struct mp_slot *slot;
	u64 bytes = 0;

	lockdep_assert_held(&rx->lock);
	for (i = 0; i < n; i++, frame++) {
		slot = &rx->slot[(first + i) & mask];
		trace_mp_complete(rx->port, frame->len, slot->detour - 1);
		if (unlikely(slot->detour || frame->flags & MP_RX_ERROR)) {
			mp_slot_end_detour(rx, slot, frame);
		} else {
			frames++;
			bytes += frame->len;
		}
		if (slot->chunk != chunk) {
			mp_chunk_put(rx, chunk, users);
			chunk = slot->chunk;
			users = 0;
		}
		users += !!chunk;
		slot->chunk = NULL;
	}
	mp_chunk_put(rx, chunk, users);
	rx->completed = first + n;
	rx->reaped = rx->completed;
	mp_rx_count_in_place(rx, frames, bytes);
}
EXPORT_SYMBOL_GPL(mp_rx_pop);
