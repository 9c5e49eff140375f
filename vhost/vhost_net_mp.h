/* SPDX-License-Identifier: GPL-2.0 */
/* vhost_net: hooks of mpassthru; what they do is in vhost_net_mp.c. */
#ifndef _VHOST_NET_MP_H_
#define _VHOST_NET_MP_H_

#include <linux/atomic.h>
#include <linux/mpassthru.h>

struct file;
struct vhost_net;
struct vhost_virtqueue;

/**
 * struct mp_vhost_net - what a vhost_net has of ours
 * @rx: its receive virtqueue while the backend is a port, else NULL; changed
 *	under that virtqueue's mutex
 * @ioctls: those that are running
 */
struct mp_vhost_net {
	struct mp_vhost *rx;
	atomic_t ioctls;
};

void mp_vhost_open(struct vhost_net *n);
void mp_vhost_release(struct vhost_net *n);
struct socket *mp_vhost_get_socket(int fd);
void mp_vhost_set_backend(struct vhost_net *n, unsigned int index,
			  struct socket *sock);
void mp_vhost_backend_ready(struct vhost_net *n, unsigned int index,
			    struct socket *sock);
void mp_vhost_backend_restored(struct vhost_net *n, unsigned int index,
			       struct socket *sock);
void mp_vhost_stop_vq(struct vhost_net *n, struct vhost_virtqueue *vq);
long mp_vhost_dev_ioctl(struct vhost_net *n, unsigned int cmd,
			void __user *argp);
long mp_vhost_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
void mp_vhost_handle_rx(struct vhost_net *net);
void mp_vhost_tx_polled(struct vhost_net *n, struct vhost_virtqueue *rvq);

#endif /* _VHOST_NET_MP_H_ */
