// SPDX-License-Identifier: GPL-2.0
/*
 * Pin and DMA-map one chunk of the guest owner's memory, and undo it.
 *
 * Physically contiguous pages are mapped together, as a *run*.  A chunk of one
 * run (a huge page, or a single page) needs no bookkeeping per page: its first
 * page frame and bus address say all.  Other chunks keep an array of pages and
 * one of bus addresses, 16 bytes for 4 KiB.  Where the runs lie is never
 * stored: the page frames determine it, so unmapping finds the same runs.
 *
 * The DMA API is told not to synchronise whole mappings (SKIP_CPU_SYNC).  A
 * chunk stays mapped while the guest uses the memory around the buffers that
 * the NIC owns: copying a bounce buffer back, or invalidating caches, over the
 * whole chunk at unmap would undo what the guest wrote meanwhile.  Windows are
 * synchronised one by one instead, where the device needs it at all.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "pin.h"

/* pages released at once where no array of them was kept; on the stack */
#define MP_UNPIN_BATCH	32

/**
 * mp_chunk_alloc() - a chunk without pages
 * @start: user address, on a page boundary
 * @end: user address behind it, on a page boundary
 * @posted: it serves one window only
 *
 * Context: may sleep.
 * Return: the chunk, to be freed by kfree(), or NULL.
 */
struct mp_chunk *mp_chunk_alloc(unsigned long start, unsigned long end,
				bool posted)
{
	struct mp_chunk *chunk;

	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return NULL;
	chunk->start = start;
	chunk->end = end;
	chunk->posted = posted;
	INIT_LIST_HEAD(&chunk->stale_node);
	return chunk;
}

/* Pages pinned from @start on, maybe fewer than @nr; negative if none. */
static long mp_pin_range(struct mm_struct *mm, unsigned long start,
			 unsigned long nr, struct page **pages)
{
	long got;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	mmap_read_lock(mm);
	got = pin_user_pages_remote(mm, start, nr, FOLL_WRITE | FOLL_LONGTERM,
				    pages, NULL);
	mmap_read_unlock(mm);
	mmput(mm);
	return got;
}

/*
 * Pin as much of the chunk as is contiguous in user space around the window.
 * Narrows start and end to what was pinned.
 */
