// SPDX-License-Identifier: GPL-2.0
/*
 * Receive side coalescing: segments of a TCP connection that follow each other
 * become one frame. 82599 datasheet 7.11.
 *
 * One frame is open per queue at most, and all are closed when the packet
 * buffer has been worked off; hardware has 32 and closes with the interrupt.
 */
#include "nic.h"

#include <stdlib.h>

#define PROTO_TCP	6
#define RSC_LEN_MAX	65000
#define RSC_STARTS_MAX	14	/* of frames in one descriptor */
#define TCP_ACK		0x10
#define TCP_PSH		0x08

static u32 rsc_max_bytes(const struct nic *nic, unsigned int q)
{
	static const u8 desc[4] = { 1, 4, 8, 16 };
	u32 ctl = nic_get(nic, rxq_addr(q) + Q_RSCCTL);
	u32 max = desc[field(ctl, 2, 2)] * rxq_buffer(nic, q);

	return max < RSC_LEN_MAX ? max : RSC_LEN_MAX;
}

/* Payload bytes of a frame that may be coalesced, 0 for all others. */
static int rsc_payload(const struct nic *nic, const u8 *f, int len,
		       const struct pkt *p, const struct rx_meta *m)
{
	const u8 *tcp = f + p->l4;
	int hdr, end;

	if (!(nic_get(nic, rxq_addr(m->queue) + Q_RSCCTL) & RSCCTL_RSCEN) ||
	    (nic_get(nic, R_RFCTL) & RFCTL_RSC_DIS))
		return 0;
	if (!(p->ptype & PT_TCP) || (p->ptype & (PT_IPV4E | PT_IPV6E)))
		return 0;
	if (!(m->status & RXD_L4I) || (m->status & (RXD_TCPE | RXD_IPE)))
		return 0;
	hdr = (tcp[12] >> 4) * 4;
	end = p->l4 + p->l4_len;
	if (hdr < 20 || hdr > p->l4_len || end > len)
		return 0;
	if ((tcp[13] & ~TCP_PSH) != TCP_ACK)
		return 0;
	return end - p->l4 - hdr;
}

static bool rsc_same_flow(const struct rsc *r, const u8 *f, const struct pkt *p,
			  const struct rx_meta *m)
{
	int addr = p->ip == 4 ? 12 : 8, len = p->ip == 4 ? 8 : 32;

	return r->l3 == p->l3 && r->l4 == p->l4 &&
	       r->meta.vlan == m->vlan && r->meta.ptype == m->ptype &&
	       !memcmp(r->buf, f, r->l3) &&
	       !memcmp(r->buf + r->l3 + addr, f + r->l3 + addr, len) &&
	       !memcmp(r->buf + r->l4, f + r->l4, 4);
}

static bool rsc_starts_fit(const struct nic *nic, const struct rsc *r,
			   unsigned int q)
{
	size_t buffer = rxq_buffer(nic, q), first;
	int i, n = 0;

	if (!buffer || r->frames == ARRAY_SIZE(r->start))
		return false;
	first = r->len / buffer * buffer;
	for (i = 0; i < r->frames; i++)
		if ((size_t)r->start[i] >= first)
			n++;
	return n < RSC_STARTS_MAX;
}

static void rsc_append(struct rsc *r, const u8 *f, int hdr, int payload)
{
	int l4 = r->l4;

	r->start[r->frames++] = r->len;
	memcpy(r->buf + r->len, f + hdr, payload);
	r->len += payload;
	r->next_seq += payload;
	/* the last segment's acknowledgment, window and options are valid */
	memcpy(r->buf + l4 + 8, f + l4 + 8, 4);
	memcpy(r->buf + l4 + 14, f + l4 + 14, 2);
	memcpy(r->buf + l4 + 20, f + l4 + 20, hdr - l4 - 20);
	r->buf[l4 + 13] |= f[l4 + 13];
}

static void rsc_open(struct nic *nic, const u8 *f, const struct pkt *p,
		     const struct rx_meta *m, int hdr, int payload)
{
	struct rsc *r = &nic->rsc[m->queue];

	if (!r->buf)
		r->buf = malloc(RSC_LEN_MAX + NIC_FRAME_MAX);
	if (!r->buf)
		abort();
	r->frames = 1;
	r->start[0] = 0;
	r->len = hdr + payload;
	r->hdr = hdr;
	r->l3 = p->l3;
	r->l4 = p->l4;
	r->next_seq = get32(f + p->l4 + 4) + payload;
	r->meta = *m;
	memcpy(r->buf, f, r->len);
	nic->rsc_open[m->queue / 64] |= BIT64(m->queue % 64);
}

/* Return: true when the frame was taken. */
bool rsc_add(struct nic *nic, const u8 *f, int len, const struct pkt *p,
	     const struct rx_meta *m)
{
	int payload = rsc_payload(nic, f, len, p, m), hdr;
	struct rsc *r = &nic->rsc[m->queue];

	if (payload <= 0)
		return false;
	nic->count.rsc_frames++;
	hdr = p->l4 + p->l4_len - payload;
	if (r->frames && r->hdr == hdr && rsc_same_flow(r, f, p, m) &&
	    get32(f + p->l4 + 4) == r->next_seq &&
	    r->len + payload <= (int)rsc_max_bytes(nic, m->queue) &&
	    rsc_starts_fit(nic, r, m->queue)) {
		rsc_append(r, f, hdr, payload);
	} else {
		rsc_flush(nic, m->queue);
		rsc_open(nic, f, p, m, hdr, payload);
	}
	if (f[p->l4 + 13] & TCP_PSH)
		rsc_flush(nic, m->queue);
	return true;
}

static void rsc_fix_lengths(struct rsc *r)
{
	u8 *ip = r->buf + r->l3;

	if (ip[0] >> 4 == 4) {
		put16(ip + 2, r->len - r->l3);
		put16(ip + 10, 0);
		put16(ip + 10, csum_fold(csum_add(ip, 20, 0)));
	} else {
		put16(ip + 4, r->len - r->l3 - 40);
	}
}

/* Give the queue's open frame to the driver. */
void rsc_flush(struct nic *nic, unsigned int q)
{
	struct rsc *r = &nic->rsc[q];

	if (!r->frames)
		return;
	if (r->frames > 1) {
		rsc_fix_lengths(r);
		nic->count.rsc_merged++;
	} else if (r->len < 60) {
		memset(r->buf + r->len, 0, 60 - r->len);
		r->len = 60;
	}
	rxq_deliver(nic, r->buf, r->len, &r->meta, r);
	rsc_drop(nic, q);
}

void rsc_flush_all(struct nic *nic)
{
	int i;

	for (i = 0; i < 2; i++)
		while (nic->rsc_open[i])
			rsc_flush(nic, i * 64 +
				  __builtin_ctzll(nic->rsc_open[i]));
}

void rsc_drop(struct nic *nic, unsigned int q)
{
	nic->rsc[q].frames = 0;
	nic->rsc_open[q / 64] &= ~BIT64(q % 64);
}

void rsc_reset(struct nic *nic)
{
	unsigned int q;

	for (q = 0; q < NIC_QUEUES; q++)
		rsc_drop(nic, q);
}
