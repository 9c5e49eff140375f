// SPDX-License-Identifier: GPL-2.0
/*
 * Uses every shim of compat/include/ in its newest form, whether or not the
 * modules need it today. Compiled for each kernel, never linked.
 */
#include <linux/if_tun.h>
#include <linux/module.h>
#include <linux/virtio_net.h>
#include <net/gso.h>

#include "igb.h"
#include "vhost.h"
#include "mp_compat.h"
#include "mp_compat_igb.h"
#include "mp_compat_vhost.h"

MODULE_IMPORT_NS("MP_TEST");

struct shims {
	struct timer_list timer;
	struct hrtimer hrtimer;
};

struct shims *shims_timer(struct timer_list *t);
long shims_mm(struct mm_struct *mm, struct page **pages, int *locked);
bool shims_net(struct net_device *dev, struct sk_buff *skb);
void shims_igb(struct igb_q_vector *q_vector, struct sk_buff *skb);
bool shims_uio(struct iov_iter *i, const struct iovec *iov);
int shims_vhost(struct vhost_virtqueue *vq, struct vhost_work *work);
int shims_rxfh(struct net_device *dev, MP_SET_RXFH_PARAMS);

static enum hrtimer_restart shims_expired(struct hrtimer *t)
{
	return HRTIMER_NORESTART;
}

struct shims *shims_timer(struct timer_list *t)
{
	struct shims *s = timer_container_of(s, t, timer);

	hrtimer_setup(&s->hrtimer, shims_expired, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL);
	return s;
}

long shims_mm(struct mm_struct *mm, struct page **pages, int *locked)
{
	return pin_user_pages_remote(mm, 0UL, 1UL, FOLL_WRITE | FOLL_LONGTERM,
				     pages, locked);
}

bool shims_net(struct net_device *dev, struct sk_buff *skb)
{
	netdev_lock_ops(dev);
	netdev_unlock_ops(dev);
	return mp_dev_has_taps(dev) && skb_gso_validate_mac_len(skb, 1514) &&
	       VIRTIO_NET_HDR_GSO_UDP_L4 > (TUN_F_USO4 & TUN_F_USO6);
}

int shims_rxfh(struct net_device *dev, MP_SET_RXFH_PARAMS)
{
	return mp_call_set_rxfh(dev->ethtool_ops, dev);
}

bool shims_uio(struct iov_iter *i, const struct iovec *iov)
{
	iov_iter_init(i, ITER_SOURCE, iov, 1, 1);
	iov_iter_init(i, ITER_DEST, iov, 1, 1);
	return iter_is_ubuf(i);
}

int shims_vhost(struct vhost_virtqueue *vq, struct vhost_work *work)
{
	struct vring_used_elem heads[1] = {};
	unsigned int out, in, ndesc;
	u16 nheads[1] = { 1 };
	int head;

	head = mp_vhost_get_desc(vq, vq->iov, ARRAY_SIZE(vq->iov), &out, &in,
				 NULL, NULL, &ndesc);
	mp_vhost_discard_desc(vq, 1, ndesc);
	mp_vhost_add_used_and_signal_n(vq->dev, vq, heads, nheads, 1);
	if (mp_vhost_vq_has_work(vq))
		mp_vhost_vq_work_queue(vq, work);
	return head < 0 ? head : mp_vhost_add_used_n(vq, heads, nheads, 1);
}

void shims_igb(struct igb_q_vector *q_vector, struct sk_buff *skb)
{
	mp_igb_rx_pktstamp(q_vector, skb->data, skb);
}
