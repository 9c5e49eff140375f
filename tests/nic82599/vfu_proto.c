// SPDX-License-Identifier: GPL-2.0
/*
 * What each vfio-user message does. Nothing here reads or writes the socket,
 * so a fuzzer can call it.
 */
#include "vfu.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum {
	CMD_VERSION = 1, CMD_DMA_MAP, CMD_DMA_UNMAP, CMD_DEVICE_INFO,
	CMD_REGION_INFO, CMD_REGION_IO_FDS, CMD_IRQ_INFO, CMD_SET_IRQS,
	CMD_REGION_READ, CMD_REGION_WRITE, CMD_DMA_READ, CMD_DMA_WRITE,
	CMD_RESET,
};

/* bodies, as they are on the wire */
struct vfu_version {
	u16 major, minor;
	char json[];
};

struct vfu_dma_map {
	u32 argsz, flags;
	u64 offset, iova, size;
};

struct vfu_dma_unmap {
	u32 argsz, flags;
	u64 iova, size;
};

struct vfu_device_info {
	u32 argsz, flags, regions, irqs;
};

struct vfu_region_info {
	u32 argsz, flags, index, cap_offset;
	u64 size, offset;
};

struct vfu_irq_info {
	u32 argsz, flags, index, count;
};

struct vfu_set_irqs {
	u32 argsz, flags, index, start, count;
};

struct vfu_access {
	u64 offset;
	u32 region, count;
	u8 data[];
};

#define UNMAP_ALL	BIT(1)
#define DEVICE_RESET	BIT(0)
#define DEVICE_PCI	BIT(1)
#define REGION_READ	BIT(0)
#define REGION_WRITE	BIT(1)
#define IRQ_EVENTFD	BIT(0)
#define IRQ_NORESIZE	BIT(3)
#define SET_DATA_NONE	BIT(0)
#define SET_DATA_BOOL	BIT(1)
#define SET_DATA_FD	BIT(2)
#define SET_TRIGGER	BIT(5)

/* write_multiple is left out: one write per message is simpler and enough */
static const char vfu_capabilities[] =
	"{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,"
	"\"max_dma_maps\":65535,\"pgsizes\":4096}}";

void vfu_init(struct vfu *v, const struct vfu_ops *ops, void *arg)
{
	memset(v, 0, sizeof(*v));
	memset(v->eventfd, -1, sizeof(v->eventfd));
	v->ops = ops;
	v->arg = arg;
	v->listen_fd = -1;
	v->fd = -1;
}

