/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: regions of this process' memory at guest-physical addresses
 * that have nothing to do with the virtual ones.
 *
 *   guest-physical   0x40000000      hole            hole
 *                    [ region 0 ]---------[ region 1 ]-------[ ...
 *   here             mapping 0            mapping 1, anywhere
 *
 * Memory that no one is to write is filled with a canary, a function of the
 * guest-physical address.
 */
#ifndef VG_MEM_H
#define VG_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEM_REGIONS_MAX 62
#define MEM_BASE 0x40000000ull

enum mem_kind { MEM_4K, MEM_HUGE, MEM_THP };

struct mem_region {
	uint64_t gpa, size;
	uint8_t *uva;
};

struct mem_opts {
	uint64_t size;
	enum mem_kind kind;
	unsigned int regions;
	uint64_t hole;		/* between regions; 0: adjacent for the guest */
	bool sparse;		/* no page is there before it is written to */
};

struct mem {
	struct mem_region r[MEM_REGIONS_MAX];
	unsigned int n;
	struct mem_opts opts;
	uint64_t page;		/* what a mapping is made of */
	uint64_t ring_next;	/* allocation of rings, in region 0 */
	uint64_t buf_start;	/* buffers: from here on, all regions */
};

void mem_create(struct mem *m, const struct mem_opts *o);
void mem_destroy(struct mem *m);
uint64_t mem_end(const struct mem *m);

/* Pointer to @gpa and, in @len, how far it reaches here; NULL in a hole. */
uint8_t *mem_chunk(const struct mem *m, uint64_t gpa, uint64_t *len);
/* As above for exactly @len bytes, which must be in one region. */
uint8_t *mem_ptr(const struct mem *m, uint64_t gpa, uint64_t len);
/* For ring structures: zeroed, in region 0; exits 2 when it is full. */
uint64_t mem_ring_alloc(struct mem *m, uint64_t size, uint64_t align);
/* No more rings: buffers start at the next page. */
void mem_ring_done(struct mem *m);
/* First address at or after @gpa with @len bytes without a hole, or 0. */
uint64_t mem_find(const struct mem *m, uint64_t gpa, uint64_t len);

void mem_read(const struct mem *m, uint64_t gpa, void *dst, uint64_t len);
void mem_write(const struct mem *m, uint64_t gpa, const void *s, uint64_t len);

void canary_fill(const struct mem *m, uint64_t gpa, uint64_t len);
/* How many bytes differ; @first gets the first of them, when there is one. */
uint64_t canary_check(const struct mem *m, uint64_t gpa, uint64_t len,
		      uint64_t *first);

/* The same from @gpa to the end of memory, over the holes. */
void canary_fill_from(const struct mem *m, uint64_t gpa);
uint64_t canary_check_from(const struct mem *m, uint64_t gpa, uint64_t *first);

/* One anonymous mapping as the regions are made, for tests of the table. */
uint8_t *mem_map(uint64_t size, enum mem_kind kind);

#endif
