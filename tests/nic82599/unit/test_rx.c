// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

static u8 f[NIC_FRAME_MAX];

static const struct frame_spec udp4 = {
	.ip = 4, .proto = 17, .sip = 0xc0000202, .dip = 0xc0000201,
	.sport = 1000, .dport = 2000, .payload = 100,
};

TEST(rx_one_frame_lands_in_its_buffer)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	struct rxd_seen d;

	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_IVAR, IVAR_VALID | 3);
	regs_write(r->nic, R_EIMS, BIT(3));
	rig_receive(r, f, len);
	d = rig_rxd(r, 0, 0);
	EQUAL(d.len, len);
	EQUAL(d.status, RXD_DD | RXD_EOP | RXD_L4I | RXD_IPCS);
	EQUAL(d.ptype, PT_IPV4 | PT_UDP);
	CHECK(!memcmp(rig_mem(r, RX_BUF(0, 0)), f, len));
	EQUAL(nic_get(r->nic, R_RXQ + Q_HEAD), 1);
	EQUAL(r->irqs[3], 1);
	EQUAL(r->nic->dma.faults, 0);
	rig_free(r);
}

TEST(rx_long_frame_takes_several_descriptors)
{
	struct frame_spec s = udp4;
	struct rig *r = rig_new(NIC_82599);
	size_t len;

	s.payload = 5000;
	len = frame_make(f, &s);
	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_HLREG0, HLREG0_JUMBOEN | HLREG0_RXCRCSTRP);
	regs_write(r->nic, R_MAXFRS, 9018 << 16);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 0).status, RXD_DD | 1 << 4);
	EQUAL(rig_rxd(r, 0, 1).status, RXD_DD | 2 << 4);
	EQUAL(rig_rxd(r, 0, 0).len, 2048);
	EQUAL(rig_rxd(r, 0, 2).len, len - 4096);
	CHECK(rig_rxd(r, 0, 2).status & RXD_EOP);
	EQUAL(rig_rxd(r, 0, 3).status & RXD_DD, 0);
	CHECK(!memcmp(rig_mem(r, RX_BUF(0, 0)), f, len));
	rig_free(r);
}

TEST(rx_never_writes_beyond_bsizepkt)
{
	struct frame_spec s = udp4;
	struct rig *r = rig_new(NIC_82599);
	u8 *buf;
	size_t len;

	s.payload = 1400;
	len = frame_make(f, &s);
	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_SRRCTL_ALIAS, 1 | 1 << 25);	/* 1 KiB */
	EQUAL(nic_get(r->nic, R_RXQ + Q_SRRCTL), 1 | 1 << 25);
	buf = rig_mem(r, RX_BUF(0, 0));
	memset(buf, 0xa5, 4096);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 0).len, 1024);
	EQUAL(buf[1023], f[1023]);
	EQUAL(buf[1024], 0xa5);
	EQUAL(buf[2048 + len - 1024], 0xa5);
	rig_free(r);
}

TEST(rx_waits_for_descriptors_and_goes_on)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	int i;

	rig_rx_queue(r, 0, 2);
	for (i = 0; i < 5; i++)
		rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_delivered, 2);
	EQUAL(r->nic->pbuf.frames, 3);
	EQUAL(regs_read(r->nic, R_RXMPC), 0);
	rig_rx_give(r, 0, 4);
	EQUAL(r->nic->count.rx_delivered, 4);
	rig_rx_give(r, 0, 10);
	EQUAL(r->nic->count.rx_delivered, 5);
	EQUAL(r->nic->pbuf.frames, 0);
	EQUAL(regs_read(r->nic, R_GPRC), 5);
	rig_free(r);
}

