/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test frames: built by the sender, checked byte for byte by the receiver.
 *
 *   +-----------------+----------------+------------------------------------+
 *   | Ethernet [VLAN] | [IPv4 UDP|TCP] | record: header (18) + body         |
 *   +-----------------+----------------+------------------------------------+
 *
 * Every frame carries one record. Its header holds a magic, stream, flags, the
 * record's length, a hash of the addresses in front of it and a 64-bit sequence
 * number; its body is a function of all these and of the position, so that a
 * byte that is wrong, missing or in the wrong place shows. A frame that was
 * merged (GRO) or not yet segmented (GSO) carries several records in a row.
 */
#ifndef VG_FRAME_H
#define VG_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sizes.h"

#define FRAME_ETHERTYPE 0x88b5		/* IEEE 802: local experiments */
#define FRAME_PORT 34997		/* destination port of udp4 and tcp4 */
#define FRAME_SPORT 20000		/* source port of flow 0 */
#define FRAME_FLOWS_MAX 4096
#define FRAME_MAX 65535		/* largest frame, merged ones included */
#define RECORD_HDR 18

enum frame_proto { PROTO_RAW, PROTO_UDP4, PROTO_TCP4 };

enum frame_csum {
	CSUM_FULL,	/* complete in the frame */
	CSUM_PARTIAL,	/* only the pseudo header's: the device completes it */
};

struct frame_spec {
	uint8_t dst[6], src[6];
	int vlan;			/* TCI, -1: no tag */
	enum frame_proto proto;
	uint8_t stream;
	uint64_t seed;
	uint32_t flows;
	struct sizes sizes;
	uint64_t bad_csum_every;	/* every Nth is wrong, 0: none */
	uint32_t saddr, daddr;
};

struct frame_flow {
	uint32_t tcp_seq;
	uint16_t ip_id;
};

struct frame_gen {
	struct frame_spec spec;
	uint64_t next;			/* sequence number of the next record */
	struct frame_flow *flow;
};

/* Where layer 4 starts and what a virtio-net header has to say about it. */
struct frame_layout {
	uint32_t len;
	uint32_t l4_off;		/* 0 when the frame has no layer 4 */
	uint32_t csum_off;		/* from l4_off */
	uint32_t hdr_len;		/* all headers before the payload */
	uint32_t mss;			/* payload of one segment */
};

void frame_spec_default(struct frame_spec *s);
/* Smallest frame which has room for the headers and a record. */
uint32_t frame_min(const struct frame_spec *s);
/* Exits 2 when the wanted sizes cannot be built. */
void frame_spec_check(const struct frame_spec *s, uint32_t max);

void frame_gen_init(struct frame_gen *g, const struct frame_spec *s);
void frame_gen_free(struct frame_gen *g);
/* Build the next frame in @buf, which has room for sizes_max(). */
void frame_build(struct frame_gen *g, uint8_t *buf, enum frame_csum csum,
		 struct frame_layout *lay);
/* Build one TCP frame of @segs records to be segmented by the device. */
void frame_build_gso(struct frame_gen *g, uint8_t *buf, unsigned int segs,
		     struct frame_layout *lay);

enum frame_verdict {
	FRAME_GOOD,
	FRAME_CORRUPT,
	FRAME_OTHER,	/* a test frame of another stream */
	FRAME_UNKNOWN,	/* not a test frame at all */
};

struct frame_result {
	enum frame_verdict verdict;
	uint32_t records;
	bool l4;			/* has a UDP or TCP checksum */
	bool bad_csum;			/* wrong on purpose, and found wrong */
	uint32_t l4_off, csum_off;
	char why[120];			/* for FRAME_CORRUPT */
};

typedef void (*frame_record_fn)(void *ctx, uint64_t seq, uint32_t len);

struct frame_check {
	uint64_t seed;
	uint8_t stream;
	bool headers_only;		/* trust the bodies: for benchmarks */
	enum frame_csum csum;		/* what its field should hold */
	frame_record_fn record;		/* called per good record, in order */
	void *ctx;
};

void frame_verify(const struct frame_check *c, const uint8_t *buf, size_t len,
		  struct frame_result *res);

/* The body's bytes; body_check returns the first wrong offset or -1. */
void body_fill(uint8_t *p, size_t len, uint64_t key);
long body_check(const uint8_t *p, size_t len, uint64_t key);

#endif
