// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

static u8 f[NIC_FRAME_MAX];
static const u8 peer[6] = { 0x52, 0x54, 0, 0, 0, 2 };

#define L4T_TCP		BIT(11)
#define L4T_SCTP	BIT(12)
#define LAST		(TXD_EOP | TXD_RS)
#define CC		BIT(7)

static const struct frame_spec tcp4 = {
	.dst = peer, .ip = 4, .proto = 6, .sip = 0xc0000201,
	.dip = 0xc0000202, .sport = 1000, .dport = 2000, .seq = 0x10000,
	.payload = 100,
};

static u32 lens(int l2, int l3, int vlan)
{
	return l3 | l2 << 9 | (u32)vlan << 16;
}

/* As a stack leaves it: the sum of the pseudo header, folded, not inverted. */
static void put_pseudo(int l3, int l4, const struct frame_spec *s, u32 len)
{
	u16 sum = ~csum_fold(csum_pseudo(f, l3, s->ip, s->proto, len));

	put16(f + l4 + (s->proto == 6 ? 16 : 6), sum);
}

static u32 *txd(struct rig *r, u32 i)
{
	return rig_mem(r, TX_RING + i * 16);
}

TEST(tx_plain_frame)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	regs_write(r->nic, R_IVAR, (IVAR_VALID | 5) << 8);
	regs_write(r->nic, R_EIMS, BIT(5));
	rig_tx_data(r, f, len, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 1);
	EQUAL(r->sent[0].len, len);
	CHECK(!memcmp(r->sent[0].data, f, len));
	EQUAL(txd(r, 0)[3] & TXD_DD, TXD_DD);
	EQUAL(nic_get(r->nic, R_TXQ + Q_HEAD), 1);
	EQUAL(r->irqs[5], 1);
	EQUAL(regs_read(r->nic, R_GPTC), 1);
	rig_free(r);
}

TEST(tx_short_frame_is_padded)
{
	struct rig *r = rig_new(NIC_82599);

	memset(f, 0x11, 20);
	rig_tx_queue(r);
	rig_tx_data(r, f, 20, LAST, 0);
	regs_write(r->nic, R_HLREG0, HLREG0_TXPADEN);
	rig_tx_go(r);
	EQUAL(r->sent[0].len, 60);
	EQUAL(r->sent[0].data[19], 0x11);
	EQUAL(r->sent[0].data[20], 0);
	rig_free(r);
}

TEST(tx_frame_of_several_descriptors)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	rig_tx_data(r, f, 20, 0, 0);
	rig_tx_data(r, f + 20, 1, 0, 0);
	rig_tx_go(r);
	/* not before its end is there */
	EQUAL(r->sent_n, 0);
	EQUAL(nic_get(r->nic, R_TXQ + Q_HEAD), 0);
	rig_tx_data(r, f + 21, len - 21, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 1);
	CHECK(!memcmp(r->sent[0].data, f, len));
	EQUAL(txd(r, 0)[3] & TXD_DD, 0);
	EQUAL(txd(r, 2)[3] & TXD_DD, TXD_DD);
	rig_free(r);
}

static void check_csum(u8 ip, u8 proto, u32 l4t)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = tcp4;
	int l3 = 14, l4 = ip == 4 ? 34 : 54;
	size_t len;

	s.ip = ip;
	s.proto = proto;
	len = frame_make(f, &s);
	put_pseudo(l3, l4, &s, len - l4);
	if (ip == 4)
		put16(f + l3 + 10, 0);
	rig_tx_queue(r);
	rig_tx_context(r, lens(14, l4 - 14, 0), l4t | (ip == 4 ? TXC_IPV4 : 0),
		       0);
	rig_tx_data(r, f, len, LAST, CC | TXD_TXSM |
		    (ip == 4 ? TXD_IXSM : 0));
	rig_tx_go(r);
	EQUAL(r->sent_n, 1);
	EQUAL(r->sent[0].len, len);
	CHECK(frame_csum_ok(r->sent[0].data, len));
	rig_free(r);
}

