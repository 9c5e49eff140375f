// SPDX-License-Identifier: GPL-2.0
/* BIND and UNBIND. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "uapi.h"

/* up to the end of ifname */
#define BIND_SIZE_1	offsetof(struct mp_bind, filter)

static int fd;

static void pointers(void)
{
	struct mp_bind b = bind_arg(nic);
	void *p;

	check_err(ioctl(fd, MP_BIND, NULL), EFAULT, "BIND: null pointer");
	check_err(ioctl(fd, MP_BIND, (void *)8), EFAULT, "BIND: bad pointer");
	p = guarded(8);
	memcpy(p, &b, 8);
	check_err(ioctl(fd, MP_BIND, p), EFAULT, "BIND: half of it is unmapped");
}

static void sizes(void)
{
	struct {
		struct mp_bind b;
		char tail[8192];
	} big = { .b = bind_arg(nic) };

	big.b.size = 0;
	check_err(ioctl(fd, MP_BIND, &big), EINVAL, "BIND: size 0");
	big.b.size = BIND_SIZE_1 - 1;
	check_err(ioctl(fd, MP_BIND, &big), EINVAL, "BIND: a byte too small");
	big.b.size = BIND_SIZE_1;
	memset(&big.b.filter, 0xff, sizeof(big.b.filter));
	check_ok(ioctl(fd, MP_BIND, &big), "BIND: the first version's size");
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND");
	memset(&big.b.filter, 0, sizeof(big.b.filter));
	big.b.size = 0xffffffff;
	check_err(ioctl(fd, MP_BIND, &big), E2BIG, "BIND: size 4 GiB");
	big.b.size = sizeof(big);
	check_err(ioctl(fd, MP_BIND, &big), E2BIG, "BIND: more than a page");
	big.b.size = sizeof(struct mp_bind) + 24;
	big.tail[23] = 1;
	check_err(ioctl(fd, MP_BIND, &big), E2BIG, "BIND: non-zero tail");
	big.tail[23] = 0;
	check_ok(ioctl(fd, MP_BIND, &big), "BIND: zero tail is fine");
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND");
}

static void values(void)
{
	struct mp_bind b = bind_arg(nic);
	unsigned int bit;

	for (bit = 1; bit < 32; bit += 10) {
		b.flags = 1U << bit;
		check_err(ioctl(fd, MP_BIND, &b), EINVAL, "BIND: unknown flag");
	}
	b = bind_arg(nic);
	b.queue = 4096;
	check_err(ioctl(fd, MP_BIND, &b), EINVAL, "BIND: no such queue");
	b.queue = MP_QUEUE_ALL - 1;
	check_err(ioctl(fd, MP_BIND, &b), EINVAL, "BIND: no such queue, huge");
	b = bind_arg(nic);
	memset(b.ifname, 'x', sizeof(b.ifname));
	check_err(ioctl(fd, MP_BIND, &b), EINVAL, "BIND: name without end");
}

/* filters that make no sense, and those that this NIC has no hardware for */
static const struct {
	struct mp_filter f;
	int err;
	const char *name;
} filters[] = {
	{ { .match = 1U << 7 }, EINVAL, "unknown match" },
	{ { .match = MP_MATCH_DST_MAC, .dst_mac = { 1 } }, EINVAL, "multicast" },
	{ { .match = MP_MATCH_DST_MAC }, EINVAL, "MAC of zeroes" },
	{ { .match = MP_MATCH_DST_MAC | MP_MATCH_VLAN, .vlan = 5,
	    .dst_mac = { 2, 0, 0, 0, 0, 1 } }, EINVAL, "MAC and VLAN" },
	{ { .match = MP_MATCH_VLAN }, EINVAL, "VLAN 0" },
	{ { .match = MP_MATCH_VLAN, .vlan = 4095 }, EINVAL, "VLAN 4095" },
	{ { .match = MP_MATCH_PROTO, .proto = IPPROTO_ICMP }, EINVAL,
	  "protocol without ports" },
	{ { .match = MP_MATCH_DST_PORT, .dst_port = 80 }, EINVAL,
	  "port without protocol" },
	{ { .match = MP_MATCH_DST_IP, .family = 5 }, EINVAL, "family 5" },
	{ { .pad = 1 }, EINVAL, "padding" },
	{ { .match = MP_MATCH_DST_MAC, .dst_mac = { 2, 0, 0, 0, 0, 1 } },
	  EOPNOTSUPP, "MAC, one queue" },
	{ { .match = MP_MATCH_VLAN, .vlan = 5 }, EOPNOTSUPP, "VLAN, no ntuple" },
	{ { .match = MP_MATCH_DST_IP, .dst_ip = { 192, 0, 2, 1 } },
	  EOPNOTSUPP, "address, no ntuple" },
};

