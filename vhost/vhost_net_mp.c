// SPDX-License-Identifier: GPL-2.0
/*
 * vhost_net: receive into guest memory through a port of mpassthru.
 *
 * Included at the end of net.c, so that it can use what is private there.
 *
 * The stock worker takes heads off the guest's ring when a frame is there.  Ours
 * posts them ahead, in order, and completes them in the same order.  Whenever the
 * heads have to go back (backend or memory table changes, the port loses its
 * NIC) it quiesces the NIC, completes the frames that are done, and rewinds the
 * ring by exactly the heads outstanding.
 *
 * What the direct way cannot do is left to the stock worker, which receives
 * copies through the port's socket: a guest behind an IOMMU (its translations
 * may be withdrawn any time), heads too small for a frame or in many pieces, and
 * guest memory that faults.
 *
 * Everything here is protected by the receive virtqueue's mutex, but for what a
 * sleeping worker leaves to the NIC's poll: see vhost_net_mp_poll.c.
 */
#include <linux/sched/clock.h>
#include <linux/uio.h>

#include "mp_compat.h"
#include "mp_compat_vhost.h"

/* Pieces of a head that we keep; enough for header, Ethernet frame, odd cuts. */
#define MP_HEAD_SEGS	4

/* Frames, and heads, per batch: one used-ring update, one signal. */
#define MP_RX_BATCH	VHOST_NET_BATCH

/**
 * struct mp_head - a posted head
 * @seg: where it lies in the owner's memory, cut off after the largest frame
 * @log: the same in guest-physical addresses, for the dirty log
 * @nsegs: used entries of @seg
 * @nlogs: used entries of @log
 * @id: head descriptor
 * @ndesc: entries of the avail ring that it took
 * @room: bytes in @seg behind the header
 */
struct mp_head {
	struct iovec seg[MP_HEAD_SEGS];
	struct vhost_log log[MP_HEAD_SEGS];
	u16 nsegs;
	u16 nlogs;
	u16 id;
	u16 ndesc;
	u32 room;
};

/**
 * struct mp_vhost - a receive virtqueue whose backend is a port
 * @n: the device
 * @rx: its receive ring in the core
 * @head: by slot, [n & mask]
 * @mask: slots - 1
 * @posted: heads posted since the ring was last empty
 * @completed: heads completed since then
 * @fetched: heads of the current batch that are not posted yet; they follow the
 *	posted ones in @head
 * @buf: their windows
 * @frame: frames of the current batch
 * @hlen: bytes of virtio-net header that were left in front of every window
 * @stock: receive through the socket from now on
 * @kicks: the sleeping worker has asked for one
 * @no_poll: the rings cannot be reached from the NIC's poll
 * @suspended: the memory table is being changed, the worker stays away
 * @map_gpa: memory region of the last head, see mp_vhost_find_map(): its
 *	guest-physical address
 * @map_addr: its user address
 * @map_len: its length; 0 for none
 * @avail: where the available ring lies, for mp_rx_map_rings(); @addr 0 if not
 *	known
 * @used: the used ring
 */
struct mp_vhost {
	struct vhost_net *n;
	struct mp_rx *rx;
	struct mp_head *head;
	u32 mask;
	u32 posted;
	u32 completed;
	unsigned int fetched;
	struct mp_buf buf[MP_RX_BATCH];
	struct mp_frame frame[MP_RX_BATCH];
	size_t hlen;
	bool stock;
	bool suspended;
	bool kicks;
	bool no_poll;
	u64 map_gpa;
	u64 map_addr;
	u64 map_len;
	struct mp_buf avail;
	struct mp_buf used;
};

static struct vhost_virtqueue *mp_vhost_vq(struct mp_vhost *mv)
{
	return &mv->n->vqs[VHOST_NET_VQ_RX].vq;
}

/* Bytes of virtio-net header at the start of each head. */
static size_t mp_vhost_hlen(struct vhost_net *n)
{
	struct vhost_net_virtqueue *nvq = &n->vqs[VHOST_NET_VQ_RX];

	return nvq->vhost_hlen + nvq->sock_hlen;
}

