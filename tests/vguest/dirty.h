/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dirty log, checked as a migration would read it: intervals. At the end
 * of each, what vhost has marked is taken away. A page that a frame or a used
 * entry was seen in during interval k must be marked in k-1 (logged before we
 * looked), k, or k+1 (vhost may log just after it publishes).
 */
#ifndef VG_DIRTY_H
#define VG_DIRTY_H

#include <stdbool.h>
#include <stdint.h>

#include "vhost.h"

struct dirty {
	struct vhost *v;
	bool on;
	uint64_t first_page, npages, nwords;
	uint64_t *log;			/* what vhost writes, from page 0 */
	uint64_t *marked[3];		/* intervals k-1, k, k+1 */
	uint64_t *expect[2];		/* seen in intervals k, k+1 */
	uint64_t interval_ns, last_ns;
	uint64_t from[VQ_COUNT];	/* used heads before this are exempt */
	uint64_t checked, missing, intervals, marked_total;
	uint64_t first_missing;		/* guest-physical address */
};

void dirty_init(struct dirty *d, struct vhost *v, uint64_t interval_ns);
void dirty_free(struct dirty *d);
void dirty_on(struct dirty *d);
void dirty_off(struct dirty *d);
/* The device has written [gpa, gpa + len) for used head number @nth. */
void dirty_expect(struct dirty *d, unsigned int q, uint64_t nth, uint64_t gpa,
		  uint64_t len);
/* Ends the interval when it is time, or at once with @now. */
void dirty_tick(struct dirty *d, bool now);

#endif
