// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "util.h"

/* The pages of the slots are there before the first frame is. */
static void touch(const struct pool *p, uint64_t n)
{
	uint64_t i;

	for (i = 0; i < n; i++) {
		mem_write(p->mem, p->slot[i], "", 1);
		mem_write(p->mem, p->slot[i] + p->o.bufsize - 1, "", 1);
	}
}

/* All places where a slot may be, in rising order. */
static uint64_t *all_slots(const struct pool *p, uint64_t *count)
{
	uint64_t stride = (uint64_t)p->o.bufsize + p->o.gap, gpa, n = 0;
	uint64_t max = (p->end - p->start) / stride + 1;
	uint64_t *all = xcalloc(max, sizeof(*all));

	for (gpa = p->start + p->o.offset; n < max; gpa += stride) {
		gpa = (gpa + p->o.align - 1) / p->o.align * p->o.align;
		gpa = mem_find(p->mem, gpa, p->o.bufsize);
		if (!gpa)
			break;
		all[n++] = gpa;
	}
	*count = n;
	return all;
}

void pool_init(struct pool *p, const struct mem *m, const struct pool_opts *o,
	       uint64_t start)
{
	uint64_t n = (uint64_t)o->groups * o->chain, have, *all;
	uint32_t i;

	memset(p, 0, sizeof(*p));
	p->o = *o;
	p->mem = m;
	p->start = start;
	p->end = mem_end(m);
	all = all_slots(p, &have);
	if (have < n)
		die("--mem: room for %llu of %llu buffers",
		    (unsigned long long)have, (unsigned long long)n);
	if (o->shuffle)
		shuffle_u64(all, have, o->seed);
	p->slot = xcalloc(n, sizeof(*p->slot));
	memcpy(p->slot, all, n * sizeof(*all));
	free(all);
	if (m->opts.sparse)
		touch(p, n);
	p->state = xcalloc(o->groups, 1);
	p->fifo = xcalloc(o->groups, sizeof(*p->fifo));
	for (i = 0; i < o->groups; i++)
		p->fifo[i] = i;
	p->nfree = o->groups;
}

void pool_free(struct pool *p)
{
	free(p->slot);
	free(p->state);
	free(p->fifo);
	memset(p, 0, sizeof(*p));
}

bool pool_get(struct pool *p, uint32_t *group)
{
	if (!p->nfree)
		return false;
	*group = p->fifo[p->head];
	p->head = (p->head + 1) % p->o.groups;
	p->nfree--;
	p->state[*group] = GROUP_POSTED;
	return true;
}

void pool_put(struct pool *p, uint32_t group)
{
	p->fifo[(p->head + p->nfree) % p->o.groups] = group;
	p->nfree++;
	p->state[group] = GROUP_FREE;
}

bool pool_posted_in(struct pool *p, uint64_t gpa, uint64_t len, bool taint)
{
	uint64_t i, n = (uint64_t)p->o.groups * p->o.chain, at;
	bool any = false;

	for (i = 0; i < n; i++) {
		at = p->slot[i];
		if (p->state[i / p->o.chain] == GROUP_FREE ||
		    at >= gpa + len || at + p->o.bufsize <= gpa)
			continue;
		any = true;
		if (!taint)
			break;
		p->state[i / p->o.chain] = GROUP_TAINTED;
	}
	return any;
}
