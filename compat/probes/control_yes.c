// SPDX-License-Identifier: GPL-2.0
/* must compile: headers, compiler and this set-up work */
#include <linux/module.h>
#include <linux/netdevice.h>

int mp_probe(struct net_device *dev);

int mp_probe(struct net_device *dev)
{
	return dev->ifindex;
}