static void vfu_clear_irq(struct vfu *v, u32 irq, u32 vector)
{
	int *fd = &v->eventfd[irq][vector];

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The client is gone, and with it its memory and its eventfds. */
void vfu_disconnect(struct vfu *v)
{
	u32 i, vec;

	for (i = 0; i < VFU_IRQS; i++)
		for (vec = 0; vec < VFU_VECTORS; vec++)
			vfu_clear_irq(v, i, vec);
	v->ops->unmap_all(v->arg);
	v->ready = false;
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

void vfu_trigger(struct vfu *v, int irq, u32 vector)
{
	u64 one = 1;

	if (vector >= VFU_VECTORS || v->eventfd[irq][vector] < 0)
		return;
	if (write(v->eventfd[irq][vector], &one, sizeof(one)) < 0)
		v->errors++;
}

static int vfu_version(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_version *ver = (void *)m->body;

	if (m->len < sizeof(*ver) || ver->major != 0)
		return EINVAL;
	ver->minor = 0;
	memcpy(ver->json, vfu_capabilities, sizeof(vfu_capabilities));
	m->len = sizeof(*ver) + sizeof(vfu_capabilities);
	v->ready = true;
	return 0;
}

static int vfu_dma_map(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_dma_map *d = (void *)m->body;
	int fd = m->nfds ? m->fds[0] : -1;

	if (m->len < sizeof(*d))
		return EINVAL;
	m->len = 0;
	return v->ops->map(v->arg, d->iova, d->size, fd, d->offset,
			   d->flags & 3);
}

static int vfu_dma_unmap(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_dma_unmap *d = (void *)m->body;

	if (m->len < sizeof(*d))
		return EINVAL;
	m->len = sizeof(*d);
	if (d->flags & UNMAP_ALL) {
		v->ops->unmap_all(v->arg);
		return 0;
	}
	return v->ops->unmap(v->arg, d->iova, d->size);
}

static int vfu_device_info(struct vfu_msg *m)
{
	struct vfu_device_info *d = (void *)m->body;

	if (m->len < sizeof(*d))
		return EINVAL;
	d->argsz = sizeof(*d);
	d->flags = DEVICE_PCI | DEVICE_RESET;
	d->regions = VFU_REGIONS;
	d->irqs = VFU_IRQS;
	m->len = sizeof(*d);
	return 0;
}

static int vfu_region_info(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_region_info *r = (void *)m->body;

	if (m->len < sizeof(*r) || r->index >= VFU_REGIONS)
		return EINVAL;
	r->argsz = sizeof(*r);
	r->cap_offset = 0;
	r->offset = 0;
	r->size = v->region_size[r->index];
	r->flags = r->size ? REGION_READ | REGION_WRITE : 0;
	m->len = sizeof(*r);
	return 0;
}

static int vfu_irq_info(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_irq_info *r = (void *)m->body;

	if (m->len < sizeof(*r) || r->index >= VFU_IRQS)
		return EINVAL;
	r->argsz = sizeof(*r);
	r->count = v->irq_count[r->index];
	r->flags = r->count ? IRQ_EVENTFD : 0;
	if (r->index == VFU_MSI || r->index == VFU_MSIX)
		r->flags |= IRQ_NORESIZE;
	m->len = sizeof(*r);
	return 0;
}

static void vfu_set_eventfds(struct vfu *v, struct vfu_msg *m,
			     const struct vfu_set_irqs *s)
{
	u32 i;

	for (i = 0; i < s->count; i++) {
		vfu_clear_irq(v, s->index, s->start + i);
		if ((int)i >= m->nfds)
			continue;
		v->eventfd[s->index][s->start + i] = m->fds[i];
		m->fds[i] = -1;
	}
}

/* Only the trigger action: QEMU masks and unmasks by itself. */
static int vfu_set_irqs(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_set_irqs *s = (void *)m->body;
	u32 i;

	if (m->len < sizeof(*s) || s->index >= VFU_IRQS ||
	    s->start > VFU_VECTORS || s->count > VFU_VECTORS - s->start)
		return EINVAL;
	m->len = 0;
	if (!(s->flags & SET_TRIGGER))
		return 0;
	if (s->flags & SET_DATA_FD) {
		vfu_set_eventfds(v, m, s);
	} else if (s->flags & SET_DATA_NONE) {
		/* a count of zero takes all eventfds away */
		for (i = 0; !s->count && i < VFU_VECTORS; i++)
			vfu_clear_irq(v, s->index, i);
		for (i = 0; i < s->count; i++)
			vfu_trigger(v, s->index, s->start + i);
	} else if (s->flags & SET_DATA_BOOL) {
		return EOPNOTSUPP;
	}
	return 0;
}

static bool vfu_access_ok(const struct vfu *v, const struct vfu_access *a)
{
	u64 size;

	if (a->region >= VFU_REGIONS || a->count > VFU_DATA_MAX)
		return false;
	size = v->region_size[a->region];
	return a->offset <= size && a->count <= size - a->offset;
}

static int vfu_region_read(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_access *a = (void *)m->body;

	if (m->len < sizeof(*a) || !vfu_access_ok(v, a))
		return EINVAL;
	memset(a->data, 0, a->count);
	v->ops->read(v->arg, a->region, a->offset, a->data, a->count);
	m->len = sizeof(*a) + a->count;
	return 0;
}

static int vfu_region_write(struct vfu *v, struct vfu_msg *m)
{
	struct vfu_access *a = (void *)m->body;

	if (m->len < sizeof(*a) || !vfu_access_ok(v, a) ||
	    a->count > m->len - sizeof(*a))
		return EINVAL;
	v->ops->write(v->arg, a->region, a->offset, a->data, a->count);
	m->len = sizeof(*a);
	return 0;
}

static int vfu_command(struct vfu *v, struct vfu_msg *m)
{
	if (m->hdr.cmd != CMD_VERSION && !v->ready)
		return EINVAL;
	switch (m->hdr.cmd) {
	case CMD_VERSION:
		return vfu_version(v, m);
	case CMD_DMA_MAP:
		return vfu_dma_map(v, m);
	case CMD_DMA_UNMAP:
		return vfu_dma_unmap(v, m);
	case CMD_DEVICE_INFO:
		return vfu_device_info(m);
	case CMD_REGION_INFO:
		return vfu_region_info(v, m);
	case CMD_IRQ_INFO:
		return vfu_irq_info(v, m);
	case CMD_SET_IRQS:
		return vfu_set_irqs(v, m);
	case CMD_REGION_READ:
		return vfu_region_read(v, m);
	case CMD_REGION_WRITE:
		return vfu_region_write(v, m);
	case CMD_RESET:
		m->len = 0;
		v->ops->reset(v->arg);
		return 0;
	}
	return EOPNOTSUPP;
}

static void vfu_close_fds(struct vfu_msg *m)
{
	int i;

	for (i = 0; i < m->nfds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->nfds = 0;
}

/*
 * Do what @m asks; its hdr, len and body become the reply.
 * Return: true when the reply is to be sent.
 */
bool vfu_handle(struct vfu *v, struct vfu_msg *m)
{
	int err;

	v->messages++;
	/* the client's replies: we ask nothing, so there is none */
	if (m->hdr.flags & VFU_REPLY) {
		vfu_close_fds(m);
		return false;
	}
	err = vfu_command(v, m);
	vfu_close_fds(m);
	if (err) {
		v->errors++;
		m->len = 0;
	}
	m->hdr.size = sizeof(m->hdr) + m->len;
	m->hdr.error = err;
	if (m->hdr.flags & VFU_NO_REPLY)
		return false;
	m->hdr.flags = VFU_REPLY | (err ? VFU_ERROR : 0);
	return true;
}
