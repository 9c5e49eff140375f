// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_get_vq_desc_n() tells the number of descriptors, since 6.18
 * exports: vhost_get_vq_desc_n
 */
#include "vhost.h"

int (*mp_probe)(struct vhost_virtqueue *vq, struct iovec iov[],
		unsigned int iov_size, unsigned int *out_num,
		unsigned int *in_num, struct vhost_log *log,
		unsigned int *log_num,
		unsigned int *ndesc) = vhost_get_vq_desc_n;