TEST(tx_checksums)
{
	check_csum(4, 6, L4T_TCP);
	check_csum(4, 17, 0);
	check_csum(6, 6, L4T_TCP);
	check_csum(6, 17, 0);
}

TEST(tx_sctp_checksum_known_answer)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = tcp4;
	struct pkt p;
	size_t len;

	EQUAL(csum_crc32c((const u8 *)"123456789", 9), 0xe3069283);
	s.proto = 17;
	len = frame_make(f, &s);
	f[14 + 9] = 132;
	put16(f + 14 + 10, 0);
	rig_tx_queue(r);
	rig_tx_context(r, lens(14, 20, 0), L4T_SCTP | TXC_IPV4, 0);
	rig_tx_data(r, f, len, LAST, CC | TXD_TXSM | TXD_IXSM);
	rig_tx_go(r);
	pkt_parse(r->sent[0].data, len, 0x8100, &p);
	EQUAL(csum_verdict(r->sent[0].data, len, &p), RXD_L4I | RXD_IPCS);
	rig_free(r);
}

/* All segments: checksums, lengths, sequence, payload bytes in order. */
static void check_segments(struct rig *r, const struct frame_spec *s, int l4,
			   size_t mss)
{
	int hdr = l4 + (s->proto == 6 ? 20 : 8), next = 0;
	unsigned int i;
	size_t k;

	for (i = 0; i < r->sent_n; i++) {
		u8 *d = r->sent[i].data;
		size_t n = r->sent[i].len - hdr;

		CHECK(frame_csum_ok(d, r->sent[i].len));
		CHECK(i == r->sent_n - 1 || n == mss);
		if (s->ip == 4) {
			EQUAL(get16(d + 14 + 2), r->sent[i].len - 14);
			EQUAL(get16(d + 14 + 4), i);
		}
		if (s->proto == 6) {
			EQUAL(get32(d + l4 + 4), s->seq + next);
			EQUAL(d[l4 + 13], i == r->sent_n - 1 ? 0x19 :
			      i ? 0x10 : 0x90);
		}
		for (k = 0; k < n; k++, next++)
			if (d[hdr + k] != (u8)next)
				break;
		EQUAL(k, n);
	}
	EQUAL(next, s->payload);
}

static void check_tso(u8 ip, u8 proto, u32 l4t)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = tcp4;
	int l4 = ip == 4 ? 34 : 54, hdr = l4 + (proto == 6 ? 20 : 8);
	size_t len;

	s.ip = ip;
	s.proto = proto;
	s.payload = 3500;
	s.tcp_flags = 0x99;	/* CWR, ACK, PSH, FIN */
	len = frame_make(f, &s);
	put_pseudo(14, l4, &s, 0);
	rig_tx_queue(r);
	rig_tx_context(r, lens(14, l4 - 14, 0), l4t | (ip == 4 ? TXC_IPV4 : 0),
		       1000u << 16 | (proto == 6 ? 20 : 8) << 8);
	rig_tx_data(r, f, len, LAST | TXD_TSE, CC | TXD_TXSM |
		    (ip == 4 ? TXD_IXSM : 0));
	rig_tx_go(r);
	EQUAL(r->sent_n, 4);
	EQUAL(r->sent[3].len, hdr + 500);
	check_segments(r, &s, l4, 1000);
	EQUAL(regs_read(r->nic, R_GPTC), 4);
	rig_free(r);
}

TEST(tx_segmentation)
{
	check_tso(4, 6, L4T_TCP);
	check_tso(6, 6, L4T_TCP);
	check_tso(4, 17, 0);
	check_tso(6, 17, 0);
}

