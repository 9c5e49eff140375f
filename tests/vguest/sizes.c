// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sizes.h"
#include "util.h"

static uint32_t gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t t = a % b;

		a = b;
		b = t;
	}
	return a;
}

/* A step near the golden ratio spreads neighbours; coprime meets every size. */
void sizes_range(struct sizes *s, uint32_t from, uint32_t to)
{
	memset(s, 0, sizeof(*s));
	s->from = from;
	s->count = to - from + 1;
	s->step = s->count * 618ull / 1000 + 1;
	while (gcd(s->step, s->count) != 1)
		s->step++;
}

static void parse_list(struct sizes *s, char *arg)
{
	char *save = NULL, *tok;

	memset(s, 0, sizeof(*s));
	for (tok = strtok_r(arg, ",", &save); tok;
	     tok = strtok_r(NULL, ",", &save)) {
		if (s->nlist == SIZES_LIST_MAX)
			die("--sizes: more than %d sizes", SIZES_LIST_MAX);
		s->list[s->nlist++] = parse_num("--sizes", tok, 1, SIZES_MAX);
	}
	if (!s->nlist)
		die("--sizes: empty");
}

void sizes_parse(struct sizes *s, const char *arg)
{
	char *copy = strdup(arg), *dots;
	uint32_t from, to;

	if (!copy)
		die("out of memory");
	dots = strstr(copy, "..");
	if (dots) {
		*dots = '\0';
		from = parse_num("--sizes", copy, 1, SIZES_MAX);
		to = parse_num("--sizes", dots + 2, from, SIZES_MAX);
		sizes_range(s, from, to);
	} else {
		parse_list(s, copy);
	}
	free(copy);
}

uint32_t sizes_at(const struct sizes *s, uint64_t seq)
{
	if (s->nlist)
		return s->list[seq % s->nlist];
	return s->from + (seq % s->count) * s->step % s->count;
}

uint32_t sizes_min(const struct sizes *s)
{
	uint32_t i, v = s->from;

	for (i = 0; i < s->nlist; i++)
		if (!i || s->list[i] < v)
			v = s->list[i];
	return v;
}

uint32_t sizes_max(const struct sizes *s)
{
	uint32_t i, v = s->nlist ? 0 : s->from + s->count - 1;

	for (i = 0; i < s->nlist; i++)
		if (s->list[i] > v)
			v = s->list[i];
	return v;
}
