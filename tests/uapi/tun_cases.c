// SPDX-License-Identifier: GPL-2.0
/* What QEMU and libvirt ask of a tap descriptor. */
#include <errno.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uapi.h"

#define TAP	(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)

static int set_int(int fd, unsigned long cmd, int val)
{
	return ioctl(fd, cmd, &val);
}

static int get_int(int fd, unsigned long cmd)
{
	int val = INT_MIN;

	return ioctl(fd, cmd, &val) ? INT_MIN : val;
}

static int set_flags(int fd, unsigned long cmd, short flags)
{
	struct ifreq ifr = { .ifr_flags = flags };

	return ioctl(fd, cmd, &ifr);
}

static void names(int fd)
{
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = {}, want = {};

	check(get_int(fd, TUNGETFEATURES) == (TAP | IFF_MULTI_QUEUE),
	      "TUNGETFEATURES");
	check_ok(ioctl(fd, TUNGETIFF, &ifr), "TUNGETIFF");
	check(!strcmp(ifr.ifr_name, nic) && ifr.ifr_flags == TAP,
	      "TUNGETIFF: %s %#x", ifr.ifr_name, ifr.ifr_flags);
	check_ok(ioctl(fd, SIOCGIFHWADDR, &ifr), "SIOCGIFHWADDR");
	strcpy(want.ifr_name, nic);
	check(!ioctl(sock, SIOCGIFHWADDR, &want) &&
	      !memcmp(&want.ifr_hwaddr, &ifr.ifr_hwaddr, 8),
	      "SIOCGIFHWADDR: the NIC's address");
	close(sock);

	check_ok(set_flags(fd, TUNSETIFF, TAP), "TUNSETIFF");
	check_ok(set_flags(fd, TUNSETIFF, TAP | IFF_MULTI_QUEUE),
		 "TUNSETIFF: multi-queue");
	check(!ioctl(fd, TUNGETIFF, &ifr) &&
	      ifr.ifr_flags == (TAP | IFF_MULTI_QUEUE), "TUNGETIFF: multi-queue");
	check_err(set_flags(fd, TUNSETIFF, IFF_TUN | IFF_NO_PI | IFF_VNET_HDR),
		  EINVAL, "TUNSETIFF: a tun");
	check_err(set_flags(fd, TUNSETIFF, IFF_TAP | IFF_VNET_HDR), EINVAL,
		  "TUNSETIFF: packet information");
	check_err(set_flags(fd, TUNSETIFF, IFF_TAP | IFF_NO_PI), EINVAL,
		  "TUNSETIFF: no virtio-net header");
}

static void offloads(int fd)
{
	const unsigned long tso = TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	check_ok(ioctl(fd, TUNSETOFFLOAD, 0UL), "TUNSETOFFLOAD: nothing");
	check_ok(ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | tso), "TUNSETOFFLOAD: TSO");
	check_ok(ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_UFO),
		 "TUNSETOFFLOAD: UFO");
	check_err(ioctl(fd, TUNSETOFFLOAD, 0x10000UL), EINVAL,
		  "TUNSETOFFLOAD: unknown");
	check_err(ioctl(fd, TUNSETOFFLOAD, ~0UL), EINVAL, "TUNSETOFFLOAD: all bits");
	ioctl(fd, TUNSETOFFLOAD, 0UL);
}

