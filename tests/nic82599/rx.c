// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a frame from the wire through the filters into the packet buffer
 * and from there to its queue. 82599 datasheet 7.1.
 */
#include "nic.h"

#define CRC_BYTES	4
#define FRAME_MIN	60
#define MFS_STANDARD	1518
#define VLAN_BYTES	4

static u16 rx_vlan_type(const struct nic *nic)
{
	return nic_get(nic, R_VLNCTRL);
}

static bool rx_too_long(const struct nic *nic, size_t len, const struct pkt *p)
{
	u32 max = MFS_STANDARD;

	if (nic_get(nic, R_HLREG0) & HLREG0_JUMBOEN)
		max = nic_get(nic, R_MAXFRS) >> 16;
	if (p->tagged)
		max += VLAN_BYTES;
	return len + CRC_BYTES > max || len + CRC_BYTES > NIC_FRAME_MAX;
}

static void rx_count(struct nic *nic, const u8 *f, size_t len)
{
	stats_add(nic, R_GPRC, 1);
	stats_add64(nic, R_GORCL, len + CRC_BYTES);
	stats_size_bin(nic, R_PRC64, len + CRC_BYTES);
	if (filter_is_broadcast(f))
		stats_add(nic, R_BPRC, 1);
	else if (f[0] & 1)
		stats_add(nic, R_MPRC, 1);
}

/* The MAC: is this frame for us? Counts it, too. */
static bool rx_accept(struct nic *nic, const u8 *f, size_t len)
{
	struct pkt p;

	stats_add(nic, R_TPR, 1);
	stats_add64(nic, R_TORL, len + CRC_BYTES);
	if (len < FRAME_MIN) {
		stats_add(nic, R_RUC, 1);
		return false;
	}
	pkt_parse(f, len, rx_vlan_type(nic), &p);
	if (rx_too_long(nic, len, &p)) {
		stats_add(nic, R_ROC, 1);
		return false;
	}
	if (!filter_l2(nic, f, &p)) {
		nic->count.rx_filtered++;
		return false;
	}
	return true;
}

static bool rx_on(const struct nic *nic)
{
	return (nic_get(nic, R_RXCTRL) & RXCTRL_RXEN) &&
	       !(nic_get(nic, R_SECRXCTRL) & SECRXCTRL_RX_DIS);
}

static void rx_count_missed(struct nic *nic)
{
	nic->count.rx_missed++;
	stats_add(nic, R_RXMPC, 1);
	irq_other(nic, EICR_RX_MISS);
}

/* The frame that rx_wire() had no room for is lost. */
void rx_missed(struct nic *nic)
{
	nic->pbuf.full = false;
	rx_count_missed(nic);
}

static bool rx_push(struct nic *nic, const u8 *f, size_t len, int from)
{
	if (!pbuf_push(nic, f, len, from))
		return false;
	rx_count(nic, f, len);
	return true;
}

/*
 * A frame of the wire, without CRC. rx_run() must follow.
 * Return: false when the packet buffer has no room for it: the caller may come
 * again with the same frame, or give up and call rx_missed().
 */
bool rx_wire(struct nic *nic, const u8 *f, size_t len)
{
	bool again = nic->pbuf.full;

	nic->pbuf.full = false;
	if (!nic->link || (nic_get(nic, R_HLREG0) & HLREG0_LPBK))
		return true;
	if (!rx_on(nic)) {
		nic->count.rx_disabled++;
		return true;
	}
	if (!again) {
		nic->count.rx_wire++;
		if (!rx_accept(nic, f, len))
			return true;
	}
	nic->pbuf.full = !rx_push(nic, f, len, -1);
	return !nic->pbuf.full;
}

/* A frame that did not leave the device: MAC loopback, or pool to pool. */
void rx_local(struct nic *nic, const u8 *f, size_t len, int from)
{
	if (!rx_on(nic))
		return;
	if (from < 0 && !rx_accept(nic, f, len))
		return;
	if (!rx_push(nic, f, len, from))
		rx_count_missed(nic);
	rx_run(nic);
}

static u32 rx_crc32(const u8 *f, size_t len)
{
	u32 crc = ~0u;
	int k;

	while (len--) {
		crc ^= *f++;
		for (k = 0; k < 8; k++)
			crc = crc & 1 ? 0xedb88320 ^ crc >> 1 : crc >> 1;
	}
	return ~crc;
}

/* Where packet split cuts, as PSRTYPE asks; 0 for frames that stay whole. */
static int rx_split(const struct nic *nic, const struct pkt *p, int pool)
{
	u32 type = nic_get(nic, R_PSRTYPE + (pool < 0 ? 0 : pool) * 4);

	if ((type & BIT(4)) && (p->ptype & PT_TCP))
		return p->payload;
	if ((type & BIT(5)) && (p->ptype & PT_UDP))
		return p->payload;
	if ((type & BIT(8)) && p->ip == 4)
		return p->l4;
	if ((type & BIT(9)) && p->ip == 6)
		return p->l4;
	if (type & BIT(12))
		return p->l3;
	return 0;
}

