// SPDX-License-Identifier: GPL-2.0
/* What an error means on this machine, and what to do about it. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mpctl.h"

#define MTU_MAX	1500

/* the last part of what /sys/class/net/IFNAME/NAME links to */
static bool link_name(const char *ifname, const char *name, char *out,
		      size_t size)
{
	char path[PATH_MAX], to[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", ifname, name);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return false;
	to[len] = 0;
	snprintf(out, size, "%s", strrchr(to, '/') ? strrchr(to, '/') + 1 : to);
	return true;
}

/* the first entry of a directory below the NIC's that starts with @prefix */
static unsigned int count_entries(const char *ifname, const char *sub,
				  const char *prefix, char *first, size_t size)
{
	char path[PATH_MAX];
	struct dirent *ent;
	unsigned int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", ifname, sub);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((ent = readdir(dir))) {
		if (strncmp(ent->d_name, prefix, strlen(prefix)))
			continue;
		if (!n++)
			snprintf(first, size, "%s", ent->d_name + strlen(prefix));
	}
	closedir(dir);
	return n;
}

static unsigned int read_mtu(const char *ifname)
{
	char path[PATH_MAX];
	unsigned int mtu = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", ifname);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%u", &mtu) != 1)
		mtu = 0;
	fclose(f);
	return mtu;
}

/* explain_open() - why /dev/net/mp does not open */
void explain_open(int err)
{
	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		complain("no " MP_DEV ": the module is not loaded, try \"modprobe mpassthru\"");
		break;
	case EACCES:
	case EPERM:
		complain(MP_DEV ": %s: run mpctl as root", strerror(err));
		break;
	default:
		complain(MP_DEV ": %s", strerror(err));
	}
}

static void explain_busy(const struct target *t, unsigned int queue,
			 bool filtered)
{
	char name[256];

	if (link_name(t->ifname, "master", name, sizeof(name)))
		complain("%s belongs to %s, try \"ip link set %s nomaster\"",
			 t->ifname, name, t->ifname);
	else if (count_entries(t->ifname, "", "upper_", name, sizeof(name)))
		complain("%s is in use by %s: delete that interface first",
			 t->ifname, name);
	else if (filtered)
		complain("the queue of %s is bound already (\"mpctl show %s\") or has an AF_XDP socket, the MAC address is in use, or there are bound queues with and without dst-mac: dmesg says which",
			 t->ifname, t->ifname);
	else
		complain("%s%s is bound already (\"mpctl show %s\"), has a receive handler of another kind, or an AF_XDP socket receives from it",
			 queue == MP_QUEUE_ALL ? "" : "a queue of ", t->ifname,
			 t->ifname);
}

/* Only a converted driver uses our module. */
static bool is_converted(const char *driver)
{
	char path[512];

	snprintf(path, sizeof(path), "/sys/module/mpassthru/holders/%s", driver);
	return !access(path, F_OK);
}

static void explain_unsupported(const struct target *t, unsigned int queue,
				bool filtered)
{
	char driver[256];

	if (!link_name(t->ifname, "device/driver", driver, sizeof(driver)))
		complain("%s is not a hardware NIC", t->ifname);
	else if (is_converted(driver) && (filtered || queue == MP_QUEUE_ALL))
		complain("%s cannot %s, dmesg says why", t->ifname,
			 filtered ? "filter like that" :
				    "give all frames to one queue now");
	else
		complain("%s: its driver %s is not a converted one, or the stock module is loaded: after \"make modules_install\" try \"modprobe -r %s && modprobe %s\"",
			 t->ifname, driver, driver, driver);
}

static void explain_invalid(const struct target *t, unsigned int queue)
{
	unsigned int mtu = read_mtu(t->ifname);
	unsigned int queues;
	char name[256];

	queues = count_entries(t->ifname, "queues", "rx-", name, sizeof(name));
	if (mtu > MTU_MAX)
		complain("%s has MTU %u, frames do not fit one guest buffer, try \"ip link set %s mtu %u\"",
			 t->ifname, mtu, t->ifname, MTU_MAX);
	else if (queue != MP_QUEUE_ALL && queue >= queues)
		complain("%s has no receive queue %u: it has %u, counted from 0",
			 t->ifname, queue, queues);
	else
		complain("%s: the kernel refused the request, see dmesg",
			 t->ifname);
}

/* explain_bind() - why BIND failed */
void explain_bind(const struct target *t, unsigned int queue, bool filtered,
		  int err)
{
	switch (err) {
	case EPERM:
		complain("binding %s needs CAP_NET_ADMIN: run mpctl as root",
			 t->ifname);
		break;
	case ENODEV:
		if (if_nametoindex(t->ifname))
			complain("%s is being removed, or recovers from an error: try again in a second",
				 t->ifname);
		else
			complain("no interface %s in this network namespace",
				 t->ifname);
		break;
	case EBUSY:
		explain_busy(t, queue, filtered);
		break;
	case EOPNOTSUPP:
		explain_unsupported(t, queue, filtered);
		break;
	case EINVAL:
		explain_invalid(t, queue);
		break;
	case ENOSPC:
		complain("all hardware filters of %s are in use (ethtool -n %s, bridge fdb show dev %s)",
			 t->ifname, t->ifname, t->ifname);
		break;
	case E2BIG:
		complain("the loaded mpassthru module is older than mpctl");
		break;
	default:
		complain("cannot bind %s: %s", t->ifname, strerror(err));
	}
}