TEST(rx_writes_nothing_while_it_is_off)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);

	rig_rx_queue(r, 0, 0);
	rig_receive(r, f, len);
	regs_write(r->nic, R_RXCTRL, 0);
	rig_rx_give(r, 0, 4);
	EQUAL(r->nic->dma.writes, 0);
	regs_write(r->nic, R_RXCTRL, RXCTRL_RXEN);
	EQUAL(r->nic->count.rx_delivered, 1);
	/* nor for a queue that is off, or after a reset */
	rig_rx_queue(r, 0, 0);
	rig_receive(r, f, len);
	regs_write(r->nic, R_RXQ + Q_CTL, 0);
	rig_rx_give(r, 0, 4);
	EQUAL(r->nic->count.rx_delivered, 1);
	EQUAL(r->nic->pbuf.frames, 0);
	regs_write(r->nic, R_RXQ + Q_CTL, DCTL_ENABLE);
	regs_write(r->nic, R_RXQ + Q_TAIL, 0);
	rig_receive(r, f, len);
	regs_write(r->nic, R_CTRL, CTRL_RST);
	EQUAL(r->nic->pbuf.frames, 0);
	rig_free(r);
}

TEST(rx_misses_frames_when_the_packet_buffer_is_full)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	u32 missed;
	int i;

	regs_write(r->nic, R_RXPBSIZE, 16 << 10);
	rig_rx_queue(r, 0, 0);
	for (i = 0; i < 200; i++)
		rig_receive(r, f, len);
	missed = regs_read(r->nic, R_RXMPC);
	CHECK(missed > 0);
	EQUAL(r->nic->pbuf.frames + missed, 200);
	EQUAL(regs_read(r->nic, R_RXMPC), 0);
	CHECK(regs_read(r->nic, R_EICR) & EICR_RX_MISS);
	EQUAL(regs_read(r->nic, R_TPR), 200);
	rig_free(r);
}

TEST(rx_drop_en_drops_for_one_queue_only)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);

	rig_rx_queue(r, 0, 0);
	regs_write(r->nic, R_RXQ + Q_SRRCTL, 2 | 1 << 25 | SRRCTL_DROP_EN);
	rig_receive(r, f, len);
	EQUAL(r->nic->pbuf.frames, 0);
	EQUAL(regs_read(r->nic, R_QPRDC), 1);
	rig_free(r);
}

TEST(rx_frames_over_the_maximum_are_dropped)
{
	struct frame_spec s = udp4;
	struct rig *r = rig_new(NIC_82599);

	rig_rx_queue(r, 0, 16);
	s.payload = 1500 - 28;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(regs_read(r->nic, R_ROC), 0);
	s.payload++;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(regs_read(r->nic, R_ROC), 1);
	/* a tag does not count */
	s.payload--;
	s.vlan = 5;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(regs_read(r->nic, R_ROC), 0);
	/* MAXFRS counts with JUMBOEN only */
	regs_write(r->nic, R_MAXFRS, 2000 << 16);
	s.vlan = 0;
	s.payload = 1900;
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(regs_read(r->nic, R_ROC), 1);
	regs_write(r->nic, R_HLREG0, HLREG0_JUMBOEN | HLREG0_RXCRCSTRP);
	rig_receive(r, f, frame_make(f, &s));
	EQUAL(regs_read(r->nic, R_ROC), 0);
	EQUAL(r->nic->count.rx_delivered, 3);
	rig_free(r);
}

TEST(rx_vlan_tag_is_stripped_and_filtered)
{
	struct frame_spec s = udp4;
	struct rig *r = rig_new(NIC_82599);
	struct rxd_seen d;
	size_t len;

	s.vlan = 0x6005;
	len = frame_make(f, &s);
	rig_rx_queue(r, 0, 8);
	rig_receive(r, f, len);
	d = rig_rxd(r, 0, 0);
	EQUAL(d.len, len);
	CHECK(d.status & RXD_VP);
	regs_write(r->nic, R_RXQ + Q_CTL, DCTL_ENABLE | RXDCTL_VME);
	rig_receive(r, f, len);
	d = rig_rxd(r, 0, 1);
	EQUAL(d.len, len - 4);
	EQUAL(d.vlan, 0x6005);
	CHECK(d.status & RXD_L4I && !(d.status & RXD_TCPE));
	CHECK(!memcmp(rig_mem(r, RX_BUF(0, 1) + 12), f + 16, len - 16));
	regs_write(r->nic, R_VLNCTRL, 0x8100 | VLNCTRL_VFE);
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_filtered, 1);
	regs_write(r->nic, R_VFTA, BIT(5));
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_delivered, 3);
	rig_free(r);
}

