// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_net: frames completed from the NIC's poll, while the worker sleeps.
 *
 * Included at the end of net.c, behind vhost_net_mp.c.
 *
 * A worker that goes to sleep hands over what belongs to the completing side of
 * the virtqueue: last_used_idx, signalled_used, signalled_used_valid, and of ours
 * completed and the posted heads.  Whoever takes the virtqueue's mutex to use one
 * of them calls mp_rx_own() first.  That is the worker, when it runs again; what
 * stops the backend; and every ioctl, see mp_vhost_ioctl(): so neither features,
 * addresses, call eventfd nor log change under a poll.  The transmit worker, when
 * it polls for both, uses other fields only (avail_idx, used_flags), but may undo
 * what the receive worker has told the guest of kicks.
 *
 * Left to the worker is a ring with VIRTIO_F_IN_ORDER (one used element stands
 * for several heads), with VIRTIO_F_NOTIFY_ON_EMPTY, with a dirty log, with
 * a header other than that of virtio 1, or that is not in contiguous pages.
 */

/* The memory region around the ring at @addr, for the core to pin. */
static bool mp_vhost_ring_buf(struct mp_vhost *mv, void __user *addr, size_t len,
			      struct mp_buf *buf)
{
	const u64 at = (u64)(uintptr_t)addr;

	if (likely(buf->addr == at && buf->len == len))
		return true;
	if (!mp_vhost_find_map(mv, at, len))
		return false;
	buf->addr = at;
	buf->len = len;
	buf->map_addr = mv->map_addr;
	buf->map_len = mv->map_len;
	return true;
}

static bool mp_vhost_map_rings(struct mp_vhost *mv)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	size_t event = vhost_has_feature(vq, VIRTIO_RING_F_EVENT_IDX) ?
		       sizeof(*vq->avail->ring) : 0;

	return mp_vhost_ring_buf(mv, vq->avail,
				 struct_size(vq->avail, ring, vq->num) + event,
				 &mv->avail) &&
	       mp_vhost_ring_buf(mv, vq->used,
				 struct_size(vq->used, ring, vq->num),
				 &mv->used) &&
	       mp_rx_map_rings(mv->rx, &mv->avail, &mv->used, mv->hlen);
}

/*
 * May frames be completed without the worker until it is woken?  Asked with the
 * virtqueue's mutex held: an ioctl that comes after that takes it back.
 */
static bool mp_vhost_may_poll(struct mp_vhost *mv)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);

	lockdep_assert_held(&vq->mutex);
	if (mv->no_poll || atomic_read(&mv->n->mp.ioctls) ||
	    mv->hlen != sizeof(struct virtio_net_hdr_mrg_rxbuf) ||
	    vhost_has_feature(vq, VIRTIO_F_IN_ORDER) ||
	    vhost_has_feature(vq, VIRTIO_F_NOTIFY_ON_EMPTY) ||
	    vhost_has_feature(vq, VHOST_F_LOG_ALL) || vq->log_used)
		return false;
	/* what failed is not tried again at every frame */
	mv->no_poll = !mp_vhost_map_rings(mv);
	return !mv->no_poll;
}

/*
 * Does the guest want a call for the used entries since @old?  What vhost's own
 * answer is, from the pinned available ring.
 */
static bool mp_vhost_wants_call(struct vhost_virtqueue *vq,
				const struct vring_avail *avail, u16 old)
{
	const u16 new = vq->last_used_idx, since = vq->signalled_used;
	bool valid;

	/* all indices used since the last call: it says nothing any more */
	if ((u16)(new - since) < (u16)(new - old))
		vq->signalled_used_valid = false;
	if (!vhost_has_feature(vq, VIRTIO_RING_F_EVENT_IDX))
		return !(READ_ONCE(avail->flags) &
			 cpu_to_vhost16(vq, VRING_AVAIL_F_NO_INTERRUPT));
	valid = vq->signalled_used_valid;
	vq->signalled_used = new;
	vq->signalled_used_valid = true;
	return !valid ||
	       vring_need_event(vhost16_to_cpu(vq, READ_ONCE(avail->ring[vq->num])),
				new, since);
}

