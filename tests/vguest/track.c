// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "track.h"
#include "util.h"

#define TRACK_SEQ_MAX (1ull << 33)	/* a bitmap of 1 GiB: beyond any test */

void track_init(struct track *t, uint64_t expected)
{
	memset(t, 0, sizeof(*t));
	t->expected = expected;
}

void track_free(struct track *t)
{
	free(t->bits);
	memset(t, 0, sizeof(*t));
}

static void track_grow(struct track *t, uint64_t words)
{
	uint64_t n = t->nwords ? t->nwords : 1024;
	uint64_t *p;

	while (n < words)
		n *= 2;
	p = realloc(t->bits, n * sizeof(*p));
	if (!p)
		die("out of memory for %llu sequence numbers",
		    (unsigned long long)n * 64);
	memset(p + t->nwords, 0, (n - t->nwords) * sizeof(*p));
	t->bits = p;
	t->nwords = n;
}

void track_seen(struct track *t, uint64_t seq)
{
	uint64_t word = seq / 64, bit = 1ull << (seq % 64);

	if (seq >= TRACK_SEQ_MAX || (t->expected && seq >= t->expected)) {
		t->beyond++;
		return;
	}
	if (word >= t->nwords)
		track_grow(t, word + 1);
	if (t->bits[word] & bit) {
		t->duplicates++;
		return;
	}
	t->bits[word] |= bit;
	t->received++;
	if (seq < t->next)
		t->reordered++;
	else
		t->next = seq + 1;
}

uint64_t track_lost(const struct track *t)
{
	return (t->expected ? t->expected : t->next) - t->received;
}
