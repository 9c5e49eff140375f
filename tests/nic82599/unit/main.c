// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <stdlib.h>

static struct unit_test *unit_first, **unit_last = &unit_first;
static const char *unit_running;
static unsigned int unit_checks, unit_failures;

void unit_add(struct unit_test *t)
{
	*unit_last = t;
	unit_last = &t->next;
}

void unit_check(bool ok, const char *file, int line, const char *what)
{
	unit_checks++;
	if (ok)
		return;
	unit_failures++;
	printf("# %s: %s:%d: %s\n", unit_running, file, line, what);
}

void unit_equal(u64 got, u64 want, const char *file, int line,
		const char *what)
{
	unit_check(got == want, file, line, what);
	if (got != want)
		printf("#   got %#lx, want %#lx\n", got, want);
}

/* Arguments: only tests whose name has one of them in it. */
static bool unit_wanted(const struct unit_test *t, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strstr(t->name, argv[i]))
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	unsigned int n = 0, before;
	struct unit_test *t;

	for (t = unit_first; t; t = t->next) {
		if (!unit_wanted(t, argc, argv))
			continue;
		before = unit_failures;
		unit_running = t->name;
		t->run();
		printf("%sok %u - %s\n",
		       unit_failures == before ? "" : "not ", ++n, t->name);
	}
	printf("1..%u\n# %u checks, %u failed\n", n, unit_checks,
	       unit_failures);
	return unit_failures || !n;
}
