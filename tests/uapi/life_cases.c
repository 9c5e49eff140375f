// SPDX-License-Identifier: GPL-2.0
/* Descriptors that are inherited, closed, killed; and privileges. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi.h"

static int result(int ret)
{
	return ret < 0 ? -errno : 0;
}

/* -------------------------------------------------------- inheritance -- */

/* A child that has @fd until it is told to close it through the pipe. */
static pid_t holder(int fd, int *go)
{
	int p[2];
	pid_t pid;
	char c;

	fflush(stdout);
	if (pipe(p))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		close(p[1]);
		_exit(read(p[0], &c, 1) < 0 || close(fd));
	}
	close(p[0]);
	*go = p[1];
	return pid;
}

static bool is_free(void)
{
	int fd = open_mp();
	bool yes = !bind_to(fd, nic);

	close(fd);
	return yes;
}

static void parent_first(void)
{
	int fd = bind_new(), go;
	pid_t pid = holder(fd, &go);

	close(fd);
	check(!is_free(), "fork: the parent closed, the child holds the port");
	close(go);
	waitpid(pid, NULL, 0);
	check(is_free(), "fork: the child closed too, free");
}

static void child_first(void)
{
	int fd = bind_new(), go;
	pid_t pid = holder(fd, &go);

	close(go);
	waitpid(pid, NULL, 0);
	check(!is_free(), "fork: the child closed, the parent holds the port");
	close(fd);
	check(is_free(), "fork: the parent closed too, free");
}

static void killed(void)
{
	int fd = bind_new(), go;
	pid_t pid = holder(fd, &go);

	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(is_free(), "SIGKILL of the holder, free");
	close(go);
}

static int unbind_fd(int fd)
{
	return result(ioctl(fd, MP_UNBIND));
}

static void child_unbinds(void)
{
	int fd = bind_new();

	check_ok(in_child(unbind_fd, fd), "fork: the child unbinds");
	check_err(ioctl(fd, MP_UNBIND), ENOTCONN, "fork: then UNBIND here");
	check_ok(bind_to(fd, nic), "fork: then BIND here");
	close(fd);
}

/* --------------------------------------------------------- privileges -- */

static int no_cap_bind(int fd)
{
	drop_net_admin();
	return result(bind_to(fd, nic));
}

/* whether an interface exists is not for everybody to know */
static int no_cap_bind_nosuch(int fd)
{
	drop_net_admin();
	return result(bind_to(fd, "nosuch0"));
}

static int no_cap_self(int fd)
{
	struct mp_info info = { .size = sizeof(info), .index = MP_INFO_SELF };

	drop_net_admin();
	return result(ioctl(fd, MP_GET_INFO, &info));
}

static int no_cap_walk(int fd)
{
	struct mp_info info = { .size = sizeof(info) };

	drop_net_admin();
	return result(ioctl(fd, MP_GET_INFO, &info));
}

static int no_cap_unbind(int fd)
{
	drop_net_admin();
	return unbind_fd(fd);
}

/* root in a new user namespace, in the old network namespace */
static int user_ns_bind(int fd)
{
	if (unshare(CLONE_NEWUSER))
		return -errno;
	return result(bind_to(fd, nic));
}

/* root over its own network, where the NIC is not */
static int net_ns_bind(int fd)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -errno;
	return result(bind_to(fd, nic));
}

static int net_ns_walk(int fd)
{
	struct mp_info info = { .size = sizeof(info) };

	if (unshare(CLONE_NEWNET))
		return -errno;
	return result(ioctl(fd, MP_GET_INFO, &info));
}

static void privileges(void)
{
	int fd = open_mp();

	check_err(in_child(no_cap_bind, fd), EPERM, "BIND without CAP_NET_ADMIN");
	check_err(in_child(no_cap_bind_nosuch, fd), EPERM,
		  "BIND without CAP_NET_ADMIN, no such name");
	check_err(in_child(user_ns_bind, fd), EPERM,
		  "BIND as root of a user namespace");
	check_err(in_child(net_ns_bind, fd), ENODEV,
		  "BIND from another network namespace");
	close(fd);

	fd = bind_new();
	check_err(in_child(no_cap_walk, fd), EPERM,
		  "GET_INFO of all without CAP_NET_ADMIN");
	check_ok(in_child(no_cap_self, fd),
		 "GET_INFO of self without CAP_NET_ADMIN");
	check_err(in_child(net_ns_walk, fd), ENOENT,
		  "GET_INFO from another network namespace");
	check_ok(in_child(no_cap_unbind, fd), "UNBIND without CAP_NET_ADMIN");
	close(fd);
}

void life_cases(void)
{
	parent_first();
	child_first();
	killed();
	child_unbinds();
	privileges();
}