static void header_sizes(int fd)
{
	static const int good[] = { 10, 12, 20, 24 };
	static const int bad[] = { -1, 0, 9, 65, INT_MAX, INT_MIN };
	size_t i;

	check(get_int(fd, TUNGETVNETHDRSZ) == 10, "TUNGETVNETHDRSZ: 10 at first");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check(!set_int(fd, TUNSETVNETHDRSZ, good[i]) &&
		      get_int(fd, TUNGETVNETHDRSZ) == good[i],
		      "TUNSETVNETHDRSZ: %d", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_err(set_int(fd, TUNSETVNETHDRSZ, bad[i]), EINVAL,
			  "TUNSETVNETHDRSZ: impossible");
	check(get_int(fd, TUNGETVNETHDRSZ) == 24, "TUNGETVNETHDRSZ: unchanged");
	set_int(fd, TUNSETVNETHDRSZ, 10);
}

static void byte_order(int fd)
{
	check(get_int(fd, TUNGETVNETLE) == 0, "TUNGETVNETLE: native at first");
	check(!set_int(fd, TUNSETVNETLE, 1) && get_int(fd, TUNGETVNETLE) == 1,
	      "TUNSETVNETLE: 1");
	check(!set_int(fd, TUNSETVNETLE, 0) && get_int(fd, TUNGETVNETLE) == 0,
	      "TUNSETVNETLE: 0");
	/* only with CONFIG_TUN_VNET_CROSS_LE, like a tap of the same kernel */
	if (set_int(fd, TUNSETVNETBE, 1)) {
		check_err(-1, EINVAL, "TUNSETVNETBE: not configured");
		check_err(set_int(fd, TUNGETVNETBE, 0), EINVAL,
			  "TUNGETVNETBE: not configured");
		return;
	}
	check(get_int(fd, TUNGETVNETBE) == 1, "TUNSETVNETBE: 1");
	check(!set_int(fd, TUNSETVNETBE, 0) && !get_int(fd, TUNGETVNETBE),
	      "TUNSETVNETBE: 0");
}

static void send_buffer(int fd)
{
	int before = get_int(fd, TUNGETSNDBUF);

	check(before > 0 && before < INT_MAX, "TUNGETSNDBUF: bounded at first");
	check(!set_int(fd, TUNSETSNDBUF, INT_MAX) &&
	      get_int(fd, TUNGETSNDBUF) == INT_MAX - 1,
	      "TUNSETSNDBUF: INT_MAX stays below what means batches");
	check_err(set_int(fd, TUNSETSNDBUF, 0), EINVAL, "TUNSETSNDBUF: 0");
	check_err(set_int(fd, TUNSETSNDBUF, -1), EINVAL, "TUNSETSNDBUF: -1");
	check(!set_int(fd, TUNSETSNDBUF, 1) && get_int(fd, TUNGETSNDBUF) > 1,
	      "TUNSETSNDBUF: 1 leaves room for a frame");
	check_ok(set_int(fd, TUNSETSNDBUF, before), "TUNSETSNDBUF: as before");
}

static void queues(int fd)
{
	check_err(set_flags(fd, TUNSETQUEUE, IFF_ATTACH_QUEUE), EINVAL,
		  "TUNSETQUEUE: attach an attached one");
	check_ok(set_flags(fd, TUNSETQUEUE, IFF_DETACH_QUEUE),
		 "TUNSETQUEUE: detach");
	check_err(set_flags(fd, TUNSETQUEUE, IFF_DETACH_QUEUE), EINVAL,
		  "TUNSETQUEUE: detach twice");
	check_ok(set_flags(fd, TUNSETQUEUE, IFF_ATTACH_QUEUE),
		 "TUNSETQUEUE: attach");
	check_err(set_flags(fd, TUNSETQUEUE, 0), EINVAL, "TUNSETQUEUE: neither");
	check_err(set_flags(fd, TUNSETQUEUE, IFF_ATTACH_QUEUE | IFF_DETACH_QUEUE),
		  EINVAL, "TUNSETQUEUE: both");
}

static void pointers(int fd)
{
	static const struct { unsigned long cmd; const char *name; } calls[] = {
#define CALL(c) { c, #c ": bad pointer" }
		CALL(TUNGETFEATURES), CALL(TUNGETIFF), CALL(TUNSETIFF),
		CALL(TUNGETVNETHDRSZ), CALL(TUNSETVNETHDRSZ),
		CALL(TUNGETVNETLE), CALL(TUNSETVNETLE),
		CALL(TUNGETSNDBUF), CALL(TUNSETSNDBUF), CALL(TUNSETQUEUE),
		CALL(SIOCGIFHWADDR),
#undef CALL
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		check_err(ioctl(fd, calls[i].cmd, (void *)16), EFAULT,
			  calls[i].name);
}

void tun_cases(void)
{
	struct ifreq ifr = {};
	int fd = open_mp();

	check_err(ioctl(fd, TUNGETIFF, &ifr), EBADFD, "TUNGETIFF: not bound");
	check_err(ioctl(fd, SIOCGIFHWADDR, &ifr), EBADFD,
		  "SIOCGIFHWADDR: not bound");
	close(fd);

	fd = bind_new();
	names(fd);
	offloads(fd);
	header_sizes(fd);
	byte_order(fd);
	send_buffer(fd);
	queues(fd);
	pointers(fd);
	check_err(set_int(fd, TUNSETPERSIST, 1), ENOTTY, "TUNSETPERSIST");
	close(fd);
}
