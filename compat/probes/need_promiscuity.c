// SPDX-License-Identifier: GPL-2.0
/*
 * dev_set_promiscuity(dev, inc), exported
 * exports: dev_set_promiscuity
 */
#include <linux/netdevice.h>

int (*mp_probe)(struct net_device *dev, int inc) = dev_set_promiscuity;
