// SPDX-License-Identifier: GPL-2.0
/* The link and its registers. 82599 datasheet 8.2.3.22; always 10 Gb/s. */
#include "nic.h"

#define LINKS_KX_AN_COMP	BIT(31)
#define LINKS_UP		BIT(30)
#define LINKS_SPEED_10G		(3u << 28)

void link_set(struct nic *nic, bool up)
{
	if (nic->link == up)
		return;
	nic->link = up;
	irq_other(nic, EICR_LSC);
}

u32 link_reg_read(struct nic *nic, u32 addr)
{
	u32 v = nic_get(nic, addr);

	switch (addr) {
	case R_LINKS:
		return nic->link ?
			LINKS_KX_AN_COMP | LINKS_UP | LINKS_SPEED_10G : 0;
	case R_STATUS:
		if (nic->link)
			v |= STATUS_LINK_UP;
		if (!(nic_get(nic, R_CTRL) & CTRL_GIO_DIS))
			v |= STATUS_GIO;
		return v;
	}
	return v;
}

void link_reg_write(struct nic *nic, u32 addr, u32 v)
{
	switch (addr) {
	case R_AUTOC:
		/* negotiation is over at once */
		*nic_reg(nic, addr) = v & ~AUTOC_RESTART_AN;
		break;
	case R_LINKS:
	case R_ANLP1:
	case R_STATUS:
		break;
	}
}
