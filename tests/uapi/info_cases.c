// SPDX-License-Identifier: GPL-2.0
/* GET_STATS and GET_INFO. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uapi.h"

static void unbound(int fd)
{
	struct mp_stats st = { .size = sizeof(st) };
	struct mp_info info = { .size = sizeof(info), .index = MP_INFO_SELF };

	check_err(ioctl(fd, MP_GET_STATS, &st), ENOTCONN, "GET_STATS: not bound");
	check_err(ioctl(fd, MP_GET_INFO, &info), ENOTCONN, "GET_INFO: not bound");
	info.index = 0;
	check_err(ioctl(fd, MP_GET_INFO, &info), ENOENT, "GET_INFO: no port");
}

static bool is_zero(const char *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

static void stats(int fd)
{
	struct {
		struct mp_stats st;
		char tail[64];
	} big = { .st.size = sizeof(big.st) };
	struct mp_stats *p;

	check_ok(ioctl(fd, MP_GET_STATS, &big), "GET_STATS");
	check(big.st.size == sizeof(big.st), "GET_STATS: size filled");
	check(big.st.detour_nr == MP_DETOUR_NR, "GET_STATS: number of reasons");
	check(!big.st.pinned_bytes && !big.st.memlock_bytes,
	      "GET_STATS: nothing pinned without a guest");
	memset(&big, 0xff, sizeof(big));
	big.st.size = sizeof(big);
	check_ok(ioctl(fd, MP_GET_STATS, &big), "GET_STATS: bigger");
	check(big.st.size == sizeof(big.st) && is_zero(big.tail, sizeof(big.tail)),
	      "GET_STATS: bigger, the rest is zeroed");
	big.st.size = sizeof(big.st) - 1;
	check_err(ioctl(fd, MP_GET_STATS, &big), EINVAL, "GET_STATS: too small");
	big.st.size = 1 << 20;
	check_err(ioctl(fd, MP_GET_STATS, &big), E2BIG, "GET_STATS: size 1 MiB");
	check_err(ioctl(fd, MP_GET_STATS, NULL), EFAULT, "GET_STATS: null pointer");
	p = guarded(64);
	p->size = sizeof(*p);
	check_err(ioctl(fd, MP_GET_STATS, p), EFAULT, "GET_STATS: half unmapped");
	check_err(ioctl(fd, MP_GET_STATS, read_only(4096)), EINVAL,
		  "GET_STATS: read-only zeroes");
}

static void info_self(int fd)
{
	struct mp_info info = { .size = sizeof(info), .index = MP_INFO_SELF };

	check_ok(ioctl(fd, MP_GET_INFO, &info), "GET_INFO: self");
	check(!strcmp(info.ifname, nic), "GET_INFO: name %.16s", info.ifname);
	check(info.ifindex == if_nametoindex(nic) && info.queue == 0,
	      "GET_INFO: index and queue");
	check(info.driver[0], "GET_INFO: driver %.32s", info.driver);
	check(info.state == MP_STATE_BOUND, "GET_INFO: state %#x", info.state);
	check(!info.owner_pid && !info.flags && !info.pad, "GET_INFO: no guest");
	check(info.index != MP_INFO_SELF, "GET_INFO: port number filled");
	check(info.stats.detour_nr == MP_DETOUR_NR, "GET_INFO: has counters");
	info.size--;
	check_err(ioctl(fd, MP_GET_INFO, &info), EINVAL, "GET_INFO: too small");
	check_err(ioctl(fd, MP_GET_INFO, (void *)16), EFAULT,
		  "GET_INFO: bad pointer");
}

static void info_walk(void)
{
	struct mp_info info = { .size = sizeof(info) };
	int fd = open_mp();
	int found = 0;

	while (!ioctl(fd, MP_GET_INFO, &info)) {
		found += !strcmp(info.ifname, nic);
		info.size = sizeof(info);
		info.index++;
	}
	check_err(-1, ENOENT, "GET_INFO: the walk ends");
	check(found == 1, "GET_INFO: the walk finds the port once");
	info.size = sizeof(info);
	info.index = 0x7fffffff;
	check_err(ioctl(fd, MP_GET_INFO, &info), ENOENT, "GET_INFO: big number");
	info.index = 0xfffffffe;
	check_err(ioctl(fd, MP_GET_INFO, &info), ENOENT, "GET_INFO: huge number");
	close(fd);
}

void info_cases(void)
{
	int fd = open_mp();

	unbound(fd);
	close(fd);
	fd = bind_new();
	stats(fd);
	info_self(fd);
	info_walk();
	close(fd);
}
