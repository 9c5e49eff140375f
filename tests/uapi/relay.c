// SPDX-License-Identifier: GPL-2.0
/*
 * Frames with their virtio-net headers to and fro between a port and a tap: a
 * TCP stack stands behind the port without a guest. TCP of the two ends is the
 * judge of checksums and segments.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "uapi.h"

static char buf[70000];

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("tap");
	return fd;
}

static void set_up(int fd, unsigned long offload)
{
	int size = 12, sndbuf = 0x7fffffff;

	if (ioctl(fd, TUNSETVNETHDRSZ, &size) ||
	    ioctl(fd, TUNSETOFFLOAD, offload) ||
	    ioctl(fd, TUNSETSNDBUF, &sndbuf))
		die("offloads");
}

/* all that is there, as long as the other side takes it; the longest frame */
static long move(int from, int to, unsigned long *refused)
{
	long len, max = 0;

	while ((len = read(from, buf, sizeof(buf))) > 0) {
		if (len > max)
			max = len;
		while (write(to, buf, len) != len) {
			struct pollfd p = { .fd = to, .events = POLLOUT };

			if (errno != EAGAIN) {
				(*refused)++;
				break;
			}
			poll(&p, 1, 1000);
		}
	}
	return max;
}

/* relay() - until @seconds are over */
void relay(const char *tap_name, bool offload, int seconds)
{
	unsigned long bits = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	unsigned long to_port = 0, to_tap = 0;
	long rx = 0, tx = 0, len;
	time_t end;

	p[0].fd = bind_new();
	p[1].fd = open_tap(tap_name);
	set_up(p[0].fd, bits);
	set_up(p[1].fd, bits);
	puts("# ready");
	fflush(stdout);
	end = time(NULL) + seconds;
	while (time(NULL) < end) {
		if (poll(p, 2, 200) < 1)
			continue;
		len = move(p[0].fd, p[1].fd, &to_tap);
		rx = len > rx ? len : rx;
		len = move(p[1].fd, p[0].fd, &to_port);
		tx = len > tx ? len : tx;
	}
	printf("# longest frame: received %ld, sent %ld; refused %lu, %lu\n",
	       rx, tx, to_tap, to_port);
	check(offload ? tx > 1526 : tx <= 1526 && rx <= 1526,
	      "relay: sizes of frames, offload %d", offload);
	check(!to_tap, "relay: the tap takes all headers of the port");
}
