// SPDX-License-Identifier: GPL-2.0
/*
 * netdev_rx_handler_register(), exported (since 2.6.36)
 * exports: netdev_rx_handler_register netdev_rx_handler_unregister
 */
#include <linux/netdevice.h>

int (*mp_probe)(struct net_device *dev, rx_handler_func_t *rx_handler,
		void *rx_handler_data) = netdev_rx_handler_register;
