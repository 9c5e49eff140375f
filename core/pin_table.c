// SPDX-License-Identifier: GPL-2.0
/*
 * Which chunks are known, and how changes of the owner's mappings reach them.
 * The races are discussed in pin.c.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/userfaultfd_k.h>

#include "mp_compat.h"
#include "pin.h"
#include "trace.h"

static void mp_pins_count_pinned(struct mp_pins *pins)
{
	struct mp_pin_stats *st = pins->stats;
	u64 bytes = (u64)pins->pinned << PAGE_SHIFT;

	atomic64_add(bytes - st->pinned_bytes, &pins->totals->pinned_bytes);
	st->pinned_bytes = bytes;
	st->pinned_peak_bytes = max(st->pinned_peak_bytes, st->pinned_bytes);
}

static void mp_pins_table_add(struct mp_pins *pins, struct mp_chunk *chunk)
{
	unsigned long block = chunk->start >> MP_CHUNK_SHIFT;

	lockdep_assert_held(&pins->stale_lock);
	/* the entry was reserved: this does not allocate, so it cannot fail */
	chunk->next = xa_load(&pins->table, block);
	xa_store(&pins->table, block, chunk, GFP_ATOMIC);
}

static void mp_pins_table_del(struct mp_pins *pins, struct mp_chunk *chunk)
{
	unsigned long block = chunk->start >> MP_CHUNK_SHIFT;
	struct mp_chunk *prev = xa_load(&pins->table, block);

	lockdep_assert_held(&pins->stale_lock);
	if (prev == chunk && !chunk->next) {
		xa_erase(&pins->table, block);
	} else if (prev == chunk) {
		xa_store(&pins->table, block, chunk->next, GFP_ATOMIC);
	} else {
		while (prev->next != chunk)
			prev = prev->next;
		prev->next = chunk->next;
	}
}

/* After this neither lookups nor the notifier nor the reaper find @chunk. */
static void mp_pins_unlink(struct mp_pins *pins, struct mp_chunk *chunk)
{
	struct mp_chunk **recent;

	spin_lock(&pins->stale_lock);
	if (chunk->linked && chunk->posted)
		list_del(&chunk->posted_node);
	else if (chunk->linked)
		mp_pins_table_del(pins, chunk);
	chunk->linked = false;
	list_del_init(&chunk->stale_node);
	spin_unlock(&pins->stale_lock);

	if (pins->last == chunk)
		pins->last = NULL;
	recent = mp_pins_recent(pins, chunk->start);
	if (*recent == chunk)
		*recent = NULL;
}

/**
 * mp_pins_publish() - make a filled chunk known, idle at first
 * @pins: pin cache
 * @chunk: with pages; unless it is for one window, its entry in the table was
 *	reserved
 * @seq: of mmu_interval_read_begin() before it was filled
 *
 * Context: mp_pins_lock() held.
 * Return: false if the owner's mappings changed since @seq; nothing was done.
 */
bool mp_pins_publish(struct mp_pins *pins, struct mp_chunk *chunk,
		     unsigned long seq)
{
	lockdep_assert_held(&pins->lock);
	spin_lock(&pins->stale_lock);
	if (mmu_interval_read_retry(&pins->notifier, seq)) {
		spin_unlock(&pins->stale_lock);
		return false;
	}
	if (chunk->posted)
		list_add_tail(&chunk->posted_node, &pins->posted_list);
	else
		mp_pins_table_add(pins, chunk);
	chunk->linked = true;
	spin_unlock(&pins->stale_lock);

	list_add_tail(&chunk->node, &pins->chunks);
	pins->pinned += chunk->npages;
	pins->stats->pins++;
	atomic64_inc(&pins->totals->pins);
	mp_pins_count_pinned(pins);
	trace_mp_pin(chunk->start, (s64)chunk->npages << PAGE_SHIFT);
	return true;
}

/**
 * mp_pins_drain() - forget a published chunk and take its pages away
 * @pins: pin cache
 * @chunk: no device uses it
 *
 * The charge stays until mp_pins_settle(), so that many chunks need the owner's
 * mmap_lock only once.
 *
 * Context: mp_pins_lock() held.  May sleep.
 */
void mp_pins_drain(struct mp_pins *pins, struct mp_chunk *chunk)
{
	lockdep_assert_held(&pins->lock);
	mp_pins_unlink(pins, chunk);
	if (!chunk->npages)
		return;

	pins->pinned -= chunk->npages;
	pins->stats->unpins++;
	atomic64_inc(&pins->totals->unpins);
	mp_pins_count_pinned(pins);
	trace_mp_pin(chunk->start, -((s64)chunk->npages << PAGE_SHIFT));
	mp_chunk_drain(chunk, pins->dma_dev);
	pins->memlock_until = jiffies;
}

/**
 * mp_pins_release() - mp_pins_drain() a chunk, and free it
 * @pins: pin cache
 * @chunk: no window of it is used
 *
 * Context: as mp_pins_drain().
 */
void mp_pins_release(struct mp_pins *pins, struct mp_chunk *chunk)
{
	mp_pins_drain(pins, chunk);
	list_del(&chunk->node);
	kfree(chunk);
}

