// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>

#include "util.h"
#include "vhost.h"

static int new_eventfd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		die_errno("cannot make an eventfd");
	return fd;
}

void vhost_open(struct vhost *v, const char *path)
{
	unsigned int q;

	v->fd = open(path, O_RDWR | O_CLOEXEC);
	if (v->fd < 0)
		die_errno("cannot open %s (is vhost_net loaded?)", path);
	if (ioctl(v->fd, VHOST_SET_OWNER))
		die_errno("VHOST_SET_OWNER");
	if (ioctl(v->fd, VHOST_GET_FEATURES, &v->offered))
		die_errno("VHOST_GET_FEATURES");
	for (q = 0; q < VQ_COUNT; q++) {
		v->vq[q].kick_fd = new_eventfd();
		v->vq[q].call_fd = new_eventfd();
		v->vq[q].err_fd = new_eventfd();
	}
}

void vhost_close(struct vhost *v)
{
	unsigned int q;

	close(v->fd);
	for (q = 0; q < VQ_COUNT; q++) {
		close(v->vq[q].kick_fd);
		close(v->vq[q].call_fd);
		close(v->vq[q].err_fd);
		ring_free(&v->vq[q].ring);
	}
}

const char *vhost_feature_name(unsigned int bit)
{
	switch (bit) {
	case VIRTIO_NET_F_MRG_RXBUF:
		return "VIRTIO_NET_F_MRG_RXBUF";
	case VHOST_F_LOG_ALL:
		return "VHOST_F_LOG_ALL";
	case VIRTIO_RING_F_INDIRECT_DESC:
		return "VIRTIO_RING_F_INDIRECT_DESC";
	case VIRTIO_RING_F_EVENT_IDX:
		return "VIRTIO_RING_F_EVENT_IDX";
	case VIRTIO_F_VERSION_1:
		return "VIRTIO_F_VERSION_1";
	case VIRTIO_F_IN_ORDER:
		return "VIRTIO_F_IN_ORDER";
	default:
		return "feature";
	}
}

void vhost_set_features(struct vhost *v, uint64_t features)
{
	uint64_t missing = features & ~v->offered;
	unsigned int bit;

	for (bit = 0; bit < 64; bit++)
		if (missing >> bit & 1)
			die("%s (bit %u): this vhost_net does not offer it",
			    vhost_feature_name(bit), bit);
	if (ioctl(v->fd, VHOST_SET_FEATURES, &features))
		die_errno("VHOST_SET_FEATURES 0x%llx",
			  (unsigned long long)features);
	v->features = features;
}

int vhost_set_mem(struct vhost *v, const struct mem *mem, uint64_t extra_gpa,
		  void *extra, uint64_t extra_size)
{
	struct {
		struct vhost_memory head;
		struct vhost_memory_region region[MEM_REGIONS_MAX + 1];
	} t;
	unsigned int i;

	memset(&t, 0, sizeof(t));
	for (i = 0; i < mem->n; i++) {
		t.region[i].guest_phys_addr = mem->r[i].gpa;
		t.region[i].memory_size = mem->r[i].size;
		t.region[i].userspace_addr = (uintptr_t)mem->r[i].uva;
	}
	if (extra_size) {
		t.region[i].guest_phys_addr = extra_gpa;
		t.region[i].memory_size = extra_size;
		t.region[i].userspace_addr = (uintptr_t)extra;
		i++;
	}
	t.head.nregions = i;
	v->mem = mem;
	return ioctl(v->fd, VHOST_SET_MEM_TABLE, &t);
}

int vhost_set_addr(struct vhost *v, unsigned int q, bool log)
{
	const struct ring *r = &v->vq[q].ring;
	struct vhost_vring_addr a = {
		.index = q,
		.flags = log ? 1 << VHOST_VRING_F_LOG : 0,
		.desc_user_addr = (uintptr_t)r->desc,
		.avail_user_addr = (uintptr_t)r->avail,
		.used_user_addr = (uintptr_t)r->used,
		.log_guest_addr = r->used_gpa,
	};

	return ioctl(v->fd, VHOST_SET_VRING_ADDR, &a);
}

int vhost_set_base(struct vhost *v, unsigned int q, uint16_t base)
{
	struct vhost_vring_state s = { .index = q, .num = base };

	return ioctl(v->fd, VHOST_SET_VRING_BASE, &s);
}