static void mp_vhost_queue(struct vhost_net *n)
{
	vhost_poll_queue(&n->poll[VHOST_NET_VQ_RX]);
}

static void mp_vhost_wake(void *priv)
{
	mp_vhost_queue(priv);
}

/* vhost_net_mp_poll.c */
static unsigned int mp_vhost_complete(void *priv, const void *avail, void *used,
				      const struct mp_ready *frame,
				      unsigned int n);
static bool mp_vhost_may_poll(struct mp_vhost *mv);

static const struct mp_rx_ops mp_vhost_rx_ops = {
	.wake = mp_vhost_wake,
	.complete = mp_vhost_complete,
};

/* ------------------------------------------------------------- complete -- */

/*
 * What every guest of virtio 1 has in front of a frame, whole in one piece: all
 * of it is 0 but the flags, which come first, and the number of buffers.
 */
static __always_inline int
mp_head_write_plain(struct virtio_net_hdr_mrg_rxbuf __user *to, u8 flags,
		    __virtio16 num_buffers)
{
	BUILD_BUG_ON(offsetof(typeof(*to), hdr.flags));
	BUILD_BUG_ON(offsetof(typeof(*to), hdr.csum_offset) != sizeof(__le64));
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	unsafe_put_user(cpu_to_le64(flags), (__le64 __user *)to, fault);
	unsafe_put_user(0, &to->hdr.csum_offset, fault);
	unsafe_put_user(num_buffers, &to->num_buffers, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/* Header and frame into any number of pieces. */
static int mp_head_write_pieces(struct mp_vhost *mv, const struct mp_head *head,
				const struct mp_frame *frame, u8 flags,
				__virtio16 num_buffers)
{
	struct virtio_net_hdr_mrg_rxbuf hdr = {
		.hdr.flags = flags,
		.hdr.gso_type = VIRTIO_NET_HDR_GSO_NONE,
		.num_buffers = num_buffers,
	};
	size_t hlen = min(mv->hlen, sizeof(hdr));
	struct iov_iter to;

	iov_iter_init(&to, ITER_DEST, head->seg, head->nsegs,
		      mv->hlen + frame->len);
	if (copy_to_iter(&hdr, hlen, &to) != hlen ||
	    iov_iter_zero(mv->hlen - hlen, &to) != mv->hlen - hlen)
		return -EFAULT;
	if (frame->copy &&
	    copy_to_iter(frame->copy, frame->len, &to) != frame->len)
		return -EFAULT;
	return 0;
}

/* Write header and, for a detour, the frame.  Returns bytes used in the head. */
static __always_inline int mp_head_write(struct mp_vhost *mv,
					 const struct mp_head *head,
					 const struct mp_frame *frame,
					 __virtio16 num_buffers)
{
	u8 flags = frame->flags & MP_RX_CSUM_OK ? VIRTIO_NET_HDR_F_DATA_VALID :
						  0;
	int err;

	if (unlikely(frame->len > head->room))
		return -EMSGSIZE;
	if (likely(!frame->copy &&
		   mv->hlen == sizeof(struct virtio_net_hdr_mrg_rxbuf) &&
		   head->seg[0].iov_len >= mv->hlen))
		err = mp_head_write_plain(head->seg[0].iov_base, flags,
					  num_buffers);
	else
		err = mp_head_write_pieces(mv, head, frame, flags, num_buffers);
	return err ?: mv->hlen + frame->len;
}

static void mp_vhost_log(struct mp_vhost *mv, struct mp_head *head, u32 len)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);

	if (unlikely(vhost_has_feature(vq, VHOST_F_LOG_ALL)))
		vhost_log_write(vq, head->log, head->nlogs, len, head->seg,
				head->nsegs);
}

/* Look at what has come in.  Returns the number of frames in mv->frame. */
static unsigned int mp_vhost_collect(struct mp_vhost *mv)
{
	unsigned int n;

	if (!mp_rx_pending(mv->rx))
		return 0;
	mp_rx_lock(mv->rx);
	n = mp_rx_peek(mv->rx, mv->frame, MP_RX_BATCH);
	mp_rx_unlock(mv->rx);
	return n;
}

