// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "dirty.h"
#include "util.h"

#define LOG_PAGE 4096ull

void dirty_init(struct dirty *d, struct vhost *v, uint64_t interval_ns)
{
	uint64_t pages = mem_end(v->mem) / LOG_PAGE;
	int i;

	memset(d, 0, sizeof(*d));
	d->v = v;
	d->interval_ns = interval_ns;
	d->first_page = MEM_BASE / LOG_PAGE;
	d->npages = pages - d->first_page;
	d->nwords = (d->npages + 63) / 64;
	d->log = mmap(NULL, pages / 8 + LOG_PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->log == MAP_FAILED)
		die_errno("cannot map the dirty log");
	for (i = 0; i < 3; i++)
		d->marked[i] = xcalloc(d->nwords, 8);
	for (i = 0; i < 2; i++)
		d->expect[i] = xcalloc(d->nwords, 8);
}

void dirty_free(struct dirty *d)
{
	int i;

	if (!d->log)
		return;
	munmap(d->log, (d->first_page + d->npages) / 8 + LOG_PAGE);
	for (i = 0; i < 3; i++)
		free(d->marked[i]);
	for (i = 0; i < 2; i++)
		free(d->expect[i]);
	d->log = NULL;
}

static void set_log(struct dirty *d, bool on)
{
	uint64_t base = (uintptr_t)d->log, f = d->v->features;
	unsigned int q;

	if (on && ioctl(d->v->fd, VHOST_SET_LOG_BASE, &base))
		die_errno("VHOST_SET_LOG_BASE");
	f = on ? f | FEATURE(VHOST_F_LOG_ALL) : f & ~FEATURE(VHOST_F_LOG_ALL);
	vhost_set_features(d->v, f);
	for (q = 0; q < VQ_COUNT; q++)
		if (vhost_set_addr(d->v, q, on))
			die_errno("VHOST_SET_VRING_ADDR of queue %u", q);
	d->on = on;
}

/* Heads used so far, counting those that nobody has looked at yet. */
static uint64_t heads_used(const struct ring *r)
{
	return r->used_total + (uint16_t)(ring_used_idx(r) - r->last_used);
}

void dirty_on(struct dirty *d)
{
	unsigned int q;

	if (d->on)
		return;
	set_log(d, true);
	for (q = 0; q < VQ_COUNT; q++)
		d->from[q] = heads_used(&d->v->vq[q].ring);
	d->last_ns = now_ns();
}

static void set_bits(uint64_t *map, const struct dirty *d, uint64_t gpa,
		     uint64_t len)
{
	uint64_t p = gpa / LOG_PAGE, last = (gpa + len - 1) / LOG_PAGE;

	for (; p <= last; p++)
		if (p - d->first_page < d->npages)
			map[(p - d->first_page) / 64] |=
				1ull << ((p - d->first_page) % 64);
}

void dirty_expect(struct dirty *d, unsigned int q, uint64_t nth, uint64_t gpa,
		  uint64_t len)
{
	if (d->on && len && nth >= d->from[q])
		set_bits(d->expect[1], d, gpa, len);
}

/* Interval k is complete: everything expected in it must be marked by now. */
static void check_interval(struct dirty *d)
{
	uint64_t i, miss;

	for (i = 0; i < d->nwords; i++) {
		if (!d->expect[0][i])
			continue;
		miss = d->expect[0][i] & ~(d->marked[0][i] | d->marked[1][i] |
					   d->marked[2][i]);
		d->checked += __builtin_popcountll(d->expect[0][i]);
		if (miss && !d->missing)
			d->first_missing = (d->first_page + i * 64 +
				__builtin_ctzll(miss)) * LOG_PAGE;
		d->missing += __builtin_popcountll(miss);
	}
}

/* Take what vhost has marked; the log starts at page 0, our memory later. */
static void take_log(struct dirty *d, uint64_t *to)
{
	uint64_t *log = d->log + d->first_page / 64, i;

	for (i = 0; i < d->nwords; i++) {
		to[i] = __atomic_exchange_n(&log[i], 0, __ATOMIC_SEQ_CST);
		d->marked_total += __builtin_popcountll(to[i]);
	}
}

void dirty_tick(struct dirty *d, bool now)
{
	uint64_t *m;

	if (!d->on || (!now && now_ns() - d->last_ns < d->interval_ns))
		return;
	take_log(d, d->marked[2]);
	check_interval(d);
	/* k+1 becomes k. */
	m = d->marked[0];
	d->marked[0] = d->marked[1];
	d->marked[1] = d->marked[2];
	d->marked[2] = m;
	m = d->expect[0];
	d->expect[0] = d->expect[1];
	d->expect[1] = m;
	memset(m, 0, d->nwords * 8);
	d->intervals++;
	d->last_ns = now_ns();
}

void dirty_off(struct dirty *d)
{
	if (!d->on)
		return;
	/* The ioctl waits for the workers: the log is complete after it. */
	set_log(d, false);
	d->on = true;
	dirty_tick(d, true);
	dirty_tick(d, true);
	d->on = false;
}