static void filter(void)
{
	struct mp_bind b = bind_arg(nic);
	char name[64];
	size_t i;

	b.queue = 0;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		b.filter = filters[i].f;
		snprintf(name, sizeof(name), "BIND: filter: %s",
			 filters[i].name);
		check_err(ioctl(fd, MP_BIND, &b), filters[i].err, name);
	}
	b.filter = filters[0].f;
	b.filter.match = MP_MATCH_VLAN;
	b.filter.vlan = 5;
	b.queue = MP_QUEUE_ALL;
	check_err(ioctl(fd, MP_BIND, &b), EINVAL,
		  "BIND: filter for the whole NIC");
	check_ok(bind_to(fd, nic), "BIND: nothing was left half done");
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND");
}

static void interfaces(void)
{
	struct mp_bind b = { .size = sizeof(b) };

	check_err(bind_to(fd, "nosuch0"), ENODEV, "BIND: no such name");
	check_err(bind_to(fd, ""), ENODEV, "BIND: no name");
	b.ifindex = 0x7ffffff0;
	check_err(ioctl(fd, MP_BIND, &b), ENODEV, "BIND: no such index");
	b.ifindex = 0x80000000;
	check_err(ioctl(fd, MP_BIND, &b), ENODEV, "BIND: negative index");
	check_err(bind_to(fd, "lo"), EOPNOTSUPP, "BIND: loopback");
	check_err(bind_to(fd, other), EOPNOTSUPP, "BIND: driver not converted");
}

static void busy(void)
{
	struct mp_bind b = bind_arg("nosuch0");
	int second = open_mp();

	b.ifindex = if_nametoindex(nic);
	check_ok(ioctl(fd, MP_BIND, &b), "BIND: by index, the name is ignored");
	check_err(bind_to(fd, nic), EBUSY, "BIND: twice on one descriptor");
	check_err(bind_to(second, nic), EBUSY, "BIND: queue bound already");
	b = bind_arg(nic);
	b.queue = MP_QUEUE_ALL;
	check_err(ioctl(second, MP_BIND, &b), EBUSY, "BIND: NIC bound already");
	check_err(ioctl(second, MP_UNBIND), ENOTCONN, "UNBIND: of another's");
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND");
	check_err(ioctl(fd, MP_UNBIND), ENOTCONN, "UNBIND: twice");
	check_ok(bind_to(second, nic), "BIND: free again");
	close(second);
	b.flags = MP_BIND_POSTED_ONLY;
	b.queue = 0;
	check_ok(ioctl(fd, MP_BIND, &b), "BIND: posted-only, after a close");
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND");
}

void bind_cases(void)
{
	fd = open_mp();
	check_err(ioctl(fd, MP_UNBIND), ENOTCONN, "UNBIND: never bound");
	check_err(ioctl(fd, _IO(MP_IOC_MAGIC, 0x7f), 0), ENOTTY, "unknown call");
	pointers();
	sizes();
	values();
	filter();
	interfaces();
	busy();
	close(fd);
}