static bool mp_chunk_mark(struct mp_pins *pins, struct mp_chunk *chunk,
			  const struct mmu_notifier_range *range)
{
	if (chunk->stale || chunk->end <= range->start ||
	    chunk->start >= range->end)
		return false;
	WRITE_ONCE(chunk->stale, true);
	list_add_tail(&chunk->stale_node, &pins->stale);
	return true;
}

static bool mp_pins_mark(struct mp_pins *pins,
			 const struct mmu_notifier_range *range)
{
	unsigned long last = (range->end - 1) >> MP_CHUNK_SHIFT;
	unsigned long block = range->start >> MP_CHUNK_SHIFT;
	struct mp_chunk *chunk, *head;
	bool hit = false;

	xa_for_each_range(&pins->table, block, head, block, last)
		for (chunk = head; chunk; chunk = chunk->next)
			hit |= mp_chunk_mark(pins, chunk, range);
	list_for_each_entry(chunk, &pins->posted_list, posted_node)
		hit |= mp_chunk_mark(pins, chunk, range);
	return hit;
}

/*
 * Will the owner see the same pages at the same addresses after this event, and
 * be allowed to write them?  Dropping a chunk is always right, but dear, and
 * some events come again and again without need.  A page that is replaced later
 * as their consequence (copied at the next write, say) is announced by an event
 * of its own.
 *   SOFT_DIRTY  write-protects pages for accounting; they stay where they are.
 *   MIGRATE  moves pages to a device's memory, but none that is pinned.
 *   PROTECTION_VMA  is mprotect(), and also the scan of automatic NUMA
 *	balancing, which passes by every few seconds.  The VMA tells the two
 *	apart, since mprotect() changes it first; every sender holds mmap_lock.
 *	Memory that userfaultfd watches is not ours to write behind its back.
 */
static bool mp_event_is_harmless(struct mm_struct *mm,
				 const struct mmu_notifier_range *range)
{
	struct vm_area_struct *vma;

	switch (range->event) {
	case MMU_NOTIFY_SOFT_DIRTY:
	case MMU_NOTIFY_MIGRATE:
		return true;
	case MMU_NOTIFY_PROTECTION_VMA:
		vma = find_vma(mm, range->start);
		return vma && vma->vm_start <= range->start &&
		       vma->vm_end >= range->end &&
		       (vma->vm_flags & VM_WRITE) && !userfaultfd_armed(vma);
	default:
		return false;
	}
}

static bool mp_pins_invalidate(struct mmu_interval_notifier *notifier,
			       const struct mmu_notifier_range *range,
			       unsigned long cur_seq)
{
	struct mp_pins *pins = container_of(notifier, struct mp_pins, notifier);
	bool harmless = mp_event_is_harmless(notifier->mm, range);
	bool hit = false;

	spin_lock(&pins->stale_lock);
	mmu_interval_set_seq(notifier, cur_seq);
	if (!harmless)
		hit = mp_pins_mark(pins, range);
	spin_unlock(&pins->stale_lock);

	if (hit)
		queue_work(system_long_wq, &pins->reaper);
	return true;
}

static const struct mmu_interval_notifier_ops mp_pins_notifier_ops = {
	.invalidate = mp_pins_invalidate,
};

static void mp_pins_reap(struct work_struct *work)
{
	struct mp_pins *pins = container_of(work, struct mp_pins, reaper);
	struct mp_chunk *chunk, *next;
	LIST_HEAD(stale);

	mutex_lock(&pins->lock);
	spin_lock(&pins->stale_lock);
	list_splice_init(&pins->stale, &stale);
	spin_unlock(&pins->stale_lock);

	list_for_each_entry_safe(chunk, next, &stale, stale_node) {
		if (chunk->users)
			mp_pins_unlink(pins, chunk);
		else
			mp_pins_release(pins, chunk);
		cond_resched();
	}
	mp_pins_settle(pins);
	mutex_unlock(&pins->lock);
}

/**
 * mp_pins_watch() - start watching the owner's mappings
 * @pins: pin cache, @pins->mm set, otherwise empty
 *
 * Context: may sleep; takes mmap_lock of the owner for writing.
 * Return: 0, -ESRCH if the address space is gone already, -ENOMEM, or -EINTR on
 * a signal.
 */
int mp_pins_watch(struct mp_pins *pins)
{
	int err;

	INIT_WORK(&pins->reaper, mp_pins_reap);
	if (!mmget_not_zero(pins->mm))
		return -ESRCH;
	err = mmu_interval_notifier_insert(&pins->notifier, pins->mm, 0,
					   ULONG_MAX, &mp_pins_notifier_ops);
	mmput(pins->mm);
	return err;
}

/**
 * mp_pins_unwatch() - stop watching, after a flush
 * @pins: pin cache
 *
 * Neither the notifier nor the reaper runs after this.
 *
 * Context: may sleep; mp_pins_lock() not held.
 */
void mp_pins_unwatch(struct mp_pins *pins)
{
	mmu_interval_notifier_remove(&pins->notifier);
	cancel_work_sync(&pins->reaper);
}
