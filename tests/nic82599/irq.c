// SPDX-License-Identifier: GPL-2.0
/*
 * MSI-X interrupts: causes, masks, auto-clear, auto-mask and moderation.
 * 82599 datasheet 7.3 and 8.2.3.5.
 *
 * Causes 0..63 belong to the vector of the same number; the "other" causes go
 * to the vector that IVAR_MISC names.
 */
#include "nic.h"

/* EITR counts in 2.048 us at 10 Gb/s */
#define EITR_UNIT_NS 2048

void irq_reset(struct nic *nic)
{
	u64 fired = nic->irq.fired, lost = nic->irq.lost;

	memset(&nic->irq, 0, sizeof(nic->irq));
	nic->irq.fired = fired;
	nic->irq.lost = lost;
}

static u64 irq_interval(const struct nic *nic, unsigned int v)
{
	u32 addr = v < 24 ? R_EITR + v * 4 : R_EITR_HI + (v - 24) * 4;

	return field(nic_get(nic, addr), 3, 9) * (u64)EITR_UNIT_NS;
}

static int irq_other_vector(const struct nic *nic)
{
	u8 ivar = nic_get(nic, R_IVAR_MISC) >> 8;

	return ivar & IVAR_VALID ? ivar & (NIC_VECTORS - 1) : -1;
}

/* What auto-clear and auto-mask do when vector @v is sent. */
static void irq_sent(struct nic *nic, unsigned int v)
{
	bool automask = nic_get(nic, R_GPIE) & GPIE_EIAME;
	struct irq *irq = &nic->irq;
	u32 other = irq->cause_o & irq->mask_o;
	u64 bit = BIT64(v);

	if (irq->cause_q & bit) {
		/* EIAC has no bits for vectors 16 and up: always cleared */
		if (v >= 16 || (irq->autoclear & bit))
			irq->cause_q &= ~bit;
		if (automask)
			irq->mask_q &= ~(irq->automask_q & bit);
	}
	if ((int)v == irq_other_vector(nic) && other) {
		irq->cause_o &= ~(other & irq->autoclear & EICR_OTHER_BITS);
		if (automask)
			irq->mask_o &= ~(irq->automask_o & other);
	}
}

static void irq_fire(struct nic *nic, unsigned int v)
{
	struct irq *irq = &nic->irq;

	irq->pending &= ~BIT64(v);
	irq->due[v] = nic->host.now(nic->host.arg) + irq_interval(nic, v);
	irq_sent(nic, v);
	if (nic->faults.lost_irq) {
		nic->faults.lost_irq--;
		nic->faults.injected++;
		irq->lost++;
		return;
	}
	irq->fired++;
	nic->host.irq(nic->host.arg, v);
}

/* Raise what is both caused and enabled among vectors @q and, @other. */
static void irq_eval(struct nic *nic, u64 q, bool other)
{
	struct irq *irq = &nic->irq;
	u64 want = irq->cause_q & irq->mask_q & q;
	int ov = irq_other_vector(nic);
	u64 now, late = nic->faults.late_irq_ns;

	if (other && (irq->cause_o & irq->mask_o) && ov >= 0)
		want |= BIT64(ov);
	want &= ~irq->pending;
	if (!want)
		return;
	now = nic->host.now(nic->host.arg);
	while (want) {
		unsigned int v = __builtin_ctzll(want);

		want &= want - 1;
		if (late && irq->due[v] < now + late)
			irq->due[v] = now + late;
		if (irq->due[v] <= now)
			irq_fire(nic, v);
		else
			irq->pending |= BIT64(v);
	}
}

/*
 * Send what has become due.
 * Return: when to call again, in ns of the host's clock; 0: not before
 * something happens.
 */
