// SPDX-License-Identifier: GPL-2.0
/* vhost_add_used_and_signal_n() and _n() take nheads, since 6.18 */
#include "vhost.h"

void (*mp_probe)(struct vhost_dev *dev, struct vhost_virtqueue *vq,
		 struct vring_used_elem *heads, u16 *nheads,
		 unsigned int count) = vhost_add_used_and_signal_n;
int (*mp_probe2)(struct vhost_virtqueue *vq, struct vring_used_elem *heads,
		 u16 *nheads, unsigned int count) = vhost_add_used_n;
