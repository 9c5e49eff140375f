// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds a port. The kernel does not say which processes have a descriptor
 * open, /proc does: every descriptor of /dev/net/mp is borrowed with
 * pidfd_getfd() and asked which port it is.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mpctl.h"

struct search {
	const struct target *target;
	int here;	/* a descriptor that sees the ports of our namespace */
	dev_t dev;
	unsigned int unbound;
	int err;	/* of the last holder that did not let us in */
};

static int borrow(pid_t pid, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int copy, err;

	if (pidfd < 0)
		return -1;
	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	err = errno;
	close(pidfd);
	errno = err;
	return copy;
}

/* A name is one of our network namespace; others may have the same. */
static bool is_here(const struct search *s, const struct mp_info *info)
{
	struct mp_info seen;

	return !port_info(s->here, info->index, &seen) &&
	       seen.index == info->index;
}

static void try_fd(struct search *s, pid_t pid, int fd)
{
	struct mp_info info;
	int copy = borrow(pid, fd);

	if (copy < 0) {
		s->err = errno;
		return;
	}
	if (!port_info(copy, MP_INFO_SELF, &info) &&
	    target_matches(s->target, &info) && is_here(s, &info)) {
		if (!ioctl(copy, MP_UNBIND))
			s->unbound++;
		else if (errno != ENOTCONN)
			s->err = errno;
	}
	close(copy);
}

static void try_process(struct search *s, pid_t pid)
{
	char path[64 + NAME_MAX];
	struct dirent *ent;
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((ent = readdir(dir))) {
		if (!isdigit((unsigned char)ent->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, ent->d_name);
		if (!stat(path, &st) && S_ISCHR(st.st_mode) &&
		    st.st_rdev == s->dev)
			try_fd(s, pid, atoi(ent->d_name));
	}
	closedir(dir);
}

static int walk(struct search *s)
{
	struct dirent *ent;
	DIR *proc = opendir("/proc");

	if (!proc)
		return -1;
	while ((ent = readdir(proc)))
		if (isdigit((unsigned char)ent->d_name[0]))
			try_process(s, atoi(ent->d_name));
	closedir(proc);
	return 0;
}

/*
 * find_unbind() - unbind every port of @t. Returns how many there were, -1 with
 * errno if one was out of reach.
 */
int find_unbind(const struct target *t)
{
	struct search s = { .target = t };
	struct stat st;
	int err;

	s.here = open(MP_DEV, O_RDWR | O_CLOEXEC);
	if (s.here < 0)
		return -1;
	err = fstat(s.here, &st);
	s.dev = st.st_rdev;
	err = err ?: walk(&s);
	close(s.here);
	if (err)
		return -1;
	if (!s.unbound && s.err) {
		errno = s.err;
		return -1;
	}
	return s.unbound;
}
