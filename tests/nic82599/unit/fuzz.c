// SPDX-License-Identifier: GPL-2.0
/*
 * What a hostile client, driver and wire can send: an input is a list of
 * records, a byte that says what it is, its length and its bytes. Built for
 * libFuzzer (also AFL++'s) it is a target; fuzz_main.c is a driver that needs
 * neither.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../control.h"
#include "fuzz.h"

#define RAM_BYTES 0x40000

static struct nic *nic;
static struct vfu *vfu;
static struct wire *wire;
static struct control control;
static u8 *ram;
static u64 now;

static void fuzz_irq(void *arg, unsigned int vector)
{
	(void)arg;
	vfu_trigger(vfu, VFU_MSIX, vector);
}

static void fuzz_send(void *arg, const u8 *f, size_t len)
{
	volatile u8 sink;
	size_t i;

	(void)arg;
	/* a sanitizer sees any byte that is not there */
	for (i = 0; i < len; i++)
		sink = f[i];
	(void)sink;
}

static bool fuzz_busy(void *arg)
{
	(void)arg;
	return false;
}

static u64 fuzz_now(void *arg)
{
	(void)arg;
	return now;
}

static void fuzz_read(void *arg, int region, u64 off, void *buf, u32 len)
{
	u32 i, v;

	(void)arg;
	if (region == VFU_CONFIG)
		pci_cfg_read(nic, off, buf, len);
	for (i = 0; region == VFU_BAR0 && i + 4 <= len; i += 4) {
		v = regs_read(nic, off + i);
		memcpy((u8 *)buf + i, &v, 4);
	}
}

static void fuzz_write(void *arg, int region, u64 off, const void *buf, u32 len)
{
	u32 i, v;

	(void)arg;
	if (region == VFU_CONFIG)
		pci_cfg_write(nic, off, buf, len);
	for (i = 0; region == VFU_BAR0 && i + 4 <= len; i += 4) {
		memcpy(&v, (const u8 *)buf + i, 4);
		regs_write(nic, off + i, v);
	}
}

static void fuzz_reset(void *arg)
{
	(void)arg;
	pci_reset(nic);
}

static int fuzz_map(void *arg, u64 iova, u64 size, int fd, u64 offset, u32 prot)
{
	(void)arg;
	return dma_map_fd(&nic->dma, iova, size, fd, offset, prot);
}

static int fuzz_unmap(void *arg, u64 iova, u64 size)
{
	(void)arg;
	return dma_unmap(&nic->dma, iova, size);
}

static void fuzz_unmap_all(void *arg)
{
	(void)arg;
	dma_unmap_all(&nic->dma);
}

static const struct vfu_ops fuzz_ops = {
	.read = fuzz_read, .write = fuzz_write, .reset = fuzz_reset,
	.map = fuzz_map, .unmap = fuzz_unmap, .unmap_all = fuzz_unmap_all,
};

static void fuzz_once(void)
{
	static const struct nic_host host = {
		.irq = fuzz_irq, .send = fuzz_send, .busy = fuzz_busy,
		.now = fuzz_now,
	};
	static const u8 mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };

	ram = malloc(RAM_BYTES);
	vfu = malloc(sizeof(*vfu));
	wire = calloc(1, sizeof(*wire));
	nic = nic_new(NIC_X540, mac, &host);
	wire->nic = nic;
	wire->fd = -1;
	control.nic = nic;
	control.vfu = vfu;
	control.wire = wire;
	vfu_init(vfu, &fuzz_ops, NULL);
}

/* As after a driver's first steps, or nothing else would ever be reached. */
static void fuzz_begin(void)
{
	u8 command = 6;

	vfu_disconnect(vfu);
	vfu->ready = true;
	vfu->region_size[VFU_BAR0] = NIC_BAR0_BYTES;
	vfu->region_size[VFU_CONFIG] = NIC_CFG_BYTES;
	vfu->irq_count[VFU_MSIX] = NIC_VECTORS;
	memset(&nic->faults, 0, sizeof(nic->faults));
	nic->dma.faults = 0;
	nic->link = true;
	pci_reset(nic);
	memset(ram, 0, RAM_BYTES);
	dma_map(&nic->dma, 0, RAM_BYTES, ram, 3);
	pci_cfg_write(nic, 4, &command, 1);
	regs_write(nic, R_RXCTRL, RXCTRL_RXEN);
	regs_write(nic, R_FCTRL, FCTRL_UPE | FCTRL_MPE | FCTRL_BAM);
	regs_write(nic, R_DMATXCTL, DMATXCTL_TE);
	now = 1000000;
}

static void fuzz_message(const u8 *data, size_t len)
{
	struct vfu_msg *m = &vfu->msg;

	if (len < 4)
		return;
	memset(&m->hdr, 0, sizeof(m->hdr));
	m->hdr.cmd = data[0];
	m->hdr.flags = data[1];
	m->nfds = 0;
	m->len = len - 4;
	memcpy(m->body, data + 4, len - 4);
	vfu_handle(vfu, m);
}

static void fuzz_memory(const u8 *data, size_t len)
{
	u32 at;

	if (len < 4)
		return;
	memcpy(&at, data, 4);
	at %= RAM_BYTES;
	memcpy(ram + at, data + 4, min_size(len - 4, RAM_BYTES - at));
}

static void fuzz_register(const u8 *data, size_t len)
{
	u32 addr, v;

	for (; len >= 8; data += 8, len -= 8) {
		memcpy(&addr, data, 4);
		memcpy(&v, data + 4, 4);
		/* bit 31 reads */
		if (addr >> 31)
			regs_read(nic, addr % NIC_REG_BYTES);
		else
			regs_write(nic, addr % NIC_REG_BYTES, v);
	}
}

static void fuzz_frame(const u8 *data, size_t len)
{
	/* memory of its own, so that reading beyond it is seen */
	u8 *f = malloc(len ? len : 1);

	memcpy(f, data, len);
	if (len <= WIRE_FRAME_MAX && !rx_wire(nic, f, len))
		rx_missed(nic);
	rx_run(nic);
	free(f);
}

static void fuzz_command(const u8 *data, size_t len)
{
	static FILE *null;
	char line[CONTROL_LINE];

	if (!null)
		null = fopen("/dev/null", "w");
	len = min_size(len, sizeof(line) - 1);
	memcpy(line, data, len);
	line[len] = '\0';
	control_exec(&control, line, null);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!nic)
		fuzz_once();
	fuzz_begin();
	while (size >= 3) {
		size_t len = min_size(data[1] | data[2] << 8, size - 3);
		const u8 *body = data + 3;

		switch (data[0] % FUZZ_KINDS) {
		case FUZZ_MESSAGE:
			fuzz_message(body, len);
			break;
		case FUZZ_MEMORY:
			fuzz_memory(body, len);
			break;
		case FUZZ_REGISTER:
			fuzz_register(body, len);
			break;
		case FUZZ_FRAME:
			fuzz_frame(body, len);
			break;
		case FUZZ_COMMAND:
			fuzz_command(body, len);
			break;
		case FUZZ_TIME:
			now += 100000;
			irq_run(nic);
			tx_run(nic);
			break;
		}
		data += 3 + len;
		size -= 3 + len;
	}
	return 0;
}