/*
 * Write @n collected frames to their heads, and the used elements.  Returns the
 * number written; @err tells why it is less.
 */
static unsigned int mp_vhost_write(struct mp_vhost *mv, unsigned int n,
				   size_t *bytes, int *err)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	const bool le = vhost_is_little_endian(vq);
	struct vring_used_elem *used = vq->heads;
	struct mp_frame *frame = mv->frame;
	struct mp_head *head;
	unsigned int i;
	int len;

	for (i = 0; i < n; i++, frame++, used++) {
		head = &mv->head[(mv->completed + i) & mv->mask];
		len = mp_head_write(mv, head, frame, __cpu_to_virtio16(le, 1));
		if (unlikely(len < 0)) {
			*err = len;
			break;
		}
		mp_vhost_log(mv, head, len);
		used->id = __cpu_to_virtio32(le, head->id);
		used->len = __cpu_to_virtio32(le, len);
		mp_vhost_set_nhead(vq, i, 1);
		*bytes += len;
	}
	return i;
}

/* Take @n written frames off the core's ring; mp_rx_lock() held. */
static void mp_vhost_pop(struct mp_vhost *mv, unsigned int n)
{
	mp_rx_pop(mv->rx, mv->frame, n);
	mv->completed += n;
}

static void mp_vhost_signal(struct mp_vhost *mv, unsigned int n)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);

	if (n)
		mp_vhost_add_used_and_signal_n(&mv->n->dev, vq, vq->heads,
					       mp_vhost_nheads(vq), n);
}

/* ----------------------------------------------------------------- post -- */

/* The memory region that holds [@addr, @addr + @len), a user address. */
static bool mp_vhost_find_map(struct mp_vhost *mv, u64 addr, u64 len)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	struct vhost_iotlb_map *map;

	if (likely(addr - mv->map_addr < mv->map_len &&
		   len <= mv->map_len - (addr - mv->map_addr)))
		return true;
	list_for_each_entry(map, &vq->umem->list, link) {
		if (addr - map->addr >= map->size ||
		    len > map->size - (addr - map->addr))
			continue;
		mv->map_gpa = map->start;
		mv->map_addr = map->addr;
		mv->map_len = map->size;
		return true;
	}
	return false;
}

/* Keep what describes the head up to the largest frame. */
static bool mp_head_keep(struct mp_vhost *mv, struct mp_head *head,
			 unsigned int in, unsigned int nlogs)
{
	size_t want = mv->hlen + mp_rx_max_frame(mv->rx);
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	size_t segs = 0, logs = 0;
	unsigned int i, j;

	for (i = 0; i < in && i < MP_HEAD_SEGS && segs < want; i++) {
		head->seg[i] = vq->iov[i];
		segs += vq->iov[i].iov_len;
	}
	for (j = 0; j < nlogs && j < MP_HEAD_SEGS && logs < want; j++) {
		head->log[j] = vq->log[j];
		logs += vq->log[j].len;
	}
	head->nsegs = i;
	head->nlogs = j;
	head->room = segs - min(segs, mv->hlen);
	return segs >= want && logs >= want;
}

/* The first piece behind the header. */
static bool mp_head_window(struct mp_vhost *mv, const struct mp_head *head,
			   struct mp_buf *buf)
{
	size_t skip = mv->hlen;
	unsigned int i;

	for (i = 0; i < head->nsegs && skip >= head->seg[i].iov_len; i++)
		skip -= head->seg[i].iov_len;
	if (i == head->nsegs)
		return false;
	buf->addr = (u64)(uintptr_t)head->seg[i].iov_base + skip;
	buf->len = head->seg[i].iov_len - skip;
	if (!mp_vhost_find_map(mv, buf->addr, buf->len))
		return false;
	buf->map_addr = mv->map_addr;
	buf->map_len = mv->map_len;
	return true;
}

