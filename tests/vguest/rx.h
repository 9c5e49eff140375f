/* SPDX-License-Identifier: GPL-2.0 */
/* Receiving: post buffers, take frames, check every byte. */
#ifndef VG_RX_H
#define VG_RX_H

#include "dirty.h"
#include "frame.h"
#include "pool.h"
#include "track.h"
#include "util.h"
#include "vhost.h"

struct rx_opts {
	struct pool_opts pool;
	uint32_t post_limit;		/* heads outstanding, 0: the ring */
	bool mrg, count_only, allow_tail, allow_loss, allow_reorder;
	bool allow_empty;
	bool lazy;			/* post none before all are used */
	uint8_t stream;
	uint64_t seed, expected;
	const char *progress;		/* file to count into */
	unsigned int offload;		/* what the backend may hand us */
};

struct rx_stats {
	uint64_t frames;		/* everything that arrived */
	uint64_t bytes;			/* of good test frames, no headers */
	uint64_t records, corrupt, unknown, other_stream;
	uint64_t data_valid, needs_csum, gso, bad_csum, bad_csum_valid;
	uint64_t empty;			/* heads that came back with nothing */
	uint64_t bad_header, merged, heads, max_heads;
	uint64_t frames_across;		/* pages of memory, in their first head */
	uint64_t buffers_across;	/* could be, if their frame were longer */
	uint64_t tail_touched, tainted, tainted_bad, bad_length;
	uint64_t first_ns, last_ns;
};

/* What has been gathered of the frame that is arriving. */
struct rx_frame {
	uint32_t want, have;		/* heads */
	uint32_t len;			/* bytes, virtio-net header included */
	bool tainted;
	const uint8_t *data;
	uint8_t copy[FRAME_MAX + 64];
};

struct rx {
	struct rx_opts o;
	struct vhost_vq *vq;
	const struct mem *mem;
	struct dirty *dirty;
	struct pool pool;
	struct track track;
	struct rx_stats st;
	struct rx_frame f;
	bool paused;
	uint64_t *progress;
	uint64_t outside, posted_touched, first_outside;
};

void rx_init(struct rx *rx, const struct rx_opts *o, struct vhost_vq *vq,
	     const struct mem *m, struct dirty *d, uint64_t start);
void rx_free(struct rx *rx);
void rx_post(struct rx *rx, bool running);
/* Take at most @budget heads; returns how many there were. */
unsigned int rx_drain(struct rx *rx, unsigned int budget);
/* After the device has stopped: nothing outside posted buffers is changed. */
void rx_scan(struct rx *rx);
/* Judge one complete frame: rx->f, with its virtio-net header. */
void rx_check_frame(struct rx *rx);
/* Add the counters to @o and what is wrong to @errors. */
void rx_report(const struct rx *rx, struct json_object *o,
	       struct json_object *errors);

#endif
