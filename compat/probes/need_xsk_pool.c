// SPDX-License-Identifier: GPL-2.0
/*
 * xsk_get_pool_from_qid() (AF_XDP buffer pools, Linux 5.10)
 * exports: xsk_get_pool_from_qid
 */
#include <net/xdp_sock_drv.h>

struct xsk_buff_pool *(*mp_probe)(struct net_device *dev, u16 queue_id) =
	xsk_get_pool_from_qid;
