/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Feedback from a receiver to a sender on the same machine, through a counter
 * in a shared file: the sender keeps at most so many frames in flight. It makes
 * "no frame lost, none reordered" independent of how fast the machine is.
 */
#ifndef VG_WINDOW_H
#define VG_WINDOW_H

#include <stdint.h>

/* Receiver: create @path and return the counter, at 0. */
uint64_t *progress_create(const char *path);
static inline void progress_set(uint64_t *counter, uint64_t value)
{
	if (counter)
		__atomic_store_n(counter, value, __ATOMIC_RELEASE);
}

struct window {
	const uint64_t *counter;	/* NULL: no bound */
	uint32_t size;
	uint64_t stall_ns;		/* no progress: the rest is lost */
	uint64_t last, last_ns;		/* value, when it changed */
	uint64_t given_up;		/* frames taken for lost */
	uint64_t stalls;
};

/*
 * A receiver on a busy machine may not be run for seconds: what is in flight is
 * not lost then, and a sender that went on would overrun its ring.
 */
#define WINDOW_STALL 15.0	/* seconds */

/*
 * Sender: wait for @path to exist; exits 2 when it does not appear. After @stall
 * seconds without progress what is in flight counts as lost.
 */
void window_open(struct window *w, const char *path, uint32_t size, double stall);
/* How many of @want may go, with @sent gone already. */
uint32_t window_allow(struct window *w, uint64_t sent, uint32_t want);

#endif
