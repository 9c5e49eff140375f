/* SPDX-License-Identifier: GPL-2.0 */
/* Which sequence numbers of a stream have been seen, and in which order. */
#ifndef VG_TRACK_H
#define VG_TRACK_H

#include <stdbool.h>
#include <stdint.h>

struct track {
	uint64_t received;	/* different sequence numbers */
	uint64_t duplicates;
	uint64_t reordered;	/* first seen after a higher one */
	uint64_t beyond;	/* higher than the sender sends */
	uint64_t next;		/* highest seen + 1 */
	uint64_t expected;	/* how many the sender sends, 0: unknown */
	uint64_t *bits;
	uint64_t nwords;
};

void track_init(struct track *t, uint64_t expected);
void track_free(struct track *t);
void track_seen(struct track *t, uint64_t seq);
/* Of @expected, or of everything up to the highest seen. */
uint64_t track_lost(const struct track *t);

#endif
