/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device in this process for the self test: it reads the available ring and
 * writes the used ring by itself, knowing nothing of the driver's state.
 */
#ifndef VG_FAKEDEV_H
#define VG_FAKEDEV_H

#include "mem.h"
#include "ring.h"

struct fakedev {
	const struct mem *mem;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	unsigned int num;
	uint16_t last_avail, used_idx, pending;
};

void fakedev_init(struct fakedev *d, const struct mem *m,
		  const struct ring *r);
/* Take the next head: its segments, or -1 when there is none. */
int fakedev_pop(struct fakedev *d, uint16_t *head, struct ring_seg *seg,
		unsigned int max);
void fakedev_push(struct fakedev *d, uint16_t head, uint32_t len);
void fakedev_publish(struct fakedev *d);
/* Write bytes into the next heads, @per of them each; how many it took. */
unsigned int fakedev_deliver(struct fakedev *d, const void *data,
			     uint32_t len, uint32_t per);

#endif
