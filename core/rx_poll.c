// SPDX-License-Identifier: GPL-2.0
/*
 * Completing a guest's frames from NAPI, without the vhost worker.
 *
 * At low rates to wake the worker, which does little for one frame, is most of
 * what the frame costs.  So a worker that goes to sleep may leave the completing
 * side of the ring to NAPI: used ring and headers are written through the pinned
 * pages that they lie in.  Posting stays with the worker, which needs the owner's
 * address space for it.
 *
 * Who completes is said by mp_slots.armed:
 *
 *   MP_AWAKE  the worker
 *   MP_WAKE   the worker, which has to be woken for it
 *   MP_POLL   NAPI, under mp_rx.poll_lock
 *
 * The worker makes it MP_POLL when it goes to sleep and MP_AWAKE, with
 * mp_rx_own(), before it looks at anything again; so does whoever else takes the
 * virtqueue's mutex to change something.  NAPI makes it MP_AWAKE and wakes the
 * worker for a frame that it cannot complete: a detour, memory that the owner
 * has changed or that needs syncing, a bad frame, too many of them.  Nothing that
 * came after such a frame is completed before it.
 *
 * What NAPI completes keeps its slot, and thereby its pins, until the worker runs
 * next and reaps it, which may be long after when nothing comes in; it is never
 * more than the guest's ring.
 */
#include <linux/export.h>

#include "mp_compat.h"
#include "pin.h"
#include "rx.h"
#include "trace.h"

/* Frames of one poll; more are work for the worker, which posts as many then. */
#define MP_POLL_MAX	8

/* ----------------------------------------------------------------- rings -- */

static void mp_rx_unmap_ring(struct mp_rx *rx, struct mp_ring_map *map)
{
	lockdep_assert_held(&rx->lock);
	if (map->chunk)
		mp_pins_put(rx->pins, map->chunk, 1);
	map->chunk = NULL;
}

/* Nothing of the guest's rings is used any more; pins are locked. */
void mp_rx_unmap_rings(struct mp_rx *rx)
{
	mp_rx_unmap_ring(rx, &rx->avail);
	mp_rx_unmap_ring(rx, &rx->used);
}

static bool mp_rx_map_ring(struct mp_rx *rx, struct mp_ring_map *map,
			   const struct mp_buf *buf)
{
	struct mp_window win;

	if (map->chunk && map->addr == buf->addr && map->len == buf->len &&
	    mp_chunk_is_settled(map->chunk))
		return true;
	mp_rx_unmap_ring(rx, map);
	if (mp_pins_get(rx->pins, buf, &win))
		return false;
	map->addr = buf->addr;
	map->len = buf->len;
	map->chunk = win.chunk;
	map->kaddr = win.kaddr;
	if (!win.chunk->need_sync)
		return true;
	mp_rx_unmap_ring(rx, map);	/* the CPU's view is not the guest's */
	return false;
}

/**
 * mp_rx_map_rings() - make the guest's rings known for completion from NAPI
 * @rx: receive ring
 * @avail: where the available ring lies, with its used_event
 * @used: where the used ring lies
 * @hlen: bytes of virtio-net header in front of each frame
 *
 * They stay pinned until the ring is deactivated or others are mapped.  Cheap if
 * they are mapped already.  Under a tight memlock limit the guest's buffers have a
 * better use for it.
 *
 * Context: Worker, not between mp_rx_lock() and mp_rx_unlock(), and only while it
 *	is its own to complete.  May sleep.
 * Return: true if mp_rx_sleep() may hand over to NAPI.  False if not: no
 *	contiguous pages, the memlock limit, the policy of posted buffers only, or
 *	the ring is not active.
 */
bool mp_rx_map_rings(struct mp_rx *rx, const struct mp_buf *avail,
		     const struct mp_buf *used, unsigned int hlen)
{
	bool ok = false;

	mp_rx_lock(rx);
	if (rx->pins && mp_pins_may_hold(rx->pins))
		ok = mp_rx_map_ring(rx, &rx->avail, avail) &&
		     mp_rx_map_ring(rx, &rx->used, used);
	rx->hlen = hlen;
	mp_rx_unlock(rx);
	return ok;
}
EXPORT_SYMBOL_GPL(mp_rx_map_rings);

/* ------------------------------------------------------------ handing over -- */

/* Slots that NAPI has completed: give back what they hold. */
static void mp_rx_reap(struct mp_rx *rx)
{
	struct mp_slot *slot;

	mp_rx_lock(rx);
	for (; rx->reaped != rx->completed; rx->reaped++) {
		slot = &rx->slot[rx->reaped & rx->s.mask];
		if (slot->chunk)	/* else deactivated since */
			mp_pins_put(rx->pins, slot->chunk, 1);
		slot->chunk = NULL;
	}
	mp_rx_unlock(rx);
}

