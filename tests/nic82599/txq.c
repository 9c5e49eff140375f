// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit queues: descriptors, contexts, write-back. 82599 datasheet 7.2.3
 * and 8.2.3.9.
 */
#include "nic.h"

#define TXD_BYTES	16
#define TX_BUDGET	64	/* packets of a queue before the next's turn */
#define TX_ROOM		64

struct txd {
	u64 addr;
	u32 len, cmd, opts;
};

static u8 tx_mem[TX_ROOM + NIC_TSO_MAX + TX_ROOM];

void txq_reset(struct nic *nic)
{
	memset(nic->txq, 0, sizeof(nic->txq));
	nic->tx_next = 0;
}

static u32 txq_get(const struct nic *nic, unsigned int q, u32 reg)
{
	return nic_get(nic, txq_addr(q) + reg);
}

static u32 txq_size(const struct nic *nic, unsigned int q)
{
	return txq_get(nic, q, Q_LEN) / TXD_BYTES;
}

static bool txq_on(const struct nic *nic, unsigned int q)
{
	return (nic_get(nic, R_DMATXCTL) & DMATXCTL_TE) &&
	       (txq_get(nic, q, Q_CTL) & DCTL_ENABLE) &&
	       nic->dma.enabled && !nic->faults.tx_hang &&
	       txq_get(nic, q, Q_TAIL) < txq_size(nic, q) &&
	       txq_get(nic, q, Q_HEAD) < txq_size(nic, q);
}

static u64 txd_addr(const struct nic *nic, unsigned int q, u32 i)
{
	u32 a = txq_addr(q);

	return nic_get64(nic, a + Q_BAL, a + Q_BAH) + (u64)i * TXD_BYTES;
}

static bool txd_fetch(struct nic *nic, unsigned int q, u32 i, struct txd *d)
{
	u32 word[4];

	if (!dma_read(&nic->dma, txd_addr(nic, q, i), word, TXD_BYTES,
		      "tx descriptor"))
		return false;
	d->addr = word[0] | (u64)word[1] << 32;
	d->cmd = word[2];
	d->len = word[2] & 0xffff;
	d->opts = word[3];
	return true;
}

static bool txd_is_context(const struct txd *d)
{
	return (d->cmd & TXD_DEXT) && field(d->cmd, 20, 4) == TXD_DTYP_CTX;
}

static void txd_context(struct nic *nic, unsigned int q, const struct txd *d)
{
	nic->txq[q].ctx[d->opts >> 4 & 1] = (struct tx_ctx){
		.lens = d->addr, .type = d->cmd, .mss = d->opts,
	};
}

static void txd_done(struct nic *nic, unsigned int q, u32 i, u32 opts)
{
	opts |= TXD_DD;
	dma_write(&nic->dma, txd_addr(nic, q, i) + 12, &opts, 4,
		  "tx write-back");
}

/* Legacy descriptors: checksum from CSS on, stored at CSO; VLAN tag inside. */
static void txd_legacy(struct nic *nic, unsigned int q, u8 *f, size_t len,
		       const struct txd *last)
{
	size_t start = field(last->opts, 8, 8), at = field(last->cmd, 16, 8);
	struct tx_ctx save = nic->txq[q].ctx[0];

	if ((last->cmd & BIT(26)) && start < len && at + 2 <= len)
		put16(f + at, csum_fold(csum_add(f + start, len - start, 0)));
	nic->txq[q].ctx[0] = (struct tx_ctx){ .lens = last->opts };
	tso_send(nic, q, f, len, last->cmd & TXD_VLE, 0);
	nic->txq[q].ctx[0] = save;
}

static void txd_send(struct nic *nic, unsigned int q, size_t len,
		     const struct txd *first, const struct txd *last)
{
	u8 *f = tx_mem + TX_ROOM;

	if (!(first->cmd & TXD_DEXT))
		txd_legacy(nic, q, f, len, last);
	else
		tso_send(nic, q, f, len, first->cmd, first->opts);
}

