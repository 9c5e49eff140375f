// SPDX-License-Identifier: GPL-2.0
/* struct ethtool_rxfh_param, since 6.8: what set_rxfh gets; it was three */
#include <linux/ethtool.h>

int mp_probe(struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack,
	     struct net_device *dev, const struct ethtool_ops *ops);

int mp_probe(struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack,
	     struct net_device *dev, const struct ethtool_ops *ops)
{
	return ops->set_rxfh(dev, rxfh, extack);
}
