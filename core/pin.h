/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pin cache, private definitions.
 *
 *   pin.c        the interface of mp_core.h: windows, life of a cache
 *   pin_fill.c   a miss: what to pin, the limit, what failed before
 *   pin_table.c  which chunks are known, and how the owner's changes reach them
 *   chunk.c      pins and maps the pages of one chunk
 *   memlock.c    RLIMIT_MEMLOCK of the owner
 */
#ifndef _MP_PIN_H
#define _MP_PIN_H

#include <linux/list.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "mp_core.h"

/* why a window is not usable, as mp_pins_get() returns it; 0 is "usable" */
#define MP_WHY(reason)	(1 + MP_DETOUR_##reason)

/**
 * struct mp_chunk - pinned pages
 * @start: user address of the first page
 * @end: user address behind the last page
 * @dma: bus address of the first page, if @dmas is NULL
 * @kaddr: kernel address of the first page, if @dmas is NULL
 * @dmas: bus address of each page; NULL if one contiguous run
 * @pages: the pages; NULL if one contiguous run
 * @pfn: of the first page, if @pages is NULL
 * @max_run: most pages that one DMA mapping may span
 * @npages: pages pinned and mapped; 0 before that and after a flush
 * @users: windows handed out and not put; mp_pins.lock
 * @need_sync: the CPU must not read before mp_chunk_sync_for_cpu()
 * @used: it was busy since eviction last looked; mp_pins.lock
 * @posted: made for one window, not to be found again; constant
 * @linked: in mp_pins.table or mp_pins.posted_list; mp_pins.stale_lock
 * @stale: the owner's mapping changed: no new windows; set under
 *	mp_pins.stale_lock, read anywhere, never cleared
 * @next: in the table: next chunk of the same block; mp_pins.lock and
 *	.stale_lock to write, one of them to read
 * @posted_node: in mp_pins.posted_list, as @next
 * @stale_node: in mp_pins.stale; mp_pins.stale_lock
 * @node: in mp_pins.chunks once published; mp_pins.lock
 *
 * What has no lock named here is written before the chunk is published and
 * after it was unlinked only, under mp_pins.lock.
 */
struct mp_chunk {
	unsigned long start;
	unsigned long end;
	dma_addr_t dma;
	void *kaddr;
	dma_addr_t *dmas;
	struct page **pages;
	unsigned long pfn;
	unsigned long max_run;
	unsigned long npages;
	u32 users;
	bool used;
	bool need_sync;
	bool posted;
	bool linked;
	bool stale;
	struct mp_chunk *next;
	struct list_head posted_node;
	struct list_head stale_node;
	struct list_head node;
};

/* 32 KiB, for as many blocks as 8 GiB of guest memory have */
#define MP_PINS_RECENT	4096

/**
 * struct mp_pins - pin cache
 * @lock: see the lock order
 * @last: chunk of the last lookup, to be looked at first; @lock
 * @recent: %MP_PINS_RECENT of the chunks found last, each where its block, modulo
 *	that, says; entries may be NULL; @lock
 * @table: chunks to be found again, by user address >> MP_CHUNK_SHIFT; an entry
 *	is the first of a chain; @lock and @stale_lock
 * @chunks: all of them, in the table or not; those that eviction looks at first
 *	come first; @lock
 * @charged: pages charged to the owner's RLIMIT_MEMLOCK; @lock
 * @pinned: pages pinned; @lock
 * @failed: blocks where pinning or mapping failed, and why; @lock
 * @failed_until: when all of @failed is forgotten; @lock
 * @memlock_until: charge nothing before, it failed; @lock
 * @evict_at: evict nothing before; @lock
 * @stale_lock: innermost; see above
 * @posted_list: chunks made for one window; @lock and @stale_lock
 * @stale: stale chunks that the reaper has not seen; @stale_lock
 * @notifier: of the whole address space
 * @reaper: work that releases stale chunks
 * @mm: of the owner; a reference to the structure, not to its contents
 * @task: whose RLIMIT_MEMLOCK counts
 * @bypass: the owner may exceed it
 * @posted_only: pin what is posted, for as long as it is
 * @dma_dev: the NIC
 * @stats: of the port; @lock to write
 *
 * From @mm on all are constant.
 */
struct mp_pins {
	struct mutex lock;		/* rank 5 in mp_core.h */
	struct mp_chunk *last;
	struct mp_chunk **recent;
	struct xarray table;
	struct list_head chunks;
	unsigned long charged;
	unsigned long pinned;
	struct xarray failed;
	unsigned long failed_until;
	unsigned long memlock_until;
	unsigned long evict_at;

	spinlock_t stale_lock;		/* innermost, taken by the notifier */
	struct list_head posted_list;
	struct list_head stale;
	struct mmu_interval_notifier notifier;
	struct work_struct reaper;

