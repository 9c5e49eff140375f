// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_vq_work_queue(), since 6.5; it was vhost_work_queue() of the device
 * exports: vhost_vq_work_queue
 */
#include "vhost.h"

bool (*mp_probe)(struct vhost_virtqueue *vq,
		 struct vhost_work *work) = vhost_vq_work_queue;
