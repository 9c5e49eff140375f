// SPDX-License-Identifier: GPL-2.0
/*
 * Receive queues: descriptors and their write-back. 82599 datasheet 7.1.4 to
 * 7.1.10 and 8.2.3.8.
 */
#include "nic.h"

#define RXD_BYTES	16

enum { DESC_LEGACY, DESC_ONE_BUFFER, DESC_SPLIT, DESC_SPLIT_ALWAYS = 5 };

static u32 rxq_get(const struct nic *nic, unsigned int q, u32 reg)
{
	return nic_get(nic, rxq_addr(q) + reg);
}

bool rxq_enabled(const struct nic *nic, unsigned int q)
{
	return rxq_get(nic, q, Q_CTL) & DCTL_ENABLE;
}

bool rxq_drops(const struct nic *nic, unsigned int q)
{
	return rxq_get(nic, q, Q_SRRCTL) & SRRCTL_DROP_EN;
}

/* Bytes of a packet buffer. */
u32 rxq_buffer(const struct nic *nic, unsigned int q)
{
	return field(rxq_get(nic, q, Q_SRRCTL), 0, 5) * 1024;
}

static u32 rxq_header_buffer(const struct nic *nic, unsigned int q)
{
	return field(rxq_get(nic, q, Q_SRRCTL), 8, 6) * 64;
}

static u32 rxq_type(const struct nic *nic, unsigned int q)
{
	return field(rxq_get(nic, q, Q_SRRCTL), 25, 3);
}

static u32 rxq_size(const struct nic *nic, unsigned int q)
{
	return rxq_get(nic, q, Q_LEN) / RXD_BYTES;
}

/* Descriptors that the driver has given and that are not used yet. */
u32 rxq_free(const struct nic *nic, unsigned int q)
{
	u32 size = rxq_size(nic, q);

	if (!size)
		return 0;
	return (rxq_get(nic, q, Q_TAIL) % size + size -
		rxq_get(nic, q, Q_HEAD) % size) % size;
}

static u32 rxq_need(const struct nic *nic, unsigned int q, size_t len)
{
	u32 buffer = rxq_buffer(nic, q);

	return buffer ? (len + buffer - 1) / buffer : 1;
}

/* Besides what an open RSC frame of the queue will need. */
bool rxq_has_room(const struct nic *nic, unsigned int q, size_t len)
{
	u32 need = rxq_need(nic, q, len);

	if (nic->rsc[q].frames)
		need += rxq_need(nic, q, nic->rsc[q].len);
	return rxq_free(nic, q) >= need;
}

/* One descriptor on its way back. */
struct rxd {
	u64 addr;
	u32 word[4];
};

static void rxd_fetch(struct nic *nic, unsigned int q, struct rxd *d)
{
	u32 a = rxq_addr(q);

	d->addr = nic_get64(nic, a + Q_BAL, a + Q_BAH) +
		  (u64)nic_get(nic, a + Q_HEAD) * RXD_BYTES;
	dma_read(&nic->dma, d->addr, d->word, RXD_BYTES, "rx descriptor");
}

/* Status last: the driver reads the rest as soon as it sees DD. */
static void rxd_write(struct nic *nic, const struct rxd *d)
{
	dma_write(&nic->dma, d->addr, d->word, 8, "rx write-back");
	dma_write(&nic->dma, d->addr + 12, &d->word[3], 4, "rx write-back");
	__atomic_thread_fence(__ATOMIC_RELEASE);
	dma_write(&nic->dma, d->addr + 8, &d->word[2], 4, "rx write-back");
}

static void rxq_advance(struct nic *nic, unsigned int q)
{
	u32 *head = nic_reg(nic, rxq_addr(q) + Q_HEAD);

	*head = (*head + 1) % rxq_size(nic, q);
}

/*
 * Header and payload apart, when the queue wants that. Returns how much went
 * to the header buffer.
 */
static size_t rxd_split(struct nic *nic, const u8 *f, size_t len,
			const struct rx_meta *m, struct rxd *d, u64 hdr_addr)
{
	size_t room = rxq_header_buffer(nic, m->queue);
	u32 type = rxq_type(nic, m->queue);
	size_t n = m->split;

	if (type != DESC_SPLIT && type != DESC_SPLIT_ALWAYS)
		return 0;
	if (n > room) {
		/* "header buffer overflow": not split, says the length */
		d->word[2] |= RXD_HBO;
		d->word[0] |= (u32)(n & 0x3ff) << 21;
		n = 0;
	} else if (n) {
		d->word[0] |= RXD_SPH | (u32)n << 21;
	}
	if (!n && type == DESC_SPLIT_ALWAYS) {
		n = min_size(len, room);
		d->word[0] |= (u32)(n & 0x3ff) << 21;
	}
	if (n)
		dma_write(&nic->dma, hdr_addr, f, n, "rx header");
	return n;
}

