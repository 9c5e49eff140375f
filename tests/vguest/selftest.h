/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VG_SELFTEST_H
#define VG_SELFTEST_H

#include <stdio.h>
#include <stdlib.h>

/* Says what failed and ends the test: one failure is enough. */
#define EXPECT(cond) do {						\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__,	\
			__LINE__, __func__, #cond);			\
		exit(1);						\
	}								\
} while (0)

struct selftest {
	const char *name;
	void (*fn)(void);
};

extern const struct selftest frame_tests[], ring_tests[], rx_tests[];

#endif
