// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mem.h"
#include "util.h"

#define HUGE_SIZE (2ull << 20)

#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB (21 << 26)
#endif

static uint64_t kind_page(enum mem_kind kind)
{
	return kind == MEM_4K ? 4096 : HUGE_SIZE;
}

/* Anonymous memory aligned to a huge page, so that THP can back all of it. */
static uint8_t *map_aligned(uint64_t size, int flags)
{
	uint64_t skip, tail;
	uint8_t *p;

	p = mmap(NULL, size + HUGE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
	if (p == MAP_FAILED)
		die_errno("cannot map %llu bytes of guest memory",
			  (unsigned long long)size);
	skip = -(uintptr_t)p & (HUGE_SIZE - 1);
	tail = HUGE_SIZE - skip;
	if (skip)
		munmap(p, skip);
	if (tail)
		munmap(p + skip + size, tail);
	return p + skip;
}

static uint8_t *map_huge(uint64_t size, int flags)
{
	uint8_t *p;

	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		 MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB | flags, -1, 0);
	if (p == MAP_FAILED)
		die_errno("cannot map %llu bytes in 2M pages (see "
			  "/proc/sys/vm/nr_hugepages)",
			  (unsigned long long)size);
	return p;
}

static uint8_t *map(uint64_t size, enum mem_kind kind, int flags)
{
	uint8_t *p;

	if (kind == MEM_HUGE)
		return map_huge(size, flags);
	p = map_aligned(size, flags);
	/* Fails without CONFIG_TRANSPARENT_HUGEPAGE: nothing to ask then. */
	madvise(p, size, kind == MEM_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return p;
}

uint8_t *mem_map(uint64_t size, enum mem_kind kind)
{
	return map(size, kind, 0);
}

/*
 * Touch the pages in random order, so that neighbours here are none in physical
 * memory, as in a process that has run for a while. Fresh memory in order would
 * lie in long runs, but only where the kernel happens to have them.
 */
static void scatter(uint8_t *p, uint64_t size)
{
	uint64_t n = size / 4096, i, *order = xcalloc(n, sizeof(*order));

	for (i = 0; i < n; i++)
		order[i] = i;
	shuffle_u64(order, n, n);
	for (i = 0; i < n; i++)
		p[order[i] * 4096] = 0;
	free(order);
}

static uint8_t *map_filled(uint64_t size, enum mem_kind kind)
{
	uint8_t *p = mem_map(size, kind);

	if (kind == MEM_4K)
		scatter(p, size);
	return memset(p, 0, size);
}

void mem_create(struct mem *m, const struct mem_opts *o)
{
	uint64_t page = kind_page(o->kind), each, gpa = MEM_BASE;
	unsigned int i;

	memset(m, 0, sizeof(*m));
	m->opts = *o;
	m->page = page;
	m->n = o->regions;
	each = (o->size / o->regions + page - 1) & ~(page - 1);
	for (i = 0; i < m->n; i++) {
		m->r[i].gpa = gpa;
		m->r[i].size = each;
		m->r[i].uva = o->sparse ?
			      map(each, o->kind, MAP_NORESERVE) :
			      map_filled(each, o->kind);
		gpa += each + o->hole;
	}
	m->ring_next = m->r[0].gpa;
}

void mem_destroy(struct mem *m)
{
	unsigned int i;

	for (i = 0; i < m->n; i++)
		munmap(m->r[i].uva, m->r[i].size);
	m->n = 0;
}

uint64_t mem_end(const struct mem *m)
{
	return m->r[m->n - 1].gpa + m->r[m->n - 1].size;
}

uint8_t *mem_chunk(const struct mem *m, uint64_t gpa, uint64_t *len)
{
	unsigned int i;

	for (i = 0; i < m->n; i++) {
		const struct mem_region *r = &m->r[i];

		if (gpa - r->gpa < r->size) {
			*len = r->size - (gpa - r->gpa);
			return r->uva + (gpa - r->gpa);
		}
	}
	*len = 0;
	return NULL;
}

uint8_t *mem_ptr(const struct mem *m, uint64_t gpa, uint64_t len)
{
	uint64_t have;
	uint8_t *p = mem_chunk(m, gpa, &have);

	if (!p || have < len)
		die("guest memory: no %llu bytes at 0x%llx",
		    (unsigned long long)len, (unsigned long long)gpa);
	return p;
}

uint64_t mem_ring_alloc(struct mem *m, uint64_t size, uint64_t align)
{
	uint64_t gpa = (m->ring_next + align - 1) & ~(align - 1);

	if (gpa + size > m->r[0].gpa + m->r[0].size)
		die("--mem: too small for these rings");
	m->ring_next = gpa + size;
	memset(mem_ptr(m, gpa, size), 0, size);
	return gpa;
}

void mem_ring_done(struct mem *m)
{
	m->buf_start = (m->ring_next + 4095) & ~4095ull;
}

/* How many bytes follow @gpa without a hole for the guest. */
static uint64_t mem_run(const struct mem *m, uint64_t gpa)
{
	uint64_t len, run = 0;

	while (mem_chunk(m, gpa + run, &len))
		run += len;
	return run;
}

uint64_t mem_find(const struct mem *m, uint64_t gpa, uint64_t len)
{
	unsigned int i;

	if (mem_run(m, gpa) >= len)
		return gpa;
	for (i = 0; i < m->n; i++)
		if (m->r[i].gpa > gpa && mem_run(m, m->r[i].gpa) >= len)
			return m->r[i].gpa;
	return 0;
}

void mem_read(const struct mem *m, uint64_t gpa, void *dst, uint64_t len)
{
	uint8_t *d = dst, *p;
	uint64_t n;

	while (len) {
		p = mem_chunk(m, gpa, &n);
		if (!p)
			die("guest memory: hole at 0x%llx",
			    (unsigned long long)gpa);
		n = n < len ? n : len;
		memcpy(d, p, n);
		d += n;
		gpa += n;
		len -= n;
	}
}

void mem_write(const struct mem *m, uint64_t gpa, const void *s, uint64_t len)
{
	const uint8_t *src = s;
	uint64_t n;
	uint8_t *p;

	while (len) {
		p = mem_chunk(m, gpa, &n);
		if (!p)
			die("guest memory: hole at 0x%llx",
			    (unsigned long long)gpa);
		n = n < len ? n : len;
		memcpy(p, src, n);
		src += n;
		gpa += n;
		len -= n;
	}
}
