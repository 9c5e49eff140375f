// SPDX-License-Identifier: GPL-2.0
/* Memory that changes under the device's feet. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pool.h"
#include "util.h"

#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21u << 26)
#endif

static int fresh_file(const struct mem *m, uint64_t size)
{
	unsigned int flags = m->opts.kind == MEM_HUGE ?
		MFD_HUGETLB | MFD_HUGE_2MB : 0;
	int fd = memfd_create("vguest", flags | MFD_CLOEXEC);

	if (fd < 0)
		die_errno("memfd_create");
	if (ftruncate(fd, size))
		die_errno("ftruncate of a memfd");
	return fd;
}

/* Make the pages complete elsewhere, then put them in place in one step. */
static void replace_pages(const struct mem *m, int fd, uint64_t off,
			  uint64_t gpa, uint64_t len)
{
	uint8_t *tmp, *at = mem_ptr(m, gpa, len);
	struct mem view = {
		.r = { { .gpa = gpa, .size = len } },
		.n = 1,
	};

	tmp = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off);
	if (tmp == MAP_FAILED)
		die_errno("cannot map fresh pages");
	view.r[0].uva = tmp;
	canary_fill(&view, gpa, len);
	munmap(tmp, len);
	if (mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 fd, off) == MAP_FAILED)
		die_errno("cannot replace pages");
}

/* One bit per page: does a posted slot touch it? */
static uint8_t *posted_map(struct pool *p, uint64_t first, uint64_t npages)
{
	uint64_t n = (uint64_t)p->o.groups * p->o.chain, page = p->mem->page;
	uint8_t *map = xcalloc(npages, 1);
	uint64_t i, a, b;

	for (i = 0; i < n; i++) {
		if (p->state[i / p->o.chain] == GROUP_FREE ||
		    p->slot[i] < first)
			continue;
		a = (p->slot[i] - first) / page;
		b = (p->slot[i] + p->o.bufsize - 1 - first) / page;
		for (; a <= b && a < npages; a++)
			map[a] = 1;
	}
	return map;
}

/* How many pages from @i on are alike and in one region. */
static uint64_t run_length(const struct pool *p, const uint8_t *map,
			   uint64_t first, uint64_t i, uint64_t npages)
{
	uint64_t page = p->mem->page, max, n = 1;

	if (!mem_chunk(p->mem, first + i * page, &max))
		return 0;
	while (i + n < npages && n < max / page && map[i + n] == map[i])
		n++;
	return n;
}

uint64_t pool_remap(struct pool *p, bool posted)
{
	uint64_t page = p->mem->page, first = (p->start + page - 1) & -page;
	uint64_t npages = (p->end - first) / page, i, n, done = 0;
	uint8_t *map = posted_map(p, first, npages);
	int fd = fresh_file(p->mem, npages * page);

	for (i = 0; i < npages; i += n ? n : 1) {
		n = run_length(p, map, first, i, npages);
		if (!n || map[i] != posted)
			continue;
		if (posted)
			pool_posted_in(p, first + i * page, n * page, true);
		replace_pages(p->mem, fd, i * page, first + i * page,
			      n * page);
		done += n;
	}
	close(fd);
	free(map);
	return done;
}
