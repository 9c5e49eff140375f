// SPDX-License-Identifier: GPL-2.0
/* Registers, interrupts, statistics, configuration space. */
#include "unit.h"

TEST(regs_after_reset)
{
	struct rig *r = rig_new(NIC_82599);
	struct nic *nic = r->nic;

	regs_write(nic, R_RXCTRL, 1);
	regs_write(nic, 0x05220, 0x1234);
	EQUAL(regs_read(nic, 0x05220), 0x1234);
	regs_write(nic, R_CTRL, CTRL_RST);
	EQUAL(regs_read(nic, R_CTRL) & CTRL_RST, 0);
	EQUAL(regs_read(nic, R_RXCTRL), 0);
	EQUAL(regs_read(nic, 0x05220), 0);
	EQUAL(regs_read(nic, 0x05400), 0x00005452);
	EQUAL(regs_read(nic, R_RAH), RAH_AV | 0x0100);
	EQUAL(regs_read(nic, R_RXPBSIZE), 512 << 10);
	CHECK(regs_read(nic, R_RDRXCTL) & RDRXCTL_DMAIDONE);
	EQUAL(regs_read(nic, R_LINKS), 0xF0000000);
	CHECK(regs_read(nic, R_STATUS) & STATUS_GIO);
	/* unknown ones are storage, beyond the map there is nothing */
	regs_write(nic, 0x1FFFC, 7);
	EQUAL(regs_read(nic, 0x1FFFC), 7);
	regs_write(nic, 0x20000, 7);
	EQUAL(regs_read(nic, 0x20000), 0);
	rig_free(r);
}

TEST(regs_masks_that_the_self_test_writes)
{
	struct rig *r = rig_new(NIC_82599);
	static const struct {
		u32 addr, mask;
	} t[] = {
		{ R_FCRTL, 0x8007FFF0 }, { R_FCRTH, 0x8007FFF0 },
		{ R_RXQ + Q_BAL, 0xFFFFFF80 }, { R_RXQ + Q_BAH, 0xFFFFFFFF },
		{ R_RXQ + Q_LEN, 0x000FFF80 }, { R_RXQ + Q_TAIL, 0xFFFF },
		{ R_TXQ + Q_BAL, 0xFFFFFF80 }, { R_TXQ + Q_LEN, 0x000FFF80 },
		{ 0x05400, 0xFFFFFFFF }, { 0x05404, 0x8000FFFF },
		{ R_MTA, 0xFFFFFFFF },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		regs_write(r->nic, t[i].addr, 0xFFFFFFFF);
		EQUAL(regs_read(r->nic, t[i].addr), t[i].mask);
		regs_write(r->nic, t[i].addr, 0x5A5A5A5A);
		EQUAL(regs_read(r->nic, t[i].addr), t[i].mask & 0x5A5A5A5A);
	}
	rig_free(r);
}

TEST(regs_eeprom_and_semaphores)
{
	struct rig *r = rig_new(NIC_82599);
	u16 sum = 0;
	int i;

	for (i = 0; i <= 0x3F; i++) {
		regs_write(r->nic, R_EERD, i << 2 | 1);
		CHECK(regs_read(r->nic, R_EERD) & BIT(1));
		sum += regs_read(r->nic, R_EERD) >> 16;
	}
	EQUAL(sum, 0xBABA);
	EQUAL(regs_read(r->nic, R_SWSM) & SWSM_SMBI, 0);
	EQUAL(regs_read(r->nic, R_SWSM) & SWSM_SMBI, 1);
	regs_write(r->nic, R_SWSM, 0);
	EQUAL(regs_read(r->nic, R_SWSM) & SWSM_SMBI, 0);
	regs_write(r->nic, R_EEC, EEC_REQ);
	CHECK(regs_read(r->nic, R_EEC) & EEC_GNT);
	EQUAL(regs_read(r->nic, R_SW_FW_SYNC), 0);
	EQUAL(regs_read(r->nic, R_SW_FW_SYNC), 0);
	rig_free(r);
	r = rig_new(NIC_X540);
	EQUAL(regs_read(r->nic, R_SW_FW_SYNC), 0);
	EQUAL(regs_read(r->nic, R_SW_FW_SYNC), SW_FW_SYNC_REGSMP);
	rig_free(r);
}