/* RSCCNT is one more than the frames that begin in the descriptor. */
static u32 rxd_rsc_count(const struct rsc *rsc, size_t from, size_t to)
{
	u32 n = 1;
	int i;

	if (!rsc || rsc->frames < 2)
		return 0;
	for (i = 0; i < rsc->frames; i++)
		if ((size_t)rsc->start[i] >= from && (size_t)rsc->start[i] < to)
			n++;
	return n;
}

static void rxd_spoil(struct nic *nic, u32 status, struct rxd *d)
{
	struct faults *ft = &nic->faults;

	if (!(status & RXD_EOP))
		return;
	if (ft->rx_error) {
		ft->rx_error--;
		ft->injected++;
		d->word[2] |= RXD_RXE;
	}
	if (ft->bad_csum && (status & (RXD_L4I | RXD_IPCS))) {
		ft->bad_csum--;
		ft->injected++;
		d->word[2] |= status & RXD_L4I ? RXD_TCPE : RXD_IPE;
	}
	if (ft->bad_length) {
		ft->bad_length--;
		ft->injected++;
		d->word[3] = (d->word[3] & 0xffff0000) |
			     (ft->bad_length_value & 0xffff);
	}
}

/* The legacy write-back has one byte each of status and errors. */
static void rxd_legacy(const struct rx_meta *m, u32 status, size_t n,
		       struct rxd *d)
{
	u32 low = status & 0x7f, err = 0;

	if (status & RXD_TCPE)
		err |= 0x40;
	if (status & RXD_IPE)
		err |= 0x80;
	d->word[2] = n;
	d->word[3] = low | err << 8 | (u32)m->vlan << 16;
}

static void rxd_fill(struct nic *nic, const struct rx_meta *m, bool last,
		     u32 count, size_t n, struct rxd *d)
{
	unsigned int q = m->queue;
	u32 next = (nic_get(nic, rxq_addr(q) + Q_HEAD) + 1) % rxq_size(nic, q);

	/* header length and overflow are there already */
	d->word[0] |= m->ptype | count << 17;
	d->word[3] = n;
	if (last) {
		d->word[0] |= m->rss_type;
		d->word[1] = m->hash;
		d->word[2] |= m->status | RXD_DD | RXD_EOP;
		d->word[3] |= (u32)m->vlan << 16;
	} else {
		d->word[1] = 0;
		d->word[2] |= RXD_DD | next << 4;
	}
}

/* rxq_has_room() was asked before. */
void rxq_deliver(struct nic *nic, const u8 *f, size_t len,
		 const struct rx_meta *m, const struct rsc *rsc)
{
	unsigned int q = m->queue;
	u32 buffer = rxq_buffer(nic, q);
	size_t off = 0, from, n;
	u64 addr, hdr;
	struct rxd d;

	if (!buffer || rxq_free(nic, q) < rxq_need(nic, q, len)) {
		nic->count.rx_no_desc++;
		return;
	}
	stats_rx_queue(nic, q, rsc ? rsc->frames : 1, len);
	nic->count.rx_delivered++;
	do {
		rxd_fetch(nic, q, &d);
		hdr = d.word[2] | (u64)d.word[3] << 32;
		addr = d.word[0] | (u64)d.word[1] << 32;
		from = off;
		d.word[0] = 0;
		d.word[2] = 0;
		if (!off && !rsc)
			off = rxd_split(nic, f, len, m, &d, hdr);
		n = min_size(buffer, len - off);
		if (n)
			dma_write(&nic->dma, addr, f + off, n, "rx data");
		off += n;
		if (rxq_type(nic, q) == DESC_LEGACY)
			rxd_legacy(m, off == len ? m->status | 3 : 1, n, &d);
		else
			rxd_fill(nic, m, off == len,
				 rxd_rsc_count(rsc, from, off), n, &d);
		rxd_spoil(nic, off == len ? m->status | RXD_EOP : 0, &d);
		rxd_write(nic, &d);
		rxq_advance(nic, q);
	} while (off < len);
	irq_queue(nic, q, false);
}

static unsigned int rxq_of(u32 addr)
{
	return addr < R_RXQ_HI ? (addr - R_RXQ) / Q_STRIDE :
				 64 + (addr - R_RXQ_HI) / Q_STRIDE;
}

void rxq_reg_write(struct nic *nic, u32 addr, u32 v)
{
	unsigned int q = rxq_of(addr);

	switch (addr % Q_STRIDE) {
	case Q_BAL:
		v &= ~127u;
		break;
	case Q_LEN:
		v &= 0xfff80;
		break;
	case Q_HEAD:
	case Q_TAIL:
		v &= 0xffff;
		break;
	case Q_CTL:
		if (!(v & DCTL_ENABLE))
			rsc_drop(nic, q);
		break;
	}
	*nic_reg(nic, addr) = v;
	/* new descriptors, or a queue that went away, may free what waits */
	if (nic->pbuf.held && (addr % Q_STRIDE == Q_TAIL ||
			       addr % Q_STRIDE == Q_CTL))
		rx_run(nic);
}
