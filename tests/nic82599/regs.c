// SPDX-License-Identifier: GPL-2.0
/*
 * The register map: one table says which addresses do more than store, who
 * handles them and which registers are the same under two addresses. All
 * others keep what was written.
 */
#include "nic.h"

#include <stdio.h>

struct reg_range {
	const char *name;
	const char *section;	/* of the 82599 datasheet */
	u32 addr;
	u16 count;
	u16 stride;		/* bytes from one to the next; 0: 4 */
	u32 (*read)(struct nic *nic, u32 addr);
	void (*write)(struct nic *nic, u32 addr, u32 v);
	u32 alias;		/* the address that counts, when not 0 */
	u16 alias_stride;
	const char *does;
};

static u32 reg_ctrl_read(struct nic *nic, u32 addr)
{
	(void)addr;
	return nic_get(nic, R_CTRL);
}

static void reg_ctrl_write(struct nic *nic, u32 addr, u32 v)
{
	addr = R_CTRL;
	if (v & (CTRL_RST | CTRL_LRST)) {
		nic_reset(nic);
		return;
	}
	*nic_reg(nic, addr) = v;
	nic_dma_update(nic);
}

static void reg_read_only(struct nic *nic, u32 addr, u32 v)
{
	(void)nic;
	(void)addr;
	(void)v;
}

static void reg_rdrxctl_write(struct nic *nic, u32 addr, u32 v)
{
	*nic_reg(nic, addr) = v | RDRXCTL_DMAIDONE;
}

static void reg_rah_write(struct nic *nic, u32 addr, u32 v)
{
	*nic_reg(nic, addr) = v & 0x8000FFFF;
}

static void reg_fcrt_write(struct nic *nic, u32 addr, u32 v)
{
	*nic_reg(nic, addr) = v & 0x8007FFF0;
}

/* What waited for the receiver to be on, or room in the packet buffer. */
static void reg_rx_write(struct nic *nic, u32 addr, u32 v)
{
	*nic_reg(nic, addr) = v;
	if (nic->pbuf.held)
		rx_run(nic);
}

