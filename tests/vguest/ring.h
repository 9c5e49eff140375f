/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver's side of a split virtqueue: descriptors, available ring, used
 * ring, notifications. Nothing here knows of vhost or of networking.
 */
#ifndef VG_RING_H
#define VG_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/virtio_ring.h>

#include "mem.h"

#define RING_SEGS_MAX 64

struct ring_opts {
	unsigned int num;
	bool event_idx, indirect, in_order;
	unsigned int chain_max;		/* descriptors of a head, at most */
};

struct ring_seg {
	uint64_t gpa;
	uint32_t len;
	bool write;			/* the device writes it */
};

struct ring_head {
	uint32_t token, cap;
	uint16_t ndesc;			/* 0: not outstanding */
};

struct ring {
	struct ring_opts o;
	const struct mem *mem;
	uint64_t desc_gpa, avail_gpa, used_gpa, ind_gpa;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	struct ring_head *head;		/* by head index */
	uint16_t *order;		/* heads in posting order */
	uint16_t *free;			/* stack of free descriptors */
	unsigned int nfree;
	uint16_t next_desc;		/* in order: next descriptor */
	uint16_t avail_idx, kicked_idx, last_used;
	unsigned int outstanding;	/* heads */
	uint64_t added, used_total;	/* heads */
	uint64_t errors;		/* used entries that make no sense */
	bool batch;			/* in order: skipping to batch_id */
	uint16_t batch_id;
	uint32_t batch_len;
};

struct ring_used {
	uint32_t token, len;
};

uint64_t ring_avail_size(unsigned int num);
uint64_t ring_used_size(unsigned int num);
void ring_init(struct ring *r, struct mem *m, const struct ring_opts *o);
/* Empty, at index 0, in the same memory. */
void ring_reset(struct ring *r);
void ring_free(struct ring *r);
/* Put one head on the ring, not yet visible; false when there is no room. */
bool ring_add(struct ring *r, const struct ring_seg *s, unsigned int n,
	      uint32_t token);
bool ring_room(const struct ring *r, unsigned int n);
/* Show the device all heads; true when it wants a kick for that. */
bool ring_publish(struct ring *r);
/* Take one finished head. */
bool ring_get(struct ring *r, struct ring_used *u);
uint16_t ring_used_idx(const struct ring *r);
/* Ask for a call on the next used entry; true: one is there, do not sleep. */
bool ring_enable_call(struct ring *r);
void ring_disable_call(struct ring *r);

#endif
