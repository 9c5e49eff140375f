// SPDX-License-Identifier: GPL-2.0
/* vhost_discard_vq_desc() takes the number of descriptors too, since 6.18 */
#include "vhost.h"

void (*mp_probe)(struct vhost_virtqueue *vq, int nbuf,
		 unsigned int ndesc) = vhost_discard_vq_desc;
