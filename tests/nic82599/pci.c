// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration space. 82599 datasheet 9.3. QEMU wants to see the BAR type
 * bits here; it sizes and moves BARs by itself.
 */
#include "nic.h"

#define DEVICE_82599_KX4	0x10F7
#define DEVICE_X540		0x1528

/* where the 82599 has its capabilities */
#define CAP_PM		0x40
#define CAP_MSIX	0x70
#define CAP_PCIE	0xA0

#define COMMAND		0x04
#define DEVCTL		(CAP_PCIE + 8)
#define DEVCTL_FLR	0x80		/* of its upper byte */

static void cfg_put16(struct nic *nic, u32 off, u16 v)
{
	memcpy(nic->cfg + off, &v, 2);
}

static void cfg_put32(struct nic *nic, u32 off, u32 v)
{
	memcpy(nic->cfg + off, &v, 4);
}

static void pci_init_caps(struct nic *nic)
{
	u8 *c = nic->cfg;

	c[CAP_PM] = 0x01;
	c[CAP_PM + 1] = CAP_MSIX;
	cfg_put16(nic, CAP_PM + 2, 0x0003);
	c[CAP_MSIX] = 0x11;
	c[CAP_MSIX + 1] = CAP_PCIE;
	cfg_put16(nic, CAP_MSIX + 2, NIC_VECTORS - 1);
	cfg_put32(nic, CAP_MSIX + 4, 0x0000 | 4);	/* table: BAR 4 */
	cfg_put32(nic, CAP_MSIX + 8, 0x2000 | 4);	/* pending bits */
	c[CAP_PCIE] = 0x10;
	cfg_put16(nic, CAP_PCIE + 2, 0x0002);		/* endpoint, v2 */
	cfg_put32(nic, CAP_PCIE + 4, BIT(28) | BIT(15) | 2);	/* FLR */
	cfg_put32(nic, CAP_PCIE + 0x0C, 0x0482);	/* x8, 5 GT/s */
	cfg_put16(nic, CAP_PCIE + 0x12, 0x0082);
	cfg_put32(nic, CAP_PCIE + 0x24, 0x001F);	/* timeouts */
	cfg_put32(nic, CAP_PCIE + 0x2C, 0x0006);
	cfg_put16(nic, CAP_PCIE + 0x30, 0x0002);
}

void pci_init(struct nic *nic)
{
	u8 *c = nic->cfg;

	memset(c, 0, NIC_CFG_BYTES);
	cfg_put16(nic, 0x00, 0x8086);
	cfg_put16(nic, 0x02, nic->model == NIC_X540 ? DEVICE_X540 :
						      DEVICE_82599_KX4);
	cfg_put16(nic, 0x06, 0x0010);		/* has capabilities */
	c[0x08] = 0x01;				/* revision */
	c[0x0B] = 0x02;				/* Ethernet */
	c[0x10] = 0x04;				/* BAR 0 and 4: 64 bits */
	c[0x20] = 0x04;
	cfg_put16(nic, 0x2C, 0x8086);
	cfg_put16(nic, 0x2E, 0x000C);
	c[0x34] = CAP_PM;
	c[0x3D] = 0x01;
	pci_init_caps(nic);
}

/* As the client's RESET does it. */
void pci_reset(struct nic *nic)
{
	pci_init(nic);
	nic_reset(nic);
}

void pci_cfg_read(struct nic *nic, u32 off, void *buf, u32 len)
{
	memcpy(buf, nic->cfg + off, len);
}

/* Bits of a byte that software may change. */
static u8 pci_writable(u32 off)
{
	switch (off) {
	case COMMAND:
		return 0x47;
	case COMMAND + 1:
		return 0x05;
	case 0x0C:			/* cache line size */
	case 0x3C:			/* interrupt line */
	case DEVCTL:
	case CAP_PCIE + 0x10:		/* LNKCTL */
	case CAP_PCIE + 0x28:		/* DEVCTL2 */
		return 0xff;
	case DEVCTL + 1:
		return 0x7f;		/* FLR reads as zero */
	case CAP_PM + 4:
		return 0x03;
	case CAP_MSIX + 3:
		return 0xc0;
	}
	return off >= 0x10 && off < 0x28 ? 0xff : 0;
}

void pci_cfg_write(struct nic *nic, u32 off, const void *buf, u32 len)
{
	const u8 *b = buf;
	bool flr = false;
	u32 i;

	for (i = 0; i < len; i++) {
		u32 at = off + i;
		u8 mask = pci_writable(at);

		if (at == DEVCTL + 1 && (b[i] & DEVCTL_FLR))
			flr = true;
		nic->cfg[at] = (nic->cfg[at] & ~mask) | (b[i] & mask);
	}
	if (flr) {
		/* BARs are the client's: it restores what it saved */
		cfg_put16(nic, COMMAND, 0);
		nic_reset(nic);
	}
	nic_dma_update(nic);
}
