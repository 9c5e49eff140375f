/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhost's rings on all kernels. These have names of their own because net.c,
 * which includes our code, goes on using vhost's names in the old form.
 *
 * "ndesc" is the number of entries in the avail ring that a buffer took; it
 * differs from 1 only with VIRTIO_F_IN_ORDER, which came with it in 6.18.
 *
 * No shim is needed for vhost_poll_queue(), vhost_log_write(),
 * vhost_enable_notify(), vhost_disable_notify(), vhost_signal(),
 * vhost_vq_avail_empty(), vhost_has_feature(), vhost_vq_get_backend(); to flush
 * the worker, net.c's own vhost_net_flush() is on all kernels.
 *
 * Include it after vhost.h.
 */
#ifndef _MP_COMPAT_VHOST_H
#define _MP_COMPAT_VHOST_H

#include "mp_config.h"

/* 6.18, where vhost offers it; by then the number had long been given */
#ifndef VIRTIO_F_IN_ORDER
#define VIRTIO_F_IN_ORDER	35
#endif

/**
 * mp_vhost_get_desc() - take the next buffer off the avail ring
 * @vq: virtqueue, its mutex held
 * @iov: filled with the buffer's pieces
 * @iov_size: entries in @iov
 * @out: number of pieces the device reads
 * @in: number of pieces the device writes, behind those
 * @log: filled for vhost_log_write() unless NULL
 * @log_num: entries used in @log
 * @ndesc: what to hand to mp_vhost_discard_desc()
 *
 * Return: the head, vq->num if there is none, or a negative errno.
 */
static inline int
mp_vhost_get_desc(struct vhost_virtqueue *vq, struct iovec iov[],
		  unsigned int iov_size, unsigned int *out, unsigned int *in,
		  struct vhost_log *log, unsigned int *log_num,
		  unsigned int *ndesc)
{
	/* 6.18. Until then. */
#ifdef MP_HAVE_VHOST_GET_VQ_DESC_N
	return vhost_get_vq_desc_n(vq, iov, iov_size, out, in, log, log_num,
				   ndesc);
#else
	*ndesc = 1;
	return vhost_get_vq_desc(vq, iov, iov_size, out, in, log, log_num);
#endif
}

/**
 * mp_vhost_discard_desc() - give back the buffers taken last
 * @vq: virtqueue, its mutex held
 * @nbuf: number of buffers
 * @ndesc: sum of what mp_vhost_get_desc() told of them
 */
static inline void
mp_vhost_discard_desc(struct vhost_virtqueue *vq, int nbuf, unsigned int ndesc)
{
	/* 6.18. Until then. */
#ifdef MP_HAVE_VHOST_DISCARD_NDESC
	vhost_discard_vq_desc(vq, nbuf, ndesc);
#else
	vhost_discard_vq_desc(vq, nbuf);
#endif
}

/**
 * mp_vhost_add_used_n() - publish used buffers, do not signal
 * @vq: virtqueue, its mutex held
 * @heads: head and length of each
 * @nheads: with VIRTIO_F_IN_ORDER, the number of buffers that each entry of
 *	@heads stands for; NULL otherwise
 * @count: entries in @heads
 *
 * Return: 0 or a negative errno.
 */
static inline int
mp_vhost_add_used_n(struct vhost_virtqueue *vq, struct vring_used_elem *heads,
		    u16 *nheads, unsigned int count)
{
	/* 6.18. Until then; IN_ORDER is not offered there. */
#ifdef MP_HAVE_VHOST_ADD_USED_NHEADS
	return vhost_add_used_n(vq, heads, nheads, count);
#else
	return vhost_add_used_n(vq, heads, count);
#endif
}

/* mp_vhost_add_used_and_signal_n() - the same, and signal the guest */
static inline void
mp_vhost_add_used_and_signal_n(struct vhost_dev *dev,
			       struct vhost_virtqueue *vq,
			       struct vring_used_elem *heads, u16 *nheads,
			       unsigned int count)
{
#ifdef MP_HAVE_VHOST_ADD_USED_NHEADS
	vhost_add_used_and_signal_n(dev, vq, heads, nheads, count);
#else
	vhost_add_used_and_signal_n(dev, vq, heads, count);
#endif
}

/**
 * mp_vhost_nheads() - the array to hand to mp_vhost_add_used_n()
 * @vq: virtqueue, its mutex held
 */
static inline u16 *mp_vhost_nheads(struct vhost_virtqueue *vq)
{
	/* 6.18. Until then. */
#ifdef MP_HAVE_VHOST_ADD_USED_NHEADS
	return vq->nheads;
#else
	return NULL;
#endif
}

/* mp_vhost_set_nhead() - entry @i of that array, where there is one */
static inline void mp_vhost_set_nhead(struct vhost_virtqueue *vq, int i, u16 n)
{
#ifdef MP_HAVE_VHOST_ADD_USED_NHEADS
	vq->nheads[i] = n;
#endif
}

/* mp_vhost_vq_has_work() - should a busy-polling worker stop for other work */
static inline bool mp_vhost_vq_has_work(struct vhost_virtqueue *vq)
{
	/* 6.5: queues may have workers of their own. Until then. */
#ifdef MP_HAVE_VHOST_VQ_HAS_WORK
	return vhost_vq_has_work(vq);
#else
	return vhost_has_work(vq->dev);
#endif
}

/* mp_vhost_vq_work_queue() - have the queue's worker run @work */
static inline void mp_vhost_vq_work_queue(struct vhost_virtqueue *vq,
					  struct vhost_work *work)
{
	/* 6.5, as above */
#ifdef MP_HAVE_VHOST_VQ_WORK_QUEUE
	vhost_vq_work_queue(vq, work);
#else
	vhost_work_queue(vq->dev, work);
#endif
}

/* mp_eventfd_signal() - wake who waits for @ctx */
static inline void mp_eventfd_signal(struct eventfd_ctx *ctx)
{
	/* 6.8 dropped the count, which always was 1. Until then. */
#ifdef MP_HAVE_EVENTFD_SIGNAL_CTX
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

#endif /* _MP_COMPAT_VHOST_H */
