// SPDX-License-Identifier: GPL-2.0
/* The catalogue of malformed rings and calls. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_net.h>

#include "bad.h"
#include "util.h"

/* Guest-physical page 0: no region begins there. */
#define NOWHERE 0x1000

static uint16_t *avail_slot(const struct bad_target *t)
{
	return &t->r->avail->ring[(t->r->avail_idx - 1) & (t->r->o.num - 1)];
}

/* Make the head an indirect one whose table is at the buffer's page end. */
static struct vring_desc *make_indirect(struct bad_target *t, unsigned int n)
{
	uint64_t table = t->gpa + 2048;
	struct vring_desc *e;
	unsigned int i;

	e = (void *)mem_ptr(&t->g->mem, table,
			    n * sizeof(*e));
	for (i = 0; i < n; i++) {
		e[i] = *t->desc;
		e[i].len = t->desc->len / n;
		e[i].addr = t->desc->addr + i * e[i].len;
		if (i + 1 < n) {
			e[i].flags |= VRING_DESC_F_NEXT;
			e[i].next = i + 1;
		}
	}
	t->desc->addr = table;
	t->desc->len = n * sizeof(*e);
	t->desc->flags = VRING_DESC_F_INDIRECT;
	return e;
}

static void spoil_index(struct bad_target *t)
{
	*avail_slot(t) = t->r->o.num + 5;
}

static void spoil_loop(struct bad_target *t)
{
	t->desc->flags |= VRING_DESC_F_NEXT;
	t->desc->next = t->head;
}

static void spoil_next(struct bad_target *t)
{
	t->desc->flags |= VRING_DESC_F_NEXT;
	t->desc->next = t->r->o.num + 7;
}

static void spoil_zero(struct bad_target *t)
{
	t->desc->len = 0;
}

static void spoil_direction(struct bad_target *t)
{
	t->desc->flags ^= VRING_DESC_F_WRITE;
}

static void spoil_short(struct bad_target *t)
{
	t->desc->len = 8;
}

static void spoil_unmapped(struct bad_target *t)
{
	t->desc->addr = NOWHERE;
}

static void spoil_wrap(struct bad_target *t)
{
	t->desc->addr = UINT64_MAX - 100;
}

static void spoil_huge_length(struct bad_target *t)
{
	t->desc->len = UINT32_MAX;
}

static void spoil_region_end(struct bad_target *t)
{
	t->desc->addr = mem_end(&t->g->mem) - 100;
}

static void spoil_readonly(struct bad_target *t)
{
	t->undo = mem_ptr(&t->g->mem, t->gpa & -t->g->mem.page,
			  t->g->mem.page);
	if (mprotect(t->undo, t->g->mem.page, PROT_READ))
		die_errno("mprotect of guest memory");
}

static void spoil_unreadable(struct bad_target *t)
{
	t->undo = mem_ptr(&t->g->mem, t->gpa & -t->g->mem.page,
			  t->g->mem.page);
	if (mprotect(t->undo, t->g->mem.page, PROT_NONE))
		die_errno("mprotect of guest memory");
}

static void spoil_munmap(struct bad_target *t)
{
	t->undo = mem_ptr(&t->g->mem, t->gpa & -t->g->mem.page,
			  t->g->mem.page);
	if (munmap(t->undo, t->g->mem.page))
		die_errno("munmap of guest memory");
}

static void spoil_jump(struct bad_target *t)
{
	t->r->avail_idx += t->r->o.num + 10;
}

static void spoil_indirect_size(struct bad_target *t)
{
	make_indirect(t, 1);
	t->desc->len = 17;
}

static void spoil_indirect_zero(struct bad_target *t)
{
	make_indirect(t, 1);
	t->desc->len = 0;
}

static void spoil_indirect_nested(struct bad_target *t)
{
	struct vring_desc *e = make_indirect(t, 2);

	e[0].flags |= VRING_DESC_F_INDIRECT;
}

static void spoil_indirect_next(struct bad_target *t)
{
	make_indirect(t, 1);
	spoil_next(t);
}

static void spoil_indirect_range(struct bad_target *t)
{
	struct vring_desc *e = make_indirect(t, 2);

	e[0].next = 1000;
}

static void spoil_indirect_loop(struct bad_target *t)
{
	struct vring_desc *e = make_indirect(t, 2);

	e[1].flags |= VRING_DESC_F_NEXT;
	e[1].next = 0;
}

