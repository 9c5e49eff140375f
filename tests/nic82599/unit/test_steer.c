// SPDX-License-Identifier: GPL-2.0
/* RSS, flow director, pools. */
#include "unit.h"

static u8 f[NIC_FRAME_MAX];

/* The key and the answers of Microsoft's "Verifying the RSS Hash Calculation" */
static const u8 rss_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
	0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
	0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
	0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

#define IP(a, b, c, d) ((u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct {
	u32 sip, dip;
	u16 sport, dport;
	u32 ip_hash, tcp_hash;
} rss_ipv4[] = {
	{ IP(66, 9, 149, 187), IP(161, 142, 100, 80), 2794, 1766,
	  0x323e8fc2, 0x51ccc178 },
	{ IP(199, 92, 111, 2), IP(65, 69, 140, 83), 14230, 4739,
	  0xd718262a, 0xc626b0ea },
	{ IP(24, 19, 198, 95), IP(12, 22, 207, 184), 12898, 38024,
	  0xd2d0a5de, 0x5c2b394a },
	{ IP(38, 27, 205, 30), IP(209, 142, 163, 6), 48228, 2217,
	  0x82989176, 0xafc7327f },
	{ IP(153, 39, 163, 191), IP(202, 188, 127, 2), 44251, 1303,
	  0x5d1809c5, 0x10e828a2 },
};

static const u8 v6_src[16] = { 0x3f, 0xfe, 0x25, 1, 2, 0, 0, 3, 0, 0, 0, 0, 0,
			       0, 0, 1 };
static const u8 v6_from[16] = { 0x3f, 0xfe, 0x25, 1, 2, 0, 0x1f, 0xff, 0, 0, 0,
				0, 0, 0, 0, 7 };

static void rss_setup(struct rig *r, u32 fields)
{
	u32 w;
	int i;

	for (i = 0; i < 40; i += 4) {
		memcpy(&w, rss_key + i, 4);
		regs_write(r->nic, R_RSSRK + i, w);
	}
	for (i = 0; i < 128; i += 4)
		regs_write(r->nic, R_RETA + i, 0x03020100);
	regs_write(r->nic, R_MRQC, 1 | fields);
}

TEST(rss_known_answers_ipv4)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = { .ip = 4, .proto = 6, .payload = 10 };
	unsigned int i;
	struct pkt p;
	u32 hash;

	for (i = 0; i < ARRAY_SIZE(rss_ipv4); i++) {
		s.sip = rss_ipv4[i].sip;
		s.dip = rss_ipv4[i].dip;
		s.sport = rss_ipv4[i].sport;
		s.dport = rss_ipv4[i].dport;
		pkt_parse(f, frame_make(f, &s), 0x8100, &p);
		rss_setup(r, BIT(16) | BIT(17));
		EQUAL(rss_hash(r->nic, f, &p, &hash), 1);
		EQUAL(hash, rss_ipv4[i].tcp_hash);
		rss_setup(r, BIT(17));
		EQUAL(rss_hash(r->nic, f, &p, &hash), 2);
		EQUAL(hash, rss_ipv4[i].ip_hash);
	}
	rss_setup(r, 0);
	EQUAL(rss_hash(r->nic, f, &p, &hash), 0);
	rig_free(r);
}

TEST(rss_known_answers_ipv6)
{
	u8 data[36];

	memcpy(data, v6_from, 16);
	memcpy(data + 16, v6_src, 16);
	put16(data + 32, 2794);
	put16(data + 34, 1766);
	EQUAL(rss_toeplitz(rss_key, data, 32), 0x2cc18cd5);
	EQUAL(rss_toeplitz(rss_key, data, 36), 0x40207d3d);
}

TEST(rss_spreads_over_queues)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = { .ip = 4, .proto = 6, .payload = 10 };
	struct rxd_seen d;
	unsigned int i, q;
	u32 head[4] = { 0 };
	size_t len;

	for (q = 0; q < 4; q++)
		rig_rx_queue(r, q, 30);
	rss_setup(r, BIT(16));
	for (i = 0; i < ARRAY_SIZE(rss_ipv4); i++) {
		s.sip = rss_ipv4[i].sip;
		s.dip = rss_ipv4[i].dip;
		s.sport = rss_ipv4[i].sport;
		s.dport = rss_ipv4[i].dport;
		len = frame_make(f, &s);
		rig_receive(r, f, len);
		q = rss_ipv4[i].tcp_hash & 3;
		d = rig_rxd(r, q, head[q]++);
		EQUAL(d.hash, rss_ipv4[i].tcp_hash);
		EQUAL(d.rss_type, 1);
	}
	for (q = 0; q < 4; q++)
		EQUAL(nic_get(r->nic, rxq_addr(q) + Q_HEAD), head[q]);
	/* without PCSD no hash is told */
	regs_write(r->nic, R_RXCSUM, 0);
	rig_receive(r, f, len);
	q = rss_ipv4[4].tcp_hash & 3;
	EQUAL(rig_rxd(r, q, head[q]).hash, 0);
	rig_free(r);
}