static const struct reg_range reg_ranges[] = {
	{ "CTRL", "8.2.3.1", R_CTRL, 1, 0, NULL, reg_ctrl_write, 0, 0,
	  "RST and LRST reset at once; GIO_DIS stops DMA" },
	{ "CTRL", "8.2.3.1", R_CTRL_ALIAS, 1, 0, reg_ctrl_read,
	  reg_ctrl_write, 0, 0, "the same" },
	{ "STATUS", "8.2.3.1", R_STATUS, 1, 0, link_reg_read, link_reg_write,
	  0, 0, "link, and whether DMA is on" },
	{ "EEC", "8.2.3.2", R_EEC, 1, 0, eeprom_reg_read, eeprom_reg_write,
	  0, 0, "present, loaded, access granted at once" },
	{ "EERD", "8.2.3.2", R_EERD, 1, 0, eeprom_reg_read,
	  eeprom_reg_write, 0, 0, "done at once" },
	{ "EEWR", "8.2.3.2", R_EEWR, 1, 0, eeprom_reg_read,
	  eeprom_reg_write, 0, 0, "done at once" },
	{ "SWSM", "8.2.3.4", R_SWSM, 1, 0, eeprom_reg_read, NULL, 0, 0,
	  "SMBI is set by reading" },
	{ "FWSM", "8.2.3.4", R_FWSM, 1, 0, NULL, eeprom_reg_write, 0, 0,
	  "no firmware mode" },
	{ "SW_FW_SYNC", "8.2.3.4", R_SW_FW_SYNC, 1, 0, eeprom_reg_read,
	  NULL, 0, 0, "X540: REGSMP is set by reading" },
	{ "HICR", "-", R_HICR, 1, 0, eeprom_reg_read, NULL, 0, 0,
	  "host interface is off" },
	{ "EICR", "8.2.3.5", R_EICR, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "cleared by reading or by ones" },
	{ "EICS", "8.2.3.5", R_EICS, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "causes interrupts; reads EICR" },
	{ "EIAC", "8.2.3.5", R_EIAC, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "causes cleared when their vector is sent" },
	{ "EIMS", "8.2.3.5", R_EIMS, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "" },
	{ "EIMC", "8.2.3.5", R_EIMC, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "" },
	{ "EIAM", "8.2.3.5", R_EIAM, 1, 0, irq_reg_read, irq_reg_write, 0, 0,
	  "masked when their vector is sent, with GPIE.EIAME" },
	{ "EICS_EX", "8.2.3.5", R_EICS_EX, 2, 0, irq_reg_read, irq_reg_write,
	  0, 0, "" },
	{ "EIMS_EX", "8.2.3.5", R_EIMS_EX, 2, 0, irq_reg_read, irq_reg_write,
	  0, 0, "" },
	{ "EIMC_EX", "8.2.3.5", R_EIMC_EX, 2, 0, irq_reg_read, irq_reg_write,
	  0, 0, "" },
	{ "EIAM_EX", "8.2.3.5", R_EIAM_EX, 2, 0, irq_reg_read,
	  irq_reg_write, 0, 0, "" },
	{ "RDBAL..RSCCTL[0-63]", "8.2.3.8", R_RXQ, 64 * 16, 0, NULL,
	  rxq_reg_write, 0, 0, "RDT gives descriptors, RXDCTL.ENABLE at once" },
	{ "RDBAL..RSCCTL[64-127]", "8.2.3.8", R_RXQ_HI, 64 * 16, 0, NULL,
	  rxq_reg_write, 0, 0, "" },
	{ "SRRCTL[0-15]", "8.2.3.8", R_SRRCTL_ALIAS, 16, 0, NULL, NULL,
	  R_RXQ + Q_SRRCTL, Q_STRIDE, "alias" },
	{ "DCA_RXCTRL[0-15]", "8.2.3.11", R_DCA_RX_ALIAS, 16, 0, NULL, NULL,
	  R_RXQ + Q_DCA, Q_STRIDE, "alias" },
	{ "RDRXCTL", "8.2.3.8", R_RDRXCTL, 1, 0, NULL, reg_rdrxctl_write, 0,
	  0, "DMAIDONE is always set" },
	{ "RXCTRL", "8.2.3.8", R_RXCTRL, 1, 0, NULL, reg_rx_write, 0, 0,
	  "RXEN" },
	{ "FCRTL", "8.2.3.3", R_FCRTL, 8, 0, NULL, reg_fcrt_write, 0, 0,
	  "storage of the bits that exist" },
	{ "FCRTH", "8.2.3.3", R_FCRTH, 8, 0, NULL, reg_fcrt_write, 0, 0,
	  "storage of the bits that exist" },
	{ "RAL[0-15]", "8.2.3.7", 0x5400, 32, 0, NULL, NULL, R_RAL, 4,
	  "alias of RAL and RAH" },
	{ "RAH", "8.2.3.7", R_RAH, NIC_RARS, 8, NULL, reg_rah_write, 0, 0,
	  "address and AV" },
	{ "PSRTYPE[0-15]", "8.2.3.7", 0x5480, 16, 0, NULL, NULL, R_PSRTYPE,
	  4, "alias" },
	{ "SECRXSTAT", "8.2.3.14", R_SECRXSTAT, 1, 0, NULL, reg_read_only, 0,
	  0, "ready" },
	{ "SECTXSTAT", "8.2.3.14", R_SECTXSTAT, 1, 0, NULL, reg_read_only, 0,
	  0, "ready" },
	{ "TDBAL..TXDCTL", "8.2.3.9", R_TXQ, NIC_QUEUES * 16, 0, NULL,
	  txq_reg_write, 0, 0, "TDT sends; SWFLSH is done at once" },
	{ "MSCA", "8.2.3.22", R_MSCA, 1, 0, phy_reg_read, phy_reg_write, 0,
	  0, "done at once; only the X540 has a PHY" },
	{ "MSRWD", "8.2.3.22", R_MSRWD, 1, 0, phy_reg_read, phy_reg_write,
	  0, 0, "" },
	{ "AUTOC", "8.2.3.22", R_AUTOC, 1, 0, link_reg_read,
	  link_reg_write, 0, 0, "Restart_AN is done at once" },
	{ "LINKS", "8.2.3.22", R_LINKS, 1, 0, link_reg_read,
	  link_reg_write, 0, 0, "10 Gb/s, or no link" },
	{ "ANLP1", "8.2.3.22", R_ANLP1, 1, 0, link_reg_read,
	  link_reg_write, 0, 0, "a partner" },
	{ "FDIRCTRL..FDIRFREE", "7.1.2.7", R_FDIRCTRL, 15, 0, fdir_reg_read,
	  fdir_reg_write, 0, 0, "FDIRCMD is done at once" },
	{ "FDIRUSTAT..FDIRMISS", "7.1.2.7", R_FDIRUSTAT, 4, 0,
	  stats_reg_read, NULL, 0, 0, "statistics" },
	{ "RXMPC, RNBC", "8.2.3.23", R_RXMPC, 16, 0, stats_reg_read, NULL, 0,
	  0, "statistics" },
	{ "CRCERRS..XEC", "8.2.3.23", R_CRCERRS, 64, 0, stats_reg_read, NULL,
	  0, 0, "statistics" },
	{ "GORCL", "8.2.3.23", R_GORCL, 1, 0, stats_reg_read_lo, NULL, 0, 0,
	  "latches GORCH" },
	{ "GORCH", "8.2.3.23", R_GORCL + 4, 1, 0, stats_reg_read_hi, NULL, 0,
	  0, "" },
	{ "GOTCL", "8.2.3.23", R_GOTCL, 1, 0, stats_reg_read_lo, NULL, 0, 0,
	  "latches GOTCH" },
	{ "GOTCH", "8.2.3.23", R_GOTCL + 4, 1, 0, stats_reg_read_hi, NULL, 0,
	  0, "" },
	{ "TORL", "8.2.3.23", R_TORL, 1, 0, stats_reg_read_lo, NULL, 0, 0,
	  "latches TORH" },
	{ "TORH", "8.2.3.23", R_TORL + 4, 1, 0, stats_reg_read_hi, NULL, 0, 0,
	  "" },
	{ "LXONRXC..PXOFFRXC", "8.2.3.23", 0x41A4, 11, 0, stats_reg_read,
	  NULL, 0, 0, "statistics" },
	{ "QPRC", "8.2.3.23", R_QPRC, 16, Q_STRIDE, stats_reg_read, NULL, 0, 0,
	  "by RQSMR" },
	{ "QBRC_L", "8.2.3.23", R_QBRCL, 16, Q_STRIDE, stats_reg_read_lo,
	  NULL, 0, 0, "latches QBRC_H" },
	{ "QBRC_H", "8.2.3.23", R_QBRCL + 4, 16, Q_STRIDE, stats_reg_read_hi,
	  NULL, 0, 0, "" },
	{ "QPRDC", "8.2.3.23", R_QPRDC, 16, Q_STRIDE, stats_reg_read, NULL, 0,
	  0, "dropped for want of descriptors, SRRCTL.DROP_EN" },
	{ "QPTC", "8.2.3.23", R_QPTC, 16, Q_STRIDE, stats_reg_read, NULL, 0, 0,
	  "by TQSMR" },
	{ "QPTC (X540)", "-", R_QPTC_X540, 16, 0, stats_reg_read, NULL, 0, 0,
	  "by TQSMR" },
	{ "QBTC_L", "8.2.3.23", R_QBTCL, 16, 8, stats_reg_read_lo, NULL, 0, 0,
	  "latches QBTC_H" },
	{ "QBTC_H", "8.2.3.23", R_QBTCL + 4, 16, 8, stats_reg_read_hi, NULL,
	  0, 0, "" },
};