static u32 mdio_read(struct nic *nic, u32 phy, u32 dev, u32 reg)
{
	regs_write(nic, R_MSCA, reg | dev << 16 | phy << 21 | MSCA_CMD);
	regs_write(nic, R_MSCA, reg | dev << 16 | phy << 21 | 3 << 26 |
		   MSCA_CMD);
	EQUAL(regs_read(nic, R_MSCA) & MSCA_CMD, 0);
	return regs_read(nic, R_MSRWD) >> 16;
}

TEST(regs_phy_of_the_x540_only)
{
	struct rig *r = rig_new(NIC_X540);

	EQUAL(mdio_read(r->nic, 0, 1, 2), 0x0154);
	EQUAL(mdio_read(r->nic, 0, 1, 3), 0x0200);
	EQUAL(mdio_read(r->nic, 1, 1, 2), 0xFFFF);
	rig_free(r);
	r = rig_new(NIC_82599);
	EQUAL(mdio_read(r->nic, 0, 1, 2), 0xFFFF);
	rig_free(r);
}

TEST(pci_capabilities_and_flr)
{
	struct rig *r = rig_new(NIC_82599);
	u8 b[4];

	pci_cfg_read(r->nic, 0, b, 4);
	CHECK(!memcmp(b, "\x86\x80\xf7\x10", 4));
	pci_cfg_read(r->nic, 0x70, b, 4);
	CHECK(!memcmp(b, "\x11\xa0\x3f\x00", 4));
	CHECK(r->nic->dma.enabled);
	regs_write(r->nic, R_MTA, 5);
	pci_cfg_write(r->nic, 0xA9, "\x80", 1);
	EQUAL(regs_read(r->nic, R_MTA), 0);
	CHECK(!r->nic->dma.enabled);
	pci_cfg_read(r->nic, 0xA9, b, 1);
	EQUAL(b[0], 0);
	/* what is not writable is not written */
	pci_cfg_write(r->nic, 0, "\0\0", 2);
	pci_cfg_read(r->nic, 0, b, 2);
	EQUAL(b[0], 0x86);
	rig_free(r);
	r = rig_new(NIC_X540);
	pci_cfg_read(r->nic, 2, b, 2);
	EQUAL(b[0] | b[1] << 8, 0x1528);
	rig_free(r);
}

TEST(irq_masks_and_automatics)
{
	struct rig *r = rig_new(NIC_82599);
	struct nic *nic = r->nic;

	regs_write(nic, R_IVAR, IVAR_VALID | 1);
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[1], 0);
	EQUAL(regs_read(nic, R_EICS) & BIT(1), BIT(1));
	/* unmasking a cause that is there raises it */
	regs_write(nic, R_EIMS, BIT(1));
	EQUAL(r->irqs[1], 1);
	EQUAL(regs_read(nic, R_EICR), BIT(1));
	EQUAL(regs_read(nic, R_EICR), 0);
	/* auto-clear and auto-mask */
	regs_write(nic, R_GPIE, GPIE_EIAME);
	regs_write(nic, R_EIAC, BIT(1));
	regs_write(nic, R_EIAM_EX, BIT(1));
	irq_queue(nic, 0, false);
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[1], 2);
	EQUAL(regs_read(nic, R_EIMS_EX) & BIT(1), 0);
	regs_write(nic, R_EIMS_EX, BIT(1));
	EQUAL(r->irqs[1], 3);
	regs_write(nic, R_EIMC, BIT(1));
	EQUAL(regs_read(nic, R_EIMS), 0);
	/* a software interrupt, above 32 */
	regs_write(nic, R_EIMS_EX + 4, BIT(31));
	regs_write(nic, R_EICS_EX + 4, BIT(31));
	EQUAL(r->irqs[63], 1);
	rig_free(r);
}

TEST(irq_other_causes)
{
	struct rig *r = rig_new(NIC_82599);
	u32 v;

	regs_write(r->nic, R_IVAR_MISC, (IVAR_VALID | 9) << 8);
	regs_write(r->nic, R_EIMS, EICR_LSC);
	link_set(r->nic, false);
	EQUAL(r->irqs[9], 1);
	EQUAL(regs_read(r->nic, R_LINKS), 0);
	link_set(r->nic, false);
	EQUAL(r->irqs[9], 1);
	v = regs_read(r->nic, R_EICR);
	EQUAL(v, EICR_LSC | EICR_OTHER);
	rig_free(r);
}

