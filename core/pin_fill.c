// SPDX-License-Identifier: GPL-2.0
/*
 * A miss in the pin cache: decide what to pin, charge it, pin and map it.
 *
 * A frame that misses pays for it, so what is known to fail is not tried again
 * for each: blocks that could not be pinned or mapped are remembered, and so is
 * a limit that was reached.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "pin.h"

/* how long a failure is remembered */
#define MP_FAIL_JIFFIES		max(HZ / 10, 1)
/* rounds of eviction, successful or not, are at least this far apart */
#define MP_EVICT_JIFFIES	msecs_to_jiffies(2)
/* times to pin again when the owner's mappings changed meanwhile */
#define MP_PIN_TRIES		4

static void mp_pins_count_charged(struct mp_pins *pins)
{
	struct mp_pin_stats *st = pins->stats;
	u64 bytes = (u64)pins->charged << PAGE_SHIFT;

	atomic64_add(bytes - st->memlock_bytes, &pins->totals->memlock_bytes);
	st->memlock_bytes = bytes;
	st->memlock_peak_bytes = max(st->memlock_peak_bytes, st->memlock_bytes);
}

/**
 * mp_pins_settle() - give back the charge of what is not, or no longer, pinned
 * @pins: pin cache
 *
 * Context: mp_pins_lock() held.  May sleep; takes mmap_lock of the owner for
 * writing.
 */
void mp_pins_settle(struct mp_pins *pins)
{
	unsigned long excess = pins->charged - pins->pinned;

	lockdep_assert_held(&pins->lock);
	if (!excess)
		return;
	mp_memlock_uncharge(pins->mm, pins->task, excess);
	pins->charged -= excess;
	mp_pins_count_charged(pins);
}

/*
 * The idle chunk to miss least: the first that was not used since the last look
 * at it (the clock algorithm, which asks nothing of lookups).  What was passed
 * by goes to the end.
 */
static struct mp_chunk *mp_pins_victim(struct mp_pins *pins)
{
	struct mp_chunk *chunk, *first = NULL;

	list_for_each_entry(chunk, &pins->chunks, node) {
		if (chunk->users)
			continue;
		if (!chunk->used)
			goto found;
		chunk->used = false;
		if (!first)
			first = chunk;
	}
	/* all were used: round again, to the first of them */
	chunk = first;
	if (!chunk)
		return NULL;
found:
	list_rotate_to_front(&chunk->node, &pins->chunks);
	return chunk;
}

/* Make room under the limit. */
static bool mp_pins_evict(struct mp_pins *pins)
{
	struct mp_chunk *chunk;

	lockdep_assert_held(&pins->lock);
	chunk = mp_pins_victim(pins);
	if (!chunk)
		return false;
	mp_pins_release(pins, chunk);
	mp_pins_settle(pins);
	return true;
}

/*
 * Charge @pages more, evicting idle chunks if need be.  A working set larger
 * than the limit would evict and pin for every frame, at many times the cost of
 * copying it: so evictions are spread over time, and a failure holds for a
 * while, or until pages are released.
 */
static int mp_pins_charge(struct mp_pins *pins, unsigned long pages)
{
	bool may_evict = time_after_eq(jiffies, pins->evict_at);

	lockdep_assert_held(&pins->lock);
	if (time_before(jiffies, pins->memlock_until))
		return MP_WHY(MEMLOCK);

	while (mp_memlock_charge(pins->mm, pins->task, pins->bypass, pages)) {
		if (!may_evict) {
			pins->memlock_until = pins->evict_at;
			return MP_WHY(MEMLOCK);
		}
		pins->evict_at = jiffies + MP_EVICT_JIFFIES;
		if (!mp_pins_evict(pins)) {
			pins->memlock_until = jiffies + MP_FAIL_JIFFIES;
			return MP_WHY(MEMLOCK);
		}
	}
	pins->charged += pages;
	mp_pins_count_charged(pins);
	return 0;
}

static int mp_pins_failed(struct mp_pins *pins, unsigned long addr)
{
	void *why;

	if (xa_empty(&pins->failed))
		return 0;
	if (time_after_eq(jiffies, pins->failed_until)) {
		xa_destroy(&pins->failed);
		return 0;
	}
	why = xa_load(&pins->failed, addr >> MP_CHUNK_SHIFT);
	return why ? xa_to_value(why) : 0;
}

static void mp_pins_set_failed(struct mp_pins *pins, unsigned long addr,
			       int why)
{
	if (xa_empty(&pins->failed))
		pins->failed_until = jiffies + MP_FAIL_JIFFIES;
	/* without memory the next frame tries again, which is no harm */
	xa_store(&pins->failed, addr >> MP_CHUNK_SHIFT, xa_mk_value(why),
		 GFP_KERNEL);
}

