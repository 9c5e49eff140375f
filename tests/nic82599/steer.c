// SPDX-License-Identifier: GPL-2.0
/*
 * From frame to queue: Ethertype filters, flow director, RSS, traffic classes.
 * 82599 datasheet 7.1.2.
 */
#include "nic.h"

#define ETQF_FILTERS 8

enum {
	MRQC_RSS = 1, MRQC_TC8 = 2, MRQC_TC4 = 3, MRQC_TC8_RSS = 4,
	MRQC_TC4_RSS = 5, MRQC_VMDQ_RSS32 = 10, MRQC_VMDQ_RSS64 = 11,
};

static bool steer_has_rss(u32 mode)
{
	switch (mode) {
	case MRQC_RSS:
	case MRQC_TC8_RSS:
	case MRQC_TC4_RSS:
	case MRQC_VMDQ_RSS32:
	case MRQC_VMDQ_RSS64:
		return true;
	}
	return false;
}

static u32 steer_class(const struct nic *nic, const struct pkt *p)
{
	u32 prio = p->tagged ? p->vlan >> 13 : 0;

	return field(nic_get(nic, R_RTRUP2TC), prio * 3, 3);
}

static unsigned int steer_queue(const struct nic *nic, const struct pkt *p,
				int pool, u32 index)
{
	if (pool >= 0)
		return pool_queue(nic, pool, index);
	switch (nic_get(nic, R_MRQC) & 15) {
	case MRQC_RSS:
		return index;
	case MRQC_TC8:
		return steer_class(nic, p) * 16;
	case MRQC_TC8_RSS:
		return steer_class(nic, p) * 16 + index;
	case MRQC_TC4:
		return (steer_class(nic, p) & 3) * 32;
	case MRQC_TC4_RSS:
		return (steer_class(nic, p) & 3) * 32 + index;
	}
	return 0;
}

static void steer_rss(const struct nic *nic, const u8 *f, const struct pkt *p,
		      int pool, struct rx_meta *m)
{
	u32 index = 0, hash;
	u8 type = 0;

	if (steer_has_rss(nic_get(nic, R_MRQC) & 15)) {
		type = rss_hash(nic, f, p, &hash);
		if (type)
			index = nic_get(nic, R_RETA + (hash & 0x7c)) >>
				(hash & 3) * 8 & 15;
	}
	/* without PCSD the field is for the checksum of fragments */
	if (type && (nic_get(nic, R_RXCSUM) & RXCSUM_PCSD)) {
		m->rss_type = type;
		m->hash = hash;
	}
	m->queue = steer_queue(nic, p, pool, index);
}

static bool steer_etype(const struct nic *nic, const struct pkt *p,
			struct rx_meta *m)
{
	int i;

	for (i = 0; i < ETQF_FILTERS; i++) {
		u32 filter = nic_get(nic, R_ETQF + i * 4);
		u32 queue = nic_get(nic, R_ETQS + i * 4);

		if (!(filter & ETQF_ENABLE) || (filter & 0xffff) != p->etype)
			continue;
		m->ptype = PT_ETQF | i << 4;
		if (!(queue & ETQS_ENABLE))
			return false;
		m->queue = field(queue, 16, 7);
		return true;
	}
	return false;
}

static void steer_fdir(const struct nic *nic, const u8 *f, int len,
		       const struct pkt *p, int pool, struct rx_meta *m)
{
	const struct fdir_filter *e;

	m->filters = fdir_perfect(nic);
	e = m->filters ? fdir_match(nic, f, len, p, pool) : NULL;
	if (!e)
		return;
	m->status |= RXD_FLM;
	m->rss_type = 0;
	m->hash = e->hash;
	m->interrupt = e->cmd & FDIRCMD_INT;
	m->drop = e->cmd & FDIRCMD_DROP;
	if (m->drop)
		m->queue = field(nic_get(nic, R_FDIRCTRL), 8, 7);
	else if (e->cmd & FDIRCMD_QUEUE_EN)
		m->queue = field(e->cmd, 16, 7);
}

/* Fill in queue, hash, packet type and what the filters said in @m. */
void steer(const struct nic *nic, const u8 *f, int len, const struct pkt *p,
	   int pool, struct rx_meta *m)
{
	m->ptype = p->ptype;
	steer_rss(nic, f, p, pool, m);
	if (!steer_etype(nic, p, m))
		steer_fdir(nic, f, len, p, pool, m);
}

/* Count what steer() did, once the frame has not to wait any more. */
void steer_count(struct nic *nic, const struct rx_meta *m)
{
	if (m->filters)
		stats_add(nic, m->status & RXD_FLM ? R_FDIRMATCH : R_FDIRMISS,
			  1);
	if (m->interrupt)
		irq_other(nic, EICR_FLOW_DIR);
}
