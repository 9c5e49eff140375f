// SPDX-License-Identifier: GPL-2.0
/*
 * "mark start" and "mark stop" tell mpcount to count what happens in between.
 * "mark spin" takes the CPU while nobody else wants it, as a guest that polls.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mark.h"

#define AS_TEXT_(...)	#__VA_ARGS__
#define AS_TEXT(...)	AS_TEXT_(__VA_ARGS__)

static int spin(void)
{
	struct sched_param p = { 0 };

	if (sched_setscheduler(0, SCHED_IDLE, &p)) {
		perror("mark: SCHED_IDLE");
		return 1;
	}
	for (;;)
		__asm__ volatile("");
}

/*
 * What processes that are gone have left to RCU would be freed meanwhile, or would
 * not. Kernels without this parameter are counted less steadily.
 */
static void settle(void)
{
	int fd = open("/sys/module/rcutree/parameters/do_rcu_barrier",
		      O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		perror("mark: do_rcu_barrier");
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "start")) {
		settle();
		__asm__ volatile(".byte " AS_TEXT(MARK_START));
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "stop")) {
		__asm__ volatile(".byte " AS_TEXT(MARK_STOP));
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "spin"))
		return spin();
	fprintf(stderr, "usage: mark start|stop|spin\n");
	return 2;
}
