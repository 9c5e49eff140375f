// SPDX-License-Identifier: GPL-2.0
/*
 * dev_nit_active(): is there a packet tap on a device (since 4.2)
 */
#include <linux/netdevice.h>

bool mp_probe(struct net_device *dev);

bool mp_probe(struct net_device *dev)
{
	return dev_nit_active(dev);
}
