// SPDX-License-Identifier: GPL-2.0
/*
 * vhost's rings: vhost_get_vq_desc(), vhost_log_write(), vhost_poll_queue()
 * exports: vhost_get_vq_desc vhost_log_write vhost_poll_queue vhost_signal
 * exports: vhost_add_used_n vhost_discard_vq_desc vhost_enable_notify
 * exports: vhost_disable_notify vhost_dev_ioctl vhost_vring_ioctl
 */
#include "vhost.h"

int (*mp_probe)(struct vhost_virtqueue *vq, struct iovec iov[],
		unsigned int iov_count, unsigned int *out_num,
		unsigned int *in_num, struct vhost_log *log,
		unsigned int *log_num) = vhost_get_vq_desc;
int (*mp_probe2)(struct vhost_virtqueue *vq, struct vhost_log *log,
		 unsigned int log_num, u64 len, struct iovec *iov,
		 int count) = vhost_log_write;
void (*mp_probe3)(struct vhost_poll *poll) = vhost_poll_queue;
