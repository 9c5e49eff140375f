// SPDX-License-Identifier: GPL-2.0
/*
 * EEPROM, flash and the semaphores around them. 82599 datasheet 6 and 8.2.3.2.
 */
#include "nic.h"

#define EE_CHECKSUM_WORD	0x3F
#define EE_CHECKSUM		0xBABA
#define EERD_DONE		BIT(1)

static void eeprom_set_checksum(struct nic *nic)
{
	u16 sum = 0;
	int i;

	for (i = 0; i < EE_CHECKSUM_WORD; i++)
		sum += nic->eeprom[i];
	nic->eeprom[EE_CHECKSUM_WORD] = EE_CHECKSUM - sum;
}

/* No pointer leads anywhere, so the checksum is that of words 0..0x3E. */
void eeprom_init(struct nic *nic)
{
	u16 *ee = nic->eeprom;
	int i;

	memset(ee, 0, sizeof(nic->eeprom));
	for (i = 0x03; i < 0x10; i++)
		ee[i] = 0xFFFF;
	ee[0x15] = 0xE10A;	/* PBA number, old format */
	ee[0x16] = 0x2300;
	ee[0x27] = 0xFFFF;	/* alternative SAN MAC address: none */
	ee[0x28] = 0xFFFF;
	ee[0x2C] = 0x0082;	/* device capabilities */
	ee[0x2D] = 0x8000;	/* track id */
	ee[0x2E] = 0x0001;
	eeprom_set_checksum(nic);
}

void eeprom_reset(struct nic *nic)
{
	*nic_reg(nic, R_EEC) = EEC_PRES | EEC_AUTO_RD | EEC_FLUDONE | 5 << 11;
	/* no firmware that would manage the port */
	*nic_reg(nic, R_FWSM) = BIT(15);
}

u32 eeprom_reg_read(struct nic *nic, u32 addr)
{
	u32 v = nic_get(nic, addr);

	switch (addr) {
	case R_EEC:
		return v & EEC_REQ ? v | EEC_GNT : v & ~EEC_GNT;
	case R_SWSM:
		/* whoever reads it clear owns it */
		*nic_reg(nic, addr) = v | SWSM_SMBI;
		return v;
	case R_SW_FW_SYNC:
		if (nic->model == NIC_X540)
			*nic_reg(nic, addr) = v | SW_FW_SYNC_REGSMP;
		return v;
	case R_HICR:
		return 0;
	}
	return v;
}

void eeprom_reg_write(struct nic *nic, u32 addr, u32 v)
{
	u32 word = field(v, 2, 14);

	switch (addr) {
	case R_EEC:
		*nic_reg(nic, addr) = (v & ~(EEC_PRES | EEC_AUTO_RD)) |
			EEC_PRES | EEC_AUTO_RD | EEC_FLUDONE;
		break;
	case R_EERD:
		v = word < NIC_EE_WORDS ? nic->eeprom[word] : 0xFFFF;
		*nic_reg(nic, addr) = v << 16 | word << 2 | EERD_DONE;
		break;
	case R_EEWR:
		if (word < NIC_EE_WORDS)
			nic->eeprom[word] = v >> 16;
		*nic_reg(nic, addr) = EERD_DONE;
		break;
	case R_FWSM:
		break;
	default:
		*nic_reg(nic, addr) = v;
	}
}
