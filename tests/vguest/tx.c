// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <linux/virtio_net.h>

#include "backend.h"
#include "tx.h"

#define TX_SLOTS_MAX 256
#define TX_MEM_MAX (8u << 20)

static void place_slots(struct tx *tx, uint64_t *start)
{
	uint32_t i;

	tx->slot = xcalloc(tx->nslots, sizeof(*tx->slot));
	tx->free = xcalloc(tx->nslots, sizeof(*tx->free));
	for (i = 0; i < tx->nslots; i++) {
		tx->slot[i] = mem_find(tx->mem, *start, tx->slot_size);
		if (!tx->slot[i])
			die("--mem: too small for the send buffers");
		*start = tx->slot[i] + tx->slot_size;
		tx->free[i] = i;
	}
	tx->nfree = tx->nslots;
}

uint64_t tx_init(struct tx *tx, const struct tx_opts *o, struct vhost_vq *vq,
		 const struct mem *m, struct dirty *d, uint64_t start)
{
	uint32_t len = o->gso ? FRAME_MAX : sizes_max(&o->spec.sizes);

	memset(tx, 0, sizeof(*tx));
	tx->o = *o;
	tx->vq = vq;
	tx->mem = m;
	tx->dirty = d;
	tx->slot_size = (len + VNET_HDR_LEN + 63) & ~63u;
	tx->nslots = TX_MEM_MAX / tx->slot_size;
	if (tx->nslots > TX_SLOTS_MAX)
		tx->nslots = TX_SLOTS_MAX;
	if (tx->nslots > vq->ring.o.num)
		tx->nslots = vq->ring.o.num;
	place_slots(tx, &start);
	frame_gen_init(&tx->gen, &o->spec);
	pace_init(&tx->pace, o->rate);
	if (o->window)
		window_open(&tx->window, o->progress, o->window,
			    WINDOW_STALL);
	return (start + 4095) & ~4095ull;
}

void tx_free(struct tx *tx)
{
	free(tx->slot);
	free(tx->free);
	frame_gen_free(&tx->gen);
}

static void fill_header(const struct tx *tx, struct virtio_net_hdr_v1 *h,
			const struct frame_layout *lay, bool gso)
{
	memset(h, 0, sizeof(*h));
	h->num_buffers = 0;
	if (!lay->l4_off || (!tx->o.csum && !gso))
		return;
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = lay->l4_off;
	h->csum_offset = lay->csum_off;
	if (!gso)
		return;
	h->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	h->gso_size = lay->mss;
	h->hdr_len = lay->hdr_len;
}

/* Segments of the next frame: what fits, what is asked for, what is left. */
static uint32_t gso_segs(const struct tx *tx)
{
	uint32_t hdrs = frame_min(&tx->o.spec) - RECORD_HDR;
	uint32_t mss = sizes_max(&tx->o.spec.sizes) - hdrs;
	uint32_t n = tx->o.gso, fit = (FRAME_MAX - hdrs) / mss;
	uint64_t left = tx->o.count - tx->records;

	n = n < fit ? n : fit;
	return tx->o.count && left < n ? left : n;
}

static uint32_t make_frame(struct tx *tx, uint32_t *records)
{
	struct virtio_net_hdr_v1 h;
	struct frame_layout lay;
	bool gso = false;

	*records = 1;
	if (tx->o.gso) {
		*records = gso_segs(tx);
		gso = *records > 1;
		frame_build_gso(&tx->gen, tx->buf + VNET_HDR_LEN, *records,
				&lay);
		fill_header(tx, &h, &lay, gso);
		/* One segment is an ordinary frame, its checksum still due. */
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = lay.l4_off;
		h.csum_offset = lay.csum_off;
	} else {
		frame_build(&tx->gen, tx->buf + VNET_HDR_LEN,
			    tx->o.csum ? CSUM_PARTIAL : CSUM_FULL, &lay);
		fill_header(tx, &h, &lay, false);
	}
	memcpy(tx->buf, &h, VNET_HDR_LEN);
	return lay.len;
}

