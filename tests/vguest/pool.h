/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive buffers: groups of slots in guest memory. A group is what one head
 * posts; each slot of it is one descriptor.
 */
#ifndef VG_POOL_H
#define VG_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

enum group_state { GROUP_FREE, GROUP_POSTED, GROUP_TAINTED };

struct pool_opts {
	uint32_t bufsize;	/* of one slot */
	uint32_t chain;		/* slots of a group */
	uint32_t offset;	/* of the first slot from a page boundary */
	uint32_t gap, align;	/* between slots; of each slot */
	uint32_t groups;	/* how many */
	bool shuffle;		/* spread over all memory, in random order */
	uint64_t seed;
};

struct pool {
	struct pool_opts o;
	const struct mem *mem;
	uint64_t start, end;	/* guest-physical range the pool may use */
	uint64_t *slot;		/* gpa, groups * chain of them */
	uint8_t *state;		/* enum group_state, by group */
	uint32_t *fifo;		/* free groups */
	uint32_t head, nfree;
};

void pool_init(struct pool *p, const struct mem *m, const struct pool_opts *o,
	       uint64_t start);
void pool_free(struct pool *p);
/* Oldest free group; false when there is none. */
bool pool_get(struct pool *p, uint32_t *group);
void pool_put(struct pool *p, uint32_t group);
static inline uint64_t pool_slot(const struct pool *p, uint32_t group,
				 uint32_t i)
{
	return p->slot[(uint64_t)group * p->o.chain + i];
}

/* Does any posted slot touch [gpa, gpa + len)? With @taint, mark them. */
bool pool_posted_in(struct pool *p, uint64_t gpa, uint64_t len, bool taint);

/*
 * Replace the memory under the pool by fresh pages in which the canary stands
 * already: those where nothing is posted, or those where something is. Returns
 * how many pages.
 */
uint64_t pool_remap(struct pool *p, bool posted);

#endif
