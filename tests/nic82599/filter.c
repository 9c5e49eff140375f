// SPDX-License-Identifier: GPL-2.0
/*
 * Filters of the MAC: addresses, hash tables, VLAN. 82599 datasheet 7.1.1.
 */
#include "nic.h"

bool filter_is_broadcast(const u8 *f)
{
	static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return !memcmp(f, all, 6);
}

/* MTA or UTA: 4096 bits, by twelve bits of the address that MO selects */
bool filter_hash_table(const struct nic *nic, u32 table, const u8 *mac)
{
	static const u8 shift[4] = { 4, 3, 2, 0 };
	u32 mcst = nic_get(nic, R_MCSTCTRL);
	u32 bit;

	if (!(mcst & MCSTCTRL_MFE))
		return false;
	bit = (mac[4] | mac[5] << 8) >> shift[mcst & 3] & 0xfff;
	return nic_get(nic, table + bit / 32 * 4) >> (bit & 31) & 1;
}

/* Index of the receive address that is @mac, or -1. */
int filter_rar(const struct nic *nic, const u8 *mac)
{
	u32 lo, hi;
	int i;

	memcpy(&lo, mac, 4);
	hi = mac[4] | mac[5] << 8;
	for (i = 0; i < NIC_RARS; i++)
		if (nic_get(nic, R_RAL + i * 8) == lo &&
		    nic_get(nic, R_RAH + i * 8) == (hi | RAH_AV))
			return i;
	return -1;
}

bool filter_vlan(const struct nic *nic, const struct pkt *p)
{
	u32 id = p->vlan & 0xfff;

	if (!p->tagged || !(nic_get(nic, R_VLNCTRL) & VLNCTRL_VFE))
		return true;
	return nic_get(nic, R_VFTA + id / 32 * 4) >> (id & 31) & 1;
}

bool filter_l2(const struct nic *nic, const u8 *f, const struct pkt *p)
{
	u32 fctrl = nic_get(nic, R_FCTRL);

	if (!filter_vlan(nic, p))
		return false;
	if (filter_is_broadcast(f))
		return fctrl & FCTRL_BAM;
	if (filter_rar(nic, f) >= 0)
		return true;
	if (f[0] & 1)
		return (fctrl & FCTRL_MPE) || filter_hash_table(nic, R_MTA, f);
	return (fctrl & FCTRL_UPE) || filter_hash_table(nic, R_UTA, f);
}