TEST(rx_address_filters)
{
	static const u8 bcast[6] = { 255, 255, 255, 255, 255, 255 };
	static const u8 group[6] = { 1, 0, 0x5e, 0, 0x12, 0x34 };
	static const u8 other[6] = { 0x52, 0x54, 0, 0, 0x56, 0x78 };
	struct rig *r = rig_new(NIC_82599);
	struct frame_spec s = udp4;
	struct pkt p;

	pkt_parse(f, frame_make(f, &s), 0x8100, &p);
	CHECK(filter_l2(r->nic, unit_mac, &p));
	CHECK(filter_l2(r->nic, bcast, &p));
	CHECK(!filter_l2(r->nic, group, &p));
	CHECK(!filter_l2(r->nic, other, &p));
	regs_write(r->nic, R_FCTRL, 0);
	CHECK(!filter_l2(r->nic, bcast, &p));
	/* MO 0: bits 47:36 of the address */
	regs_write(r->nic, R_MCSTCTRL, MCSTCTRL_MFE);
	regs_write(r->nic, R_MTA + 0x341 / 32 * 4, BIT(0x341 % 32));
	CHECK(filter_l2(r->nic, group, &p));
	CHECK(!filter_l2(r->nic, other, &p));
	regs_write(r->nic, R_UTA + 0x785 / 32 * 4, BIT(0x785 % 32));
	CHECK(filter_l2(r->nic, other, &p));
	regs_write(r->nic, R_MCSTCTRL, 0);
	CHECK(!filter_l2(r->nic, other, &p));
	regs_write(r->nic, R_FCTRL, FCTRL_UPE);
	CHECK(filter_l2(r->nic, other, &p));
	CHECK(!filter_l2(r->nic, group, &p));
	regs_write(r->nic, R_FCTRL, FCTRL_MPE);
	CHECK(filter_l2(r->nic, group, &p));
	/* another receive address, by the alias of the first sixteen */
	regs_write(r->nic, R_FCTRL, 0);
	regs_write(r->nic, 0x5400 + 8 * 7, 0x00005452);
	regs_write(r->nic, 0x5404 + 8 * 7, RAH_AV | 0x7856);
	CHECK(filter_l2(r->nic, other, &p));
	EQUAL(filter_rar(r->nic, other), 7);
	rig_free(r);
}

TEST(rx_bad_checksums_are_reported)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);

	rig_rx_queue(r, 0, 8);
	f[len - 1] ^= 1;
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 0).status,
	      RXD_DD | RXD_EOP | RXD_L4I | RXD_IPCS | RXD_TCPE);
	len = frame_make(f, &udp4);
	f[14 + 8]--;		/* TTL */
	rig_receive(r, f, len);
	CHECK(rig_rxd(r, 0, 1).status & RXD_IPE);
	/* none in a UDP datagram, and no L4 in a fragment */
	len = frame_make(f, &udp4);
	put16(f + 14 + 20 + 6, 0);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 2).status & (RXD_L4I | RXD_TCPE), 0);
	len = frame_make(f, &udp4);
	f[14 + 6] = 0x20;
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 3).status & RXD_L4I, 0);
	EQUAL(rig_rxd(r, 0, 3).ptype, PT_IPV4);
	rig_free(r);
}

