/* SPDX-License-Identifier: GPL-2.0 */
/* Sending: generated frames with a virtio-net header, in guest memory. */
#ifndef VG_TX_H
#define VG_TX_H

#include "dirty.h"
#include "frame.h"
#include "util.h"
#include "vhost.h"
#include "window.h"

struct tx_opts {
	struct frame_spec spec;
	uint64_t count;			/* records to send, 0: no bound */
	uint64_t rate;			/* records per second, 0: no bound */
	uint32_t window;		/* records in flight, 0: no bound */
	const char *progress;		/* where the receiver counts them */
	uint32_t chain;			/* descriptors per frame */
	bool csum;			/* leave checksums to the device */
	uint32_t gso;			/* segments per frame, 0: none */
};

struct tx {
	struct tx_opts o;
	struct vhost_vq *vq;
	const struct mem *mem;
	struct dirty *dirty;
	struct frame_gen gen;
	struct pace pace;
	struct window window;
	uint64_t *slot;			/* guest-physical addresses */
	uint32_t *free;
	uint32_t nslots, nfree, slot_size;
	uint64_t records, frames, bytes, completed, bad_length;
	uint8_t buf[FRAME_MAX + 64];
};

/* Takes memory from @start on and returns where it ends. */
uint64_t tx_init(struct tx *tx, const struct tx_opts *o, struct vhost_vq *vq,
		 const struct mem *m, struct dirty *d, uint64_t start);
void tx_free(struct tx *tx);
/* Queue at most @budget frames; returns how many. */
unsigned int tx_fill(struct tx *tx, unsigned int budget);
unsigned int tx_reap(struct tx *tx);
bool tx_done_queueing(const struct tx *tx);
void tx_report(const struct tx *tx, struct json_object *o,
	       struct json_object *errors);

#endif