/*
 * Fetch the next available head.  Returns 1; 0 if there is none; -EMSGSIZE if
 * the head is not for us; another errno as the stock worker would see it.  After
 * an error the head stays available, and the next frame or kick tries again.
 */
static int mp_vhost_fetch_one(struct mp_vhost *mv)
{
	struct mp_head *head = &mv->head[(mv->posted + mv->fetched) & mv->mask];
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	unsigned int out, in, nlogs = 0, ndesc;
	int r;

	r = mp_vhost_get_desc(vq, vq->iov, ARRAY_SIZE(vq->iov), &out, &in,
			      vq->log, &nlogs, &ndesc);
	if (r < 0 || r == vq->num)
		return r < 0 ? r : 0;
	head->id = r;
	head->ndesc = ndesc;
	r = -EINVAL;
	if (unlikely(out || !in)) {
		vq_err(vq, "unexpected descriptors for receive: %u out, %u in\n",
		       out, in);
		goto discard;
	}
	r = -EMSGSIZE;
	if (unlikely(!mp_head_keep(mv, head, in, nlogs) ||
		     !mp_head_window(mv, head, &mv->buf[mv->fetched])))
		goto discard;
	mv->fetched++;
	return 1;

discard:
	mp_vhost_discard_desc(vq, 1, ndesc);
	return r;
}

/* A head of one piece, which begins @offset bytes into the last one's region. */
static __always_inline void mp_head_set(struct mp_vhost *mv,
					struct mp_head *head, u16 id,
					u64 offset, u32 len, struct mp_buf *buf)
{
	const u64 addr = mv->map_addr + offset;

	head->seg[0].iov_base = (void __user *)(uintptr_t)addr;
	head->seg[0].iov_len = len;
	head->log[0].addr = mv->map_gpa + offset;
	head->log[0].len = len;
	head->nsegs = 1;
	head->nlogs = 1;
	head->id = id;
	head->ndesc = 1;
	head->room = len - mv->hlen;
	buf->addr = addr + mv->hlen;
	buf->len = head->room;
	buf->map_addr = mv->map_addr;
	buf->map_len = mv->map_len;
}

/*
 * Fetch up to @n heads that are as most guests make them: one writable piece,
 * large enough, in the region of the last one.  Each entry of the rings is read
 * once.  User memory is open: nothing is called, and no array is indexed, which
 * the compiler might check.  Returns how many.
 */
static unsigned int mp_vhost_read_plain(struct mp_vhost *mv, unsigned int n)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	const u32 want = mv->hlen + mp_rx_max_frame(mv->rx);
	const u32 first = mv->posted + mv->fetched;
	const bool le = vhost_is_little_endian(vq);
	struct mp_buf *buf = mv->buf + mv->fetched;
	struct vring_desc __user *desc;
	unsigned int i = 0;
	__virtio16 id, flags;
	__virtio64 addr;
	__virtio32 len;
	u64 offset;

	if (!user_read_access_begin(vq->desc, vq->num * sizeof(*vq->desc)))
		return 0;
	for (; i < n; i++, buf++) {
		unsafe_get_user(id, &vq->avail->ring[(vq->last_avail_idx + i) &
						     (vq->num - 1)], out);
		if (__virtio16_to_cpu(le, id) >= vq->num)
			break;
		desc = vq->desc + __virtio16_to_cpu(le, id);
		unsafe_get_user(addr, &desc->addr, out);
		unsafe_get_user(len, &desc->len, out);
		unsafe_get_user(flags, &desc->flags, out);
		offset = __virtio64_to_cpu(le, addr) - mv->map_gpa;
		if (__virtio16_to_cpu(le, flags) != VRING_DESC_F_WRITE ||
		    __virtio32_to_cpu(le, len) < want ||
		    offset >= mv->map_len ||
		    __virtio32_to_cpu(le, len) > mv->map_len - offset)
			break;
		mp_head_set(mv, &mv->head[(first + i) & mv->mask],
			    __virtio16_to_cpu(le, id), offset,
			    __virtio32_to_cpu(le, len), buf);
	}