static int mp_chunk_pin(struct mp_chunk *chunk, struct mm_struct *mm,
			unsigned long addr, unsigned long len)
{
	unsigned long start = chunk->start;
	struct page **pages;
	long got;

	pages = kvmalloc_array((chunk->end - start) >> PAGE_SHIFT,
			       sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	for (;;) {
		got = mp_pin_range(mm, start,
				   (chunk->end - start) >> PAGE_SHIFT, pages);
		if (got > 0 && start + (got << PAGE_SHIFT) >= addr + len)
			break;
		if (got > 0)
			unpin_user_pages(pages, got);
		if (start == (addr & PAGE_MASK)) {
			kvfree(pages);
			return -EFAULT;
		}
		start = addr & PAGE_MASK;
	}

	chunk->pages = pages;
	chunk->npages = got;
	chunk->start = start;
	chunk->end = start + (got << PAGE_SHIFT);
	return 0;
}

static void mp_chunk_unpin(struct mp_chunk *chunk)
{
	struct page *batch[MP_UNPIN_BATCH];
	unsigned long i, n;

	if (chunk->pages) {
		unpin_user_pages_dirty_lock(chunk->pages, chunk->npages, true);
		kvfree(chunk->pages);
		chunk->pages = NULL;
		chunk->npages = 0;
		return;
	}

	while (chunk->npages) {
		n = min_t(unsigned long, chunk->npages, MP_UNPIN_BATCH);
		for (i = 0; i < n; i++)
			batch[i] = pfn_to_page(chunk->pfn + i);
		unpin_user_pages_dirty_lock(batch, n, true);
		chunk->pfn += n;
		chunk->npages -= n;
	}
}

/* Pages from @i on that are, or will be, one DMA mapping. */
static unsigned long mp_chunk_run(const struct mp_chunk *chunk, unsigned long i)
{
	unsigned long max = min(chunk->npages - i, chunk->max_run);
	unsigned long n = 1;

	if (!chunk->pages)
		return chunk->npages;
	while (n < max &&
	       page_to_pfn(chunk->pages[i + n]) ==
	       page_to_pfn(chunk->pages[i]) + n)
		n++;
	return n;
}

/* Undo the DMA mappings of the first @npages pages, a whole number of runs. */
static void mp_chunk_unmap(struct mp_chunk *chunk, struct device *dev,
			   unsigned long npages)
{
	unsigned long i, n;

	for (i = 0; i < npages; i += n) {
		n = mp_chunk_run(chunk, i);
		dma_unmap_page_attrs(dev, chunk->dmas ? chunk->dmas[i] :
				     chunk->dma, n << PAGE_SHIFT,
				     DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	}
	kvfree(chunk->dmas);
	chunk->dmas = NULL;
	chunk->kaddr = NULL;
	chunk->need_sync = false;
}

static int mp_chunk_map_run(struct mp_chunk *chunk, struct device *dev,
			    unsigned long i, unsigned long n, dma_addr_t *dma)
{
	*dma = dma_map_page_attrs(dev, chunk->pages[i], 0, n << PAGE_SHIFT,
				  DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	if (dma_mapping_error(dev, *dma))
		return -EIO;
	if (dma_need_sync(dev, *dma))
		chunk->need_sync = true;
	return 0;
}

/* All pages are one run: map it and forget the array. */
static int mp_chunk_map_whole(struct mp_chunk *chunk, struct device *dev)
{
	int err;

	err = mp_chunk_map_run(chunk, dev, 0, chunk->npages, &chunk->dma);
	if (err)
		return err;
	chunk->kaddr = page_address(chunk->pages[0]);
	chunk->pfn = page_to_pfn(chunk->pages[0]);
	kvfree(chunk->pages);
	chunk->pages = NULL;
	return 0;
}

static int mp_chunk_map(struct mp_chunk *chunk, struct device *dev)
{
	unsigned long i, n, k;
	dma_addr_t dma;
	int err;

	chunk->max_run = max_t(unsigned long, 1,
			       dma_max_mapping_size(dev) >> PAGE_SHIFT);
	if (mp_chunk_run(chunk, 0) == chunk->npages)
		return mp_chunk_map_whole(chunk, dev);

	chunk->dmas = kvmalloc_array(chunk->npages, sizeof(*chunk->dmas),
				     GFP_KERNEL);
	if (!chunk->dmas)
		return -ENOMEM;

	for (i = 0; i < chunk->npages; i += n) {
		n = mp_chunk_run(chunk, i);
		err = mp_chunk_map_run(chunk, dev, i, n, &dma);
		if (err) {
			mp_chunk_unmap(chunk, dev, i);
			return err;
		}
		for (k = 0; k < n; k++)
			chunk->dmas[i + k] = dma + (k << PAGE_SHIFT);
	}
	return 0;
}

/**
 * mp_chunk_fill() - pin a chunk's pages and map them for a device
 * @chunk: without pages
 * @mm: address space that @chunk describes; may have no users any more
 * @dev: device
 * @addr: user address of the window that must be covered; it lies in the chunk
 * @len: its length
 *
 * Where only part of the chunk can be pinned, that part is kept, and start and
 * end are narrowed to it, as long as it covers the window.
 *
 * Context: may sleep; takes mmap_lock of @mm for reading.
 * Return: 0, or 1 + %MP_DETOUR_PIN or %MP_DETOUR_DMA; no page is held then.
 */
int mp_chunk_fill(struct mp_chunk *chunk, struct mm_struct *mm,
		  struct device *dev, unsigned long addr, unsigned long len)
{
	if (mp_chunk_pin(chunk, mm, addr, len))
		return MP_WHY(PIN);
	if (mp_chunk_map(chunk, dev)) {
		mp_chunk_unpin(chunk);
		return MP_WHY(DMA);
	}
	return 0;
}

/**
 * mp_chunk_drain() - unmap a chunk's pages and release them, as dirty
 * @chunk: with or without pages; has none after
 * @dev: device that it was mapped for; must not use it any more
 *
 * Context: may sleep.
 */
void mp_chunk_drain(struct mp_chunk *chunk, struct device *dev)
{
	if (!chunk->npages)
		return;
	mp_chunk_unmap(chunk, dev, chunk->npages);
	mp_chunk_unpin(chunk);
}

/* Is page @i next to the page before it, for the device and for the kernel? */
static bool mp_chunk_joined(const struct mp_chunk *chunk, unsigned long i)
{
	return chunk->dmas[i] == chunk->dmas[i - 1] + PAGE_SIZE &&
	       page_to_pfn(chunk->pages[i]) ==
	       page_to_pfn(chunk->pages[i - 1]) + 1;
}

/**
 * mp_chunk_window() - where a window lies for the device and for the kernel
 * @chunk: with pages
 * @addr: user address of the window; it lies in the chunk
 * @len: its length
 * @win: filled in, except the reference
 *
 * Context: any; mp_pins.lock held.
 * Return: 0, or 1 + %MP_DETOUR_CROSSING if its pages are not contiguous.
 */
int mp_chunk_window(struct mp_chunk *chunk, unsigned long addr,
		    unsigned long len, struct mp_window *win)
{
	unsigned long off = addr - chunk->start;
	unsigned long first = off >> PAGE_SHIFT;
	unsigned long end = (off + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long i;

	if (likely(!chunk->dmas)) {
		win->dma = chunk->dma + off;
		win->kaddr = chunk->kaddr + off;
		return 0;
	}

	for (i = first + 1; i < end; i++)
		if (!mp_chunk_joined(chunk, i))
			return MP_WHY(CROSSING);
	win->dma = chunk->dmas[first] + offset_in_page(addr);
	win->kaddr = page_address(chunk->pages[first]) + offset_in_page(addr);
	return 0;
}

/**
 * mp_chunk_sync() - hand a window over between device and CPU
 * @dev: device
 * @dma: bus address of the window
 * @len: its length
 * @to_cpu: the CPU reads next; else the device writes next
 *
 * Page by page: neighbouring pages may belong to different DMA mappings.
 *
 * Context: any.
 */
void mp_chunk_sync(struct device *dev, dma_addr_t dma, size_t len, bool to_cpu)
{
	size_t n;

	for (; len; len -= n, dma += n) {
		n = min_t(size_t, len, PAGE_SIZE - offset_in_page(dma));
		if (to_cpu)
			dma_sync_single_for_cpu(dev, dma, n, DMA_FROM_DEVICE);
		else
			dma_sync_single_for_device(dev, dma, n,
						   DMA_FROM_DEVICE);
	}
}
