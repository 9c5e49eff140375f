// SPDX-License-Identifier: GPL-2.0
/* Building test frames. */
#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "frame.h"
#include "frame_hdr.h"
#include "util.h"

static uint64_t mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x7fb5d329728ea185ull;
	x ^= x >> 27;
	x *= 0x81dadef4bc2dd44dull;
	return x ^ x >> 33;
}

uint64_t record_key(const struct record *r, uint64_t seed)
{
	uint64_t tag = (uint64_t)r->stream << 56 | (uint64_t)r->flags << 48 |
		       (uint64_t)r->len << 32 | r->addr_hash;

	return mix(mix(seed + 0x9e3779b97f4a7c15ull) ^ mix(r->seq + 1) ^ tag);
}

static uint64_t body_word(uint64_t key, uint64_t i)
{
	uint64_t x = key + i * 0x9e3779b97f4a7c15ull;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	return x ^ x >> 32;
}

void body_fill(uint8_t *p, size_t len, uint64_t key)
{
	uint64_t i = 0, w;

	for (; len >= 8; p += 8, len -= 8) {
		w = body_word(key, i++);
		memcpy(p, &w, 8);
	}
	w = body_word(key, i);
	memcpy(p, &w, len);
}

static long first_difference(const uint8_t *p, size_t len, uint64_t w)
{
	uint8_t want[8];
	size_t i;

	memcpy(want, &w, 8);
	for (i = 0; i < len; i++)
		if (p[i] != want[i])
			return i;
	return -1;
}

long body_check(const uint8_t *p, size_t len, uint64_t key)
{
	uint64_t i = 0, w, have;
	size_t left = len;
	long d;

	for (; left >= 8; p += 8, left -= 8) {
		w = body_word(key, i++);
		memcpy(&have, p, 8);
		if (have != w)
			return len - left + first_difference(p, 8, w);
	}
	d = first_difference(p, left, body_word(key, i));
	return d < 0 ? -1 : (long)(len - left) + d;
}

uint32_t frame_addr_hash(const uint8_t *buf, uint32_t l3, uint32_t l4)
{
	uint64_t h = 1;
	uint32_t i;

	for (i = 0; i + 2 <= l3; i += 2)
		h = mix(h ^ get16(buf + i));
	if (l4) {
		h = mix(h ^ get64(buf + l3 + 12));
		h = mix(h ^ get32(buf + l4));
	}
	return h;
}

static uint32_t l3_offset(const struct frame_spec *s)
{
	return ETH_LEN + (s->vlan >= 0 ? VLAN_LEN : 0);
}

static uint32_t headers_len(const struct frame_spec *s)
{
	switch (s->proto) {
	case PROTO_UDP4:
		return l3_offset(s) + IP4_LEN + UDP_LEN;
	case PROTO_TCP4:
		return l3_offset(s) + IP4_LEN + TCP_LEN;
	default:
		return l3_offset(s);
	}
}

void frame_spec_default(struct frame_spec *s)
{
	memset(s, 0, sizeof(*s));
	s->vlan = -1;
	s->stream = 1;
	s->seed = 1;
	s->flows = 1;
	s->saddr = 0x0a4d0001;	/* 10.77.0.1 */
	s->daddr = 0x0a4d0002;
	sizes_range(&s->sizes, 60, 1514);
}

uint32_t frame_min(const struct frame_spec *s)
{
	uint32_t v = headers_len(s) + RECORD_HDR;

	return v < 60 ? 60 : v;
}

void frame_spec_check(const struct frame_spec *s, uint32_t max)
{
	if (sizes_min(&s->sizes) < frame_min(s))
		die("--sizes: these frames need at least %u bytes",
		    frame_min(s));
	if (sizes_max(&s->sizes) > max)
		die("--sizes: at most %u bytes fit here", max);
}

void frame_gen_init(struct frame_gen *g, const struct frame_spec *s)
{
	memset(g, 0, sizeof(*g));
	g->spec = *s;
	g->flow = xcalloc(s->flows, sizeof(*g->flow));
}

void frame_gen_free(struct frame_gen *g)
{
	free(g->flow);
	g->flow = NULL;
}

static void build_eth(const struct frame_spec *s, uint8_t *buf)
{
	uint8_t *type = buf + 12;

	memcpy(buf, s->dst, 6);
	memcpy(buf + 6, s->src, 6);
	if (s->vlan >= 0) {
		put16(type, ETHERTYPE_VLAN);
		put16(type + 2, s->vlan);
		type += VLAN_LEN;
	}
	put16(type, s->proto == PROTO_RAW ? FRAME_ETHERTYPE : ETHERTYPE_IP4);
}

static void build_ip4(const struct frame_spec *s, struct frame_flow *f,
		      uint8_t *ip, uint32_t len)
{
	ip[0] = 0x45;
	ip[1] = 0;
	put16(ip + 2, len);
	put16(ip + 4, f->ip_id++);
	put16(ip + 6, 0x4000);		/* do not fragment */
	ip[8] = 64;
	ip[9] = s->proto == PROTO_UDP4 ? IPPROTO_UDP_ : IPPROTO_TCP_;
	put16(ip + 10, 0);
	put32(ip + 12, s->saddr);
	put32(ip + 16, s->daddr);
	put16(ip + 10, ~csum_fold(csum_add(0, ip, IP4_LEN)));
}

