// SPDX-License-Identifier: GPL-2.0
/*
 * The pin cache of a port: which chunks of the guest owner's memory are pinned
 * and mapped for the NIC.
 *
 * Chunks are found by the 2 MiB block of user addresses they lie in.  Several
 * may lie in one block, because memory regions may begin and end anywhere;
 * those that new windows can be found in never overlap.  A chunk is *busy*
 * while a window of it is handed out and *idle* otherwise; idle ones wait for
 * their next window or for eviction.  All stay where they are in one list, for
 * which of them is busy changes with nearly every frame once there are more
 * chunks than posted heads: eviction looks for what is idle (pin_fill.c).
 *
 * Who races with whom
 *
 * Everything but the mmu notifier runs under mp_pins.lock: get, put and flush
 * in the caller's hands, the reaper by itself.  The notifier must not sleep and
 * is called with the locks of the memory management held, so it takes the
 * spinlock stale_lock only and does three things: note the sequence number,
 * set chunk.stale, and put the chunk on a list for the reaper.  It never
 * changes the table, and nobody else sets stale on a chunk it can see.  The
 * table changes under both locks, so holding either is enough to walk it.
 *
 *   get against notifier     Between mmu_interval_read_begin() and publishing,
 *	any invalidation of the owner's memory makes read_retry() true; the
 *	check and the publishing are one section under stale_lock.  So a chunk
 *	is published only if nothing changed since before it was pinned, and is
 *	seen by every invalidation after that.  An invalidation that started
 *	before read_begin() is waited for there.  Pinning itself may invalidate
 *	(copy on write, migration out of a movable zone), but not twice for the
 *	same page, hence the few tries.
 *   window against notifier  A chunk may go stale after its window was handed
 *	out, even before the caller posts it.  The pages stay pinned and mapped
 *	until the last put, so the NIC writes to memory that is ours; the caller
 *	asks mp_chunk_is_stale() when the frame has arrived, and copies.
 *   put against notifier     Put looks at stale after the last use is gone.  If
 *	the notifier comes later, the chunk is idle and the reaper takes it; if
 *	it came before, put releases it and takes it off the reaper's list.
 *   reaper against put, flush, get  The reaper holds the lock.  It takes stale
 *	chunks out of the table and releases the idle ones; the others are put's.
 *	A lookup that meets a stale chunk first skips it.
 *   destroy  flush leaves nothing in the table, so later invalidations find
 *	nothing; removing the notifier waits for those that run; only then can no
 *	reaper be queued any more, and the one that may be is cancelled.
 *
 * mmu_interval_read_begin() waits for invalidations with mp_pins.lock held.
 * That cannot deadlock: whoever invalidates never waits for that lock.
 */
#include <linux/jiffies.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "pin.h"

static struct mp_chunk *mp_pins_lookup(struct mp_pins *pins, unsigned long addr,
				       unsigned long len)
{
	struct mp_chunk *chunk = xa_load(&pins->table, addr >> MP_CHUNK_SHIFT);

	while (chunk && !mp_chunk_covers(chunk, addr, len))
		chunk = chunk->next;
	return chunk;
}

/*
 * Nearly every window is in the chunk of the one before, or in one that was
 * looked up not long ago: walking the table is for the others.
 */
static struct mp_chunk *mp_pins_find(struct mp_pins *pins, unsigned long addr,
				     unsigned long len)
{
	struct mp_chunk **recent, *chunk = pins->last;

	if (chunk && mp_chunk_covers(chunk, addr, len))
		return chunk;

	recent = mp_pins_recent(pins, addr);
	chunk = *recent;
	if (unlikely(!chunk || !mp_chunk_covers(chunk, addr, len))) {
		chunk = mp_pins_lookup(pins, addr, len);
		if (!chunk)
			return NULL;
		*recent = chunk;
	}
	pins->last = chunk;
	return chunk;
}