/*
 * Write the frame as queue @m->queue wants it: without tag, with CRC. @f has
 * room behind it in neither case, so that needs a copy.
 */
static void rx_deliver(struct nic *nic, u8 *f, size_t len, struct pkt p,
		       struct rx_meta *m)
{
	static u8 copy[NIC_FRAME_MAX + CRC_BYTES];
	u32 ctl = nic_get(nic, rxq_addr(m->queue) + Q_CTL);
	bool crc = !(nic_get(nic, R_HLREG0) & HLREG0_RXCRCSTRP);
	bool strip = p.tagged && (ctl & RXDCTL_VME);
	u32 sum;

	if (strip || crc) {
		sum = crc ? rx_crc32(f, len) : 0;
		memcpy(copy, f, len);
		f = copy;
		if (strip) {
			memmove(f + 12, f + 12 + VLAN_BYTES,
				len - 12 - VLAN_BYTES);
			len -= VLAN_BYTES;
			p.l3 -= VLAN_BYTES;
			p.l4 -= VLAN_BYTES;
			p.payload -= VLAN_BYTES;
			m->split -= m->split ? VLAN_BYTES : 0;
			m->vlan = p.vlan;
		}
		if (crc) {
			memcpy(f + len, &sum, CRC_BYTES);
			len += CRC_BYTES;
		}
	}
	if (rsc_add(nic, f, len, &p, m))
		return;
	rsc_flush(nic, m->queue);
	rxq_deliver(nic, f, len, m, NULL);
}

/* X540: the queue's own limit, of what would be written. */
static bool rx_over_rlpml(const struct nic *nic, size_t len,
			  const struct pkt *p, unsigned int q)
{
	u32 ctl = nic_get(nic, rxq_addr(q) + Q_CTL);

	if (nic->model != NIC_X540 || !(ctl & RXDCTL_RLPML_EN))
		return false;
	if (p->tagged && (ctl & RXDCTL_VME))
		len -= VLAN_BYTES;
	return len > field(ctl, 0, 14);
}

/* Fill in all of @m but the status that is the same for every queue. */
static void rx_classify(struct nic *nic, const u8 *f, size_t len,
			const struct pkt *p, int pool, struct rx_meta *m)
{
	memset(m, 0, sizeof(*m));
	steer(nic, f, len, p, pool, m);
	m->split = rx_split(nic, p, pool);
	m->room = !rxq_enabled(nic, m->queue) ||
		  rx_over_rlpml(nic, len, p, m->queue) ||
		  rxq_has_room(nic, m->queue, len) ||
		  rxq_drops(nic, m->queue);
}

static void rx_dispatch(struct nic *nic, u8 *f, size_t len,
			const struct pkt *p, struct rx_meta *m)
{
	steer_count(nic, m);
	if (!rxq_enabled(nic, m->queue)) {
		if (m->drop)
			nic->count.rx_fdir_drop++;
		else
			nic->count.rx_queue_off++;
	} else if (rx_over_rlpml(nic, len, p, m->queue)) {
		stats_rx_drop(nic, m->queue);
		nic->count.rx_rlpml++;
	} else if (!rxq_has_room(nic, m->queue, len)) {
		nic->count.rx_no_desc++;
		stats_rx_drop(nic, m->queue);
	} else {
		rx_deliver(nic, f, len, *p, m);
	}
}

/*
 * Return: false when it has to wait for descriptors. Then it has gone to none
 * of its queues and nothing was counted.
 */
static bool rx_frame(struct nic *nic, u8 *f, size_t len, int from)
{
	static struct rx_meta metas[64];
	struct rx_dest dest = { .n = 1 };
	u32 status;
	struct pkt p;
	unsigned int i;

	pkt_parse(f, len, rx_vlan_type(nic), &p);
	if (pool_enabled(nic))
		pool_filter(nic, f, &p, from, &dest);
	for (i = 0; i < dest.n; i++) {
		int pool = pool_enabled(nic) ? dest.pool[i] : -1;

		rx_classify(nic, f, len, &p, pool, &metas[i]);
		if (!metas[i].room)
			return false;
	}
	status = csum_verdict(f, len, &p) | (p.tagged ? RXD_VP : 0) |
		 (from >= 0 ? RXD_LB : 0);
	for (i = 0; i < dest.n; i++) {
		metas[i].status |= status;
		rx_dispatch(nic, f, len, &p, &metas[i]);
	}
	return true;
}

/* Move frames from the packet buffer to the queues. */
void rx_run(struct nic *nic)
{
	struct pbuf *pb = &nic->pbuf;
	size_t len;
	int from;
	u8 *f;

	pb->held = false;
	while (!nic->faults.rx_hang) {
		if (!(nic_get(nic, R_RXCTRL) & RXCTRL_RXEN)) {
			/* no DMA; what is here already waits for RXEN */
			pb->held = pb->frames;
			break;
		}
		f = pbuf_peek(nic, &len, &from);
		if (!f)
			break;
		if (!rx_frame(nic, f, len, from)) {
			pb->held = true;
			nic->count.rx_held++;
			break;
		}
		pbuf_pop(nic);
	}
	rsc_flush_all(nic);
}
