// SPDX-License-Identifier: GPL-2.0
/*
 * MDIO, and the PHY that is part of an X540 (clause 45, address 0). The 82599
 * here is a KX4 backplane part: nothing answers. 82599 datasheet 8.2.3.22,
 * X540 datasheet 9.
 */
#include "nic.h"

#define PHY_ADDRESS	0
#define PHY_ID_HI	0x0154
#define PHY_ID_LO	0x0200

#define MDIO_DEV_PMA	1
#define MDIO_DEV_AN	7
#define MDIO_CTRL1	0
#define MDIO_RESET	0x8000

enum { MSCA_ADDRESS, MSCA_WRITE, MSCA_READ_INC, MSCA_READ };

void phy_init(struct nic *nic)
{
	int dev;

	if (nic->model != NIC_X540)
		return;
	for (dev = 1; dev < 8; dev++) {
		u16 *r = nic->mdio[dev];

		r[1] = 0x0004;		/* link up */
		r[2] = PHY_ID_HI;
		r[3] = PHY_ID_LO;
		r[5] = 0x009A;		/* devices present */
		r[8] = 0x8000;		/* device present */
	}
	nic->mdio[MDIO_DEV_PMA][4] = 0x0031;	/* 10G, 1G, 100M */
	nic->mdio[MDIO_DEV_PMA][11] = 0x00A4;	/* 10GBASE-T and below */
	nic->mdio[MDIO_DEV_AN][1] = 0x0024;	/* negotiated, link */
	nic->mdio[MDIO_DEV_AN][0x10] = 0x0DE1;
	nic->mdio[MDIO_DEV_AN][0x20] = 0x1000;	/* advertise 10G */
}

static bool phy_here(const struct nic *nic)
{
	return nic->model == NIC_X540 &&
	       field(nic_get(nic, R_MSCA), 21, 5) == PHY_ADDRESS;
}

u32 phy_reg_read(struct nic *nic, u32 addr)
{
	u32 dev = field(nic_get(nic, R_MSCA), 16, 5);

	if (addr != R_MSRWD)
		return nic_get(nic, addr);
	if (!phy_here(nic))
		return 0xFFFF0000;
	return (u32)nic->mdio[dev][nic->mdio_addr] << 16;
}

void phy_reg_write(struct nic *nic, u32 addr, u32 v)
{
	u16 data = nic_get(nic, R_MSRWD);
	u16 *r;

	if (addr == R_MSCA) {
		/* every command is done at once */
		*nic_reg(nic, addr) = v & ~MSCA_CMD;
		if (field(v, 26, 2) == MSCA_ADDRESS)
			nic->mdio_addr = v;
		if (field(v, 26, 2) != MSCA_WRITE || !phy_here(nic))
			return;
		r = &nic->mdio[field(v, 16, 5)][nic->mdio_addr];
		*r = nic->mdio_addr == MDIO_CTRL1 ? data & ~MDIO_RESET : data;
		return;
	}
	*nic_reg(nic, addr) = v;
}
