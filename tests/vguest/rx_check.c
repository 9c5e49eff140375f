// SPDX-License-Identifier: GPL-2.0
/* Judging one received frame and its virtio-net header. */
#include <stdio.h>
#include <string.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>

#include "backend.h"
#include "rx.h"
#include "util.h"

#define COMPLAINTS 5	/* on stderr, per run */

static void count_record(void *ctx, uint64_t seq, uint32_t len)
{
	struct rx *rx = ctx;

	(void)len;
	rx->st.records++;
	track_seen(&rx->track, seq);
}

static void complain(struct rx *rx, uint64_t *count, const char *what)
{
	if ((*count)++ < COMPLAINTS)
		note("frame %llu of the run: %s",
		     (unsigned long long)rx->st.frames, what);
}

/* Fields that do not apply must be zero; those that do must make sense. */
static const char *header_fault(const struct rx *rx,
				const struct virtio_net_hdr_v1 *h,
				uint32_t len)
{
	uint8_t gso = h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;

	if (h->flags & ~(VIRTIO_NET_HDR_F_NEEDS_CSUM |
			 VIRTIO_NET_HDR_F_DATA_VALID))
		return "virtio-net header: unknown flag";
	if (h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (!(rx->o.offload & TUN_F_CSUM))
			return "virtio-net header: checksum not negotiated";
		if ((uint32_t)h->csum_start + h->csum_offset + 2 > len)
			return "virtio-net header: checksum outside the frame";
	} else if (h->csum_start || h->csum_offset) {
		return "virtio-net header: stray checksum offsets";
	}
	if (gso == VIRTIO_NET_HDR_GSO_NONE)
		return h->gso_type || h->gso_size ?
			"virtio-net header: stray segment size" : NULL;
	if (gso != VIRTIO_NET_HDR_GSO_TCPV4 && gso != VIRTIO_NET_HDR_GSO_TCPV6)
		return "virtio-net header: unexpected segmentation type";
	if (!(rx->o.offload & (TUN_F_TSO4 | TUN_F_TSO6)))
		return "virtio-net header: segmentation not negotiated";
	if (!h->gso_size || !(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return "virtio-net header: segmentation without size or csum";
	return NULL;
}

static void count_flags(struct rx *rx, const struct virtio_net_hdr_v1 *h,
			const struct frame_result *res)
{
	struct rx_stats *st = &rx->st;

	st->data_valid += !!(h->flags & VIRTIO_NET_HDR_F_DATA_VALID);
	st->needs_csum += !!(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
	st->gso += h->gso_type != VIRTIO_NET_HDR_GSO_NONE;
	st->bad_csum += res->bad_csum;
	if (res->bad_csum && (h->flags & VIRTIO_NET_HDR_F_DATA_VALID))
		complain(rx, &st->bad_csum_valid,
			 "wrong checksum, reported as right");
	if ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && res->l4 &&
	    (h->csum_start != res->l4_off || h->csum_offset != res->csum_off))
		complain(rx, &st->bad_header,
			 "virtio-net header: wrong checksum offsets");
}

static void count_verdict(struct rx *rx, const struct frame_result *res,
			  uint32_t len)
{
	struct rx_stats *st = &rx->st;

	switch (res->verdict) {
	case FRAME_GOOD:
		st->bytes += len;
		st->last_ns = now_ns();
		if (!st->first_ns)
			st->first_ns = st->last_ns;
		break;
	case FRAME_CORRUPT:
		if (rx->f.tainted)
			st->tainted_bad++;
		else
			complain(rx, &st->corrupt, res->why);
		break;
	case FRAME_OTHER:
		st->other_stream++;
		break;
	case FRAME_UNKNOWN:
		st->unknown++;
		break;
	}
}

void rx_check_frame(struct rx *rx)
{
	struct frame_check c = {
		.seed = rx->o.seed,
		.stream = rx->o.stream,
		.headers_only = rx->o.count_only,
		.record = count_record,
		.ctx = rx,
	};
	struct virtio_net_hdr_v1 h = { 0 };
	struct rx_frame *f = &rx->f;
	struct frame_result res;
	const char *fault;

	rx->st.frames++;
	rx->st.merged += f->want > 1;
	if (f->want > rx->st.max_heads)
		rx->st.max_heads = f->want;
	rx->st.tainted += f->tainted;
	if (f->len < VNET_HDR_LEN) {
		complain(rx, &rx->st.bad_header, "shorter than its header");
		return;
	}
	memcpy(&h, f->data, VNET_HDR_LEN);
	if (rx->o.mrg && h.num_buffers != f->want && !f->tainted)
		complain(rx, &rx->st.bad_header,
			 "virtio-net header: num_buffers out of range");
	fault = header_fault(rx, &h, f->len - VNET_HDR_LEN);
	if (fault && !f->tainted)
		complain(rx, &rx->st.bad_header, fault);
	c.csum = h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ? CSUM_PARTIAL :
							 CSUM_FULL;
	frame_verify(&c, f->data + VNET_HDR_LEN, f->len - VNET_HDR_LEN, &res);
	count_flags(rx, &h, &res);
	count_verdict(rx, &res, f->len - VNET_HDR_LEN);
}

static void fail(struct json_object *errors, const char *what, uint64_t n)
{
	char text[160];

	if (!n)
		return;
	snprintf(text, sizeof(text), "%s: %llu", what, (unsigned long long)n);
	json_object_array_add(errors, json_object_new_string(text));
}

static void report_counts(const struct rx *rx, struct json_object *o)
{
	const struct rx_stats *st = &rx->st;

	jput_u64(o, "frames", st->frames);
	jput_u64(o, "received", rx->track.received);
	jput_u64(o, "bytes", st->bytes);
	jput_u64(o, "lost", track_lost(&rx->track));
	jput_u64(o, "duplicates", rx->track.duplicates);
	jput_u64(o, "reordered", rx->track.reordered);
	jput_u64(o, "corrupt", st->corrupt);
	jput_u64(o, "beyond", rx->track.beyond);
	jput_u64(o, "unknown", st->unknown);
	jput_u64(o, "other_stream", st->other_stream);
	jput_u64(o, "data_valid", st->data_valid);
	jput_u64(o, "needs_csum", st->needs_csum);
	jput_u64(o, "gso", st->gso);
	jput_u64(o, "bad_csum", st->bad_csum);
	jput_u64(o, "bad_csum_valid", st->bad_csum_valid);
	jput_u64(o, "bad_header", st->bad_header);
	jput_u64(o, "merged_heads", st->merged);
	jput_u64(o, "max_heads", st->max_heads);
	jput_u64(o, "heads", st->heads);
	jput_u64(o, "empty", st->empty);
	jput_u64(o, "heads_outstanding", rx->vq->ring.outstanding);
	jput_u64(o, "frames_across_pages", st->frames_across);
	jput_u64(o, "buffers_across_pages", st->buffers_across);
	jput_u64(o, "tail_touched", st->tail_touched);
	jput_u64(o, "outside_touched", rx->outside);
	jput_u64(o, "posted_touched", rx->posted_touched);
	jput_u64(o, "tainted", st->tainted);
	jput_u64(o, "tainted_bad", st->tainted_bad);
	jput_u64(o, "ring_errors", rx->vq->ring.errors + st->bad_length);
	jput_u64(o, "calls", rx->vq->calls);
	jput_u64(o, "kicks", rx->vq->kicks);
	jput_u64(o, "vring_errs", rx->vq->errs);
	jput_u64(o, "active_us", (st->last_ns - st->first_ns) / 1000);
}

void rx_report(const struct rx *rx, struct json_object *o,
	       struct json_object *errors)
{
	const struct rx_stats *st = &rx->st;

	report_counts(rx, o);
	fail(errors, "corrupt frames", st->corrupt);
	fail(errors, "frames beyond the expected ones", rx->track.beyond);
	fail(errors, "duplicate frames", rx->track.duplicates);
	fail(errors, "wrong virtio-net headers", st->bad_header);
	fail(errors, "wrong checksums reported as right", st->bad_csum_valid);
	fail(errors, "impossible used entries",
	     rx->vq->ring.errors + st->bad_length);
	fail(errors, "bytes outside posted buffers written", rx->outside);
	if (!rx->o.allow_empty)
		fail(errors, "heads that came back empty", st->empty);
	if (!rx->o.allow_loss)
		fail(errors, "lost frames", track_lost(&rx->track));
	if (!rx->o.allow_reorder)
		fail(errors, "reordered frames", rx->track.reordered);
	if (!rx->o.allow_tail)
		fail(errors, "frames with bytes written after their end",
		     st->tail_touched);
}
