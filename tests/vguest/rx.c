// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "backend.h"
#include "rx.h"
#include "util.h"
#include "window.h"

void rx_init(struct rx *rx, const struct rx_opts *o, struct vhost_vq *vq,
	     const struct mem *m, struct dirty *d, uint64_t start)
{
	memset(rx, 0, sizeof(*rx));
	rx->o = *o;
	rx->vq = vq;
	rx->mem = m;
	rx->dirty = d;
	pool_init(&rx->pool, m, &o->pool, start);
	track_init(&rx->track, o->expected);
	if (o->progress)
		rx->progress = progress_create(o->progress);
	if (!o->count_only)
		canary_fill_from(m, start);
}

void rx_free(struct rx *rx)
{
	pool_free(&rx->pool);
	track_free(&rx->track);
}

static bool post_group(struct rx *rx)
{
	const struct pool_opts *po = &rx->pool.o;
	struct ring *r = &rx->vq->ring;
	struct ring_seg seg[RING_SEGS_MAX];
	uint32_t group, i;

	if (!ring_room(r, po->chain) || !pool_get(&rx->pool, &group))
		return false;
	for (i = 0; i < po->chain; i++) {
		seg[i].gpa = pool_slot(&rx->pool, group, i);
		seg[i].len = po->bufsize;
		seg[i].write = true;
	}
	return ring_add(r, seg, po->chain, group);
}

void rx_post(struct rx *rx, bool running)
{
	uint32_t limit = rx->o.post_limit ? rx->o.post_limit : UINT32_MAX;
	struct ring *r = &rx->vq->ring;
	unsigned int n = 0;

	if (rx->paused || (rx->o.lazy && r->outstanding))
		return;
	while (r->outstanding < limit && post_group(rx))
		n++;
	if (n && ring_publish(r) && running)
		vhost_kick(rx->vq);
}

/* Copy one head's bytes; point at them instead when they are in one piece. */
static void gather(struct rx *rx, uint32_t group, uint32_t len)
{
	const struct pool_opts *po = &rx->pool.o;
	struct rx_frame *f = &rx->f;
	uint32_t i, n, left = len;
	uint64_t run;
	uint8_t *p;

	if (!f->have && len <= po->bufsize) {
		p = mem_chunk(rx->mem, pool_slot(&rx->pool, group, 0), &run);
		if (run >= len) {
			f->data = p;
			f->len = len;
			return;
		}
	}
	for (i = 0; i < po->chain && left; i++) {
		n = left < po->bufsize ? left : po->bufsize;
		if (f->len + n > sizeof(f->copy))
			n = sizeof(f->copy) - f->len;
		mem_read(rx->mem, pool_slot(&rx->pool, group, i),
			 f->copy + f->len, n);
		f->len += n;
		left -= n < left ? n : left;
	}
	f->data = f->copy;
}

/* What the device wrote becomes canary again; the rest must still be it. */
static void reset_group(struct rx *rx, uint32_t group, uint32_t len)
{
	const struct pool_opts *po = &rx->pool.o;
	uint64_t gpa, first, bad = 0;
	uint32_t i, n;

	for (i = 0; i < po->chain; i++) {
		gpa = pool_slot(&rx->pool, group, i);
		n = len < po->bufsize ? len : po->bufsize;
		bad += canary_check(rx->mem, gpa + n, po->bufsize - n, &first);
		canary_fill(rx->mem, gpa, po->bufsize);
		len -= n;
	}
	if (bad && rx->pool.state[group] != GROUP_TAINTED) {
		if (!rx->st.tail_touched++)
			note("%llu bytes after the end of a frame written, "
			     "the last at guest address 0x%llx",
			     (unsigned long long)bad,
			     (unsigned long long)first);
	}
}

