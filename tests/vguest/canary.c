// SPDX-License-Identifier: GPL-2.0
/* The pattern that shows a write where none belongs. */
#include <string.h>

#include "mem.h"

static uint64_t canary_word(uint64_t gpa)
{
	uint64_t x = (gpa >> 3) * 0xd6e8feb86659fd93ull;

	return x ^ x >> 32;
}

static void fill(uint8_t *p, uint64_t gpa, uint64_t len)
{
	uint64_t w = canary_word(gpa), head = gpa & 7, n;

	if (head) {
		n = 8 - head < len ? 8 - head : len;
		memcpy(p, (uint8_t *)&w + head, n);
		p += n;
		gpa += n;
		len -= n;
	}
	for (; len >= 8; p += 8, gpa += 8, len -= 8) {
		w = canary_word(gpa);
		memcpy(p, &w, 8);
	}
	w = canary_word(gpa);
	memcpy(p, &w, len);
}

static uint64_t check_bytes(const uint8_t *p, uint64_t gpa, uint64_t len,
			    uint64_t *first, uint64_t bad)
{
	uint64_t w = canary_word(gpa), i;

	for (i = 0; i < len; i++) {
		if (p[i] == ((uint8_t *)&w)[(gpa & 7) + i])
			continue;
		if (!bad++ && first)
			*first = gpa + i;
	}
	return bad;
}

static uint64_t check(const uint8_t *p, uint64_t gpa, uint64_t len,
		      uint64_t *first, uint64_t bad)
{
	uint64_t have, n;

	n = -gpa & 7;
	n = n < len ? n : len;
	if (n) {
		bad = check_bytes(p, gpa, n, first, bad);
		p += n;
		gpa += n;
		len -= n;
	}
	for (; len >= 8; p += 8, gpa += 8, len -= 8) {
		memcpy(&have, p, 8);
		if (have != canary_word(gpa))
			bad = check_bytes(p, gpa, 8, first, bad);
	}
	return check_bytes(p, gpa, len, first, bad);
}

void canary_fill(const struct mem *m, uint64_t gpa, uint64_t len)
{
	uint64_t n;
	uint8_t *p;

	for (; len; gpa += n, len -= n) {
		p = mem_chunk(m, gpa, &n);
		if (!p)
			return;
		n = n < len ? n : len;
		fill(p, gpa, n);
	}
}

uint64_t canary_check(const struct mem *m, uint64_t gpa, uint64_t len,
		      uint64_t *first)
{
	uint64_t bad = 0, n;
	uint8_t *p;

	for (; len; gpa += n, len -= n) {
		p = mem_chunk(m, gpa, &n);
		if (!p)
			break;
		n = n < len ? n : len;
		bad = check(p, gpa, n, first, bad);
	}
	return bad;
}

void canary_fill_from(const struct mem *m, uint64_t gpa)
{
	unsigned int i;

	for (i = 0; i < m->n; i++) {
		const struct mem_region *r = &m->r[i];
		uint64_t from = gpa > r->gpa ? gpa : r->gpa;

		if (from < r->gpa + r->size)
			fill(r->uva + (from - r->gpa), from,
			     r->gpa + r->size - from);
	}
}

uint64_t canary_check_from(const struct mem *m, uint64_t gpa, uint64_t *first)
{
	uint64_t bad = 0;
	unsigned int i;

	for (i = 0; i < m->n; i++) {
		const struct mem_region *r = &m->r[i];
		uint64_t from = gpa > r->gpa ? gpa : r->gpa;

		if (from < r->gpa + r->size)
			bad = check(r->uva + (from - r->gpa), from,
				    r->gpa + r->size - from, first, bad);
	}
	return bad;
}
