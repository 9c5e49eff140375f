// SPDX-License-Identifier: GPL-2.0
/*
 * One malformed ring, and how the kernel signals it. On the ring stand one
 * good head, the spoiled one, and good ones again. Reported is what a guest or
 * its monitor can see, so that two backends can be compared:
 *
 *   err        the error eventfd fired
 *   used       heads used until the wait was over, of "posted"
 *   exact      stopping left the base at what had been used
 *   recovered  after a reset of the ring, traffic flows
 *
 * Receive cases need traffic from outside all the time: wiregen send --count 0.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bad.h"
#include "util.h"

#define HEADS 16	/* posted behind the spoiled one */
#define RECOVERED 10	/* so many frames afterwards are enough */

struct bad {
	struct guest *g;
	const struct bad_case *c;
	struct bad_target t;
	unsigned int posted, used;
	uint64_t errs, calls, good, corrupt, bad_header;
	bool exact, recovered;
	int error;
};

void bad_list(void)
{
	unsigned int i;

	for (i = 0; i < bad_ncases; i++)
		printf("%-18s %s\n", bad_cases[i].name, bad_cases[i].what);
}

static const struct bad_case *find_case(const char *name)
{
	unsigned int i;

	if (!name)
		die("--case is missing; see --list");
	for (i = 0; i < bad_ncases; i++)
		if (!strcmp(bad_cases[i].name, name))
			return &bad_cases[i];
	die("--case: no '%s'; see --list", name);
}

static struct vhost_vq *bad_vq(const struct bad *b)
{
	return &b->g->vhost.vq[b->c->queue];
}

/* One page per buffer, so that a spoiled page spoils no other buffer. */
static void prepare_options(struct options *o, const struct bad_case *c)
{
	o->rx.pool.chain = 1;
	o->rx.pool.groups = HEADS + 2;
	o->rx.pool.align = o->mem.kind == MEM_4K ? 4096 : 2 << 20;
	o->rx.post_limit = HEADS + 2;
	o->rx.allow_loss = true;
	o->rx.allow_reorder = true;
	o->rx.allow_empty = true;
	o->tx.chain = 1;
	o->rx_indirect = false;
	o->tx_indirect = false;
	o->ring.in_order = false;
	if (o->tx.spec.proto == PROTO_RAW)
		sizes_range(&o->tx.spec.sizes, 100, 1000);
	if (!o->seconds)
		o->seconds = 1;
	o->mode = c->queue == VQ_RX ? MODE_RX : MODE_TX;
}

static void spoil_last(struct bad *b, uint64_t gpa)
{
	struct ring *r = &bad_vq(b)->ring;

	b->t.g = b->g;
	b->t.r = r;
	b->t.gpa = gpa;
	b->t.head = r->order[(r->avail_idx - 1) & (r->o.num - 1)];
	b->t.desc = &r->desc[b->t.head];
	b->c->spoil(&b->t);
}

/* Heads are put on the ring by hand: from pages of the receive pool. */
static void post_all(struct bad *b)
{
	struct ring *r = &bad_vq(b)->ring;
	bool rx = b->c->queue == VQ_RX;
	struct frame_layout lay;
	struct ring_seg s;
	uint32_t group;
	unsigned int i;

	for (i = 0; i < HEADS + 2 && pool_get(&b->g->rx.pool, &group); i++) {
		s.gpa = pool_slot(&b->g->rx.pool, group, 0);
		s.len = b->g->o.rx.pool.bufsize;
		s.write = rx;
		if (!rx) {
			memset(b->g->tx.buf, 0, VNET_HDR_LEN);
			frame_build(&b->g->tx.gen,
				    b->g->tx.buf + VNET_HDR_LEN, CSUM_FULL,
				    &lay);
			s.len = VNET_HDR_LEN + lay.len;
			mem_write(&b->g->mem, s.gpa, b->g->tx.buf, s.len);
		}
		ring_add(r, &s, 1, group);
		b->posted++;
		if (i == 1)
			spoil_last(b, s.gpa);
	}
	ring_publish(r);
}

static void wait_and_see(struct bad *b, double seconds)
{
	uint64_t until = now_ns() + seconds_to_ns(seconds);

	while (now_ns() < until) {
		poll(NULL, 0, 20);
		vhost_collect_events(&b->g->vhost);
	}
}

/* What can be seen, then stop. */
static void observe(struct bad *b)
{
	struct vhost_vq *vq = bad_vq(b);

	wait_and_see(b, b->g->o.seconds);
	b->exact = guest_stop(b->g);
	vhost_collect_events(&b->g->vhost);
	b->used = ring_used_idx(&vq->ring);
	b->errs = vq->errs;
	b->calls = vq->calls;
}

/* The spoiled page must be readable before anyone looks at the buffers. */
static void restore_page(struct bad *b)
{
	const struct mem *m = &b->g->mem;

	if (!b->t.undo)
		return;
	if (mmap(b->t.undo, m->page, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		 MAP_ANONYMOUS | MAP_FIXED | (m->opts.kind == MEM_HUGE ?
		 MAP_HUGETLB : 0), -1, 0) == MAP_FAILED)
		die_errno("cannot restore a page");
	canary_fill(m, b->t.gpa & -m->page, m->page);
}

