// SPDX-License-Identifier: GPL-2.0
/* netdev_lock_ops(), since 6.15: a lock per net device beside RTNL */
#include <net/netdev_lock.h>

void (*mp_probe)(struct net_device *dev) = netdev_lock_ops;