u64 irq_run(struct nic *nic)
{
	struct irq *irq = &nic->irq;
	u64 now, next = 0, todo = irq->pending;

	if (!todo)
		return 0;
	now = nic->host.now(nic->host.arg);
	while (todo) {
		unsigned int v = __builtin_ctzll(todo);
		bool wanted = irq->cause_q & irq->mask_q & BIT64(v);

		todo &= todo - 1;
		if ((int)v == irq_other_vector(nic) &&
		    (irq->cause_o & irq->mask_o))
			wanted = true;
		if (!wanted)
			/* masked meanwhile; unmasking looks again */
			irq->pending &= ~BIT64(v);
		else if (irq->due[v] <= now)
			irq_fire(nic, v);
		else if (!next || irq->due[v] < next)
			next = irq->due[v];
	}
	return next;
}

void irq_queue(struct nic *nic, unsigned int q, bool tx)
{
	u32 ivar = nic_get(nic, R_IVAR + q / 2 * 4);
	u8 v = ivar >> ((q & 1) * 16 + tx * 8);

	if (!(v & IVAR_VALID))
		return;
	v &= NIC_VECTORS - 1;
	nic->irq.cause_q |= BIT64(v);
	irq_eval(nic, BIT64(v), false);
}

void irq_other(struct nic *nic, u32 causes)
{
	nic->irq.cause_o |= causes & EICR_OTHER_BITS;
	irq_eval(nic, 0, true);
}

u32 irq_reg_read(struct nic *nic, u32 addr)
{
	struct irq *irq = &nic->irq;
	u32 v;

	switch (addr) {
	case R_EICR:
		v = (irq->cause_q & 0xffff) | irq->cause_o;
		if (irq->cause_o)
			v |= EICR_OTHER;
		irq->cause_q &= ~0xffffull;
		irq->cause_o = 0;
		return v;
	case R_EICS:
		return (irq->cause_q & 0xffff) | irq->cause_o;
	case R_EIMS:
	case R_EIMC:
		return (irq->mask_q & 0xffff) | irq->mask_o;
	case R_EIMS_EX:
	case R_EIMC_EX:
		return irq->mask_q;
	case R_EIMS_EX + 4:
	case R_EIMC_EX + 4:
		return irq->mask_q >> 32;
	case R_EIAC:
		return irq->autoclear;
	case R_EIAM:
		return (irq->automask_q & 0xffff) | irq->automask_o;
	case R_EIAM_EX:
		return irq->automask_q;
	case R_EIAM_EX + 4:
		return irq->automask_q >> 32;
	}
	return 0;
}

static void irq_write_ex(struct nic *nic, u32 addr, u32 v)
{
	unsigned int shift = (addr & 4) * 8;
	struct irq *irq = &nic->irq;
	u64 bits = (u64)v << shift;

	switch (addr & ~4u) {
	case R_EICS_EX:
		irq->cause_q |= bits;
		irq_eval(nic, bits, false);
		break;
	case R_EIMS_EX:
		irq->mask_q |= bits;
		irq_eval(nic, bits, false);
		break;
	case R_EIMC_EX:
		irq->mask_q &= ~bits;
		break;
	case R_EIAM_EX:
		irq->automask_q &= ~(0xffffffffull << shift);
		irq->automask_q |= bits;
		break;
	}
}

void irq_reg_write(struct nic *nic, u32 addr, u32 v)
{
	u32 q = v & 0xffff, o = v & EICR_OTHER_BITS;
	struct irq *irq = &nic->irq;

	switch (addr) {
	case R_EICR:
		irq->cause_q &= ~(u64)q;
		irq->cause_o &= ~o;
		break;
	case R_EICS:
		irq->cause_q |= q;
		irq->cause_o |= o;
		irq_eval(nic, q, o);
		break;
	case R_EIMS:
		irq->mask_q |= q;
		irq->mask_o |= o;
		irq_eval(nic, q, o);
		break;
	case R_EIMC:
		irq->mask_q &= ~(u64)q;
		irq->mask_o &= ~o;
		break;
	case R_EIAC:
		irq->autoclear = v & 0x7fffffff;
		break;
	case R_EIAM:
		irq->automask_q = (irq->automask_q & ~0xffffull) | q;
		irq->automask_o = o;
		break;
	default:
		irq_write_ex(nic, addr, v);
	}
}
