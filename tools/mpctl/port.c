// SPDX-License-Identifier: GPL-2.0
/* /dev/net/mp: open, bind, walk. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mpctl.h"

/* port_open() - a descriptor that stays open across exec(), or -1 */
int port_open(void)
{
	int fd = open(MP_DEV, O_RDWR);

	if (fd < 0)
		explain_open(errno);
	return fd;
}

static int set_up(const char *ifname)
{
	struct ifreq ifr = {};
	int fd, err = -1;

	memcpy(ifr.ifr_name, ifname, MP_IFNAMSIZ);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (!ioctl(fd, SIOCGIFFLAGS, &ifr)) {
		ifr.ifr_flags |= IFF_UP;
		err = ioctl(fd, SIOCSIFFLAGS, &ifr);
	}
	close(fd);
	return err;
}

/* port_set_up() - set the interface of a bound port up */
bool port_set_up(const char *ifname)
{
	if (!set_up(ifname))
		return true;
	complain("%s is bound but does not come up: %s", ifname,
		 strerror(errno));
	return false;
}

/* port_bind() - bind @fd to @queue of @t */
int port_bind(int fd, const struct target *t, unsigned int queue,
	      unsigned int flags, const struct mp_filter *filter)
{
	struct mp_bind bind = {
		.size = sizeof(bind),
		.flags = flags,
		.queue = queue,
		.filter = *filter,
	};

	memcpy(bind.ifname, t->ifname, sizeof(bind.ifname));
	if (!ioctl(fd, MP_BIND, &bind))
		return 0;
	explain_bind(t, queue, filter->match, errno);
	return -1;
}

/* port_info() - MP_GET_INFO */
int port_info(int fd, unsigned int index, struct mp_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->index = index;
	return ioctl(fd, MP_GET_INFO, info);
}
