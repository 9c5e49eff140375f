// SPDX-License-Identifier: GPL-2.0
/* Guest memory, canary, rings against the device in this process. */
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dirty.h"
#include "fakedev.h"
#include "selftest.h"
#include "util.h"

static struct mem mem;
static struct ring ring;
static struct fakedev dev;

static void open_ring(unsigned int num, unsigned int chain, bool indirect,
		      bool in_order)
{
	const struct mem_opts mo = {
		.size = 4 << 20, .regions = 2, .hole = 1 << 20,
	};
	const struct ring_opts ro = {
		.num = num, .chain_max = chain, .indirect = indirect,
		.in_order = in_order,
	};

	mem_create(&mem, &mo);
	ring_init(&ring, &mem, &ro);
	mem_ring_done(&mem);
	fakedev_init(&dev, &mem, &ring);
}

static void close_ring(void)
{
	ring_free(&ring);
	mem_destroy(&mem);
}

static void memory_translation(void)
{
	uint8_t out[300], in[300];
	uint64_t len, end;

	open_ring(16, 1, false, false);
	end = mem.r[0].gpa + mem.r[0].size;
	EXPECT(!mem_chunk(&mem, end, &len) && !mem_chunk(&mem, 0, &len));
	EXPECT(mem_chunk(&mem, end - 100, &len) && len == 100);
	EXPECT(mem_find(&mem, end - 100, 200) == mem.r[1].gpa);
	EXPECT(mem_find(&mem, mem_end(&mem) - 10, 20) == 0);
	memset(out, 0x5a, sizeof(out));
	mem_write(&mem, mem.r[1].gpa, out, sizeof(out));
	mem_read(&mem, mem.r[1].gpa, in, sizeof(in));
	EXPECT(!memcmp(in, out, sizeof(in)));
	close_ring();
}

static void adjacent_regions(void)
{
	const struct mem_opts mo = { .size = 4 << 20, .regions = 2 };
	uint8_t out[300], in[300];
	uint64_t gpa;

	mem_create(&mem, &mo);
	gpa = mem.r[1].gpa - 150;
	EXPECT(mem_find(&mem, gpa, 300) == gpa);
	memset(out, 0xa5, sizeof(out));
	mem_write(&mem, gpa, out, sizeof(out));
	mem_read(&mem, gpa, in, sizeof(in));
	EXPECT(!memcmp(in, out, sizeof(in)));
	EXPECT(mem.r[1].uva[149] == 0xa5 && !mem.r[1].uva[150]);
	mem_destroy(&mem);
}

static void canary(void)
{
	uint64_t gpa, first = 0, n;

	open_ring(16, 1, false, false);
	canary_fill_from(&mem, mem.buf_start);
	EXPECT(!canary_check_from(&mem, mem.buf_start, &first));
	for (n = 0; n < 9; n++) {
		gpa = mem.r[1].gpa + 1000 + n;
		*mem_ptr(&mem, gpa, 1) ^= 1;
		EXPECT(canary_check_from(&mem, mem.buf_start, &first) == 1);
		EXPECT(first == gpa);
		EXPECT(canary_check(&mem, gpa, 1, NULL) == 1);
		EXPECT(!canary_check(&mem, gpa + 1, 100, NULL));
		EXPECT(!canary_check(&mem, gpa - 100, 100, NULL));
		canary_fill(&mem, gpa, 1);
		EXPECT(!canary_check_from(&mem, mem.buf_start, &first));
	}
	close_ring();
}

static bool same_segs(const struct ring_seg *a, const struct ring_seg *b,
		      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (a[i].gpa != b[i].gpa || a[i].len != b[i].len ||
		    a[i].write != b[i].write)
			return false;
	return true;
}

/* Heads go around the ring many times, and come back mixed. */
static void go_around(unsigned int chain, bool indirect, bool in_order)
{
	struct ring_seg seg[RING_SEGS_MAX], got[RING_SEGS_MAX];
	unsigned int i, round, n = 4;
	struct ring_used u;
	uint16_t head[4];

	open_ring(16, chain, indirect, in_order);
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < chain * n; i++)
			seg[i] = (struct ring_seg){ MEM_BASE + i * 64, 64,
						    i & 1 };
		for (i = 0; i < n; i++)
			EXPECT(ring_add(&ring, seg + i * chain, chain, i));
		ring_publish(&ring);
		for (i = 0; i < n; i++) {
			EXPECT(fakedev_pop(&dev, &head[i], got, 64) ==
			       (int)chain);
			EXPECT(same_segs(got, seg + i * chain, chain));
		}
		for (i = 0; i < n; i++)
			fakedev_push(&dev, head[in_order ? i : n - 1 - i], i);
		fakedev_publish(&dev);
		for (i = 0; i < n; i++) {
			EXPECT(ring_get(&ring, &u) && u.len == i);
			EXPECT(u.token == (in_order ? i : n - 1 - i));
		}
		EXPECT(!ring_get(&ring, &u) && !ring.errors);
	}
	EXPECT(!ring.outstanding && ring.nfree == 16);
	close_ring();
}

static void ring_round_trip(void)
{
	go_around(1, false, false);
	go_around(3, false, false);
	go_around(3, true, false);
	go_around(3, false, true);
	go_around(3, true, true);
}