/**
 * mp_pins_get() - find or pin the memory of a window
 * @pins: pin cache
 * @buf: the window and the memory region around it
 * @win: filled in on success
 *
 * The pages stay pinned and mapped until mp_pins_put() of @win->chunk, whatever
 * their owner does, or until mp_pins_flush().  In the strict policy the pages
 * of the window are pinned for it alone, also where another window shares one,
 * which is then charged twice.
 *
 * Context: mp_pins_lock() held.  May sleep on a miss; takes mmap_lock of the
 * owner.
 * Return: 0, or 1 + the &enum mp_detour that says why not: CROSSING, MEMLOCK,
 * PIN or DMA.
 */
int mp_pins_get(struct mp_pins *pins, const struct mp_buf *buf,
		struct mp_window *win)
{
	struct mp_chunk *chunk = NULL;
	int why;

	lockdep_assert_held(&pins->lock);

	if (likely(!pins->posted_only))
		chunk = mp_pins_find(pins, buf->addr, buf->len);
	if (unlikely(!chunk)) {
		why = mp_pins_add(pins, buf, &chunk);
		if (why)
			return why;
	}

	why = mp_chunk_window(chunk, buf->addr, buf->len, win);
	if (unlikely(why)) {
		if (chunk->posted) {
			mp_pins_release(pins, chunk);
			mp_pins_settle(pins);
		}
		return why;
	}

	chunk->users++;
	if (unlikely(chunk->need_sync))
		mp_chunk_sync(pins->dma_dev, win->dma, buf->len, false);
	win->chunk = chunk;
	return 0;
}

/**
 * mp_pins_put() - windows from mp_pins_get() are not used any more
 * @pins: pin cache
 * @chunk: what mp_pins_get() filled in; do not use it after
 * @n: how many windows in it
 *
 * Context: mp_pins_lock() held.  May sleep.
 */
void mp_pins_put(struct mp_pins *pins, struct mp_chunk *chunk, unsigned int n)
{
	lockdep_assert_held(&pins->lock);

	chunk->users -= n;
	if (chunk->users)
		return;
	if (unlikely(chunk->posted || READ_ONCE(chunk->stale))) {
		mp_pins_release(pins, chunk);
		mp_pins_settle(pins);
		return;
	}
	chunk->used = true;
}

/**
 * mp_chunk_sync_for_cpu() - let the CPU read what the NIC wrote
 * @pins: pin cache
 * @chunk: of a window not yet put
 * @dma: bus address of the first byte, within that window
 * @len: bytes written
 *
 * Needed before the guest is told as well as before the kernel reads.
 *
 * Context: mp_pins_lock() held.
 */
void mp_chunk_sync_for_cpu(struct mp_pins *pins, struct mp_chunk *chunk,
			   dma_addr_t dma, size_t len)
{
	lockdep_assert_held(&pins->lock);

	if (unlikely(chunk->need_sync))
		mp_chunk_sync(pins->dma_dev, dma, len, true);
}

static void mp_pins_init(struct mp_pins *pins)
{
	mutex_init(&pins->lock);
	xa_init(&pins->table);
	xa_init(&pins->failed);
	INIT_LIST_HEAD(&pins->chunks);
	spin_lock_init(&pins->stale_lock);
	INIT_LIST_HEAD(&pins->posted_list);
	INIT_LIST_HEAD(&pins->stale);
	pins->failed_until = jiffies;
	pins->memlock_until = jiffies;
	pins->evict_at = jiffies;
}

static void mp_pins_free(struct mp_pins *pins)
{
	mutex_destroy(&pins->lock);
	kvfree(pins->recent);
	kfree(pins);
}

/**
 * mp_pins_create() - an empty pin cache
 * @mm: address space of the guest's owner; referenced
 * @task: task whose RLIMIT_MEMLOCK counts; referenced
 * @bypass_rlimit: the owner may exceed it (CAP_IPC_LOCK)
 * @dma_dev: device that writes to the memory; outlives the cache
 * @posted_only: pin nothing but the pages of windows, as long as they are used
 * @stats: where to count for the port; outlives the cache
 * @totals: where to count for the NIC; outlives the cache
 *
 * Context: may sleep; takes mmap_lock of @mm for writing.  Neither RTNL nor any
 * of our locks may be held.
 * Return: the cache, or ERR_PTR: -ENOMEM, -ESRCH if @mm has no users any more,
 * -EINTR on a signal, -EOPNOTSUPP on a machine whose memory the kernel cannot
 * address all at once.
 */
