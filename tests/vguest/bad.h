/* SPDX-License-Identifier: GPL-2.0 */
/* Malformed rings: what each case does to the ring. */
#ifndef VG_BAD_H
#define VG_BAD_H

#include "vguest.h"

/* The head which gets spoiled, just put on the ring and not yet published. */
struct bad_target {
	struct guest *g;
	struct ring *r;
	struct vring_desc *desc;	/* its first descriptor */
	uint16_t head;
	uint64_t gpa;			/* its buffer, alone on its page */
	void *undo;			/* page to restore afterwards */
};

struct bad_case {
	const char *name;
	int queue;			/* VQ_RX, VQ_TX */
	/* Either spoil one head ... */
	void (*spoil)(struct bad_target *t);
	/* ... or do one call with bad arguments: 0 or -1 with errno. */
	int (*call)(struct guest *g);
	const char *what;
};

extern const struct bad_case bad_cases[];
extern const unsigned int bad_ncases;

#endif