static void expect_dirty(struct rx *rx, uint32_t group, uint32_t len)
{
	const struct pool_opts *po = &rx->pool.o;
	const struct ring *r = &rx->vq->ring;
	uint64_t nth = r->used_total - 1;
	uint32_t i, n;

	if (!rx->dirty || !rx->dirty->on)
		return;
	for (i = 0; i < po->chain && len; i++) {
		n = len < po->bufsize ? len : po->bufsize;
		dirty_expect(rx->dirty, VQ_RX, nth,
			     pool_slot(&rx->pool, group, i), n);
		len -= n;
	}
	dirty_expect(rx->dirty, VQ_RX, nth, r->used_gpa, 4);
	dirty_expect(rx->dirty, VQ_RX, nth, r->used_gpa + 4 +
		     ((r->last_used - 1) & (r->o.num - 1)) * 8, 8);
}

static uint32_t num_buffers(const struct rx *rx)
{
	uint32_t n;

	if (!rx->o.mrg || rx->f.len < VNET_HDR_LEN)
		return 1;
	n = rx->f.data[10] | rx->f.data[11] << 8;
	if (!n || n > rx->vq->ring.o.num)
		return 1;
	return n;
}

static void finish_frame(struct rx *rx)
{
	rx_check_frame(rx);
	rx->f.len = 0;
	rx->f.have = 0;
	rx->f.tainted = false;
}

/* A head for a frame that the device had to drop after all. */
static void take_empty(struct rx *rx, uint32_t group)
{
	rx->st.empty++;
	if (!rx->o.count_only)
		reset_group(rx, group, 0);
	pool_put(&rx->pool, group);
}

/*
 * Does what follows the header of a first buffer span pages? The frame itself:
 * then the NIC cannot have put it there; all of the buffer: then it need not.
 */
static void count_across(struct rx *rx, uint32_t group, uint32_t len)
{
	uint64_t from = pool_slot(&rx->pool, group, 0) + VNET_HDR_LEN;
	uint64_t left = rx->mem->page - (from & (rx->mem->page - 1));

	rx->st.frames_across += len > VNET_HDR_LEN + left;
	rx->st.buffers_across += rx->pool.o.bufsize > VNET_HDR_LEN + left;
}

static void take_head(struct rx *rx, const struct ring_used *u)
{
	struct rx_frame *f = &rx->f;
	uint64_t cap = (uint64_t)rx->pool.o.bufsize * rx->pool.o.chain;
	uint32_t len = u->len;

	if (len > cap) {
		rx->st.bad_length++;
		len = cap;
	}
	rx->st.heads++;
	if (!len && !f->have) {
		take_empty(rx, u->token);
		return;
	}
	f->tainted |= rx->pool.state[u->token] == GROUP_TAINTED;
	expect_dirty(rx, u->token, len);
	gather(rx, u->token, len);
	if (!f->have) {
		f->want = num_buffers(rx);
		count_across(rx, u->token, len);
	}
	f->have++;
	if (f->want > 1 && f->data != f->copy) {
		memcpy(f->copy, f->data, f->len);
		f->data = f->copy;
	}
	if (f->have == f->want)
		finish_frame(rx);
	if (!rx->o.count_only)
		reset_group(rx, u->token, len);
	pool_put(&rx->pool, u->token);
}

unsigned int rx_drain(struct rx *rx, unsigned int budget)
{
	struct ring_used u;
	unsigned int n = 0;

	while (n < budget && ring_get(&rx->vq->ring, &u)) {
		take_head(rx, &u);
		n++;
	}
	if (n)
		progress_set(rx->progress, rx->st.records + rx->st.corrupt);
	return n;
}

void rx_scan(struct rx *rx)
{
	const struct pool_opts *po = &rx->pool.o;
	uint64_t gpa;
	uint32_t g, i;

	if (rx->o.count_only)
		return;
	for (g = 0; g < po->groups; g++) {
		if (rx->pool.state[g] == GROUP_FREE)
			continue;
		for (i = 0; i < po->chain; i++) {
			gpa = pool_slot(&rx->pool, g, i);
			if (canary_check(rx->mem, gpa, po->bufsize, NULL))
				rx->posted_touched++;
			canary_fill(rx->mem, gpa, po->bufsize);
		}
	}
	rx->outside = canary_check_from(rx->mem, rx->pool.start,
					&rx->first_outside);
}