static void fdir_on(struct rig *r, u32 mask)
{
	regs_write(r->nic, R_FDIRM, mask);
	regs_write(r->nic, R_FDIRSIP4M, 0);
	regs_write(r->nic, R_FDIRDIP4M, 0);
	regs_write(r->nic, R_FDIRTCPM, 0);
	regs_write(r->nic, R_FDIRUDPM, 0);
	/* 2K filters, perfect, drop queue 127, flex bytes at 42 */
	regs_write(r->nic, R_FDIRCTRL, 1 | FDIRCTRL_PERFECT | 127 << 8 |
		   21 << 16);
	CHECK(regs_read(r->nic, R_FDIRCTRL) & FDIRCTRL_INIT_DONE);
}

static void fdir_add(struct rig *r, const struct frame_spec *s, u32 id, u32 cmd)
{
	regs_write(r->nic, R_FDIRIPSA, __builtin_bswap32(s->sip));
	regs_write(r->nic, R_FDIRIPDA, __builtin_bswap32(s->dip));
	regs_write(r->nic, R_FDIRPORT, (u32)s->dport << 16 | s->sport);
	regs_write(r->nic, R_FDIRHASH, id << 16 | 0x123);
	regs_write(r->nic, R_FDIRCMD, cmd);
	EQUAL(regs_read(r->nic, R_FDIRCMD) & 3, 0);
}

#define FDIR_ADD_UDP(q) (1 | 1 << 5 | BIT(11) | FDIRCMD_QUEUE_EN | (q) << 16)

TEST(fdir_perfect_filters)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = {
		.ip = 4, .proto = 17, .sip = 0x0a000001, .dip = 0x0a000002,
		.sport = 4660, .dport = 22136, .payload = 20,
	};
	u32 all = FDIRM_VLANID | FDIRM_VLANP | FDIRM_POOL | FDIRM_FLEX;

	rig_rx_queue(r, 0, 30);
	rig_rx_queue(r, 3, 30);
	fdir_on(r, all);
	EQUAL(regs_read(r->nic, R_FDIRFREE), 2046);
	fdir_add(r, &s, 7, FDIR_ADD_UDP(3));
	EQUAL(regs_read(r->nic, R_FDIRFREE), 2045);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(3) + Q_HEAD), 1);
	EQUAL(rig_rxd(r, 3, 0).hash, 7 << 16 | 0x123);
	CHECK(rig_rxd(r, 3, 0).status & RXD_FLM);
	EQUAL(regs_read(r->nic, R_FDIRMATCH), 1);
	s.dport++;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(0) + Q_HEAD), 1);
	EQUAL(regs_read(r->nic, R_FDIRMISS), 1);
	/* ignore bit 0 of the destination port: masks are bit reversed */
	regs_write(r->nic, R_FDIRUDPM, 0x80000000);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(3) + Q_HEAD), 2);
	/* the same filter again, to the drop queue */
	s.dport--;
	fdir_add(r, &s, 7, FDIR_ADD_UDP(127) | FDIRCMD_DROP);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(r->nic->count.rx_fdir_drop, 1);
	/* masks of addresses: any host of 10.0.0.0/24 */
	regs_write(r->nic, R_FDIRSIP4M, 0xff000000);
	s.sip += 77;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(r->nic->count.rx_fdir_drop, 2);
	/* query, remove */
	regs_write(r->nic, R_FDIRCMD, 3);
	CHECK(regs_read(r->nic, R_FDIRCMD) & FDIRCMD_VALID);
	regs_write(r->nic, R_FDIRCMD, 2);
	regs_write(r->nic, R_FDIRCMD, 3);
	CHECK(!(regs_read(r->nic, R_FDIRCMD) & FDIRCMD_VALID));
	EQUAL(regs_read(r->nic, R_FDIRUSTAT), 2 | 1 << 16);
	rig_free(r);
}

