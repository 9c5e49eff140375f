// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <linux/if_tun.h>

#include "backend.h"
#include "util.h"

const char *backend_kind_name(enum backend_kind k)
{
	static const char *const name[] = {
		"none", "tap", "macvtap", "fd", "mp",
	};

	return name[k];
}

unsigned int backend_parse_offload(const char *arg)
{
	static const struct {
		const char *name;
		unsigned int bits;
	} known[] = {
		{ "none", 0 },
		{ "csum", TUN_F_CSUM },
		{ "tso4", TUN_F_CSUM | TUN_F_TSO4 },
		{ "tso6", TUN_F_CSUM | TUN_F_TSO6 },
		{ "ecn", TUN_F_TSO_ECN },
	};
	char *copy = strdup(arg), *save = NULL, *tok;
	unsigned int bits = 0;
	size_t i;

	for (tok = strtok_r(copy, ",", &save); tok;
	     tok = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < ARRAY_LEN(known); i++)
			if (!strcmp(tok, known[i].name))
				break;
		if (i == ARRAY_LEN(known))
			die("--offload: unknown '%s'", tok);
		bits |= known[i].bits;
	}
	free(copy);
	return bits;
}

void backend_set_vnet(int fd, const struct backend_opts *o)
{
	int len = VNET_HDR_LEN, le = 1;

	if (ioctl(fd, TUNSETVNETHDRSZ, &len))
		die_errno("%s: TUNSETVNETHDRSZ %d", o->name, len);
	/* Little endian is what VERSION_1 means; old kernels may lack it. */
	if (ioctl(fd, TUNSETVNETLE, &le) && errno != EINVAL &&
	    errno != ENOTTY)
		die_errno("%s: TUNSETVNETLE", o->name);
	if (ioctl(fd, TUNSETOFFLOAD, o->offload))
		die_errno("%s: TUNSETOFFLOAD 0x%x", o->name, o->offload);
	if (o->sndbuf && ioctl(fd, TUNSETSNDBUF, &o->sndbuf))
		die_errno("%s: TUNSETSNDBUF %d", o->name, o->sndbuf);
}

static void set_iff(int fd, const char *path, const char *ifname)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR,
	};

	if (strlen(ifname) >= IFNAMSIZ)
		die("'%s' is too long for an interface name", ifname);
	strcpy(ifr.ifr_name, ifname);
	if (ioctl(fd, TUNSETIFF, &ifr))
		die_errno("%s: TUNSETIFF %s", path, ifname);
}

static int open_tap(const char *ifname)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		die_errno("cannot open /dev/net/tun");
	set_iff(fd, "/dev/net/tun", ifname);
	return fd;
}

/* The device number of a macvtap's character device, from sysfs. */
static dev_t macvtap_dev(const char *ifname, unsigned int ifindex)
{
	unsigned int major, minor;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/macvtap/tap%u/dev",
		 ifname, ifindex);
	f = fopen(path, "r");
	if (!f)
		die_errno("%s is not a macvtap: cannot open %s", ifname, path);
	if (fscanf(f, "%u:%u", &major, &minor) != 2)
		die("%s: no device number", path);
	fclose(f);
	return makedev(major, minor);
}

static int open_macvtap(const char *ifname)
{
	unsigned int ifindex = if_nametoindex(ifname);
	char path[64];
	struct stat st;
	dev_t dev;
	int fd;

	if (!ifindex)
		die_errno("no interface %s", ifname);
	dev = macvtap_dev(ifname, ifindex);
	snprintf(path, sizeof(path), "/dev/tap%u", ifindex);
	if (stat(path, &st) || st.st_rdev != dev) {
		unlink(path);
		if (mknod(path, S_IFCHR | 0600, dev))
			die_errno("cannot make %s", path);
	}
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		die_errno("cannot open %s", path);
	set_iff(fd, path, ifname);
	return fd;
}

int backend_open(const struct backend_opts *o)
{
	int fd;

	switch (o->kind) {
	case BACKEND_TAP:
		fd = open_tap(o->name);
		break;
	case BACKEND_MACVTAP:
		fd = open_macvtap(o->name);
		break;
	case BACKEND_FD:
		fd = parse_num("--fd", o->name, 0, 1 << 20);
		break;
	case BACKEND_MP:
		fd = backend_mp_open(o);
		break;
	default:
		die("no backend: give --tap, --macvtap, --mp or --fd");
	}
	backend_set_vnet(fd, o);
	return fd;
}