/* One descriptor for all, or one for the header and the rest for the frame. */
static unsigned int make_segs(const struct tx *tx, uint64_t gpa, uint32_t len,
			      struct ring_seg *seg)
{
	uint32_t pieces = tx->o.chain - 1, i, off = VNET_HDR_LEN, n;

	if (!pieces) {
		seg[0] = (struct ring_seg){ gpa, VNET_HDR_LEN + len, false };
		return 1;
	}
	seg[0] = (struct ring_seg){ gpa, VNET_HDR_LEN, false };
	for (i = 0; i < pieces; i++) {
		n = i + 1 < pieces ? len / pieces : VNET_HDR_LEN + len - off;
		seg[i + 1] = (struct ring_seg){ gpa + off, n, false };
		off += n;
	}
	return tx->o.chain;
}

bool tx_done_queueing(const struct tx *tx)
{
	return tx->o.count && tx->records >= tx->o.count;
}

static bool queue_one(struct tx *tx)
{
	struct ring_seg seg[RING_SEGS_MAX];
	uint32_t slot, len, records;
	unsigned int n;

	if (tx_done_queueing(tx) || !tx->nfree ||
	    !ring_room(&tx->vq->ring, tx->o.chain) ||
	    !pace_allow(&tx->pace, 1) ||
	    !window_allow(&tx->window, tx->records, 1))
		return false;
	slot = tx->free[--tx->nfree];
	len = make_frame(tx, &records);
	mem_write(tx->mem, tx->slot[slot], tx->buf, VNET_HDR_LEN + len);
	n = make_segs(tx, tx->slot[slot], len, seg);
	if (!ring_add(&tx->vq->ring, seg, n, slot))
		die("transmit ring: no room where there was some");
	pace_done(&tx->pace, records);
	tx->records += records;
	tx->frames++;
	tx->bytes += len;
	return true;
}

unsigned int tx_fill(struct tx *tx, unsigned int budget)
{
	unsigned int n = 0;

	while (n < budget && queue_one(tx))
		n++;
	if (n && ring_publish(&tx->vq->ring))
		vhost_kick(tx->vq);
	return n;
}

unsigned int tx_reap(struct tx *tx)
{
	const struct ring *r = &tx->vq->ring;
	struct ring_used u;
	unsigned int n = 0;

	while (ring_get(&tx->vq->ring, &u)) {
		if (tx->dirty)
			dirty_expect(tx->dirty, VQ_TX, r->used_total - 1,
				     r->used_gpa, 4);
		if (u.len)
			tx->bad_length++;
		tx->free[tx->nfree++] = u.token;
		tx->completed++;
		n++;
	}
	return n;
}

static void fail(struct json_object *errors, const char *what)
{
	json_object_array_add(errors, json_object_new_string(what));
}

void tx_report(const struct tx *tx, struct json_object *o,
	       struct json_object *errors)
{
	jput_u64(o, "sent", tx->records);
	jput_u64(o, "frames", tx->frames);
	jput_u64(o, "bytes", tx->bytes);
	jput_u64(o, "completed", tx->completed);
	jput_u64(o, "pending", tx->frames - tx->completed);
	jput_u64(o, "bad_length", tx->bad_length);
	jput_u64(o, "window_stalls", tx->window.stalls);
	jput_u64(o, "ring_errors", tx->vq->ring.errors);
	jput_u64(o, "calls", tx->vq->calls);
	jput_u64(o, "kicks", tx->vq->kicks);
	jput_u64(o, "vring_errs", tx->vq->errs);
	if (tx->frames != tx->completed)
		fail(errors, "frames sent but never completed");
	if (tx->o.count && tx->records != tx->o.count)
		fail(errors, "not all frames could be sent");
	if (tx->vq->ring.errors)
		fail(errors, "impossible used entries on transmit");
}
