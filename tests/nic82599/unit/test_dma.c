// SPDX-License-Identifier: GPL-2.0
/* The audit, and what a driver's or client's mistakes lead to. */
#include "unit.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static u8 f[NIC_FRAME_MAX];
static u8 mem[0x10000];

#define RW (DMA_PROT_READ | DMA_PROT_WRITE)

TEST(dma_maps_never_overlap)
{
	struct dma d = { .enabled = true };

	EQUAL(dma_map(&d, 0x2000, 0x1000, mem, RW), 0);
	EQUAL(dma_map(&d, 0x2fff, 1, mem, RW), EEXIST);
	EQUAL(dma_map(&d, 0x1fff, 2, mem, RW), EEXIST);
	EQUAL(dma_map(&d, 0, ~0ull, mem, RW), EEXIST);
	EQUAL(dma_map(&d, 0x3000, 0x1000, mem, RW), 0);
	EQUAL(dma_map(&d, 0x1000, 0x1000, mem, RW), 0);
	EQUAL(dma_map(&d, 0x8000, 0, mem, RW), EINVAL);
	EQUAL(dma_map(&d, ~0ull, 2, mem, RW), EINVAL);
	EQUAL(dma_map(&d, ~0ull - 0xfff, 0x1000, mem, RW), 0);
	EQUAL(d.n, 4);
	/* unmapping: whole ones only, several at once */
	EQUAL(dma_unmap(&d, 0x1000, 0x800), EINVAL);
	EQUAL(dma_unmap(&d, 0x1800, 0x1800), EINVAL);
	EQUAL(dma_unmap(&d, 0x1000, 0x2000), 0);
	EQUAL(d.n, 2);
	EQUAL(dma_unmap(&d, 0, ~0ull - 0x1000), 0);
	EQUAL(d.n, 1);
	EQUAL(dma_unmap(&d, 0x1000, 0x1000), 0);
	dma_release(&d);
}

TEST(dma_many_maps_stay_sorted)
{
	static u8 all[sizeof(mem)];
	struct dma d = { .enabled = true };
	u64 i, v, at;

	memset(all, 0x77, sizeof(all));
	for (i = 0; i < 4096; i++) {
		at = i * 2654435761u % 4096;
		EQUAL(dma_map(&d, at * 16, 16, mem + at * 16, RW), 0);
	}
	for (i = 0; i < 4096; i++) {
		memcpy(mem + i * 16, &i, 8);
		CHECK(dma_read(&d, i * 16, &v, 8, "test"));
		EQUAL(v, i);
	}
	/* across all of them */
	CHECK(dma_write(&d, 8, all, sizeof(mem) - 8, "test"));
	CHECK(!memcmp(mem + 8, all, sizeof(mem) - 8));
	EQUAL(d.faults, 0);
	dma_release(&d);
}

TEST(dma_outside_is_counted_and_told)
{
	struct dma d = { .enabled = true };
	u8 buf[64];
	int i;

	dma_map(&d, 0x1000, 0x20, mem, RW);
	dma_map(&d, 0x2000, 0x20, mem, DMA_PROT_READ);
	dma_map(&d, 0x3000, 0x20, NULL, RW);
	CHECK(!dma_write(&d, 0x1010, buf, 0x20, "over the end"));
	EQUAL(d.faults, 1);
	EQUAL(d.log[0].iova, 0x1020);
	EQUAL(d.log[0].len, 0x10);
	CHECK(d.log[0].write);
	CHECK(!strcmp(d.log[0].what, "over the end"));
	CHECK(!dma_read(&d, 0xfff, buf, 1, "before"));
	CHECK(!dma_write(&d, 0x2000, buf, 1, "read only"));
	CHECK(dma_read(&d, 0x2000, buf, 1, "read only"));
	CHECK(!dma_read(&d, 0x3000, buf, 1, "no memory"));
	EQUAL(d.faults, 4);
	for (i = 0; i < 100; i++)
		dma_read(&d, 0, buf, 1, "more than the log holds");
	EQUAL(d.faults, 104);
	dma_release(&d);
}

TEST(dma_file_bounds)
{
	struct dma d = { .enabled = true };
	int fd = memfd_create("unit", 0), fd2;
	u8 b = 7;

	CHECK(!ftruncate(fd, 0x3000));
	EQUAL(dma_map_fd(&d, 0, 0x4000, fd, 0, RW), EINVAL);
	EQUAL(dma_map_fd(&d, 0, 0x1000, fd, 0x2001, RW), EINVAL);
	EQUAL(dma_map_fd(&d, 0, 0x1000, fd, ~0ull, RW), EINVAL);
	EQUAL(dma_map_fd(&d, 0x10000, 0x1000, fd, 0x2000, RW), 0);
	fd2 = dup(fd);
	EQUAL(dma_map_fd(&d, 0x20000, 0x3000, fd2, 0, RW), 0);
	EQUAL(d.files_n, 1);
	close(fd2);
	CHECK(dma_write(&d, 0x10000, &b, 1, "test"));
	CHECK(dma_read(&d, 0x22000, &b, 1, "test"));
	EQUAL(b, 7);
	EQUAL(pread(fd, &b, 1, 0x2000), 1);
	EQUAL(b, 7);
	close(fd);
	EQUAL(dma_map_fd(&d, 0x30000, 0x1000, -1, 0, RW), 0);
	CHECK(!dma_read(&d, 0x30000, &b, 1, "test"));
	dma_release(&d);
}

