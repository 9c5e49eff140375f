// SPDX-License-Identifier: GPL-2.0
/* UDP segmentation offered to tap users and understood, since 6.2 */
#include <linux/if_tun.h>
#include <linux/virtio_net.h>

int mp_probe[] = { TUN_F_USO4, TUN_F_USO6, VIRTIO_NET_HDR_GSO_UDP_L4 };
