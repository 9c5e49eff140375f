// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_vq_has_work(), since 6.5; it was vhost_has_work() of the device
 * exports: vhost_vq_has_work
 */
#include "vhost.h"

bool (*mp_probe)(struct vhost_virtqueue *vq) = vhost_vq_has_work;
