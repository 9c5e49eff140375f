// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util.h"
#include "window.h"

#define APPEAR_SECONDS 10

static void *map_counter(const char *path, int fd)
{
	void *p = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die_errno("cannot map %s", path);
	close(fd);
	return p;
}

uint64_t *progress_create(const char *path)
{
	uint64_t zero = 0;
	int fd;

	/* A new file: a sender of an earlier run keeps the old one. */
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		die_errno("cannot make %s", path);
	if (write(fd, &zero, sizeof(zero)) != sizeof(zero))
		die_errno("cannot write %s", path);
	return map_counter(path, fd);
}

void window_open(struct window *w, const char *path, uint32_t size, double stall)
{
	uint64_t until = now_ns() + APPEAR_SECONDS * NSEC_PER_SEC;
	int fd;

	memset(w, 0, sizeof(*w));
	while ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0) {
		if (now_ns() > until)
			die_errno("cannot open %s", path);
		sleep_ns(10000000);
	}
	w->counter = map_counter(path, fd);
	w->size = size;
	w->stall_ns = seconds_to_ns(stall);
	w->last_ns = now_ns();
}

uint32_t window_allow(struct window *w, uint64_t sent, uint32_t want)
{
	uint64_t seen, done, now;
	uint32_t room;

	if (!w->counter)
		return want;
	seen = __atomic_load_n(w->counter, __ATOMIC_ACQUIRE);
	now = now_ns();
	if (seen != w->last) {
		w->last = seen;
		w->last_ns = now;
	}
	done = seen + w->given_up;
	if (done + w->size <= sent) {
		if (now - w->last_ns < w->stall_ns)
			return 0;
		w->stalls++;
		w->given_up = sent - seen;
		w->last_ns = now;
		done = sent;
	}
	/* What was given up may arrive after all: then nothing is in flight. */
	room = done > sent ? w->size : w->size - (uint32_t)(sent - done);
	return room < want ? room : want;
}