TEST(irq_moderation)
{
	struct rig *r = rig_new(NIC_82599);
	struct nic *nic = r->nic;
	u64 due;

	regs_write(nic, R_IVAR, IVAR_VALID | 2);
	regs_write(nic, R_EIMS, BIT(2));
	regs_write(nic, R_EIAC, BIT(2));
	regs_write(nic, R_EITR + 2 * 4, 10 << 3);
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[2], 1);
	irq_queue(nic, 0, false);
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[2], 1);
	due = irq_run(nic);
	EQUAL(due, r->now + 20480);
	r->now = due;
	EQUAL(irq_run(nic), 0);
	EQUAL(r->irqs[2], 2);
	/* one that is masked while it waits is not sent, nor lost */
	irq_queue(nic, 0, false);
	regs_write(nic, R_EIMC, BIT(2));
	r->now += 20480;
	irq_run(nic);
	EQUAL(r->irqs[2], 2);
	regs_write(nic, R_EIMS, BIT(2));
	EQUAL(r->irqs[2], 3);
	rig_free(r);
}

TEST(irq_faults)
{
	struct rig *r = rig_new(NIC_82599);
	struct nic *nic = r->nic;

	regs_write(nic, R_IVAR, IVAR_VALID | 2);
	regs_write(nic, R_EIMS, BIT(2));
	regs_write(nic, R_EIAC, BIT(2));
	nic->faults.lost_irq = 1;
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[2], 0);
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[2], 1);
	nic->faults.late_irq_ns = 5000;
	irq_queue(nic, 0, false);
	EQUAL(r->irqs[2], 1);
	r->now += 5000;
	irq_run(nic);
	EQUAL(r->irqs[2], 2);
	rig_free(r);
}

TEST(stats_clear_on_read)
{
	struct rig *r = rig_new(NIC_82599);
	struct nic *nic = r->nic;

	stats_add(nic, R_GPRC, 3);
	EQUAL(regs_read(nic, R_GPRC), 3);
	EQUAL(regs_read(nic, R_GPRC), 0);
	stats_add64(nic, R_GORCL, 0xFFFFFFFF);
	stats_add64(nic, R_GORCL, 2);
	EQUAL(regs_read(nic, R_GORCL), 1);
	/* counted between the two reads: in the next ones */
	stats_add64(nic, R_GORCL, 5);
	EQUAL(regs_read(nic, R_GORCL + 4), 1);
	EQUAL(regs_read(nic, R_GORCL), 5);
	EQUAL(regs_read(nic, R_GORCL + 4), 0);
	rig_free(r);
}

TEST(stats_sizes_and_queue_sets)
{
	struct rig *r = rig_new(NIC_82599);
	static const u16 len[] = { 64, 65, 128, 256, 512, 1024, 9000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(len); i++)
		stats_size_bin(r->nic, R_PRC64, len[i]);
	for (i = 0; i < 5; i++)
		EQUAL(regs_read(r->nic, R_PRC64 + i * 4), 1);
	EQUAL(regs_read(r->nic, R_PRC64 + 5 * 4), 2);
	regs_write(r->nic, R_RQSMR + 4, 7 << 8);	/* queue 5 */
	stats_rx_queue(r->nic, 5, 2, 100);
	EQUAL(regs_read(r->nic, R_QPRC + 7 * 0x40), 2);
	EQUAL(regs_read(r->nic, R_QBRCL + 7 * 0x40), 108);
	stats_rx_queue(r->nic, 4, 1, 100);
	EQUAL(regs_read(r->nic, R_QPRC), 1);
	regs_write(r->nic, R_TQSMR + 4, 7 << 8);
	stats_tx_queue(r->nic, 5, 60);
	EQUAL(regs_read(r->nic, R_QPTC + 7 * 0x40), 1);
	EQUAL(regs_read(r->nic, R_QBTCL + 7 * 8), 64);
	rig_free(r);
}