TEST(tx_vlan_tag_is_inserted)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	rig_tx_context(r, lens(14, 20, 0x2007), TXC_IPV4 | L4T_TCP, 0);
	rig_tx_data(r, f, len, LAST | TXD_VLE, CC);
	rig_tx_go(r);
	EQUAL(r->sent[0].len, len + 4);
	EQUAL(get32(r->sent[0].data + 12), 0x81002007);
	CHECK(!memcmp(r->sent[0].data + 16, f + 12, len - 12));
	rig_free(r);
}

TEST(tx_two_contexts)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	rig_tx_context(r, lens(14, 20, 1), TXC_IPV4, 0);
	rig_tx_context(r, lens(14, 20, 2), TXC_IPV4, 1 << 4);
	rig_tx_data(r, f, len, LAST | TXD_VLE, CC);
	rig_tx_data(r, f, len, LAST | TXD_VLE, CC | 1 << 4);
	rig_tx_go(r);
	EQUAL(get16(r->sent[0].data + 14), 1);
	EQUAL(get16(r->sent[1].data + 14), 2);
	rig_free(r);
}

TEST(tx_waits_while_the_wire_is_busy)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	r->busy = true;
	rig_tx_data(r, f, len, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 0);
	CHECK(!tx_run(r->nic));
	r->busy = false;
	tx_run(r->nic);
	EQUAL(r->sent_n, 1);
	rig_free(r);
}

TEST(tx_mistakes_send_nothing)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	/* headers beyond the frame, no MSS, one byte segments of too much */
	rig_tx_context(r, lens(127, 511, 0), TXC_IPV4 | L4T_TCP, 0);
	rig_tx_data(r, f, len, LAST, CC | TXD_TXSM);
	rig_tx_context(r, lens(14, 20, 0), TXC_IPV4 | L4T_TCP, 20 << 8);
	rig_tx_data(r, f, len, LAST | TXD_TSE, CC | TXD_TXSM);
	rig_tx_data(r, f, 5, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 0);
	EQUAL(r->nic->count.tx_bad, 3);
	EQUAL(nic_get(r->nic, R_TXQ + Q_HEAD), 5);
	EQUAL(r->nic->dma.faults, 0);
	rig_free(r);
}

TEST(tx_legacy_descriptor)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);
	u32 *d;

	put_pseudo(14, 34, &tcp4, len - 34);
	rig_tx_queue(r);
	rig_tx_data(r, f, len, LAST, 0);
	d = txd(r, 0);
	/* insert checksum at 50 of what begins at 34, and tag 9 */
	d[2] = len | 50 << 16 | LAST | BIT(26) | TXD_VLE;
	d[3] = 34 << 8 | 9u << 16;
	rig_tx_go(r);
	EQUAL(r->sent[0].len, len + 4);
	EQUAL(get16(r->sent[0].data + 14), 9);
	CHECK(frame_csum_ok(r->sent[0].data, len + 4));
	rig_free(r);
}

TEST(tx_mac_loopback_comes_back)
{
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = tcp4;
	size_t len;

	s.dst = unit_mac;
	len = frame_make(f, &s);
	rig_rx_queue(r, 0, 8);
	rig_tx_queue(r);
	regs_write(r->nic, R_HLREG0, HLREG0_LPBK | HLREG0_RXCRCSTRP);
	rig_tx_data(r, f, len, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 0);
	EQUAL(rig_rxd(r, 0, 0).len, len);
	/* nothing comes in from the wire meanwhile */
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_delivered, 1);
	rig_free(r);
}

TEST(tx_flush_and_disable)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &tcp4);

	rig_tx_queue(r);
	regs_write(r->nic, R_TXQ + Q_CTL, DCTL_ENABLE | TXDCTL_SWFLSH);
	EQUAL(regs_read(r->nic, R_TXQ + Q_CTL), 0);
	rig_tx_data(r, f, len, LAST, 0);
	rig_tx_go(r);
	EQUAL(r->sent_n, 0);
	rig_free(r);
}