out:
	user_read_access_end();
	return i;
}

/*
 * Fetch plain heads, up to @room, of those that vhost has seen to be available.
 * It ends before the first other one, which is for mp_vhost_fetch_one(); so is
 * whatever is wrong.
 */
static void mp_vhost_fetch_plain(struct mp_vhost *mv, unsigned int room)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	unsigned int n;

	/* with it the avail ring does not say which head is next */
	if (vhost_has_feature(vq, VIRTIO_F_IN_ORDER) || !mv->map_len)
		return;
	n = min_t(unsigned int, room - mv->fetched,
		  (u16)(vq->avail_idx - vq->last_avail_idx));
	if (!n)
		return;
	n = mp_vhost_read_plain(mv, n);
	vq->last_avail_idx += n;
	mv->fetched += n;
}

/* Fetch what the guest has made available, as far as there is room. */
static int mp_vhost_fetch(struct mp_vhost *mv)
{
	unsigned int room = min(mp_rx_room(mv->rx), MP_RX_BATCH);
	int r = 1;

	while (r > 0 && mv->fetched < room) {
		mp_vhost_fetch_plain(mv, room);
		if (mv->fetched < room)
			r = mp_vhost_fetch_one(mv);
	}
	return min(r, 0);
}

/* Make a number of the last fetched heads available again. */
static void mp_vhost_unfetch(struct mp_vhost *mv, unsigned int n)
{
	unsigned int ndesc = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		ndesc += mv->head[(mv->posted + mv->fetched - 1 - i) &
				  mv->mask].ndesc;
	if (n)
		mp_vhost_discard_desc(mp_vhost_vq(mv), n, ndesc);
	mv->fetched -= n;
}

/*
 * Post what was fetched; mp_rx_lock() held.  Returns -ENOMEM if the core could
 * not take all of it.  vhost has no such error for a head.
 */
static int mp_vhost_post(struct mp_vhost *mv)
{
	unsigned int n = mp_rx_post(mv->rx, mv->buf, mv->fetched);

	mv->posted += n;
	mv->fetched -= n;
	mp_rx_publish(mv->rx);
	return mv->fetched ? -ENOMEM : 0;
}

/* --------------------------------------------------------------- rewind -- */

/* Complete what is done; the NIC is quiesced.  A fault loses frames. */
static void mp_vhost_drain(struct mp_vhost *mv)
{
	unsigned int n, done;
	size_t bytes = 0;
	int err = 0;

	do {
		n = mp_vhost_collect(mv);
		done = mp_vhost_write(mv, n, &bytes, &err);
		mp_rx_lock(mv->rx);
		mp_vhost_pop(mv, done);
		mp_rx_unlock(mv->rx);
		mp_vhost_signal(mv, done);
	} while (n && !err);
}

/* Give the outstanding heads back to the guest's ring. */
static void mp_vhost_rewind(struct mp_vhost *mv)
{
	unsigned int n = mp_rx_outstanding(mv->rx);
	unsigned int ndesc = 0;

	WARN_ON_ONCE(n != mv->posted - mv->completed);
	for (; mv->completed != mv->posted; mv->completed++)
		ndesc += mv->head[mv->completed & mv->mask].ndesc;
	if (n)
		mp_vhost_discard_desc(mp_vhost_vq(mv), n, ndesc);
	mp_rx_rewind(mv->rx);
	mv->posted = 0;
	mv->completed = 0;
	mv->map_len = 0;
	mv->avail.addr = 0;
	mv->used.addr = 0;
}

/* The NIC leaves the guest's memory; all heads are back in the ring. */
static void mp_vhost_suspend(struct mp_vhost *mv)
{
	lockdep_assert_held(&mp_vhost_vq(mv)->mutex);
	mp_rx_own(mv->rx);
	mp_rx_quiesce(mv->rx);
	mp_vhost_drain(mv);
	mp_vhost_rewind(mv);
}

static void mp_vhost_resume(struct mp_vhost *mv)
{
	mv->hlen = mp_vhost_hlen(mv->n);
	mv->no_poll = false;
	mp_rx_restart(mv->rx);
	mp_vhost_queue(mv->n);
}

