// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <stdlib.h>

const u8 unit_mac[6] = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x01 };
static const u8 peer_mac[6] = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x02 };

static void rig_irq(void *arg, unsigned int vector)
{
	struct rig *r = arg;

	r->irqs[vector]++;
}

static void rig_send(void *arg, const u8 *f, size_t len)
{
	struct rig *r = arg;

	if (r->sent_n == RIG_SENT)
		abort();
	r->sent[r->sent_n].len = len;
	memcpy(r->sent[r->sent_n++].data, f, len);
}

static bool rig_busy(void *arg)
{
	return ((struct rig *)arg)->busy;
}

static u64 rig_now(void *arg)
{
	return ((struct rig *)arg)->now;
}

struct rig *rig_new(enum nic_model model)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct nic_host host = {
		.irq = rig_irq, .send = rig_send, .busy = rig_busy,
		.now = rig_now, .arg = r,
	};
	u8 command = 6;

	r->ram = calloc(1, RAM_BYTES);
	r->sent = calloc(RIG_SENT, sizeof(*r->sent));
	r->now = 1000000000;
	r->nic = nic_new(model, unit_mac, &host);
	pci_cfg_write(r->nic, 4, &command, 1);
	dma_map(&r->nic->dma, RAM_IOVA, RAM_BYTES, r->ram,
		DMA_PROT_READ | DMA_PROT_WRITE);
	regs_write(r->nic, R_RXCTRL, RXCTRL_RXEN);
	regs_write(r->nic, R_FCTRL, FCTRL_BAM);
	regs_write(r->nic, R_RXCSUM, RXCSUM_PCSD);
	return r;
}

void rig_free(struct rig *r)
{
	nic_free(r->nic);
	free(r->sent);
	free(r->ram);
	free(r);
}

void *rig_mem(struct rig *r, u64 iova)
{
	return r->ram + (iova - RAM_IOVA);
}

/* Descriptor @i with addresses of its buffers, as a driver posts it. */
static void rig_rx_post(struct rig *r, unsigned int q, u32 i)
{
	u64 *d = rig_mem(r, RX_RING(q) + i * 16);

	d[0] = RX_BUF(q, i);
	d[1] = RX_HDR(q, i);
}

/* One advanced buffer of 2 KiB per descriptor; q is below 8 for its memory. */
void rig_rx_queue(struct rig *r, unsigned int q, u32 give)
{
	u32 a = rxq_addr(q), i;

	for (i = 0; i < RIG_RING; i++)
		rig_rx_post(r, q & 7, i);
	regs_write(r->nic, a + Q_BAL, RX_RING(q & 7));
	regs_write(r->nic, a + Q_BAH, 0);
	regs_write(r->nic, a + Q_LEN, RIG_RING * 16);
	regs_write(r->nic, a + Q_HEAD, 0);
	regs_write(r->nic, a + Q_SRRCTL, 2 | 4 << 8 | 1 << 25);
	regs_write(r->nic, a + Q_CTL, DCTL_ENABLE);
	regs_write(r->nic, a + Q_TAIL, give);
}

void rig_rx_give(struct rig *r, unsigned int q, u32 tail)
{
	regs_write(r->nic, rxq_addr(q) + Q_TAIL, tail);
}

struct rxd_seen rig_rxd(struct rig *r, unsigned int q, u32 i)
{
	u32 *w = rig_mem(r, RX_RING(q) + i * 16);

	return (struct rxd_seen){
		.rss_type = w[0] & 15, .ptype = w[0] & 0xfff0,
		.rsc_count = field(w[0], 17, 4), .hdr_len = field(w[0], 21, 10),
		.sph = w[0] >> 31, .hash = w[1], .status = w[2],
		.len = w[3] & 0xffff, .vlan = w[3] >> 16,
	};
}

void rig_receive(struct rig *r, const u8 *f, size_t len)
{
	if (!rx_wire(r->nic, f, len))
		rx_missed(r->nic);
	rx_run(r->nic);
}

void rig_promisc(struct rig *r)
{
	regs_write(r->nic, R_FCTRL, FCTRL_BAM | FCTRL_UPE | FCTRL_MPE);
}