/* More pieces than vhost has room for, UIO_MAXIOV; the memory's end has none. */
static void spoil_indirect_pieces(struct bad_target *t)
{
	const unsigned int n = 1100;
	uint64_t table = mem_end(&t->g->mem) - n * sizeof(struct vring_desc);
	struct vring_desc *e = (void *)mem_ptr(&t->g->mem, table,
					       n * sizeof(*e));
	unsigned int i;

	for (i = 0; i < n; i++) {
		e[i].addr = t->gpa + i;
		e[i].len = 1;
		e[i].flags = t->desc->flags | VRING_DESC_F_NEXT;
		e[i].next = i + 1;
	}
	e[n - 1].flags = t->desc->flags;
	t->desc->addr = table;
	t->desc->len = n * sizeof(*e);
	t->desc->flags = VRING_DESC_F_INDIRECT;
}

static void spoil_indirect_unmapped(struct bad_target *t)
{
	make_indirect(t, 1);
	t->desc->addr = NOWHERE;
}

/* The virtio-net header of a frame to send. */
static void edit_header(struct bad_target *t, const struct virtio_net_hdr *h)
{
	mem_write(&t->g->mem, t->gpa, h, sizeof(*h));
}

static void spoil_csum_start(struct bad_target *t)
{
	const struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = 60000,
		.csum_offset = 16,
	};

	edit_header(t, &h);
}

static void spoil_gso_type(struct bad_target *t)
{
	const struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = 0x55,
		.gso_size = 1000,
		.csum_start = 34,
		.csum_offset = 16,
	};

	edit_header(t, &h);
}

static void spoil_gso_size(struct bad_target *t)
{
	const struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 0,
		.csum_start = 34,
		.csum_offset = 16,
	};

	edit_header(t, &h);
}

static void spoil_hdr_len(struct bad_target *t)
{
	const struct virtio_net_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1000,
		.hdr_len = 65000,
		.csum_start = 34,
		.csum_offset = 16,
	};

	edit_header(t, &h);
}

static int vring_state(struct guest *g, unsigned long req, unsigned int num)
{
	struct vhost_vring_state s = { .index = VQ_RX, .num = num };

	return ioctl(g->vhost.fd, req, &s);
}

static int call_num_odd(struct guest *g)
{
	return vring_state(g, VHOST_SET_VRING_NUM, 100);
}

static int call_num_zero(struct guest *g)
{
	return vring_state(g, VHOST_SET_VRING_NUM, 0);
}

static int call_num_big(struct guest *g)
{
	return vring_state(g, VHOST_SET_VRING_NUM, 1 << 17);
}

static int call_base_big(struct guest *g)
{
	return vring_state(g, VHOST_SET_VRING_BASE, 0x10000);
}

static int call_ring_misaligned(struct guest *g)
{
	struct ring *r = &g->vhost.vq[VQ_RX].ring;
	struct vring_desc *d = r->desc;
	int rc;

	r->desc = (void *)((char *)d + 4);
	rc = vhost_set_addr(&g->vhost, VQ_RX, false);
	r->desc = d;
	return rc;
}

/* Ring addresses are looked at when the backend is set. */
static int call_ring_unmapped(struct guest *g)
{
	struct ring *r = &g->vhost.vq[VQ_RX].ring;
	struct vring_used *u = r->used;
	int rc;

	r->used = (void *)(uintptr_t)0x7ff000;
	rc = vhost_set_addr(&g->vhost, VQ_RX, false);
	r->used = u;
	if (!rc)
		rc = vhost_set_backend(&g->vhost, VQ_RX, g->backend_fd);
	return rc;
}

static int call_table_overlap(struct guest *g)
{
	return vhost_set_mem(&g->vhost, &g->mem, g->mem.r[0].gpa,
			     g->mem.r[0].uva, g->mem.page);
}

static int call_table_wrap(struct guest *g)
{
	return vhost_set_mem(&g->vhost, &g->mem, UINT64_MAX - 4095,
			     g->mem.r[0].uva, 8192);
}

static int call_backend_null(struct guest *g)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), rc, err;

	rc = vhost_set_backend(&g->vhost, VQ_RX, fd);
	err = errno;
	close(fd);
	errno = err;
	return rc;
}