/**
 * mp_rx_own() - take the completing side of the ring from NAPI
 * @rx: receive ring
 *
 * After it, frames are completed by the worker only, until mp_rx_sleep(), and
 * nobody is woken for them: a caller that is not the worker has it run.
 *
 * Context: Worker, or whoever holds the virtqueue's mutex.  May sleep.
 */
void mp_rx_own(struct mp_rx *rx)
{
	spin_lock_bh(&rx->poll_lock);
	WRITE_ONCE(rx->s.armed, MP_AWAKE);
	spin_unlock_bh(&rx->poll_lock);
	if (rx->reaped != rx->completed)
		mp_rx_reap(rx);
}
EXPORT_SYMBOL_GPL(mp_rx_own);

/**
 * mp_rx_sleep() - ask to be woken for the next frame
 * @rx: receive ring
 * @poll: NAPI may complete frames; mp_rx_map_rings() was true
 *
 * Context: Worker.
 * Return: true if the worker may sleep; it begins with mp_rx_own() when it runs
 *	again.  False if something came in meanwhile.
 */
bool mp_rx_sleep(struct mp_rx *rx, bool poll)
{
	struct mp_slots *s = &rx->s;

	/* pairs with mp_rx_poll_complete(): what the worker did to the rings */
	smp_store_release(&s->armed, poll ? MP_POLL : MP_WAKE);
	/* pairs with mp_ring_poll_end(): armed, then done_head */
	smp_mb();
	if (READ_ONCE(s->done_head) == READ_ONCE(rx->completed) &&
	    !READ_ONCE(rx->cancelled))
		return true;
	mp_rx_own(rx);
	return false;
}
EXPORT_SYMBOL_GPL(mp_rx_sleep);

/* ------------------------------------------------------------------ NAPI -- */

/* Is the header in front of @slot's frame in the same pages? */
static bool mp_slot_has_header(const struct mp_rx *rx,
			       const struct mp_slot *slot)
{
	const struct mp_chunk *chunk = slot->chunk;

	return offset_in_page(slot->data) >= rx->hlen ||
	       (!chunk->dmas && slot->data - chunk->kaddr >= rx->hlen);
}

/* Describe the oldest @n done slots.  Returns how many lie in place. */
static unsigned int mp_rx_ready(struct mp_rx *rx, struct mp_ready *ready,
				unsigned int n)
{
	const struct mp_done *done;
	const struct mp_slot *slot;
	unsigned int i;
	u32 at;

	for (i = 0; i < n; i++, ready++) {
		at = (rx->completed + i) & rx->s.mask;
		slot = &rx->slot[at];
		done = &rx->s.done[at];
		if (done->flags & MP_RX_ERROR || slot->detour ||
		    !mp_chunk_is_settled(slot->chunk) ||
		    !mp_slot_has_header(rx, slot))
			break;
		ready->header = slot->data - rx->hlen;
		ready->len = done->len;
		ready->flags = done->flags;
	}
	return i;
}

/* The guest has got the oldest @n, which are in @ready. */
static void mp_rx_advance(struct mp_rx *rx, const struct mp_ready *ready,
			  unsigned int n)
{
	unsigned int i;
	u64 bytes = 0;

	for (i = 0; i < n; i++) {
		trace_mp_complete(rx->port, ready[i].len, -1);
		bytes += ready[i].len;
	}
	WRITE_ONCE(rx->completed, rx->completed + n);
	mp_rx_count_in_place(rx, n, bytes);
}

static bool mp_rx_complete(struct mp_rx *rx, unsigned int n)
{
	struct mp_ready ready[MP_POLL_MAX];
	unsigned int done;

	lockdep_assert_held(&rx->poll_lock);
	if (n > MP_POLL_MAX || mp_chunk_is_stale(rx->avail.chunk) ||
	    mp_chunk_is_stale(rx->used.chunk))
		return false;
	done = mp_rx_ready(rx, ready, n);
	done = rx->ops->complete(rx->priv, rx->avail.kaddr, rx->used.kaddr,
				 ready, done);
	mp_rx_advance(rx, ready, done);
	return done == n;
}

/* The worker left completing to us: do it, or wake the worker. */
void mp_rx_poll_complete(struct mp_rx *rx)
{
	struct mp_slots *s = &rx->s;
	bool wake;

	spin_lock(&rx->poll_lock);
	/*
	 * If the worker took it back meanwhile, it will look at done_head. Pairs
	 * with mp_rx_sleep().
	 */
	if (smp_load_acquire(&s->armed) != MP_POLL) {
		spin_unlock(&rx->poll_lock);
		return;
	}
	wake = !mp_rx_complete(rx, s->done_head - rx->completed);
	if (wake) {
		WRITE_ONCE(s->armed, MP_AWAKE);
		s->wakeups++;
	}
	spin_unlock(&rx->poll_lock);
	if (wake)
		mp_rx_wake(rx);
}
