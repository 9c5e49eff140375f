// SPDX-License-Identifier: GPL-2.0
/*
 * "mark for SECONDS FILE WORD" tells mpcount to count for that long while WORD is
 * written to FILE, which must be over by then.
 * "mark spin" takes the CPU while nobody else wants it, as a guest that polls.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
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

/* When told, write @word, a line, to @file and tell; stay until the other end is closed. */
static int writer(int told, int tell, const char *file, const char *word)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC), len;
	char c, line[64];

	len = snprintf(line, sizeof(line), "%s\n", word);
	if (fd < 0 || len >= (int)sizeof(line) || read(told, &c, 1) != 1 ||
	    write(fd, line, len) != len || write(tell, "", 1) != 1) {
		fprintf(stderr, "mark: %s: %s\n", file, strerror(errno));
		return 1;
	}
	return read(told, &c, 1) ? 1 : 0;
}

/*
 * Between the marks no process begins or ends: that takes as much as hundreds of
 * frames, and would be counted with one run and not with another.
 */
static int count_for(const char *seconds, const char *file, const char *word)
{
	double s = strtod(seconds, NULL);
	struct timespec len = { s, (s - (time_t)s) * 1e9 };
	int told[2], tell[2], status, begun, in_time;
	struct pollfd over;
	pid_t pid;

	if (pipe2(told, O_CLOEXEC) || pipe2(tell, O_CLOEXEC) || (pid = fork()) < 0) {
		perror("mark");
		return 1;
	}
	if (!pid) {
		close(told[1]);
		close(tell[0]);
		_exit(writer(told[0], tell[1], file, word));
	}
	close(told[0]);
	close(tell[1]);
	settle();
	__asm__ volatile(".byte " AS_TEXT(MARK_START) ::: "memory");
	begun = write(told[1], "", 1) == 1;
	nanosleep(&len, NULL);
	__asm__ volatile(".byte " AS_TEXT(MARK_STOP) ::: "memory");

	over = (struct pollfd) { .fd = tell[0], .events = POLLIN };
	in_time = begun && poll(&over, 1, 0) == 1 && (over.revents & POLLIN);
	if (!in_time)
		fprintf(stderr, "mark: %s: %s is not over in %s seconds\n", file, word,
			seconds);
	close(told[1]);
	return waitpid(pid, &status, 0) == pid && !status && in_time ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "for"))
		return count_for(argv[2], argv[3], argv[4]);
	if (argc == 2 && !strcmp(argv[1], "spin"))
		return spin();
	fprintf(stderr, "usage: mark spin | for SECONDS FILE WORD\n");
	return 2;
}