TEST(rx_header_split)
{
	struct frame_spec s = udp4;
	struct rig *r = rig_new(NIC_82599);
	struct rxd_seen d;
	size_t len;

	s.proto = 6;
	s.payload = 1000;
	len = frame_make(f, &s);
	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_RXQ + Q_SRRCTL, 2 | 4 << 8 | 2 << 25);
	regs_write(r->nic, R_PSRTYPE, BIT(4) | BIT(5) | BIT(8) | BIT(9));
	rig_receive(r, f, len);
	d = rig_rxd(r, 0, 0);
	CHECK(d.sph);
	EQUAL(d.hdr_len, 54);
	EQUAL(d.len, 1000);
	CHECK(!memcmp(rig_mem(r, RX_HDR(0, 0)), f, 54));
	CHECK(!memcmp(rig_mem(r, RX_BUF(0, 0)), f + 54, 1000));
	/* a header that does not fit its buffer stays where it was */
	regs_write(r->nic, R_PSRTYPE, 0);
	rig_receive(r, f, len);
	d = rig_rxd(r, 0, 1);
	CHECK(!d.sph);
	EQUAL(d.len, len);
	rig_free(r);
}

TEST(rx_crc_is_kept_on_request)
{
	struct rig *r = rig_new(NIC_82599);
	const u8 *crc;
	size_t len;

	memset(f, 0, 60);
	memcpy(f, unit_mac, 6);
	len = 60;
	regs_write(r->nic, R_HLREG0, 0);
	rig_rx_queue(r, 0, 8);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 0).len, len + 4);
	crc = rig_mem(r, RX_BUF(0, 0) + len);
	/* computed with zlib.crc32() */
	EQUAL(crc[0] | crc[1] << 8 | crc[2] << 16 | (u32)crc[3] << 24,
	      0xca8ae114);
	rig_free(r);
}

TEST(rx_x540_long_packet_limit)
{
	struct rig *r = rig_new(NIC_X540);
	size_t len = frame_make(f, &udp4);

	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_RXQ + Q_CTL,
		   DCTL_ENABLE | RXDCTL_RLPML_EN | (len - 1));
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_rlpml, 1);
	EQUAL(r->nic->count.rx_delivered, 0);
	regs_write(r->nic, R_RXQ + Q_CTL, DCTL_ENABLE | RXDCTL_RLPML_EN | len);
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_delivered, 1);
	rig_free(r);
}

TEST(rx_short_frames_are_dropped)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len;

	frame_make(f, &udp4);
	rig_rx_queue(r, 0, 8);
	for (len = 0; len < 60; len++)
		rig_receive(r, f, len);
	EQUAL(regs_read(r->nic, R_RUC), 60);
	EQUAL(r->nic->count.rx_delivered, 0);
	rig_free(r);
}

TEST(rx_not_before_it_is_on)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);

	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_RXCTRL, 0);
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_disabled, 1);
	regs_write(r->nic, R_RXCTRL, RXCTRL_RXEN);
	link_set(r->nic, false);
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_delivered, 0);
	link_set(r->nic, true);
	regs_write(r->nic, R_RXQ + Q_CTL, 0);
	rig_receive(r, f, len);
	EQUAL(r->nic->count.rx_queue_off, 1);
	EQUAL(r->nic->dma.writes, 0);
	rig_free(r);
}

TEST(rx_all_128_queues)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	unsigned int q;

	/* an Ethertype filter sends all to the queue that it names */
	regs_write(r->nic, R_ETQF, ETQF_ENABLE | 0x0800);
	for (q = 0; q < NIC_QUEUES; q++) {
		rig_rx_queue(r, q, 4);
		regs_write(r->nic, R_IVAR + q / 2 * 4,
			   (IVAR_VALID | (q & 63)) << (q & 1) * 16);
		regs_write(r->nic, R_EIMS_EX + (q & 32) / 8, BIT(q & 31));
		regs_write(r->nic, R_ETQS, ETQS_ENABLE | q << 16);
		rig_receive(r, f, len);
		EQUAL(nic_get(r->nic, rxq_addr(q) + Q_HEAD), 1);
		EQUAL(r->irqs[q & 63], q / 64 + 1);
		EQUAL(rig_rxd(r, q & 7, 0).ptype, PT_ETQF);
		regs_write(r->nic, R_EICR, 0xffff);
	}
	EQUAL(r->nic->dma.faults, 0);
	rig_free(r);
}
