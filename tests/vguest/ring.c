// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "util.h"

#define LOAD(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define STORE(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

uint64_t ring_avail_size(unsigned int num)
{
	return 4 + 2 * (uint64_t)num + 2;
}

uint64_t ring_used_size(unsigned int num)
{
	return 4 + 8 * (uint64_t)num + 2;
}

/* The event indexes live just behind the two rings. */
static uint16_t *used_event(const struct ring *r)
{
	return &r->avail->ring[r->o.num];
}

static uint16_t *avail_event(const struct ring *r)
{
	return (uint16_t *)&r->used->ring[r->o.num];
}

static void ring_alloc(struct ring *r, struct mem *m)
{
	unsigned int num = r->o.num;
	uint64_t ind = (uint64_t)num * r->o.chain_max * sizeof(*r->desc);

	r->desc_gpa = mem_ring_alloc(m, num * sizeof(*r->desc), 4096);
	r->avail_gpa = mem_ring_alloc(m, ring_avail_size(num), 64);
	/* A page of its own: the dirty log of the used ring is exact then. */
	r->used_gpa = mem_ring_alloc(m, ring_used_size(num), 4096);
	if (r->o.indirect)
		r->ind_gpa = mem_ring_alloc(m, ind, 4096);
	mem_ring_alloc(m, 0, 4096);
	r->desc = (void *)mem_ptr(m, r->desc_gpa, num * sizeof(*r->desc));
	r->avail = (void *)mem_ptr(m, r->avail_gpa, ring_avail_size(num));
	r->used = (void *)mem_ptr(m, r->used_gpa, ring_used_size(num));
}

void ring_reset(struct ring *r)
{
	unsigned int i, num = r->o.num;

	memset(r->desc, 0, num * sizeof(*r->desc));
	memset(r->avail, 0, ring_avail_size(num));
	memset(r->used, 0, ring_used_size(num));
	memset(r->head, 0, num * sizeof(*r->head));
	for (i = 0; i < num; i++)
		r->free[i] = num - 1 - i;
	r->nfree = num;
	r->next_desc = 0;
	r->avail_idx = 0;
	r->kicked_idx = 0;
	r->last_used = 0;
	r->outstanding = 0;
	r->added = 0;
	r->used_total = 0;
	r->batch = false;
}

void ring_init(struct ring *r, struct mem *m, const struct ring_opts *o)
{
	memset(r, 0, sizeof(*r));
	r->o = *o;
	r->mem = m;
	ring_alloc(r, m);
	r->head = xcalloc(o->num, sizeof(*r->head));
	r->order = xcalloc(o->num, sizeof(*r->order));
	r->free = xcalloc(o->num, sizeof(*r->free));
	ring_reset(r);
}

void ring_free(struct ring *r)
{
	free(r->head);
	free(r->order);
	free(r->free);
	r->head = NULL;
	r->order = NULL;
	r->free = NULL;
}

static unsigned int descs_needed(const struct ring *r, unsigned int n)
{
	return r->o.indirect ? 1 : n;
}

bool ring_room(const struct ring *r, unsigned int n)
{
	return r->nfree >= descs_needed(r, n);
}

/* In order the device may assume consecutive descriptors; else any will do. */
static uint16_t take_desc(struct ring *r)
{
	r->nfree--;
	if (r->o.in_order)
		return r->next_desc++ & (r->o.num - 1);
	return r->free[r->nfree];
}

static void set_desc(struct vring_desc *d, const struct ring_seg *s, bool more,
		     uint16_t next)
{
	d->addr = s->gpa;
	d->len = s->len;
	d->flags = (s->write ? VRING_DESC_F_WRITE : 0) |
		   (more ? VRING_DESC_F_NEXT : 0);
	d->next = more ? next : 0;
}

static uint16_t add_direct(struct ring *r, const struct ring_seg *s,
			   unsigned int n)
{
	uint16_t head = take_desc(r), idx = head, next;
	unsigned int i;

	for (i = 0; i < n; i++) {
		next = i + 1 < n ? take_desc(r) : 0;
		set_desc(&r->desc[idx], &s[i], i + 1 < n, next);
		idx = next;
	}
	return head;
}

