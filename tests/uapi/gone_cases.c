// SPDX-License-Identifier: GPL-2.0
/* The NIC is removed while it is bound; the caller does that. */
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uapi.h"

static bool is_gone(int fd, struct mp_info *info)
{
	int i;

	for (i = 0; i < 100; i++) {
		*info = (struct mp_info){
			.size = sizeof(*info),
			.index = MP_INFO_SELF,
		};
		if (!ioctl(fd, MP_GET_INFO, info) &&
		    info->state == MP_STATE_GONE)
			return true;
		usleep(100000);
	}
	return false;
}

/* the driver lets go of us before it unregisters the interface */
static bool interface_gone(void)
{
	int i;

	for (i = 0; i < 100 && if_nametoindex(nic); i++)
		usleep(100000);
	return i < 100;
}

static void quiet(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	struct mp_stats st = { .size = sizeof(st) };
	char buf[100] = "";

	check(write(fd, buf, 70) == 70, "gone: write is taken");
	check(!ioctl(fd, MP_GET_STATS, &st) && st.tx_dropped == 1,
	      "gone: and counted as dropped");
	check_err(read(fd, buf, sizeof(buf)), EAGAIN, "gone: read");
	check(poll(&p, 1, 0) == 1 && p.revents == POLLOUT, "gone: poll");
}

void gone_cases(void)
{
	struct ifreq ifr = {};
	struct mp_info info;
	int fd = bind_new();

	puts("# ready");
	fflush(stdout);
	check(is_gone(fd, &info), "gone: GET_INFO tells");
	check(!strcmp(info.ifname, nic), "gone: GET_INFO knows the name");
	check(!ioctl(fd, TUNGETIFF, &ifr) && !strcmp(ifr.ifr_name, nic),
	      "gone: TUNGETIFF knows the name");
	quiet(fd);
	check_err(bind_to(fd, nic), EBUSY, "gone: BIND before UNBIND");
	check_ok(ioctl(fd, MP_UNBIND), "gone: UNBIND");
	check_err(ioctl(fd, MP_UNBIND), ENOTCONN, "gone: UNBIND twice");
	check(interface_gone(), "gone: the interface too");
	check_err(bind_to(fd, nic), ENODEV, "gone: BIND");
	check_err(read(fd, &ifr, sizeof(ifr)), EBADFD, "gone: read after UNBIND");
	close(fd);
}