/* Narrow [*start, *end) around the window so that it overlaps no chunk. */
static int mp_pins_clip(struct mp_pins *pins, unsigned long addr,
			unsigned long len, unsigned long *start,
			unsigned long *end)
{
	struct mp_chunk *chunk = xa_load(&pins->table, addr >> MP_CHUNK_SHIFT);

	for (; chunk; chunk = chunk->next) {
		if (READ_ONCE(chunk->stale))
			continue;
		if (chunk->end <= addr)
			*start = max(*start, chunk->end);
		else if (chunk->start >= addr + len)
			*end = min(*end, chunk->start);
		else
			return MP_WHY(CROSSING);
	}
	return 0;
}

/* What to pin for a window: its pages, or the block within the region. */
static int mp_pins_range(struct mp_pins *pins, const struct mp_buf *buf,
			 unsigned long *start, unsigned long *end)
{
	unsigned long addr = buf->addr;

	if (buf->addr < buf->map_addr || buf->len > buf->map_len ||
	    buf->addr - buf->map_addr > buf->map_len - buf->len)
		return MP_WHY(PIN);

	if (pins->posted_only) {
		*start = addr & PAGE_MASK;
		*end = PAGE_ALIGN(addr + buf->len);
		return *start < *end ? 0 : MP_WHY(PIN);
	}

	*start = max_t(u64, round_down(addr, MP_CHUNK_SIZE),
		       buf->map_addr & PAGE_MASK);
	*end = min_t(u64, round_down(addr, MP_CHUNK_SIZE) + MP_CHUNK_SIZE,
		     PAGE_ALIGN(buf->map_addr + buf->map_len));
	if (*start >= *end)
		return MP_WHY(PIN);
	if (addr + buf->len > *end)
		return MP_WHY(CROSSING);
	return mp_pins_clip(pins, addr, buf->len, start, end);
}

/* Pin and map, until nothing interferes, and publish. */
static int mp_pins_fill(struct mp_pins *pins, struct mp_chunk *chunk,
			const struct mp_buf *buf)
{
	unsigned int tries;
	unsigned long seq;
	int why;

	for (tries = 0; tries < MP_PIN_TRIES; tries++) {
		seq = mmu_interval_read_begin(&pins->notifier);
		why = mp_chunk_fill(chunk, pins->mm, pins->dma_dev, buf->addr,
				    buf->len);
		if (why)
			return why;
		if (mp_pins_publish(pins, chunk, seq))
			return 0;
		mp_chunk_drain(chunk, pins->dma_dev);
	}
	return MP_WHY(PIN);
}

/*
 * As mp_pins_fill(), with an entry in the table kept ready, since publishing
 * cannot allocate.  Nothing is evicted in between, which might erase the entry.
 */
static int mp_pins_fill_reserved(struct mp_pins *pins, struct mp_chunk *chunk,
				 const struct mp_buf *buf)
{
	unsigned long block = chunk->start >> MP_CHUNK_SHIFT;
	int why;

	if (chunk->posted)
		return mp_pins_fill(pins, chunk, buf);

	if (xa_reserve(&pins->table, block, GFP_KERNEL))
		return MP_WHY(PIN);
	why = mp_pins_fill(pins, chunk, buf);
	if (why)
		xa_release(&pins->table, block);
	return why;
}

/**
 * mp_pins_add() - pin a chunk for a window that no chunk covers
 * @pins: pin cache
 * @buf: the window and the memory region around it
 * @chunkp: the chunk, idle, on success
 *
 * Context: mp_pins_lock() held.  May sleep; takes mmap_lock of the owner.
 * Return: 0, or 1 + %MP_DETOUR_CROSSING, %MP_DETOUR_MEMLOCK, %MP_DETOUR_PIN or
 * %MP_DETOUR_DMA.
 */
int mp_pins_add(struct mp_pins *pins, const struct mp_buf *buf,
		struct mp_chunk **chunkp)
{
	unsigned long start, end;
	struct mp_chunk *chunk;
	int why;

	lockdep_assert_held(&pins->lock);
	why = mp_pins_failed(pins, buf->addr);
	if (!why)
		why = mp_pins_range(pins, buf, &start, &end);
	if (why)
		return why;

	chunk = mp_chunk_alloc(start, end, pins->posted_only);
	if (!chunk)
		return MP_WHY(PIN);

	why = mp_pins_charge(pins, (end - start) >> PAGE_SHIFT);
	if (!why) {
		why = mp_pins_fill_reserved(pins, chunk, buf);
		if (why)
			mp_pins_set_failed(pins, buf->addr, why);
		mp_pins_settle(pins);
	}
	if (why)
		kfree(chunk);
	else
		*chunkp = chunk;
	return why;
}