	struct mm_struct *mm;
	struct task_struct *task;
	bool bypass;
	bool posted_only;
	struct device *dma_dev;
	struct mp_pin_stats *stats;
	struct mp_pin_totals *totals;
};

/* Where the chunk of an address is remembered. */
static inline struct mp_chunk **mp_pins_recent(struct mp_pins *pins,
					       unsigned long addr)
{
	return &pins->recent[(addr >> MP_CHUNK_SHIFT) % MP_PINS_RECENT];
}

/**
 * mp_chunk_is_stale() - has the owner changed this memory since it was pinned?
 * @chunk: of a window not yet put
 *
 * If so, what the NIC wrote is in memory that the owner may not see any more.
 * The kernel address of the window stays good for copying it until the put,
 * unless mp_pins_flush() came between.
 *
 * Context: any.
 * Return: true if it has, or after mp_pins_flush().
 */
static inline bool mp_chunk_is_stale(const struct mp_chunk *chunk)
{
	return READ_ONCE(chunk->stale);
}

/* Only memory that is the CPU's already and still the owner's needs nothing. */
static inline bool mp_chunk_is_settled(const struct mp_chunk *chunk)
{
	return chunk && !chunk->need_sync && !mp_chunk_is_stale(chunk);
}

/* May [@addr, @addr + @len) be given to the NIC out of @chunk? */
static inline bool mp_chunk_covers(const struct mp_chunk *chunk,
				   unsigned long addr, unsigned long len)
{
	return addr >= chunk->start && addr < chunk->end &&
	       len <= chunk->end - addr && !mp_chunk_is_stale(chunk);
}

/**
 * struct mp_run - where windows can be had without a lookup
 * @chunk: holds them; each counts in its @users
 * @start: user address of its first page
 * @last: from there, where the last window may begin
 * @dma: bus address at @start
 * @kaddr: kernel address at @start
 */
struct mp_run {
	struct mp_chunk *chunk;
	unsigned long start;
	unsigned long last;
	dma_addr_t dma;
	void *kaddr;
};

/*
 * What mp_pins_get() would say of windows of @len bytes in the chunk of the last
 * lookup, if that is one run of pages that needs no syncing: nearly always so in
 * 2 MiB pages.  False if mp_pins_get() has to be asked.
 */
static inline bool mp_pins_get_run(struct mp_pins *pins, unsigned long len,
				   struct mp_run *run)
{
	struct mp_chunk *chunk = pins->last;

	lockdep_assert_held(&pins->lock);
	if (!chunk || chunk->dmas || chunk->need_sync ||
	    !mp_chunk_covers(chunk, chunk->start, len))
		return false;
	run->chunk = chunk;
	run->start = chunk->start;
	run->last = chunk->end - chunk->start - len;
	run->dma = chunk->dma;
	run->kaddr = chunk->kaddr;
	return true;
}

/* chunks that the guest's rings may lie in, and be pinned for good */
#define MP_RING_CHUNKS	2

/*
 * May windows be kept for good?  Not with the strict policy, nor where they would
 * take more than a quarter of what may be locked.
 */
static inline bool mp_pins_may_hold(const struct mp_pins *pins)
{
	if (pins->posted_only)
		return false;
	return pins->bypass || task_rlimit(pins->task, RLIMIT_MEMLOCK) >=
			       4 * MP_RING_CHUNKS * MP_CHUNK_SIZE;
}

/* chunk.c */
struct mp_chunk *mp_chunk_alloc(unsigned long start, unsigned long end,
				bool posted);
int mp_chunk_fill(struct mp_chunk *chunk, struct mm_struct *mm,
		  struct device *dev, unsigned long addr, unsigned long len);
void mp_chunk_drain(struct mp_chunk *chunk, struct device *dev);
int mp_chunk_window(struct mp_chunk *chunk, unsigned long addr,
		    unsigned long len, struct mp_window *win);
void mp_chunk_sync(struct device *dev, dma_addr_t dma, size_t len, bool to_cpu);

/* pin_fill.c */
int mp_pins_add(struct mp_pins *pins, const struct mp_buf *buf,
		struct mp_chunk **chunkp);
void mp_pins_settle(struct mp_pins *pins);

/* pin_table.c */
bool mp_pins_publish(struct mp_pins *pins, struct mp_chunk *chunk,
		     unsigned long seq);
void mp_pins_drain(struct mp_pins *pins, struct mp_chunk *chunk);
void mp_pins_release(struct mp_pins *pins, struct mp_chunk *chunk);
int mp_pins_watch(struct mp_pins *pins);
void mp_pins_unwatch(struct mp_pins *pins);

#endif /* _MP_PIN_H */