/* For each register 1 + its place in reg_ranges; 0: storage. */
static u8 reg_index[NIC_REG_BYTES / 4];

_Static_assert(ARRAY_SIZE(reg_ranges) < 255, "reg_index is too small");

static u32 reg_stride(const struct reg_range *r)
{
	return r->stride ? r->stride : 4;
}

/* Later ranges win: a counter may lie amid a queue's registers. */
void regs_init(void)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(reg_ranges); i++) {
		const struct reg_range *r = &reg_ranges[i];

		for (n = 0; n < r->count; n++)
			reg_index[(r->addr + n * reg_stride(r)) / 4] = i + 1;
	}
}

/* The range of *@addr, which becomes the address that an alias stands for. */
static const struct reg_range *reg_find(u32 *addr)
{
	const struct reg_range *r;

	if (!reg_index[*addr / 4])
		return NULL;
	r = &reg_ranges[reg_index[*addr / 4] - 1];
	if (!r->alias)
		return r;
	*addr = r->alias + (*addr - r->addr) / reg_stride(r) * r->alias_stride;
	return reg_index[*addr / 4] ?
		&reg_ranges[reg_index[*addr / 4] - 1] : NULL;
}

u32 regs_read(struct nic *nic, u32 addr)
{
	const struct reg_range *r;

	if (addr >= NIC_REG_BYTES)
		return 0;
	addr &= ~3u;
	r = reg_find(&addr);
	return r && r->read ? r->read(nic, addr) : nic_get(nic, addr);
}

void regs_write(struct nic *nic, u32 addr, u32 v)
{
	const struct reg_range *r;

	if (addr >= NIC_REG_BYTES)
		return;
	addr &= ~3u;
	r = reg_find(&addr);
	if (r && r->write)
		r->write(nic, addr, v);
	else
		*nic_reg(nic, addr) = v;
}

/* The table as the README has it. */
void regs_print(void)
{
	unsigned int i;

	printf("| address | register | section | behaviour |\n|---|---|---|---|\n");
	for (i = 0; i < ARRAY_SIZE(reg_ranges); i++) {
		const struct reg_range *r = &reg_ranges[i];

		printf("| %05X", r->addr);
		if (r->count > 1)
			printf("..%05X", r->addr +
			       (r->count - 1) * reg_stride(r));
		printf(" | %s | %s | %s |\n", r->name, r->section, r->does);
	}
}
