/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/vhost-net: set-up, eventfds, and giving it rings and a backend. */
#ifndef VG_VHOST_H
#define VG_VHOST_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/vhost.h>

#include "mem.h"
#include "ring.h"

enum { VQ_RX, VQ_TX, VQ_COUNT };

struct vhost_vq {
	struct ring ring;
	int kick_fd, call_fd, err_fd;
	uint64_t kicks, calls, errs;
	uint64_t skipped;	/* heads given up when the ring was reset */
};

struct vhost {
	int fd;
	uint64_t offered, features;
	const struct mem *mem;
	struct vhost_vq vq[VQ_COUNT];
	bool running;
	uint32_t busyloop_us;
	/* Result of the last stop, per queue. */
	uint16_t base[VQ_COUNT], used[VQ_COUNT];
	uint64_t stops, bad_stops;
};

#define FEATURE(n) (1ull << (n))

void vhost_open(struct vhost *v, const char *path);
void vhost_close(struct vhost *v);
/* Exits 2 naming the first feature that the kernel does not offer. */
void vhost_set_features(struct vhost *v, uint64_t features);
const char *vhost_feature_name(unsigned int bit);

/* Regions of @mem, plus one more when @extra_size is not 0. */
int vhost_set_mem(struct vhost *v, const struct mem *mem, uint64_t extra_gpa,
		  void *extra, uint64_t extra_size);
/* Ring size, addresses, base and eventfds of both queues. */
void vhost_setup_vqs(struct vhost *v);
int vhost_set_addr(struct vhost *v, unsigned int q, bool log);
int vhost_set_base(struct vhost *v, unsigned int q, uint16_t base);
int vhost_set_backend(struct vhost *v, unsigned int q, int fd);
void vhost_start(struct vhost *v, int backend_fd);
/*
 * Stop both queues. False when the ring base that vhost reports is not exactly
 * the number of heads that it has used.
 */
bool vhost_stop(struct vhost *v);
void vhost_kick(struct vhost_vq *vq);
/* Read the counts of the call and error eventfds. */
void vhost_collect_call(struct vhost_vq *vq);
void vhost_collect_err(struct vhost_vq *vq);
void vhost_collect_events(struct vhost *v);

#endif
