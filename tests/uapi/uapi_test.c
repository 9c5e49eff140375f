// SPDX-License-Identifier: GPL-2.0
/* Command line and bookkeeping. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi.h"

const char *nic, *other;
static int tests, failed;

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(99);
}

/* check() - one line of result; the name may be formatted */
void check(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	failed += !good;
}

void check_ok(int ret, const char *name)
{
	if (ret < 0)
		check(false, "%s (%s)", name, strerror(errno));
	else
		check(true, "%s", name);
}

/* check_err() - @ret is -1 and errno is @err */
void check_err(long ret, int err, const char *name)
{
	if (ret != -1)
		check(false, "%s (returned %ld, not %s)", name, ret,
		      strerrorname_np(err));
	else if (errno != err)
		check(false, "%s (%s, not %s)", name, strerrorname_np(errno),
		      strerrorname_np(err));
	else
		check(true, "%s: %s", name, strerrorname_np(err));
}

int open_mp(void)
{
	int fd = open("/dev/net/mp", O_RDWR | O_NONBLOCK);

	if (fd < 0)
		die("/dev/net/mp");
	return fd;
}

struct mp_bind bind_arg(const char *ifname)
{
	struct mp_bind b = { .size = sizeof(b) };

	strncpy(b.ifname, ifname, sizeof(b.ifname) - 1);
	return b;
}

/* bind_to() - queue 0 of @ifname */
int bind_to(int fd, const char *ifname)
{
	struct mp_bind b = bind_arg(ifname);

	return ioctl(fd, MP_BIND, &b);
}

/* bind_new() - a descriptor bound to the NIC */
int bind_new(void)
{
	int fd = open_mp();

	if (bind_to(fd, nic))
		die("BIND");
	return fd;
}

/* guarded() - room for @size bytes, the byte behind is not mapped */
void *guarded(size_t size)
{
	size_t page = getpagesize();
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE))
		die("mmap");
	return p + page - size;
}

/* read_only() - memory that the kernel may not write for us */
void *read_only(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* drop_net_admin() - root in everything but CAP_NET_ADMIN */
void drop_net_admin(void)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &hdr, data))
		die("capget");
	data[0].effective &= ~(1U << CAP_NET_ADMIN);
	data[0].permitted &= ~(1U << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &hdr, data))
		die("capset");
}

/*
 * in_child() - run @fn in a child process. It returns -errno of what it tried,
 * which becomes errno here, or 0.
 */
int in_child(int (*fn)(int fd), int fd)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(-fn(fd));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("child");
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

/* the NIC is in a state in which it cannot be bound */
static void refused(const char *error)
{
	static const struct { const char *name; int err; } errors[] = {
		{ "EBUSY", EBUSY }, { "EINVAL", EINVAL },
		{ "EOPNOTSUPP", EOPNOTSUPP },
	};
	int fd = open_mp();
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (!strcmp(errors[i].name, error))
			check_err(bind_to(fd, nic), errors[i].err, other);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "all")) {
		nic = argv[2];
		other = argv[3];
		bind_cases();
		info_cases();
		life_cases();
		tun_cases();
		io_cases();
	} else if (argc == 5 && !strcmp(argv[1], "refused")) {
		nic = argv[2];
		other = argv[4];
		refused(argv[3]);
	} else if (argc == 4 && !strcmp(argv[1], "wire")) {
		nic = argv[2];
		wire(atoi(argv[3]));
	} else if (argc == 6 && !strcmp(argv[1], "relay")) {
		nic = argv[2];
		relay(argv[3], !strcmp(argv[4], "on"), atoi(argv[5]));
	} else if (argc == 3 && !strcmp(argv[1], "gone")) {
		nic = argv[2];
		gone_cases();
	} else {
		fputs("usage: uapi_test all NIC OTHER\n"
		      "       uapi_test refused NIC ERROR NAME\n"
		      "       uapi_test wire NIC SECONDS\n"
		      "       uapi_test relay NIC TAP on|off SECONDS\n"
		      "       uapi_test gone NIC\n", stderr);
		return 2;
	}
	printf("1..%d\n", tests);
	return failed ? 1 : 0;
}
