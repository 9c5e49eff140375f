// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

static u8 f[NIC_FRAME_MAX];

static const struct frame_spec tcp = {
	.ip = 4, .proto = 6, .sip = 0xc0000202, .dip = 0xc0000201,
	.sport = 1000, .dport = 2000, .seq = 5000, .payload = 1000,
};

static struct rig *rsc_rig(void)
{
	struct rig *r = rig_new(NIC_82599);

	rig_rx_queue(r, 0, 30);
	/* up to 16 descriptors */
	regs_write(r->nic, R_RXQ + Q_RSCCTL, RSCCTL_RSCEN | 3 << 2);
	return r;
}

/* Put a frame in the packet buffer; rx_run() takes what is there at once. */
static void push(struct rig *r, const struct frame_spec *s)
{
	CHECK(rx_wire(r->nic, f, frame_make(f, s)));
}

TEST(rsc_merges_segments_that_follow)
{
	struct rig *r = rsc_rig();
	struct frame_spec s = tcp;
	struct rxd_seen d;
	const u8 *b;
	int i, k;

	for (i = 0; i < 5; i++, s.seq += 1000)
		push(r, &s);
	rx_run(r->nic);
	/* 54 + 5000 bytes in buffers of 2048 */
	d = rig_rxd(r, 0, 0);
	EQUAL(d.status, RXD_DD | 1 << 4);
	EQUAL(d.len, 2048);
	EQUAL(d.rsc_count, 1 + 2);	/* begin at 0 and 1054 */
	d = rig_rxd(r, 0, 1);
	EQUAL(d.rsc_count, 1 + 3);	/* 2054, 3054, 4054 */
	d = rig_rxd(r, 0, 2);
	EQUAL(d.rsc_count, 1);
	EQUAL(d.len, 5054 - 4096);
	CHECK(d.status & RXD_EOP);
	b = rig_mem(r, RX_BUF(0, 0));
	EQUAL(get16(b + 16), 5040);
	EQUAL(csum_fold(csum_add(b + 14, 20, 0)), 0);
	for (i = 0; i < 5; i++)
		for (k = 0; k < 1000; k++)
			if (b[54 + i * 1000 + k] != (u8)k)
				break;
	EQUAL(k, 1000);
	EQUAL(regs_read(r->nic, R_QPRC), 5);
	EQUAL(r->nic->count.rsc_merged, 1);
	rig_free(r);
}

TEST(rsc_one_frame_is_as_without)
{
	struct rig *r = rsc_rig();
	struct frame_spec s = tcp;
	size_t len;

	s.payload = 1;
	len = frame_make(f, &s);
	EQUAL(len, 60);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 0).rsc_count, 0);
	EQUAL(rig_rxd(r, 0, 0).len, 60);
	CHECK(!memcmp(rig_mem(r, RX_BUF(0, 0)), f, 60));
	rig_free(r);
}

static void check_apart(struct rig *r, const struct frame_spec *a,
			const struct frame_spec *b, unsigned int frames)
{
	u64 before = r->nic->count.rx_delivered;

	push(r, a);
	push(r, b);
	rx_run(r->nic);
	EQUAL(r->nic->count.rx_delivered - before, frames);
}

TEST(rsc_keeps_others_apart)
{
	struct rig *r = rsc_rig();
	struct frame_spec a = tcp, b = tcp;

	b.seq += 1000;
	check_apart(r, &a, &b, 1);
	b.seq++;			/* a hole */
	check_apart(r, &a, &b, 2);
	b.seq--;
	b.sport++;			/* another connection */
	check_apart(r, &a, &b, 2);
	b.sport--;
	b.tcp_flags = 0x11;		/* FIN */
	check_apart(r, &a, &b, 2);
	b.tcp_flags = 0;
	b.payload = 0;
	check_apart(r, &a, &b, 2);
	b.payload = 1000;
	a.tcp_flags = 0x18;		/* PSH closes */
	check_apart(r, &a, &b, 2);
	a.tcp_flags = 0;
	b.tcp_flags = 0x18;
	check_apart(r, &a, &b, 1);
	b.tcp_flags = 0;
	a.vlan = 5;
	check_apart(r, &a, &b, 2);
	a.vlan = 0;
	a.proto = 17;
	b.proto = 17;
	check_apart(r, &a, &b, 2);
	a.proto = 6;
	b.proto = 6;
	regs_write(r->nic, R_RFCTL, RFCTL_RSC_DIS);
	check_apart(r, &a, &b, 2);
	EQUAL(r->nic->dma.faults, 0);
	rig_free(r);
}

TEST(rsc_keeps_order_with_other_frames)
{
	struct rig *r = rsc_rig();
	struct frame_spec a = tcp, u = tcp;

	u.proto = 17;
	push(r, &a);
	push(r, &u);
	rx_run(r->nic);
	CHECK(rig_rxd(r, 0, 0).ptype & PT_TCP);
	CHECK(rig_rxd(r, 0, 1).ptype & PT_UDP);
	rig_free(r);
}

TEST(rsc_bounded_by_maxdesc_and_starts)
{
	struct rig *r = rsc_rig();
	struct frame_spec s = tcp;
	int i;

	regs_write(r->nic, R_RXQ + Q_RSCCTL, RSCCTL_RSCEN);	/* one */
	for (i = 0; i < 4; i++, s.seq += 1000)
		push(r, &s);
	rx_run(r->nic);
	EQUAL(rig_rxd(r, 0, 0).len, 1054);
	EQUAL(r->nic->count.rx_delivered, 4);
	/* no more than 14 beginnings in a descriptor */
	regs_write(r->nic, R_RXQ + Q_RSCCTL, RSCCTL_RSCEN | 3 << 2);
	s.payload = 10;
	for (i = 0; i < 20; i++, s.seq += 10)
		push(r, &s);
	rx_run(r->nic);
	EQUAL(rig_rxd(r, 0, 4).rsc_count, 15);
	EQUAL(rig_rxd(r, 0, 5).rsc_count, 7);
	rig_free(r);
}

TEST(rsc_waits_for_descriptors)
{
	struct rig *r = rsc_rig();
	struct frame_spec s = tcp;
	int i;

	rig_rx_queue(r, 0, 2);
	regs_write(r->nic, R_RXQ + Q_RSCCTL, RSCCTL_RSCEN | 3 << 2);
	for (i = 0; i < 8; i++, s.seq += 1000)
		push(r, &s);
	rx_run(r->nic);
	CHECK(nic_get(r->nic, R_RXQ + Q_HEAD) <= 2);
	rig_rx_give(r, 0, 20);
	EQUAL(r->nic->count.rsc_frames, 8);
	EQUAL(r->nic->count.rx_no_desc, 0);
	EQUAL(regs_read(r->nic, R_QPRC), 8);
	rig_free(r);
}