static void ring_full(void)
{
	struct ring_seg seg[4] = { { MEM_BASE, 64, true } };
	unsigned int i;

	open_ring(16, 4, false, false);
	for (i = 0; i < 4; i++)
		EXPECT(ring_add(&ring, seg, 4, i));
	EXPECT(!ring_room(&ring, 1) && !ring_add(&ring, seg, 1, 9));
	close_ring();
}

/* One used entry for three heads: the first two count as used in full. */
static void in_order_batch(void)
{
	struct ring_seg seg = { MEM_BASE, 64, true }, got[4];
	struct ring_used u;
	uint16_t head = 0;
	unsigned int i;

	open_ring(16, 1, false, true);
	for (i = 0; i < 3; i++)
		EXPECT(ring_add(&ring, &seg, 1, 10 + i));
	ring_publish(&ring);
	for (i = 0; i < 3; i++)
		EXPECT(fakedev_pop(&dev, &head, got, 4) == 1);
	fakedev_push(&dev, head, 20);
	dev.pending = 3;
	fakedev_publish(&dev);
	EXPECT(ring_get(&ring, &u) && u.token == 10 && u.len == 64);
	EXPECT(ring_get(&ring, &u) && u.token == 11 && u.len == 64);
	EXPECT(ring_get(&ring, &u) && u.token == 12 && u.len == 20);
	EXPECT(!ring_get(&ring, &u) && !ring.errors);
	close_ring();
}

static void impossible_used_entries(void)
{
	struct ring_seg seg = { MEM_BASE, 64, true };
	struct ring_used u;

	open_ring(16, 1, false, false);
	EXPECT(ring_add(&ring, &seg, 1, 1) && ring_add(&ring, &seg, 1, 2));
	ring_publish(&ring);
	fakedev_push(&dev, 77, 0);
	fakedev_publish(&dev);
	EXPECT(!ring_get(&ring, &u) && ring.errors == 1);
	fakedev_push(&dev, 5, 0);	/* in range, but not outstanding */
	fakedev_publish(&dev);
	EXPECT(!ring_get(&ring, &u) && ring.errors == 2);
	dev.pending = 9;		/* more than are outstanding */
	fakedev_publish(&dev);
	EXPECT(!ring_get(&ring, &u) && ring.errors == 3);
	close_ring();
}

static void notifications(void)
{
	struct ring_seg seg = { MEM_BASE, 64, true };
	struct ring_used u;

	open_ring(16, 1, false, false);
	ring.o.event_idx = true;
	dev.used->idx = 0;
	EXPECT(ring_add(&ring, &seg, 1, 1));
	EXPECT(ring_publish(&ring));	/* avail event is 0: just crossed */
	EXPECT(ring_add(&ring, &seg, 1, 2));
	EXPECT(!ring_publish(&ring));
	EXPECT(!ring_enable_call(&ring));
	EXPECT(ring.avail->ring[16] == 0);
	fakedev_push(&dev, dev.avail->ring[0], 1);
	fakedev_publish(&dev);
	EXPECT(ring_enable_call(&ring));
	EXPECT(ring_get(&ring, &u));
	EXPECT(!ring_enable_call(&ring) && ring.avail->ring[16] == 1);
	ring.o.event_idx = false;
	ring_disable_call(&ring);
	EXPECT(ring.avail->flags == VRING_AVAIL_F_NO_INTERRUPT);
	dev.used->flags = VRING_USED_F_NO_NOTIFY;
	EXPECT(ring_add(&ring, &seg, 1, 3) && !ring_publish(&ring));
	close_ring();
}

/* The log without vhost: what is marked here is marked by hand. */
static void mark(struct dirty *d, uint64_t gpa)
{
	uint64_t page = gpa / 4096;

	d->log[page / 64] |= 1ull << (page % 64);
}

static void dirty_log(void)
{
	struct vhost v = { .fd = -1 };
	struct dirty d;
	uint64_t gpa;

	open_ring(16, 1, false, false);
	v.mem = &mem;
	dirty_init(&d, &v, 0);
	gpa = mem.r[1].gpa + 5000;
	d.on = true;
	mark(&d, gpa);
	dirty_tick(&d, true);			/* marked before it is seen */
	dirty_expect(&d, VQ_RX, 0, gpa, 100);
	dirty_tick(&d, true);
	dirty_expect(&d, VQ_RX, 1, gpa, 100);	/* marked after it is seen */
	dirty_tick(&d, true);
	mark(&d, gpa);
	dirty_tick(&d, true);
	EXPECT(d.checked == 2 && !d.missing);
	dirty_tick(&d, true);
	dirty_tick(&d, true);
	/* two pages, one of them marked */
	dirty_expect(&d, VQ_RX, 2, gpa - 1000, 1500);
	mark(&d, gpa);
	dirty_tick(&d, true);
	dirty_tick(&d, true);
	EXPECT(d.checked == 4 && d.missing == 1);
	EXPECT(d.first_missing == (gpa - 1000) / 4096 * 4096);
	d.on = false;
	dirty_free(&d);
	close_ring();
}

const struct selftest ring_tests[] = {
	{ "guest addresses are translated", memory_translation },
	{ "a buffer may span adjacent regions", adjacent_regions },
	{ "canary: one changed byte is seen", canary },
	{ "heads go around the ring", ring_round_trip },
	{ "a full ring takes no more", ring_full },
	{ "in order: one entry for many heads", in_order_batch },
	{ "impossible used entries are seen", impossible_used_entries },
	{ "kicks and calls are asked for", notifications },
	{ "dirty log: a page not marked is seen", dirty_log },
	{ NULL, NULL }
};