static void set_fd(struct vhost *v, unsigned int q, unsigned long req,
		   const char *name, int fd)
{
	struct vhost_vring_file f = { .index = q, .fd = fd };

	if (ioctl(v->fd, req, &f))
		die_errno("%s of queue %u", name, q);
}

static void setup_vq(struct vhost *v, unsigned int q)
{
	struct vhost_vring_state s = {
		.index = q,
		.num = v->vq[q].ring.o.num,
	};

	if (ioctl(v->fd, VHOST_SET_VRING_NUM, &s))
		die_errno("VHOST_SET_VRING_NUM %u of queue %u", s.num, q);
	if (vhost_set_base(v, q, 0))
		die_errno("VHOST_SET_VRING_BASE of queue %u", q);
	if (vhost_set_addr(v, q, v->features & FEATURE(VHOST_F_LOG_ALL)))
		die_errno("VHOST_SET_VRING_ADDR of queue %u", q);
	set_fd(v, q, VHOST_SET_VRING_KICK, "VHOST_SET_VRING_KICK",
	       v->vq[q].kick_fd);
	set_fd(v, q, VHOST_SET_VRING_CALL, "VHOST_SET_VRING_CALL",
	       v->vq[q].call_fd);
	set_fd(v, q, VHOST_SET_VRING_ERR, "VHOST_SET_VRING_ERR",
	       v->vq[q].err_fd);
	s.num = v->busyloop_us;
	if (s.num && ioctl(v->fd, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, &s))
		die_errno("VHOST_SET_VRING_BUSYLOOP_TIMEOUT of queue %u", q);
}

void vhost_setup_vqs(struct vhost *v)
{
	unsigned int q;

	for (q = 0; q < VQ_COUNT; q++)
		setup_vq(v, q);
}

int vhost_set_backend(struct vhost *v, unsigned int q, int fd)
{
	struct vhost_vring_file f = { .index = q, .fd = fd };

	return ioctl(v->fd, VHOST_NET_SET_BACKEND, &f);
}

void vhost_start(struct vhost *v, int backend_fd)
{
	unsigned int q;

	for (q = 0; q < VQ_COUNT; q++)
		if (vhost_set_backend(v, q, backend_fd))
			die_errno("VHOST_NET_SET_BACKEND of queue %u", q);
	v->running = true;
	/* As virtual machine monitors do: what was posted must be seen. */
	for (q = 0; q < VQ_COUNT; q++)
		vhost_kick(&v->vq[q]);
}

static bool stop_vq(struct vhost *v, unsigned int q)
{
	struct vhost_vring_state s = { .index = q };

	if (ioctl(v->fd, VHOST_GET_VRING_BASE, &s))
		die_errno("VHOST_GET_VRING_BASE of queue %u", q);
	v->base[q] = s.num;
	v->used[q] = ring_used_idx(&v->vq[q].ring);
	return v->base[q] == v->used[q];
}

bool vhost_stop(struct vhost *v)
{
	unsigned int q;
	bool ok = true;

	for (q = 0; q < VQ_COUNT; q++)
		if (vhost_set_backend(v, q, VHOST_FILE_UNBIND))
			die_errno("VHOST_NET_SET_BACKEND -1 of queue %u", q);
	v->running = false;
	for (q = 0; q < VQ_COUNT; q++)
		ok &= stop_vq(v, q);
	v->stops++;
	v->bad_stops += !ok;
	return ok;
}

void vhost_kick(struct vhost_vq *vq)
{
	uint64_t one = 1;

	vq->kicks++;
	if (write(vq->kick_fd, &one, sizeof(one)) != sizeof(one) &&
	    errno != EAGAIN)
		die_errno("kick");
}

static uint64_t drain_eventfd(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

void vhost_collect_call(struct vhost_vq *vq)
{
	vq->calls += drain_eventfd(vq->call_fd);
}

void vhost_collect_err(struct vhost_vq *vq)
{
	vq->errs += drain_eventfd(vq->err_fd);
}

void vhost_collect_events(struct vhost *v)
{
	unsigned int q;

	for (q = 0; q < VQ_COUNT; q++) {
		vhost_collect_call(&v->vq[q]);
		vhost_collect_err(&v->vq[q]);
	}
}