/*
 * Leave the rest to the stock worker, until the NIC's settings change or the
 * backend is set again.
 */
static void mp_vhost_fall_back(struct mp_vhost *mv)
{
	mp_vhost_suspend(mv);
	mv->stock = true;
	mp_vhost_queue(mv->n);
}

/* ----------------------------------------------------------- start, stop -- */

static struct mp_vhost *mp_vhost_alloc(struct vhost_net *n, struct mp_rx *rx)
{
	struct mp_vhost *mv = kzalloc(sizeof(*mv), GFP_KERNEL);

	if (!mv)
		return NULL;
	mv->n = n;
	mv->rx = rx;
	mv->mask = mp_rx_size(rx) - 1;
	mv->hlen = mp_vhost_hlen(n);
	mv->head = kvcalloc(mp_rx_size(rx), sizeof(*mv->head), GFP_KERNEL);
	if (!mv->head) {
		kfree(mv);
		return NULL;
	}
	return mv;
}

/* Failing means the stock worker and the socket, which always work. */
static void mp_vhost_start(struct vhost_net *n, struct socket *sock)
{
	struct vhost_virtqueue *vq = &n->vqs[VHOST_NET_VQ_RX].vq;
	struct mp_rx *rx;

	lockdep_assert_held(&vq->mutex);
	if (vq->iotlb) {
		pr_info_once("vhost_net: guests behind an IOMMU receive copies\n");
		return;
	}
	rx = mp_rx_start(sock, n->dev.mm, vq->num, &mp_vhost_rx_ops, n);
	if (IS_ERR(rx)) {
		pr_warn_ratelimited("vhost_net: no direct receive (error %ld), frames will be copied\n",
				    PTR_ERR(rx));
		return;
	}
	WRITE_ONCE(n->mp.rx, mp_vhost_alloc(n, rx));
	if (!n->mp.rx) {
		mp_rx_stop(rx);
		mp_rx_put(rx);
		return;
	}
	mp_vhost_queue(n);
}

/* After it the ring is as if no head had been taken that was not completed. */
static void mp_vhost_stop(struct vhost_net *n)
{
	struct mp_vhost *mv = n->mp.rx;

	lockdep_assert_held(&n->vqs[VHOST_NET_VQ_RX].vq.mutex);
	if (!mv)
		return;
	mp_rx_own(mv->rx);
	mp_rx_stop(mv->rx);
	/* at process exit the guest's memory cannot be reached any more */
	if (current->mm == n->dev.mm)
		mp_vhost_drain(mv);
	mp_vhost_rewind(mv);
	WRITE_ONCE(n->mp.rx, NULL);
	mp_rx_put(mv->rx);
	kvfree(mv->head);
	kfree(mv);
}

/* ----------------------------------------------------------------- hooks -- */

/* hook: /dev/vhost-net is opened */
void mp_vhost_open(struct vhost_net *n)
{
	n->mp.rx = NULL;
	atomic_set(&n->mp.ioctls, 0);
}

/* hook: the device is freed */
void mp_vhost_release(struct vhost_net *n)
{
	WARN_ON_ONCE(n->mp.rx);
}

/* hook: one more kind of backend */
struct socket *mp_vhost_get_socket(int fd)
{
	struct file *file = fget(fd);
	struct socket *sock;

	if (!file)
		return ERR_PTR(-EBADF);
	sock = mp_get_socket(file);
	if (IS_ERR(sock))
		fput(file);
	return sock;
}

/* hook: the backend is about to change; the old one is still set */
void mp_vhost_set_backend(struct vhost_net *n, unsigned int index,
			  struct socket *sock)
{
	if (index == VHOST_NET_VQ_RX)
		mp_vhost_stop(n);
}

/* hook: the new backend is set and polled */
void mp_vhost_backend_ready(struct vhost_net *n, unsigned int index,
			    struct socket *sock)
{
	if (index == VHOST_NET_VQ_RX && sock && mp_is_socket(sock))
		mp_vhost_start(n, sock);
}

