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
static int mp_slot_place(struct mp_rx *rx, struct mp_slot *slot,
			 const struct mp_buf *buf)
{
	struct mp_buf reach = *buf;	/* what the NIC can write */
	struct mp_window win;
	int why;

	if (unlikely(buf->len < rx->max_frame))
		return 1 + MP_DETOUR_SMALL;
	if (unlikely(buf->addr & (rx->align - 1)))
		return 1 + MP_DETOUR_ALIGN;
	reach.len = rx->max_frame;
	why = mp_pins_get(rx->pins, &reach, &win);
	if (unlikely(why))
		return why;
	slot->chunk = win.chunk;
	slot->data = win.kaddr;
	slot->dma = win.dma;
	return 0;
}

/**
 * mp_rx_post() - give the next head to the NIC
 * @rx: receive ring
 * @buf: the head's window
 *
 * The NIC sees it after mp_rx_publish().
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 * Return: true; false if the ring is full, not active, or no host page could be
 *	had for a detour: keep the head and try again after a completion.
 */
bool mp_rx_post(struct mp_rx *rx, const struct mp_buf *buf)
{
	struct mp_slot *slot = &rx->slot[rx->posted & rx->s.mask];
	int why;

	lockdep_assert_held(&rx->lock);
	if (!rx->pins || rx->posted - rx->completed > rx->s.mask)
		return false;
	why = mp_slot_place(rx, slot, buf);
	if (unlikely(why)) {
		if (!mp_slot_get_page(rx, slot))
			return false;
		slot->chunk = NULL;
		slot->data = page_address(slot->page);
		slot->dma = slot->page_dma;
		trace_mp_detour(rx->port, why - 1);
	}
	slot->detour = why;
	rx->s.fill[rx->posted & rx->s.mask] = slot->dma;
	rx->posted++;
	return true;
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
	/* pairs with the acquire in mp_ring_get_buf() */
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

/**
 * mp_rx_peek() - look at a received frame
 * @rx: receive ring
 * @n: how many to skip; 0 is that of the oldest outstanding head
 * @frame: out; @frame->copy is valid until the worker posts again
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 * Return: false if there are no more than @n.
 */
bool mp_rx_peek(struct mp_rx *rx, unsigned int n, struct mp_frame *frame)
{
	u32 i = (rx->completed + n) & rx->s.mask;
	const struct mp_done *done = &rx->s.done[i];
	struct mp_slot *slot = &rx->slot[i];

	lockdep_assert_held(&rx->lock);
	if (rx->completed + n == rx->done) {
		/* pairs with the release in mp_ring_poll_end() */
		rx->done = smp_load_acquire(&rx->s.done_head);
		if (rx->completed + n == rx->done)
			return false;
	}
	frame->flags = done->flags;
	frame->len = 0;
	frame->copy = NULL;
	if (unlikely(done->flags & MP_RX_ERROR))
		return true;
	frame->len = done->len;
	mp_slot_settle(rx, slot, done->len);
	if (unlikely(slot->detour))
		frame->copy = slot->data;
	return true;
}
EXPORT_SYMBOL_GPL(mp_rx_peek);

/**
 * mp_rx_pop() - the guest has got the frame
 * @rx: receive ring
 * @frame: from mp_rx_peek()
 *
 * Context: Worker, between mp_rx_lock() and mp_rx_unlock().
 */
void mp_rx_pop(struct mp_rx *rx, const struct mp_frame *frame)
{
	struct mp_slot *slot = &rx->slot[rx->completed & rx->s.mask];
	struct mp_port_stats *st = &rx->port->stats;

	lockdep_assert_held(&rx->lock);
	if (unlikely(frame->flags & MP_RX_ERROR)) {
		st->rx_errors++;
	} else {
		st->rx_frames++;
		st->rx_bytes += frame->len;
		if (likely(!slot->detour)) {
			st->rx_zc_frames++;
			st->rx_zc_bytes += frame->len;
		} else {
			st->detour[slot->detour - 1]++;
			st->rx_copied_bytes += frame->len;
		}
	}
	trace_mp_complete(rx->port, frame->len, slot->detour - 1);
	if (slot->detour && slot->page && slot->page_dma != DMA_MAPPING_ERROR)
		dma_sync_single_for_device(rx->nd->dma_dev, slot->page_dma,
					   PAGE_SIZE, DMA_FROM_DEVICE);
	if (slot->chunk)
		mp_pins_put(rx->pins, slot->chunk);
	slot->chunk = NULL;
	rx->completed++;
}
EXPORT_SYMBOL_GPL(mp_rx_pop);

/**
 * mp_rx_sleep() - ask to be woken for the next frame
 * @rx: receive ring
 *
 * Context: Worker.
 * Return: true if the worker may sleep; false if something came in meanwhile.
 */
bool mp_rx_sleep(struct mp_rx *rx)
{
	struct mp_slots *s = &rx->s;

	WRITE_ONCE(s->armed, 1);
	/* pairs with mp_ring_poll_end(): armed, then done_head */
	smp_mb();
	if (READ_ONCE(s->done_head) == rx->completed &&
	    !READ_ONCE(rx->cancelled))
		return true;
	WRITE_ONCE(s->armed, 0);
	return false;
}
EXPORT_SYMBOL_GPL(mp_rx_sleep);