TEST(dma_needs_bus_master_and_gio)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &(struct frame_spec){ .ip = 4,
							 .proto = 17 });

	rig_rx_queue(r, 0, 8);
	regs_write(r->nic, R_CTRL, CTRL_GIO_DIS);
	CHECK(!(regs_read(r->nic, R_STATUS) & STATUS_GIO));
	rig_receive(r, f, len);
	EQUAL(r->nic->dma.writes, 0);
	CHECK(r->nic->dma.blocked > 0);
	EQUAL(r->nic->dma.faults, 0);
	regs_write(r->nic, R_CTRL, 0);
	pci_cfg_write(r->nic, 4, "\2", 1);
	rig_receive(r, f, len);
	EQUAL(r->nic->dma.writes, 0);
	pci_cfg_write(r->nic, 4, "\6", 1);
	rig_receive(r, f, len);
	CHECK(r->nic->dma.writes > 0);
	rig_free(r);
}

TEST(dma_bad_ring_and_buffer_addresses_are_faults)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &(struct frame_spec){ .ip = 4,
							 .proto = 17 });
	u64 *d;

	rig_rx_queue(r, 0, 8);
	d = rig_mem(r, RX_RING(0));
	d[0] = RAM_IOVA + RAM_BYTES - 8;
	rig_receive(r, f, len);
	EQUAL(r->nic->dma.faults, 1);
	CHECK(!strcmp(r->nic->dma.log[0].what, "rx data"));
	EQUAL(r->nic->dma.log[0].iova, RAM_IOVA + RAM_BYTES);
	/* memory that the client took away under a ring */
	dma_unmap_all(&r->nic->dma);
	rig_receive(r, f, len);
	CHECK(r->nic->dma.faults > 1);
	CHECK(!strcmp(r->nic->dma.log[1].what, "rx descriptor"));
	rig_free(r);
}

TEST(dma_wild_registers_do_no_harm)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &(struct frame_spec){ .ip = 4,
							 .proto = 17 });
	u32 a = rxq_addr(0), t = txq_addr(0);

	rig_rx_queue(r, 0, 8);
	rig_tx_queue(r);
	regs_write(r->nic, a + Q_TAIL, 0xffff);
	regs_write(r->nic, a + Q_HEAD, 0xffff);
	rig_receive(r, f, len);
	regs_write(r->nic, a + Q_LEN, 0);
	rig_receive(r, f, len);
	regs_write(r->nic, a + Q_SRRCTL, 0);
	rig_receive(r, f, len);
	regs_write(r->nic, t + Q_HEAD, 0xffff);
	regs_write(r->nic, t + Q_TAIL, 5);
	regs_write(r->nic, t + Q_LEN, 0);
	regs_write(r->nic, t + Q_TAIL, 0xffff);
	regs_write(r->nic, t + Q_LEN, 0xfffff);
	regs_write(r->nic, t + Q_BAH, 0xffffffff);
	regs_write(r->nic, t + Q_HEAD, 0);
	regs_write(r->nic, t + Q_TAIL, 0xfff);
	CHECK(r->nic->dma.faults > 0);
	EQUAL(r->sent_n, 0);
	rig_free(r);
}

TEST(faults_spoil_the_write_back)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &(struct frame_spec){ .ip = 4,
							 .proto = 17 });
	struct faults *ft = &r->nic->faults;

	rig_rx_queue(r, 0, 8);
	ft->rx_error = 1;
	rig_receive(r, f, len);
	CHECK(rig_rxd(r, 0, 0).status & RXD_RXE);
	ft->bad_csum = 1;
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 1).status & (RXD_TCPE | RXD_RXE), RXD_TCPE);
	ft->bad_length = 1;
	ft->bad_length_value = 0xabcd;
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 2).len, 0xabcd);
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 3).len, len);
	CHECK(!(rig_rxd(r, 0, 3).status & (RXD_TCPE | RXD_RXE)));
	ft->rx_hang = true;
	rig_receive(r, f, len);
	EQUAL(rig_rxd(r, 0, 4).status & RXD_DD, 0);
	ft->rx_hang = false;
	rx_run(r->nic);
	CHECK(rig_rxd(r, 0, 4).status & RXD_DD);
	EQUAL(ft->injected, 3);
	rig_free(r);
}