struct mp_pins *mp_pins_create(struct mm_struct *mm, struct task_struct *task,
			       bool bypass_rlimit, struct device *dma_dev,
			       bool posted_only, struct mp_pin_stats *stats,
			       struct mp_pin_totals *totals)
{
	struct mp_pins *pins;
	int err;

	if (IS_ENABLED(CONFIG_HIGHMEM))
		return ERR_PTR(-EOPNOTSUPP);

	pins = kzalloc(sizeof(*pins), GFP_KERNEL);
	if (!pins)
		return ERR_PTR(-ENOMEM);
	pins->recent = kvcalloc(MP_PINS_RECENT, sizeof(*pins->recent),
				GFP_KERNEL);
	if (!pins->recent) {
		kfree(pins);
		return ERR_PTR(-ENOMEM);
	}
	mp_pins_init(pins);
	pins->mm = mm;
	pins->task = task;
	pins->bypass = bypass_rlimit;
	pins->dma_dev = dma_dev;
	pins->posted_only = posted_only;
	pins->stats = stats;
	pins->totals = totals;

	err = mp_pins_watch(pins);
	if (err) {
		mp_pins_free(pins);
		return ERR_PTR(err);
	}
	mmgrab(mm);
	get_task_struct(task);
	return pins;
}

/**
 * mp_pins_lock() - lock a pin cache
 * @pins: pin cache
 *
 * Context: may sleep.  See the lock order.
 */
void mp_pins_lock(struct mp_pins *pins)
{
	mutex_lock(&pins->lock);
}

/**
 * mp_pins_unlock() - unlock a pin cache
 * @pins: pin cache
 */
void mp_pins_unlock(struct mp_pins *pins)
{
	mutex_unlock(&pins->lock);
}

/**
 * mp_pins_flush() - release all pages now
 * @pins: pin cache
 *
 * Windows still handed out lose their memory: their addresses must not be used
 * any more, but mp_pins_put() is still due for each.  mp_pins_get() works, and
 * pins again.
 *
 * Context: mp_pins_lock() held; the NIC does not use any window.  May sleep;
 * takes mmap_lock of the owner for writing.
 */
void mp_pins_flush(struct mp_pins *pins)
{
	struct mp_chunk *chunk, *next;

	lockdep_assert_held(&pins->lock);

	list_for_each_entry_safe(chunk, next, &pins->chunks, node) {
		if (chunk->users) {
			mp_pins_drain(pins, chunk);
			/* unlinked, so the notifier does not see it */
			WRITE_ONCE(chunk->stale, true);
		} else {
			mp_pins_release(pins, chunk);
		}
		cond_resched();
	}
	xa_destroy(&pins->failed);
	mp_pins_settle(pins);
}

/**
 * mp_pins_destroy() - release all pages and the cache itself
 * @pins: pin cache; every window was put
 *
 * Cannot fail.
 *
 * Context: may sleep; takes mp_pins_lock() and mmap_lock of the owner.  The NIC
 * does not use any window, nobody else uses @pins.
 */
void mp_pins_destroy(struct mp_pins *pins)
{
	struct mp_chunk *chunk, *next;

	mutex_lock(&pins->lock);
	mp_pins_flush(pins);
	WARN_ON_ONCE(!list_empty(&pins->chunks));
	list_for_each_entry_safe(chunk, next, &pins->chunks, node)
		mp_pins_release(pins, chunk);
	mutex_unlock(&pins->lock);

	mp_pins_unwatch(pins);
	xa_destroy(&pins->table);
	put_task_struct(pins->task);
	mmdrop(pins->mm);
	mp_pins_free(pins);
}
