// SPDX-License-Identifier: GPL-2.0
/*
 * Pools (VMDq): which of them get a frame, and which queue each uses.
 * 82599 datasheet 7.10.3.3 and 7.1.2.2.
 */
#include "nic.h"

#define POOLS 64
#define VLVF_ENTRIES 64

enum {
	MRQC_VMDQ = 8,			/* 64 pools, no RSS */
	MRQC_VMDQ_RSS32 = 10,		/* 32 pools of 4 queues */
	MRQC_VMDQ_RSS64 = 11,		/* 64 pools of 2 queues */
};

bool pool_enabled(const struct nic *nic)
{
	return nic_get(nic, R_VT_CTL) & VT_CTL_ENA;
}

/* Pools whose PFVML2FLT has @bits. */
static u64 pool_with(const struct nic *nic, u32 bits)
{
	u64 pools = 0;
	int i;

	for (i = 0; i < POOLS; i++)
		if (nic_get(nic, R_PFVML2FLT + i * 4) & bits)
			pools |= BIT64(i);
	return pools;
}

static u64 pool_by_mac(const struct nic *nic, const u8 *f)
{
	int rar = filter_rar(nic, f);
	u64 pools = 0;

	if (filter_is_broadcast(f))
		return pool_with(nic, VML2FLT_BAM);
	if (rar >= 0)
		pools = nic_get64(nic, R_MPSAR + rar * 8, R_MPSAR + rar * 8 + 4);
	if (f[0] & 1) {
		pools |= pool_with(nic, VML2FLT_MPE);
		if (filter_hash_table(nic, R_MTA, f))
			pools |= pool_with(nic, VML2FLT_ROMPE);
	} else if (rar < 0 && filter_hash_table(nic, R_UTA, f)) {
		pools |= pool_with(nic, VML2FLT_ROPE);
	}
	return pools;
}

/* Pools that a frame's VLAN, or having none, allows: all, without VLAN filter. */
static u64 pool_by_vlan(const struct nic *nic, const struct pkt *p)
{
	int i;

	if (!(nic_get(nic, R_VLNCTRL) & VLNCTRL_VFE))
		return ~0ull;
	if (!p->tagged)
		return pool_with(nic, VML2FLT_AUPE);
	for (i = 0; i < VLVF_ENTRIES; i++) {
		u32 v = nic_get(nic, R_PFVLVF + i * 4);

		if ((v & VLVF_VI_ENABLE) && (v & 0xfff) == (p->vlan & 0xfff))
			return nic_get64(nic, R_PFVLVFB + i * 8,
					 R_PFVLVFB + i * 8 + 4);
	}
	return 0;
}

/*
 * @from: the pool that sent the frame, -1 when it came from the wire. The
 * default pool takes what nobody wants, but nothing that a pool sent.
 */
void pool_filter(const struct nic *nic, const u8 *f, const struct pkt *p,
		 int from, struct rx_dest *dest)
{
	u32 ctl = nic_get(nic, R_VT_CTL);
	u64 pools = pool_by_mac(nic, f) & pool_by_vlan(nic, p);

	if (!(ctl & VT_CTL_REPLEN) && (f[0] & 1))
		pools = 0;
	if (from >= 0)
		pools &= ~BIT64(from);
	else if (!pools && !(ctl & VT_CTL_DIS_DEFPL))
		pools = BIT64(field(ctl, 7, 6));
	pools &= nic_get64(nic, R_PFVFRE, R_PFVFRE + 4);
	for (dest->n = 0; pools; pools &= pools - 1)
		dest->pool[dest->n++] = __builtin_ctzll(pools);
}

/* The queue of a pool for an RSS index; PSRTYPE.RQPL has its width in bits. */
unsigned int pool_queue(const struct nic *nic, unsigned int pool, u32 index)
{
	u32 bits = nic_get(nic, R_PSRTYPE + pool * 4) >> 29;

	index &= (1u << bits) - 1;
	switch (nic_get(nic, R_MRQC) & 15) {
	case MRQC_VMDQ_RSS32:
		return pool % 32 * 4 + (index & 3);
	case MRQC_VMDQ_RSS64:
		return pool * 2 + (index & 1);
	}
	return pool * 2;
}

/* The pool that transmit queue @q belongs to; -1 without pools. */
int pool_of_txq(const struct nic *nic, unsigned int q)
{
	if (!pool_enabled(nic))
		return -1;
	if ((nic_get(nic, R_MRQC) & 15) == MRQC_VMDQ_RSS32)
		return q / 4;
	return q / 2;
}