/* hook: the new backend could not be used, the old one is set again */
void mp_vhost_backend_restored(struct vhost_net *n, unsigned int index,
			       struct socket *sock)
{
	mp_vhost_backend_ready(n, index, sock);
}

/* hook: the backend is about to be removed */
void mp_vhost_stop_vq(struct vhost_net *n, struct vhost_virtqueue *vq)
{
	if (vq == &n->vqs[VHOST_NET_VQ_RX].vq)
		mp_vhost_stop(n);
}

/*
 * hook: an ioctl for the whole device.  A new memory table makes the addresses
 * of posted heads meaningless: take them back first.
 */
long mp_vhost_dev_ioctl(struct vhost_net *n, unsigned int cmd,
			void __user *argp)
{
	struct vhost_virtqueue *vq = &n->vqs[VHOST_NET_VQ_RX].vq;
	long r;

	if (cmd != VHOST_SET_MEM_TABLE || !READ_ONCE(n->mp.rx) ||
	    vhost_dev_check_owner(&n->dev))
		return vhost_dev_ioctl(&n->dev, cmd, argp);
	mutex_lock_nested(&vq->mutex, VHOST_NET_VQ_RX);
	if (n->mp.rx && !n->mp.rx->stock) {
		mp_vhost_suspend(n->mp.rx);
		n->mp.rx->suspended = true;
	}
	mutex_unlock(&vq->mutex);
	r = vhost_dev_ioctl(&n->dev, cmd, argp);
	mutex_lock_nested(&vq->mutex, VHOST_NET_VQ_RX);
	if (n->mp.rx && n->mp.rx->suspended) {
		n->mp.rx->suspended = false;
		mp_vhost_resume(n->mp.rx);
	}
	mutex_unlock(&vq->mutex);
	return r;
}

/* ---------------------------------------------------------------- worker -- */

static u64 mp_vhost_clock_us(void)
{
	return local_clock() >> 10;	/* as close to us as vhost's own */
}

/*
 * Spin as long as the user allowed.  True if there is something to do: a frame,
 * or heads if @want_kick.
 */
static bool mp_vhost_busy_poll(struct mp_vhost *mv, bool want_kick)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	u64 end;

	if (!vq->busyloop_timeout)
		return false;
	end = mp_vhost_clock_us() + vq->busyloop_timeout;
	while (mp_vhost_clock_us() < end && !need_resched() &&
	       !signal_pending(current) && !mp_vhost_vq_has_work(vq)) {
		if (mp_rx_pending(mv->rx) ||
		    (want_kick && !vhost_vq_avail_empty(&mv->n->dev, vq)))
			return true;
		cpu_relax();
	}
	return false;
}

/* Nothing came in: may the worker sleep, with its wakeups armed? */
static bool mp_vhost_sleep(struct mp_vhost *mv, bool want_kick)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);

	if (mp_vhost_busy_poll(mv, want_kick))
		return false;
	if (want_kick && vhost_enable_notify(&mv->n->dev, vq)) {
		vhost_disable_notify(&mv->n->dev, vq);
		return false;
	}
	mv->kicks = want_kick;
	if (mp_rx_sleep(mv->rx, mp_vhost_may_poll(mv)))
		return true;
	vhost_disable_notify(&mv->n->dev, vq);
	return false;
}

/*
 * Complete one batch of frames and post one of heads.  The guest's memory is
 * accessed with the core unlocked: that can wait for the guest's owner.
 * Returns how many of either, or why to stop.
 */
static int mp_vhost_batch(struct mp_vhost *mv, size_t *bytes, int *err)
{
	unsigned int n, done, fetched;
	int fault = 0, full = 0;

	*err = mp_vhost_fetch(mv);
	fetched = mv->fetched;
	n = mp_vhost_collect(mv);
	done = mp_vhost_write(mv, n, bytes, &fault);
	if (done || fetched) {
		mp_rx_lock(mv->rx);
		mp_vhost_pop(mv, done);
		full = mp_vhost_post(mv);
		mp_rx_unlock(mv->rx);
		fetched -= mv->fetched;
		mp_vhost_unfetch(mv, mv->fetched);
	}
	mp_vhost_signal(mv, done);
	if (fault || *err == -EMSGSIZE)
		return fault ?: *err;
	*err = *err ?: full;
	return max(done, fetched);
}