static void take_good(struct bad *b)
{
	struct rx *rx = &b->g->rx;

	if (b->c->queue != VQ_RX)
		return;
	/* Tampered entries come back under other numbers: that is no news. */
	while (rx_drain(rx, 1))
		;
	b->good = rx->track.received;
	b->corrupt = rx->st.corrupt;
	b->bad_header = rx->st.bad_header;
}

/* As a driver does after an error: everything anew, from index 0. */
static void reset_ring(struct bad *b)
{
	struct guest *g = b->g;
	unsigned int q, i;

	for (i = 0; i < g->rx.pool.o.groups; i++)
		if (g->rx.pool.state[i] != GROUP_FREE)
			pool_put(&g->rx.pool, i);
	memset(&g->rx.f, 0, offsetof(struct rx_frame, copy));
	canary_fill_from(&g->mem, g->rx.pool.start);
	for (q = 0; q < VQ_COUNT; q++) {
		ring_reset(&g->vhost.vq[q].ring);
		if (vhost_set_base(&g->vhost, q, 0))
			die_errno("VHOST_SET_VRING_BASE of queue %u", q);
	}
}

static bool try_receive(struct bad *b)
{
	uint64_t until = now_ns() + 5 * NSEC_PER_SEC;
	uint64_t from = b->g->rx.track.received;
	struct rx *rx = &b->g->rx;

	while (now_ns() < until && rx->track.received < from + RECOVERED) {
		rx_post(rx, true);
		if (!rx_drain(rx, 64))
			poll(NULL, 0, 10);
	}
	return rx->track.received >= from + RECOVERED;
}

static bool try_send(struct bad *b)
{
	uint64_t until = now_ns() + 5 * NSEC_PER_SEC;
	struct tx *tx = &b->g->tx;

	tx->o.count = RECOVERED;
	while (now_ns() < until && tx->completed < RECOVERED) {
		tx_fill(tx, RECOVERED);
		if (!tx_reap(tx))
			poll(NULL, 0, 10);
	}
	return tx->completed == RECOVERED;
}

static void recover(struct bad *b)
{
	reset_ring(b);
	guest_start(b->g);
	b->recovered = b->c->queue == VQ_RX ? try_receive(b) : try_send(b);
	guest_stop(b->g);
	rx_drain(&b->g->rx, 64);
	rx_scan(&b->g->rx);
}

static void do_call(struct bad *b)
{
	errno = 0;
	b->error = b->c->call(b->g) ? errno : 0;
	/* Whatever it did: set everything right again. */
	vhost_set_backend(&b->g->vhost, VQ_RX, VHOST_FILE_UNBIND);
	if (vhost_set_mem(&b->g->vhost, &b->g->mem, 0, NULL, 0))
		die_errno("VHOST_SET_MEM_TABLE");
	vhost_setup_vqs(&b->g->vhost);
	b->exact = true;
}

static void report(const struct bad *b)
{
	struct json_object *o = json_object_new_object();

	jput_str(o, "program", "vguest");
	jput_str(o, "mode", "bad");
	jput_str(o, "case", b->c->name);
	jput_str(o, "backend", backend_kind_name(b->g->o.backend.kind));
	jput_str(o, "kind", b->c->call ? "call" : "ring");
	jput_u64(o, "errno", b->error);
	jput_str(o, "error", b->error ? strerror(b->error) : "");
	jput_bool(o, "err", b->errs > 0);
	jput_u64(o, "errs", b->errs);
	jput_bool(o, "call", b->calls > 0);
	jput_u64(o, "posted", b->posted);
	jput_u64(o, "used", b->used);
	jput_bool(o, "exact", b->exact);
	jput_u64(o, "good", b->good);
	jput_u64(o, "corrupt", b->corrupt);
	jput_u64(o, "bad_header", b->bad_header);
	jput_u64(o, "outside_touched", b->g->rx.outside);
	jput_bool(o, "recovered", b->recovered);
	printf("vguest bad %s: errno %d, err %llu, used %u of %u, %s, %s\n",
	       b->c->name, b->error, (unsigned long long)b->errs, b->used,
	       b->posted, b->exact ? "exact" : "NOT exact",
	       b->recovered ? "recovered" : "NOT recovered");
	if (b->g->o.json)
		jwrite(o, b->g->o.json);
	else
		json_object_put(o);
}

int bad_run(struct guest *g)
{
	struct bad b = { .g = g, .c = find_case(g->o.bad_case) };

	prepare_options(&g->o, b.c);
	guest_setup(g);
	if (b.c->call) {
		do_call(&b);
	} else {
		post_all(&b);
		guest_start(g);
		guest_say_ready(g);
		observe(&b);
		restore_page(&b);
		take_good(&b);
	}
	guest_say_ready(g);
	recover(&b);
	report(&b);
	return b.recovered && !g->rx.outside ? EXIT_OK : EXIT_VERIFY;
}
