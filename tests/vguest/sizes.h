/* SPDX-License-Identifier: GPL-2.0 */
/* Which frame has which size: a range in a fixed mixed order, or a list. */
#ifndef VG_SIZES_H
#define VG_SIZES_H

#include <stdint.h>

#define SIZES_MAX 65536		/* frames are at most this long */
#define SIZES_LIST_MAX 64

struct sizes {
	uint32_t from, count, step;	/* range: step is coprime to count */
	uint32_t nlist;			/* list, when not 0 */
	uint32_t list[SIZES_LIST_MAX];
};

/* "60..1514", "60,128,1514" or "64"; exits 2 on nonsense. */
void sizes_parse(struct sizes *s, const char *arg);
void sizes_range(struct sizes *s, uint32_t from, uint32_t to);
uint32_t sizes_at(const struct sizes *s, uint64_t seq);
uint32_t sizes_min(const struct sizes *s);
uint32_t sizes_max(const struct sizes *s);

#endif