static int call_backend_closed(struct guest *g)
{
	return vhost_set_backend(&g->vhost, VQ_RX, 1000);
}

static int call_backend_queue(struct guest *g)
{
	return vhost_set_backend(&g->vhost, 7, g->backend_fd);
}

#define RX(n, fn, w) { "rx-" n, VQ_RX, spoil_##fn, NULL, w }
#define TX(n, fn, w) { "tx-" n, VQ_TX, spoil_##fn, NULL, w }
#define CALL(n, fn, w) { n, VQ_RX, NULL, call_##fn, w }

const struct bad_case bad_cases[] = {
	RX("avail-index", index, "available entry names descriptor num + 5"),
	RX("avail-jump", jump, "available index jumps by more than the ring"),
	RX("loop", loop, "descriptor chain that loops"),
	RX("next", next, "chain continues at descriptor num + 7"),
	RX("zero-length", zero, "descriptor of no bytes"),
	RX("read-only", direction, "descriptor that the device may not write"),
	RX("short", short, "buffer of 8 bytes, less than the header"),
	RX("unmapped", unmapped, "guest address in no region"),
	RX("wrap", wrap, "guest address that wraps around"),
	RX("huge-length", huge_length, "length of 4 GiB - 1"),
	RX("region-end", region_end, "buffer that leaves its region"),
	RX("mem-readonly", readonly, "memory mapped read-only"),
	RX("mem-unmapped", munmap, "memory not mapped any more"),
	RX("indirect-size", indirect_size, "indirect table of 17 bytes"),
	RX("indirect-zero", indirect_zero, "indirect table of no bytes"),
	RX("indirect-nested", indirect_nested, "indirect within indirect"),
	RX("indirect-next", indirect_next, "indirect with a next descriptor"),
	RX("indirect-range", indirect_range, "indirect table left by next"),
	RX("indirect-loop", indirect_loop, "indirect table that loops"),
	RX("indirect-pieces", indirect_pieces, "1,100 pieces in a table"),
	RX("indirect-unmapped", indirect_unmapped, "indirect table nowhere"),
	TX("avail-index", index, "available entry names descriptor num + 5"),
	TX("avail-jump", jump, "available index jumps by more than the ring"),
	TX("loop", loop, "descriptor chain that loops"),
	TX("next", next, "chain continues at descriptor num + 7"),
	TX("zero-length", zero, "descriptor of no bytes"),
	TX("writable", direction, "descriptor that the device may write"),
	TX("short", short, "frame of 8 bytes, less than the header"),
	TX("unmapped", unmapped, "guest address in no region"),
	TX("wrap", wrap, "guest address that wraps around"),
	TX("huge-length", huge_length, "length of 4 GiB - 1"),
	TX("region-end", region_end, "buffer that leaves its region"),
	TX("mem-unreadable", unreadable, "memory that may not be read"),
	TX("mem-unmapped", munmap, "memory not mapped any more"),
	TX("indirect-size", indirect_size, "indirect table of 17 bytes"),
	TX("indirect-nested", indirect_nested, "indirect within indirect"),
	TX("indirect-loop", indirect_loop, "indirect table that loops"),
	TX("indirect-pieces", indirect_pieces, "1,100 pieces in a table"),
	TX("csum-start", csum_start, "checksum starts behind the frame"),
	TX("gso-type", gso_type, "unknown segmentation type"),
	TX("gso-size", gso_size, "segments of no bytes"),
	TX("hdr-len", hdr_len, "header longer than the frame"),
	CALL("num-odd", num_odd, "ring size that is no power of two"),
	CALL("num-zero", num_zero, "ring size 0"),
	CALL("num-big", num_big, "ring size 131072"),
	CALL("base-big", base_big, "ring base over 65535"),
	CALL("ring-misaligned", ring_misaligned, "descriptors misaligned"),
	CALL("ring-unmapped", ring_unmapped, "used ring not mapped"),
	CALL("table-overlap", table_overlap, "regions that overlap"),
	CALL("table-wrap", table_wrap, "region that wraps around"),
	CALL("backend-null", backend_null, "/dev/null as backend"),
	CALL("backend-closed", backend_closed, "backend that is no open fd"),
	CALL("backend-queue", backend_queue, "backend for queue 7"),
};

const unsigned int bad_ncases = ARRAY_LEN(bad_cases);
