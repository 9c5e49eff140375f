// SPDX-License-Identifier: GPL-2.0
/* Checking received test frames, every byte of them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "csum.h"
#include "frame.h"
#include "frame_hdr.h"

struct parse {
	const uint8_t *buf;
	size_t len;
	uint32_t l3, l4;	/* l4 is 0 for raw frames */
	uint32_t payload;
	uint8_t proto;
};

static void __attribute__((format(printf, 2, 3)))
corrupt(struct frame_result *res, const char *fmt, ...)
{
	va_list ap;

	if (res->verdict == FRAME_CORRUPT)
		return;
	res->verdict = FRAME_CORRUPT;
	va_start(ap, fmt);
	vsnprintf(res->why, sizeof(res->why), fmt, ap);
	va_end(ap);
}

/* UDP or TCP to our port in a complete IPv4 header: one of ours. */
static bool parse_ip4(struct parse *p)
{
	const uint8_t *ip = p->buf + p->l3;
	uint32_t min;

	if (p->len < p->l3 + IP4_LEN + UDP_LEN || ip[0] != 0x45)
		return false;
	p->proto = ip[9];
	if (p->proto != IPPROTO_UDP_ && p->proto != IPPROTO_TCP_)
		return false;
	min = p->proto == IPPROTO_UDP_ ? UDP_LEN : TCP_LEN;
	p->l4 = p->l3 + IP4_LEN;
	p->payload = p->l4 + min;
	return p->len >= p->payload && get16(p->buf + p->l4 + 2) == FRAME_PORT;
}

static bool parse_frame(struct parse *p)
{
	uint16_t type;

	if (p->len < ETH_LEN)
		return false;
	p->l3 = ETH_LEN;
	type = get16(p->buf + 12);
	if (type == ETHERTYPE_VLAN && p->len >= ETH_LEN + VLAN_LEN) {
		p->l3 += VLAN_LEN;
		type = get16(p->buf + 16);
	}
	if (type == FRAME_ETHERTYPE) {
		p->payload = p->l3;
		return true;
	}
	return type == ETHERTYPE_IP4 && parse_ip4(p);
}

static void check_ip4(const struct parse *p, struct frame_result *res)
{
	const uint8_t *ip = p->buf + p->l3;

	if (get16(ip + 2) != p->len - p->l3)
		corrupt(res, "IPv4 length is %u, the frame has %zu",
			get16(ip + 2), p->len - p->l3);
	if (csum_fold(csum_add(0, ip, IP4_LEN)) != 0xffff)
		corrupt(res, "IPv4 header checksum is wrong");
	if (p->proto == IPPROTO_UDP_ &&
	    get16(p->buf + p->l4 + 4) != p->len - p->l4)
		corrupt(res, "UDP length is %u, the frame has %zu",
			get16(p->buf + p->l4 + 4), p->len - p->l4);
}

static bool csum_right(const struct parse *p, enum frame_csum how,
		       uint32_t csum_off)
{
	const uint8_t *ip = p->buf + p->l3;
	uint32_t len = p->len - p->l4;
	uint32_t sum = csum_pseudo4(get32(ip + 12), get32(ip + 16), p->proto,
				    len);

	if (how == CSUM_PARTIAL)
		return get16(p->buf + p->l4 + csum_off) == csum_fold(sum);
	return csum_fold(csum_add(sum, p->buf + p->l4, len)) == 0xffff;
}

static void check_csum(const struct frame_check *c, const struct parse *p,
		       uint8_t flags, struct frame_result *res)
{
	bool right;

	res->l4 = true;
	res->l4_off = p->l4;
	res->csum_off = p->proto == IPPROTO_UDP_ ? UDP_CSUM_OFF : TCP_CSUM_OFF;
	if (c->headers_only)
		return;
	right = csum_right(p, c->csum, res->csum_off);
	if (flags & RECORD_BAD_CSUM) {
		res->bad_csum = true;
		if (right)
			corrupt(res, "a wrong checksum has been made right");
	} else if (!right) {
		corrupt(res, "layer 4 checksum 0x%04x is wrong",
			get16(p->buf + p->l4 + res->csum_off));
	}
}

/* Check the record at @off; returns its length, 0 when it makes no sense. */
static uint32_t check_record(const struct frame_check *c,
			     const struct parse *p, uint32_t off,
			     struct record *r, struct frame_result *res)
{
	const uint8_t *h = p->buf + off;
	long bad = -1;

	if (p->len - off < RECORD_HDR || get16(h) != RECORD_MAGIC) {
		corrupt(res, "no record at offset %u of %zu", off, p->len);
		return 0;
	}
	r->stream = h[2];
	r->flags = h[3];
	r->len = get16(h + 4);
	r->addr_hash = get32(h + 6);
	r->seq = get64(h + 10);
	if (r->len < RECORD_HDR || r->len > p->len - off) {
		corrupt(res, "record of %u bytes at offset %u of %zu", r->len,
			off, p->len);
		return 0;
	}
	if (r->addr_hash != frame_addr_hash(p->buf, p->l3, p->l4))
		corrupt(res, "addresses or VLAN tag are not those sent");
	if (!c->headers_only)
		bad = body_check(h + RECORD_HDR, r->len - RECORD_HDR,
				 record_key(r, c->seed));
	if (bad >= 0)
		corrupt(res, "frame %llu: byte %ld of %zu is wrong (0x%02x)",
			(unsigned long long)r->seq, off + RECORD_HDR + bad,
			p->len, h[RECORD_HDR + bad]);
	return r->len;
}

static void check_records(const struct frame_check *c, const struct parse *p,
			  struct frame_result *res)
{
	uint32_t off = p->payload, len;
	struct record r = { 0 };

	do {
		len = check_record(c, p, off, &r, res);
		if (!len)
			return;
		if (!res->records && r.stream != c->stream) {
			res->verdict = FRAME_OTHER;
			return;
		}
		if (!res->records && p->l4)
			check_csum(c, p, r.flags, res);
		res->records++;
		if (res->verdict == FRAME_GOOD && c->record)
			c->record(c->ctx, r.seq, len);
		off += len;
	} while (off < p->len && p->l4);
	if (off != p->len)
		corrupt(res, "frame %llu: %zu bytes too many",
			(unsigned long long)r.seq, p->len - off);
}

void frame_verify(const struct frame_check *c, const uint8_t *buf, size_t len,
		  struct frame_result *res)
{
	struct parse p = { .buf = buf, .len = len };

	memset(res, 0, sizeof(*res));
	if (!parse_frame(&p)) {
		res->verdict = FRAME_UNKNOWN;
		return;
	}
	res->verdict = FRAME_GOOD;
	if (p.l4)
		check_ip4(&p, res);
	check_records(c, &p, res);
}
