// SPDX-License-Identifier: GPL-2.0
/*
 * Self tests without /dev/vhost-net: generator, checker, rings and receive
 * path against a device in this process. Each check is broken once and must
 * be seen to fail. KTAP on stdout.
 */
#include "selftest.h"
#include "util.h"

static unsigned int run(const struct selftest *t, unsigned int n)
{
	for (; t->name; t++) {
		t->fn();
		printf("ok %u %s\n", ++n, t->name);
		fflush(stdout);
	}
	return n;
}

int main(void)
{
	unsigned int n = 0;

	util_set_name("selftest");
	puts("KTAP version 1");
	n = run(frame_tests, n);
	n = run(ring_tests, n);
	n = run(rx_tests, n);
	printf("1..%u\n", n);
	return 0;
}
