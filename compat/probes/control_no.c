// SPDX-License-Identifier: GPL-2.0
/* must not compile: a changed prototype is noticed */
#include <linux/netdevice.h>

int mp_probe(struct net_device *dev);

int mp_probe(struct net_device *dev)
{
	return dev_set_promiscuity(dev, 1, "one argument too many");
}