/*
 * When the NIC has less than most of the ring, see mp_vhost_wants_kick(), the
 * worker posts what the guest has made available without a kick, or asks for one.
 * Even a guest that was asked to kick may not have: the transmit worker, when it
 * polls for both, says no in between.
 */
static bool mp_vhost_should_post(struct mp_vhost *mv,
				 const struct vring_avail *avail)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	const u32 size = mv->mask + 1;

	if (mv->posted - mv->completed >= size - size / 4)
		return false;
	return !mv->kicks || vhost16_to_cpu(vq, READ_ONCE(avail->idx)) !=
			     vq->last_avail_idx;
}

static void mp_vhost_write_header(struct virtio_net_hdr_mrg_rxbuf *hdr,
				  u32 flags, __virtio16 num_buffers)
{
	memset(&hdr->hdr, 0, sizeof(hdr->hdr));
	if (flags & MP_RX_CSUM_OK)
		hdr->hdr.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	hdr->num_buffers = num_buffers;
}

/* The NIC's poll: see struct mp_rx_ops. */
static unsigned int mp_vhost_complete(void *priv, const void *avail, void *used,
				      const struct mp_ready *frame,
				      unsigned int n)
{
	struct vhost_net *net = priv;
	struct mp_vhost *mv = net->mp.rx;
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	struct vring_used *ring = used;
	const u16 old = vq->last_used_idx;
	struct vring_used_elem *elem;
	const struct mp_head *head;
	unsigned int i;

	for (i = 0; i < n; i++, frame++) {
		head = &mv->head[(mv->completed + i) & mv->mask];
		if (head->nsegs != 1 || frame->len > head->room)
			break;
		mp_vhost_write_header(frame->header, frame->flags,
				      cpu_to_vhost16(vq, 1));
		elem = &ring->ring[(u16)(old + i) & (vq->num - 1)];
		elem->id = cpu_to_vhost32(vq, head->id);
		elem->len = cpu_to_vhost32(vq, mv->hlen + frame->len);
	}
	if (!i)
		return 0;
	mv->completed += i;
	vq->last_used_idx = old + i;
	/* headers and elements before the index that shows them */
	smp_wmb();
	WRITE_ONCE(ring->idx, cpu_to_vhost16(vq, vq->last_used_idx));
	/* and the index before what the guest says of calls and heads */
	smp_mb();
	if (vq->call_ctx.ctx && mp_vhost_wants_call(vq, avail, old))
		mp_eventfd_signal(vq->call_ctx.ctx);
	if (mp_vhost_should_post(mv, avail))
		mp_vhost_queue(net);
	return i;
}

/* hook: every ioctl; none runs while frames are completed without the worker */
long mp_vhost_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vhost_net *n = file->private_data;
	struct vhost_virtqueue *vq = &n->vqs[VHOST_NET_VQ_RX].vq;
	long r;

	atomic_inc(&n->mp.ioctls);
	/* against mp_vhost_may_poll(): either sees what the other did */
	smp_mb__after_atomic();
	if (READ_ONCE(n->mp.rx)) {
		mutex_lock_nested(&vq->mutex, VHOST_NET_VQ_RX);
		if (n->mp.rx) {
			mp_rx_own(n->mp.rx->rx);
			n->mp.rx->no_poll = false;
			/*
			 * The worker looks at what has come in, and wants to be
			 * woken for the rest. Not after the ioctl: then nothing
			 * would keep the worker from being freed.
			 */
			mp_vhost_queue(n);
		}
		mutex_unlock(&vq->mutex);
	}
	r = vhost_net_ioctl(file, cmd, arg);
	atomic_dec(&n->mp.ioctls);
	return r;
}