TEST(fdir_vlan_and_flex_bytes)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = {
		.ip = 4, .proto = 17, .sip = 1, .dip = 2, .payload = 20,
	};

	rig_rx_queue(r, 0, 30);
	rig_rx_queue(r, 3, 30);
	fdir_on(r, FDIRM_VLANP | FDIRM_POOL | FDIRM_L4P);
	/* bytes 42 and 43, the first two of the payload, are 0 and 1 */
	regs_write(r->nic, R_FDIRVLAN, 0x01000000 | 9);
	fdir_add(r, &s, 1, FDIR_ADD_UDP(3));
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(3) + Q_HEAD), 0);
	s.vlan = 0xe009;
	frame_make(f, &s);
	memmove(f + 42, "\0\1", 2);
	rig_receive(r, f, 70);
	EQUAL(nic_get(r->nic, rxq_addr(3) + Q_HEAD), 1);
	f[43] = 2;
	rig_receive(r, f, 70);
	EQUAL(nic_get(r->nic, rxq_addr(3) + Q_HEAD), 1);
	rig_free(r);
}

TEST(fdir_table_is_bounded)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = { .ip = 4 };
	u32 i;

	fdir_on(r, 0);
	for (i = 0; i < 2050; i++)
		fdir_add(r, &s, i, FDIR_ADD_UDP(1));
	EQUAL(regs_read(r->nic, R_FDIRFREE), 0);
	EQUAL(regs_read(r->nic, R_FDIRFSTAT), 4);
	regs_write(r->nic, R_FDIRCMD, FDIRCMD_CLEARHT);
	EQUAL(regs_read(r->nic, R_FDIRFREE), 2046);
	rig_free(r);
}

/* Two pools with an address each; pool 5 is the default. */
static void pools_on(struct rig *r, u32 mode)
{
	static const u8 macs[2] = { 0x11, 0x12 };
	int i;

	regs_write(r->nic, R_MRQC, mode);
	regs_write(r->nic, R_VT_CTL, VT_CTL_ENA | VT_CTL_REPLEN | 5 << 7);
	regs_write(r->nic, R_PFVFRE, 0xffffffff);
	regs_write(r->nic, R_PFVFRE + 4, 0xffffffff);
	regs_write(r->nic, R_FCTRL, FCTRL_BAM | FCTRL_UPE | FCTRL_MPE);
	regs_write(r->nic, R_MPSAR, BIT(5));
	for (i = 0; i < 2; i++) {
		regs_write(r->nic, R_RAL + 8 + i * 8, 0x00005452);
		regs_write(r->nic, R_RAH + 8 + i * 8, RAH_AV | macs[i]);
		regs_write(r->nic, R_MPSAR + 8 + i * 8, BIT(i + 1));
		regs_write(r->nic, R_PFVML2FLT + (i + 1) * 4,
			   VML2FLT_AUPE | VML2FLT_BAM);
		rig_rx_queue(r, (i + 1) * 2, 20);
	}
	regs_write(r->nic, R_PFVML2FLT + 5 * 4, VML2FLT_AUPE);
}

TEST(pools_by_address)
{
	static const u8 one[6] = { 0x52, 0x54, 0, 0, 0x11, 0 };
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	struct frame_spec s = { .dst = one, .ip = 4, .proto = 17 };
	struct rig *r = rig_new(NIC_82599);
	struct rx_dest d;
	struct pkt p;

	pools_on(r, 8);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(2) + Q_HEAD), 1);
	EQUAL(nic_get(r->nic, rxq_addr(4) + Q_HEAD), 0);
	/* broadcast: a copy for each that wants it */
	s.dst = all;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(2) + Q_HEAD), 2);
	EQUAL(nic_get(r->nic, rxq_addr(4) + Q_HEAD), 1);
	/* no one's: the default pool */
	s.dst = (const u8 *)"\x52\x54\0\0\x99\x99";
	pkt_parse(f, frame_make(f, &s), 0x8100, &p);
	pool_filter(r->nic, f, &p, -1, &d);
	EQUAL(d.n, 1);
	EQUAL(d.pool[0], 5);
	regs_write(r->nic, R_VT_CTL, VT_CTL_ENA | VT_CTL_DIS_DEFPL);
	pool_filter(r->nic, f, &p, -1, &d);
	EQUAL(d.n, 0);
	rig_free(r);
}