static void build_l4(const struct frame_spec *s, struct frame_flow *f,
		     uint32_t flow, uint8_t *l4, uint32_t len)
{
	put16(l4, FRAME_SPORT + flow);
	put16(l4 + 2, FRAME_PORT);
	if (s->proto == PROTO_UDP4) {
		put16(l4 + 4, len);
		put16(l4 + UDP_CSUM_OFF, 0);
		return;
	}
	put32(l4 + 4, f->tcp_seq);
	put32(l4 + 8, 1);
	put16(l4 + 12, 0x5010);		/* five words, ACK */
	put16(l4 + 14, 0xffff);
	put32(l4 + TCP_CSUM_OFF, 0);
	f->tcp_seq += len - TCP_LEN;
}

static void build_csum(const struct frame_spec *s, uint8_t *buf,
		       const struct frame_layout *lay, enum frame_csum how,
		       bool bad)
{
	uint32_t len = lay->len - lay->l4_off;
	uint8_t *l4 = buf + lay->l4_off, *field = l4 + lay->csum_off;
	uint8_t proto = s->proto == PROTO_UDP4 ? IPPROTO_UDP_ : IPPROTO_TCP_;
	uint32_t sum = csum_pseudo4(s->saddr, s->daddr, proto, len);
	uint16_t v;

	if (how == CSUM_PARTIAL) {
		put16(field, csum_fold(sum));
		return;
	}
	v = ~csum_fold(csum_add(sum, l4, len));
	if (!v && s->proto == PROTO_UDP4)
		v = 0xffff;
	/* Neither 0 (none) nor the other zero, and never right by chance. */
	if (bad)
		v = v == 0x1234 ? 0x4321 : 0x1234;
	put16(field, v);
}

static void build_record(struct frame_gen *g, uint8_t *p, uint32_t len,
			 uint8_t flags, uint32_t addr_hash)
{
	struct record r = {
		.stream = g->spec.stream,
		.flags = flags,
		.len = len,
		.addr_hash = addr_hash,
		.seq = g->next++,
	};

	put16(p, RECORD_MAGIC);
	p[2] = r.stream;
	p[3] = r.flags;
	put16(p + 4, r.len);
	put32(p + 6, r.addr_hash);
	put64(p + 10, r.seq);
	body_fill(p + RECORD_HDR, len - RECORD_HDR,
		  record_key(&r, g->spec.seed));
}

/* Headers of a frame of @len bytes; the checksum comes after the payload. */
static uint32_t build_headers(struct frame_gen *g, uint8_t *buf, uint32_t len,
			      struct frame_layout *lay)
{
	const struct frame_spec *s = &g->spec;
	uint32_t flow = g->next % s->flows;
	uint32_t l3 = l3_offset(s);

	memset(lay, 0, sizeof(*lay));
	lay->len = len;
	lay->hdr_len = headers_len(s);
	build_eth(s, buf);
	if (s->proto != PROTO_RAW) {
		lay->l4_off = l3 + IP4_LEN;
		lay->csum_off = s->proto == PROTO_UDP4 ? UDP_CSUM_OFF :
							 TCP_CSUM_OFF;
		build_ip4(s, &g->flow[flow], buf + l3, len - l3);
		build_l4(s, &g->flow[flow], flow, buf + lay->l4_off,
			 len - lay->l4_off);
	}
	return frame_addr_hash(buf, l3, lay->l4_off);
}

void frame_build(struct frame_gen *g, uint8_t *buf, enum frame_csum csum,
		 struct frame_layout *lay)
{
	const struct frame_spec *s = &g->spec;
	uint32_t len = sizes_at(&s->sizes, g->next), hash;
	bool bad = s->bad_csum_every && s->proto != PROTO_RAW &&
		   csum == CSUM_FULL &&
		   g->next % s->bad_csum_every == s->bad_csum_every - 1;

	hash = build_headers(g, buf, len, lay);
	lay->mss = len - lay->hdr_len;
	build_record(g, buf + lay->hdr_len, lay->mss,
		     bad ? RECORD_BAD_CSUM : 0, hash);
	if (lay->l4_off)
		build_csum(s, buf, lay, csum, bad);
}

void frame_build_gso(struct frame_gen *g, uint8_t *buf, unsigned int segs,
		     struct frame_layout *lay)
{
	uint32_t hdrs = headers_len(&g->spec);
	uint32_t mss = sizes_max(&g->spec.sizes) - hdrs;
	uint32_t hash = build_headers(g, buf, hdrs + segs * mss, lay);
	unsigned int i;

	lay->mss = mss;
	for (i = 0; i < segs; i++)
		build_record(g, buf + hdrs + i * mss, mss, 0, hash);
	build_csum(&g->spec, buf, lay, CSUM_PARTIAL, false);
}