static uint16_t add_indirect(struct ring *r, const struct ring_seg *s,
			     unsigned int n)
{
	uint16_t head = take_desc(r);
	uint64_t size = r->o.chain_max * sizeof(struct vring_desc);
	uint64_t gpa = r->ind_gpa + head * size;
	struct vring_desc *t = (void *)mem_ptr(r->mem, gpa, size);
	unsigned int i;

	for (i = 0; i < n; i++)
		set_desc(&t[i], &s[i], i + 1 < n, i + 1);
	r->desc[head].addr = gpa;
	r->desc[head].len = n * sizeof(*t);
	r->desc[head].flags = VRING_DESC_F_INDIRECT;
	r->desc[head].next = 0;
	return head;
}

bool ring_add(struct ring *r, const struct ring_seg *s, unsigned int n,
	      uint32_t token)
{
	struct ring_head *h;
	uint32_t cap = 0;
	uint16_t head;
	unsigned int i;

	if (!ring_room(r, n) || n > r->o.chain_max || n > RING_SEGS_MAX)
		return false;
	for (i = 0; i < n; i++)
		cap += s[i].write ? s[i].len : 0;
	head = r->o.indirect ? add_indirect(r, s, n) : add_direct(r, s, n);
	h = &r->head[head];
	h->token = token;
	h->cap = cap;
	h->ndesc = descs_needed(r, n);
	r->order[r->avail_idx & (r->o.num - 1)] = head;
	r->avail->ring[r->avail_idx & (r->o.num - 1)] = head;
	r->avail_idx++;
	r->outstanding++;
	r->added++;
	return true;
}

bool ring_publish(struct ring *r)
{
	uint16_t old = r->kicked_idx, new = r->avail_idx;

	STORE(r->avail->idx, new);
	/* The device may go to sleep now: its wish must be read after. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	r->kicked_idx = new;
	if (r->o.event_idx)
		return vring_need_event(LOAD(*avail_event(r)), new, old);
	return new != old && !(LOAD(r->used->flags) & VRING_USED_F_NO_NOTIFY);
}

uint16_t ring_used_idx(const struct ring *r)
{
	return LOAD(r->used->idx);
}

static void put_descs(struct ring *r, uint16_t head)
{
	unsigned int n = r->head[head].ndesc, i;
	uint16_t d = head;

	if (!r->o.in_order) {
		for (i = 0; i < n; i++) {
			r->free[r->nfree + i] = d;
			d = r->desc[d].next;
		}
	}
	r->nfree += n;
	r->head[head].ndesc = 0;
	r->outstanding--;
}

static bool finish(struct ring *r, uint16_t head, uint32_t len,
		   struct ring_used *u)
{
	u->token = r->head[head].token;
	u->len = len;
	put_descs(r, head);
	r->last_used++;
	r->used_total++;
	return true;
}

/* One used entry may stand for all heads up to it: those are used in full. */
static bool get_in_order(struct ring *r, struct ring_used *u)
{
	uint16_t head = r->order[r->last_used & (r->o.num - 1)];
	const struct vring_used_elem *e;

	if (!r->batch) {
		e = &r->used->ring[r->last_used & (r->o.num - 1)];
		if (e->id >= r->o.num || !r->head[e->id].ndesc) {
			r->errors++;
			r->last_used++;
			return false;
		}
		r->batch = true;
		r->batch_id = e->id;
		r->batch_len = e->len;
	}
	if (head != r->batch_id)
		return finish(r, head, r->head[head].cap, u);
	r->batch = false;
	return finish(r, head, r->batch_len, u);
}

bool ring_get(struct ring *r, struct ring_used *u)
{
	const struct vring_used_elem *e;

	while (r->last_used != ring_used_idx(r)) {
		if ((uint16_t)(ring_used_idx(r) - r->last_used) >
		    r->outstanding) {
			r->errors++;
			r->last_used = ring_used_idx(r);
			return false;
		}
		if (r->o.in_order) {
			if (get_in_order(r, u))
				return true;
			continue;
		}
		e = &r->used->ring[r->last_used & (r->o.num - 1)];
		if (e->id < r->o.num && r->head[e->id].ndesc)
			return finish(r, e->id, e->len, u);
		r->errors++;
		r->last_used++;
	}
	return false;
}

bool ring_enable_call(struct ring *r)
{
	STORE(r->avail->flags, 0);
	STORE(*used_event(r), r->last_used);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return r->last_used != ring_used_idx(r);
}

void ring_disable_call(struct ring *r)
{
	/* With event indexes the device calls when one is crossed: leave it
	 * behind; else ask with the flag.
	 */
	if (r->o.event_idx)
		STORE(*used_event(r), (uint16_t)(r->last_used - 1));
	else
		STORE(r->avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
}
