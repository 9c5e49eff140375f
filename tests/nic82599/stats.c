// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics. All clear on read. A counter of two registers is read low half
 * first: that latches the high half, so nothing counted in between is lost.
 * 82599 datasheet 8.2.3.23.
 */
#include "nic.h"

#define STATS_CRC 4	/* frame lengths are without, counters with CRC */

void stats_add(struct nic *nic, u32 addr, u32 n)
{
	*nic_reg(nic, addr) += n;
}

/* 36 bits wide, the high register holds the upper four */
void stats_add64(struct nic *nic, u32 lo, u64 n)
{
	u64 v = nic_get64(nic, lo, lo + 4) + n;

	*nic_reg(nic, lo) = v;
	*nic_reg(nic, lo + 4) = v >> 32 & 0xf;
}

/* One of the six size counters that begin at @first; @len includes the CRC. */
void stats_size_bin(struct nic *nic, u32 first, size_t len)
{
	static const u16 top[] = { 64, 127, 255, 511, 1023 };
	unsigned int i = 0;

	while (i < ARRAY_SIZE(top) && len > top[i])
		i++;
	stats_add(nic, first + i * 4, 1);
}

/* The set of queue counters that RQSMR or TQSMR assigns to a queue. */
static u32 stats_set(const struct nic *nic, u32 map, unsigned int q)
{
	return nic_get(nic, map + q / 4 * 4) >> (q % 4 * 8) & 0xf;
}

void stats_rx_queue(struct nic *nic, unsigned int q, u32 frames, size_t len)
{
	u32 off = stats_set(nic, R_RQSMR, q) * Q_STRIDE;

	stats_add(nic, R_QPRC + off, frames);
	stats_add64(nic, R_QBRCL + off, len + STATS_CRC * frames);
}

void stats_rx_drop(struct nic *nic, unsigned int q)
{
	stats_add(nic, R_QPRDC + stats_set(nic, R_RQSMR, q) * Q_STRIDE, 1);
}

void stats_tx_queue(struct nic *nic, unsigned int q, size_t len)
{
	u32 set = stats_set(nic, R_TQSMR, q);

	stats_add(nic, R_QPTC + set * Q_STRIDE, 1);
	stats_add(nic, R_QPTC_X540 + set * 4, 1);
	stats_add64(nic, R_QBTCL + set * 8, len + STATS_CRC);
}

u32 stats_reg_read(struct nic *nic, u32 addr)
{
	u32 v = nic_get(nic, addr);

	*nic_reg(nic, addr) = 0;
	return v;
}

u32 stats_reg_read_lo(struct nic *nic, u32 addr)
{
	nic->latch[addr / 4 + 1] += nic_get(nic, addr + 4);
	*nic_reg(nic, addr + 4) = 0;
	return stats_reg_read(nic, addr);
}

u32 stats_reg_read_hi(struct nic *nic, u32 addr)
{
	u32 v = nic->latch[addr / 4];

	nic->latch[addr / 4] = 0;
	return v;
}
