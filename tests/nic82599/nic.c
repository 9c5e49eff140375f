// SPDX-License-Identifier: GPL-2.0
/* The device as a whole: creation and reset. */
#include "nic.h"

#include <stdlib.h>

static void nic_reset_mac(struct nic *nic)
{
	const u8 *mac = nic->mac;

	*nic_reg(nic, R_HLREG0) = HLREG0_TXPADEN | HLREG0_RXCRCSTRP | BIT(0);
	*nic_reg(nic, R_MAXFRS) = 1518 << 16;
	*nic_reg(nic, R_VLNCTRL) = 0x8100;
	*nic_reg(nic, R_RAL) = mac[0] | mac[1] << 8 | mac[2] << 16 |
			       (u32)mac[3] << 24;
	*nic_reg(nic, R_RAH) = mac[4] | mac[5] << 8 | RAH_AV;
	*nic_reg(nic, R_MPSAR) = 1;
	*nic_reg(nic, R_AUTOC) = BIT(13) | BIT(7);	/* KX4, advertised */
	*nic_reg(nic, R_ANLP1) = 0xF0000;
}

static void nic_reset_dma(struct nic *nic)
{
	unsigned int q;

	for (q = 0; q < NIC_QUEUES; q++)
		*nic_reg(nic, rxq_addr(q) + Q_SRRCTL) = 2 | 4 << 8;
	*nic_reg(nic, R_RDRXCTL) = RDRXCTL_CRCSTRIP | RDRXCTL_DMAIDONE;
	*nic_reg(nic, R_SECRXSTAT) = 1;
	*nic_reg(nic, R_SECTXSTAT) = 1;
	*nic_reg(nic, R_RXPBSIZE) =
		(nic->model == NIC_X540 ? 384 : 512) << 10;
	*nic_reg(nic, R_TXPBSIZE) = 160 << 10;
	*nic_reg(nic, R_DTXTCPFLGL) = 0x0F760FF6;
	*nic_reg(nic, R_DTXTCPFLGH) = 0x00000F7F;
	*nic_reg(nic, R_LEDCTL) = 0x02300A80;
}

/* All but the link, the EEPROM and configuration space. */
void nic_reset(struct nic *nic)
{
	memset(nic->reg, 0, sizeof(nic->reg));
	memset(nic->latch, 0, sizeof(nic->latch));
	irq_reset(nic);
	pbuf_reset(nic);
	rsc_reset(nic);
	txq_reset(nic);
	fdir_reset(nic);
	eeprom_reset(nic);
	nic_reset_mac(nic);
	nic_reset_dma(nic);
	nic_dma_update(nic);
	nic->count.resets++;
}

/* DMA needs the bus master bit, and CTRL.GIO_DIS clear. */
void nic_dma_update(struct nic *nic)
{
	nic->dma.enabled = (nic->cfg[4] & BIT(2)) &&
			   !(nic_get(nic, R_CTRL) & CTRL_GIO_DIS);
}

struct nic *nic_new(enum nic_model model, const u8 mac[6],
		    const struct nic_host *host)
{
	struct nic *nic = calloc(1, sizeof(*nic));

	if (!nic)
		abort();
	regs_init();
	nic->model = model;
	nic->host = *host;
	nic->link = true;
	memcpy(nic->mac, mac, 6);
	eeprom_init(nic);
	phy_init(nic);
	pci_init(nic);
	nic_reset(nic);
	nic->count.resets = 0;
	return nic;
}

void nic_free(struct nic *nic)
{
	unsigned int q;

	dma_release(&nic->dma);
	for (q = 0; q < NIC_QUEUES; q++)
		free(nic->rsc[q].buf);
	free(nic->pbuf.mem);
	fdir_free(nic);
	free(nic);
}