/*
 * Heads that the guest makes available while the worker sleeps need no kick as
 * long as the NIC has most of the ring: the next frame wakes the worker, which
 * fetches them before it completes and posts them after.
 */
static bool mp_vhost_wants_kick(struct mp_vhost *mv)
{
	return mp_rx_room(mv->rx) > mp_rx_size(mv->rx) / 4;
}

/*
 * Complete and post until there is nothing to do, the weight is used up (then
 * the worker is queued again), or the direct way is not possible any more: a
 * negative errno.
 */
static int mp_vhost_run(struct mp_vhost *mv)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);
	size_t bytes = 0;
	int work = 0;
	int n, err;

	vhost_disable_notify(&mv->n->dev, vq);
	do {
		n = mp_vhost_batch(mv, &bytes, &err);
		if (n < 0)
			return n;
		work += n;
		if (n)
			continue;
		/* start over; or no memory, and no frame that would call us */
		if (mp_rx_cancelled(mv->rx) ||
		    (err == -ENOMEM && !mp_rx_outstanding(mv->rx))) {
			mp_vhost_queue(mv->n);
			return 0;
		}
		/* a malformed head: wait for the next kick, as stock does */
		if (mp_vhost_sleep(mv, !err && mp_vhost_wants_kick(mv)))
			return 0;
	} while (!vhost_exceeds_weight(vq, work, bytes));
	return 0;
}

/* Anything that ends or restarts the direct way.  True if it goes on. */
static bool mp_vhost_check(struct mp_vhost *mv)
{
	struct vhost_virtqueue *vq = mp_vhost_vq(mv);

	mp_rx_own(mv->rx);
	if (mv->suspended)
		return false;
	if (unlikely(vq->iotlb)) {
		if (!mv->stock)
			mp_vhost_fall_back(mv);
		return false;
	}
	/* what it left for may be over: the NIC's settings changed */
	if (mv->stock && !mp_rx_cancelled(mv->rx))
		return false;
	mv->stock = false;
	if (unlikely(mp_rx_cancelled(mv->rx) ||
		     mv->hlen != mp_vhost_hlen(mv->n))) {
		mp_vhost_suspend(mv);
		mp_vhost_resume(mv);
	}
	/* cancelled a moment ago: its heads come first, not the stock worker */
	return mp_rx_active(mv->rx) || mp_rx_outstanding(mv->rx);
}

/* hook: the receive worker */
void mp_vhost_handle_rx(struct vhost_net *net)
{
	struct vhost_virtqueue *vq = &net->vqs[VHOST_NET_VQ_RX].vq;
	struct mp_vhost *mv;
	bool direct;

	if (likely(!READ_ONCE(net->mp.rx))) {
		handle_rx(net);
		return;
	}
	mutex_lock_nested(&vq->mutex, VHOST_NET_VQ_RX);
	mv = net->mp.rx;
	direct = mv && mp_vhost_check(mv);
	if (direct && mp_vhost_run(mv) < 0)
		mp_vhost_fall_back(mv);
	mutex_unlock(&vq->mutex);
	if (!direct)
		handle_rx(net);
}

/*
 * hook: the transmit worker has polled, with the kicks of the receive queue off,
 * whose mutex is held.  For what the guest made available meanwhile there was no
 * kick, and it may be all that a port's worker waits for.
 */
void mp_vhost_tx_polled(struct vhost_net *n, struct vhost_virtqueue *rvq)
{
	struct socket *sock = vhost_vq_get_backend(rvq);

	lockdep_assert_held(&rvq->mutex);
	if (vhost_enable_notify(&n->dev, rvq) && sock && mp_is_socket(sock))
		mp_vhost_queue(n);
}