void rig_tx_queue(struct rig *r)
{
	u32 a = txq_addr(0);

	regs_write(r->nic, R_DMATXCTL, DMATXCTL_TE);
	regs_write(r->nic, a + Q_BAL, TX_RING);
	regs_write(r->nic, a + Q_LEN, RIG_RING * 16);
	regs_write(r->nic, a + Q_HEAD, 0);
	regs_write(r->nic, a + Q_CTL, DCTL_ENABLE);
	r->tx_tail = 0;
}

static void rig_tx_post(struct rig *r, u32 w0, u32 w1, u32 w2, u32 w3)
{
	u32 *d = rig_mem(r, TX_RING + r->tx_tail * 16);

	d[0] = w0;
	d[1] = w1;
	d[2] = w2;
	d[3] = w3;
	r->tx_tail = (r->tx_tail + 1) % RIG_RING;
}

void rig_tx_context(struct rig *r, u32 lens, u32 type, u32 mss)
{
	rig_tx_post(r, lens, 0, type | 2 << 20 | TXD_DEXT, mss);
}

/* @cmd, @opts: beside what every data descriptor has */
void rig_tx_data(struct rig *r, const u8 *f, size_t len, u32 cmd, u32 opts)
{
	u64 at = TX_BUF + r->tx_tail * 0x1000;

	memcpy(rig_mem(r, at), f, len);
	rig_tx_post(r, at, at >> 32, len | 3 << 20 | TXD_DEXT | cmd,
		    opts | (u32)len << 14);
}

void rig_tx_go(struct rig *r)
{
	regs_write(r->nic, txq_addr(0) + Q_TAIL, r->tx_tail);
}

static void frame_l4_csum(u8 *f, int l3, int l4, const struct frame_spec *s,
			  size_t len)
{
	int at = s->proto == 6 ? 16 : 6;
	u32 sum;

	put16(f + l4 + at, 0);
	sum = csum_pseudo(f, l3, s->ip, s->proto, len - l4);
	put16(f + l4 + at, csum_fold(csum_add(f + l4, len - l4, sum)));
}

static int frame_ip(u8 *ip, const struct frame_spec *s, size_t len)
{
	if (s->ip == 4) {
		memset(ip, 0, 20);
		ip[0] = 0x45;
		put16(ip + 2, 20 + len);
		ip[8] = 64;
		ip[9] = s->proto;
		put32(ip + 12, s->sip);
		put32(ip + 16, s->dip);
		put16(ip + 10, csum_fold(csum_add(ip, 20, 0)));
		return 20;
	}
	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, len);
	ip[6] = s->proto;
	ip[7] = 64;
	put32(ip + 20, s->sip);
	put32(ip + 36, s->dip);
	return 40;
}

static int frame_l4(u8 *l4, const struct frame_spec *s)
{
	put16(l4, s->sport);
	put16(l4 + 2, s->dport);
	if (s->proto == 17) {
		put16(l4 + 4, 8 + s->payload);
		put16(l4 + 6, 0);
		return 8;
	}
	memset(l4 + 4, 0, 16);
	put32(l4 + 4, s->seq);
	l4[12] = 0x50;
	l4[13] = s->tcp_flags ? s->tcp_flags : 0x10;
	return 20;
}

/* Payload byte i is i; padded to 60 bytes. Return: its length. */
size_t frame_make(u8 *f, const struct frame_spec *s)
{
	int l3 = 14, l4, end, i;

	memcpy(f, s->dst ? s->dst : unit_mac, 6);
	memcpy(f + 6, peer_mac, 6);
	if (s->vlan > 0) {
		put16(f + 12, 0x8100);
		put16(f + 14, s->vlan);
		l3 += 4;
	}
	put16(f + l3 - 2, s->ip == 4 ? 0x0800 : s->ip == 6 ? 0x86dd : 0x88b5);
	l4 = l3;
	if (s->ip)
		l4 += frame_ip(f + l3, s, (s->proto == 6 ? 20 : 8) +
			       s->payload);
	end = l4;
	if (s->ip)
		end += frame_l4(f + l4, s);
	for (i = 0; i < s->payload; i++)
		f[end++] = i;
	if (s->ip)
		frame_l4_csum(f, l3, l4, s, end);
	while (end < 60)
		f[end++] = 0;
	return end;
}

/* All checksums of an IP frame hold. */
bool frame_csum_ok(const u8 *f, size_t len)
{
	struct pkt p;
	u32 v;

	pkt_parse(f, len, 0x8100, &p);
	v = csum_verdict(f, len, &p);
	return (v & RXD_L4I) && !(v & (RXD_TCPE | RXD_IPE));
}