/*
 * One packet, or one context. Nothing happens unless all of it is there.
 * Return: the number of descriptors, 0 when there is none complete.
 */
static u32 txq_packet(struct nic *nic, unsigned int q, bool *report)
{
	u32 size = txq_size(nic, q), head = txq_get(nic, q, Q_HEAD);
	u32 tail = txq_get(nic, q, Q_TAIL), i = head, n = 0;
	struct txd d, first;
	size_t len = 0;
	bool ok = true;

	do {
		if (i == tail || n == size || !txd_fetch(nic, q, i, &d))
			return 0;
		if (!n)
			first = d;
		n++;
		if (txd_is_context(&d)) {
			txd_context(nic, q, &d);
			if (n == 1)
				break;
		} else if (len + d.len > NIC_TSO_MAX) {
			ok = false;
		} else {
			ok &= dma_read(&nic->dma, d.addr, tx_mem + TX_ROOM +
				       len, d.len, "tx data");
			len += d.len;
		}
		i = (i + 1) % size;
	} while (!(d.cmd & TXD_EOP));
	if (len && ok)
		txd_send(nic, q, len, &first, &d);
	else if (len)
		nic->count.tx_bad++;
	for (i = 0; i < n; i++) {
		u32 at = (head + i) % size;

		if (n > 1 && !txd_fetch(nic, q, at, &d))
			continue;
		if (d.cmd & TXD_RS) {
			txd_done(nic, q, at, d.opts);
			*report = true;
		}
	}
	*nic_reg(nic, txq_addr(q) + Q_HEAD) = (head + n) % size;
	return n;
}

/* Return: true when the queue has more to send. */
static bool txq_run(struct nic *nic, unsigned int q)
{
	int budget = TX_BUDGET;
	bool report = false, more = true;

	while (budget--) {
		if (nic->host.busy(nic->host.arg))
			break;
		if (!txq_on(nic, q) || !txq_packet(nic, q, &report)) {
			more = false;
			break;
		}
	}
	if (report)
		irq_queue(nic, q, true);
	return more;
}

/*
 * Send from all queues in turn until the wire is busy.
 * Return: true when there is more to send and the wire would take it.
 */
bool tx_run(struct nic *nic)
{
	bool more = false;
	unsigned int i, q;

	/* MAC loopback may lead here again, by way of an interrupt's doing */
	if (nic->tx_running)
		return false;
	nic->tx_running = true;
	for (i = 0; i < NIC_QUEUES; i++) {
		q = (nic->tx_next + i) % NIC_QUEUES;
		if (!nic->txq[q].pending)
			continue;
		nic->txq[q].pending = txq_run(nic, q);
		more |= nic->txq[q].pending;
	}
	nic->tx_next = (nic->tx_next + 1) % NIC_QUEUES;
	nic->tx_running = false;
	return more && !nic->host.busy(nic->host.arg);
}

void txq_kick(struct nic *nic, unsigned int q)
{
	nic->txq[q].pending = true;
	tx_run(nic);
}

void txq_reg_write(struct nic *nic, u32 addr, u32 v)
{
	unsigned int q = (addr - R_TXQ) / Q_STRIDE;

	switch (addr % Q_STRIDE) {
	case Q_BAL:
		v &= ~127u;
		break;
	case Q_LEN:
		v &= 0xfff80;
		break;
	case Q_HEAD:
		v &= 0xffff;
		break;
	case Q_TAIL:
		*nic_reg(nic, addr) = v & 0xffff;
		txq_kick(nic, q);
		return;
	case Q_CTL:
		/* a flush is done at once, and turns the queue off */
		if (v & TXDCTL_SWFLSH)
			v &= ~(TXDCTL_SWFLSH | DCTL_ENABLE);
		break;
	}
	*nic_reg(nic, addr) = v;
}