TEST(pools_by_vlan)
{
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	struct frame_spec s = { .dst = all, .ip = 4, .proto = 17, .vlan = 7 };
	struct rig *r = rig_new(NIC_82599);
	struct rx_dest d;
	struct pkt p;

	pools_on(r, 8);
	regs_write(r->nic, R_VLNCTRL, VLNCTRL_VFE);
	regs_write(r->nic, R_PFVLVF, VLVF_VI_ENABLE | 7);
	regs_write(r->nic, R_PFVLVFB, BIT(2));
	pkt_parse(f, frame_make(f, &s), 0x8100, &p);
	pool_filter(r->nic, f, &p, -1, &d);
	EQUAL(d.n, 1);
	EQUAL(d.pool[0], 2);
	/* nobody's VLAN: the default pool */
	regs_write(r->nic, R_PFVLVF, VLVF_VI_ENABLE | 8);
	pool_filter(r->nic, f, &p, -1, &d);
	EQUAL(d.n, 1);
	EQUAL(d.pool[0], 5);
	/* untagged: those that take it */
	s.vlan = -1;
	regs_write(r->nic, R_PFVML2FLT + 4, VML2FLT_BAM);
	pkt_parse(f, frame_make(f, &s), 0x8100, &p);
	pool_filter(r->nic, f, &p, -1, &d);
	EQUAL(d.n, 1);
	EQUAL(d.pool[0], 2);
	rig_free(r);
}

/* Then a VLAN is no reason for or against a pool. */
TEST(pools_without_vlan_filter)
{
	static const u8 one[6] = { 0x52, 0x54, 0, 0, 0x11, 0 };
	struct frame_spec s = { .dst = one, .ip = 4, .proto = 17, .vlan = 7 };
	struct rig *r = rig_new(NIC_82599);
	struct rx_dest d;
	struct pkt p;
	int i;

	pools_on(r, 8);
	regs_write(r->nic, R_PFVLVF, VLVF_VI_ENABLE | 7);
	regs_write(r->nic, R_PFVLVFB, BIT(2));
	regs_write(r->nic, R_PFVML2FLT + 4, VML2FLT_BAM);
	for (i = 0; i < 2; i++) {
		pkt_parse(f, frame_make(f, &s), 0x8100, &p);
		pool_filter(r->nic, f, &p, -1, &d);
		EQUAL(d.n, 1);
		EQUAL(d.pool[0], 1);
		s.vlan = -1;
	}
	rig_free(r);
}

TEST(pools_wait_for_all_of_their_queues)
{
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	struct frame_spec s = { .dst = all, .ip = 4, .proto = 17 };
	struct rig *r = rig_new(NIC_82599);

	pools_on(r, 8);
	rig_rx_queue(r, 4, 0);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(nic_get(r->nic, rxq_addr(2) + Q_HEAD), 0);
	rig_rx_give(r, 4, 5);
	EQUAL(nic_get(r->nic, rxq_addr(2) + Q_HEAD), 1);
	EQUAL(nic_get(r->nic, rxq_addr(4) + Q_HEAD), 1);
	rig_free(r);
}

TEST(pools_switch_between_them)
{
	static const u8 two[6] = { 0x52, 0x54, 0, 0, 0x12, 0 };
	struct frame_spec s = { .dst = two, .ip = 4, .proto = 17 };
	struct rig *r = rig_new(NIC_82599);
	size_t len;

	pools_on(r, 8);
	regs_write(r->nic, R_PFDTXGSWC, DTXGSWC_LBEN);
	rig_tx_queue(r);
	len = frame_make(f, &s);
	rig_tx_data(r, f, len, TXD_EOP, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 0);
	EQUAL(nic_get(r->nic, rxq_addr(4) + Q_HEAD), 1);
	CHECK(rig_rxd(r, 4, 0).status & RXD_LB);
	rig_free(r);
}

TEST(pools_queue_numbers)
{
	struct rig *r = rig_new(NIC_82599);

	regs_write(r->nic, R_PSRTYPE + 3 * 4, 2u << 29);
	regs_write(r->nic, R_MRQC, 10);
	EQUAL(pool_queue(r->nic, 3, 7), 15);
	regs_write(r->nic, R_MRQC, 11);
	EQUAL(pool_queue(r->nic, 3, 7), 7);
	regs_write(r->nic, R_MRQC, 8);
	EQUAL(pool_queue(r->nic, 3, 7), 6);
	EQUAL(pool_queue(r->nic, 63, 0), 126);
	rig_free(r);
}
