// SPDX-License-Identifier: GPL-2.0
/*
 * The socket behind a port: what vhost_net uses where it does not go the
 * direct way, and what read(), write() and poll() of /dev/net/mp stand on.
 * Every frame, either way, has a virtio-net header in front.
 *
 * Three states, told apart without a lock:
 *   not bound  sk_shutdown is set: calls fail with EBADFD, as those of a tap
 *              that was not set up yet
 *   bound      dev points at the NIC
 *   gone       neither: the NIC was removed while bound.  Nothing arrives, what
 *              is sent is counted and dropped, as by a NIC without a cable
 *
 * The receive queue has one producer, the NAPI context of the bound ring, and
 * any number of consumers; sk_receive_queue.lock is all they need.
 */
#include <linux/etherdevice.h>
#include <linux/if_tun.h>
#include <linux/if_vlan.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/uio.h>
#include <linux/virtio_net.h>
#include <net/gso.h>

#include "mp_compat.h"
#include "mp_core.h"

#define MP_SOCK_QUEUE_LEN	1000	/* frames, where the NIC has no limit */

static const struct proto_ops mp_proto_ops;

static struct proto mp_proto = {
	.name = MP_NAME,
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct mp_port),
};

/* -------------------------------------------------------------- life -- */

/*
 * SOCK_NOSPACE is what sock_alloc_send_pskb() sets before it waits and what
 * our poll sets before it says "not now".
 */
static void mp_sock_write_space(struct sock *sk)
{
	if (!sock_writeable(sk) ||
	    !test_and_clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags))
		return;

	wake_up_interruptible_poll(sk_sleep(sk),
				   EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}

static void mp_sock_destruct(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
}

/**
 * mp_port_alloc() - make an unbound port
 * @net: network namespace of whoever opens it
 * @file: the open file; vhost_net takes references on it through the socket
 *
 * SOCK_ZEROCOPY is not set: transmit copies.
 *
 * Context: may sleep.
 * Return: the port, released by mp_port_free(); NULL: out of memory.
 */
struct mp_port *mp_port_alloc(struct net *net, struct file *file)
{
	struct mp_port *port;
	struct sock *sk;

	sk = sk_alloc(net, AF_UNSPEC, GFP_KERNEL, &mp_proto, 0);
	if (!sk)
		return NULL;

	port = mp_port_of(sk);
	init_waitqueue_head(&port->sock.wq.wait);
	port->sock.type = SOCK_RAW;
	port->sock.state = SS_CONNECTED;
	port->sock.file = file;
	port->sock.ops = &mp_proto_ops;
	sock_init_data_uid(&port->sock, sk, current_fsuid());
	sk->sk_write_space = mp_sock_write_space;
	sk->sk_destruct = mp_sock_destruct;
	sk->sk_shutdown = SHUTDOWN_MASK;
	mp_sock_set_sndbuf(port, sk->sk_sndbuf);
	port->vnet_hdr_sz = sizeof(struct virtio_net_hdr);
	port->enabled = true;
	return port;
}

/**
 * mp_port_free() - drop the reference of the file
 * @port: an unbound port
 *
 * Frames that were sent and are still at the NIC keep the memory until they
 * are done; nobody else can find the port any more.
 *
 * Context: may sleep.
 */
void mp_port_free(struct mp_port *port)
{
	WARN_ON_ONCE(rcu_access_pointer(port->dev));
	mp_sock_purge(port);
	sock_put(&port->sk);
}

/**
 * mp_sock_attach() - let frames through
 * @port: port that is being bound
 * @dev: its NIC
 *
 * Context: RTNL.
 */
void mp_sock_attach(struct mp_port *port, struct net_device *dev)
{
	ASSERT_RTNL();
	rcu_assign_pointer(port->dev, dev);
	WRITE_ONCE(port->sk.sk_shutdown, 0);
}

/**
 * mp_sock_detach() - let go of the NIC
 * @port: bound port; the caller has hidden it from mp_sock_queue() already
 *
 * After it returns nobody sends to the NIC or queues a frame from it, and what
 * was queued is gone.  Frames that the driver has already are not waited for;
 * the socket outlives them.
 *
 * Context: RTNL, may sleep.
 */
void mp_sock_detach(struct mp_port *port)
{
	ASSERT_RTNL();
	RCU_INIT_POINTER(port->dev, NULL);
	synchronize_net();
	mp_sock_purge(port);
}

/**
 * mp_sock_shutdown() - the port is not bound any more, tell who waits
 * @port: port without a NIC
 *
 * Context: RTNL.
 */
void mp_sock_shutdown(struct mp_port *port)
{
	ASSERT_RTNL();
	WRITE_ONCE(port->sk.sk_shutdown, SHUTDOWN_MASK);
	wake_up_interruptible_all(sk_sleep(&port->sk));
}

/**
 * mp_sock_purge() - drop what was received and not read
 * @port: port
 *
 * Context: any.
 */
void mp_sock_purge(struct mp_port *port)
{
	struct sk_buff_head *queue = &port->sk.sk_receive_queue;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(queue))) {
		atomic64_inc(&port->stats.rx_dropped);
		kfree_skb(skb);
	}
}

/**
 * mp_sock_set_sndbuf() - bound the bytes that are sent and not yet done
 * @port: port
 * @bytes: wanted, from TUNSETSNDBUF
 *
 * vhost_net takes INT_MAX for "give me batches of XDP buffers" (TUN_MSG_PTR),
 * and QEMU asks for INT_MAX by default.  We take one frame per call, so stay
 * one below.
 */
void mp_sock_set_sndbuf(struct mp_port *port, int bytes)
{
	bytes = clamp_t(int, bytes, SOCK_MIN_SNDBUF, INT_MAX - 1);
	WRITE_ONCE(port->sk.sk_sndbuf, bytes);
}

/* ----------------------------------------------------------- receive -- */

/* What the guest said it takes, as features of a device that sends to it. */
static netdev_features_t mp_sock_features(const struct mp_port *port)
{
	const unsigned int uso = TUN_F_USO4 | TUN_F_USO6;
	unsigned int offload = READ_ONCE(port->offload);
	netdev_features_t f = NETIF_F_SG | NETIF_F_FRAGLIST;

	if (!(offload & TUN_F_CSUM))
		return f;

	f |= NETIF_F_HW_CSUM;
	if (offload & TUN_F_TSO4)
		f |= NETIF_F_TSO;
	if (offload & TUN_F_TSO6)
		f |= NETIF_F_TSO6;
	if (offload & (TUN_F_TSO4 | TUN_F_TSO6) && offload & TUN_F_TSO_ECN)
		f |= NETIF_F_TSO_ECN;
	/* virtio-net has one header type for both */
	if (uso && (offload & uso) == uso)
		f |= NETIF_F_GSO_UDP_L4;
	return f;
}

static unsigned int mp_sock_limit(const struct sk_buff *skb)
{
	return READ_ONCE(skb->dev->tx_queue_len) ?: MP_SOCK_QUEUE_LEN;
}

/* skb_queue_tail() of one frame or, from a segmented one, of a list */
static int mp_sock_queue_list(struct mp_port *port, struct sk_buff *skb)
{
	struct sk_buff_head *queue = &port->sk.sk_receive_queue;
	struct sk_buff *next;
	int err = 0;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		if (skb_queue_len_lockless(queue) >= mp_sock_limit(skb)) {
			atomic64_inc(&port->stats.rx_dropped);
			kfree_skb(skb);
			err = -ENOBUFS;
			continue;
		}
		skb->dev = NULL;
		skb_queue_tail(queue, skb);
	}
	return err;
}

/*
 * Make of @skb what the guest can take.  Returns the frame or frames; the error
 * leaves @skb to the caller.
 */
static struct sk_buff *mp_sock_fit(struct mp_port *port, struct sk_buff *skb)
{
	netdev_features_t features = mp_sock_features(port);
	struct sk_buff *segs;
	int err;

	if (netif_needs_gso(skb, features)) {
		segs = __skb_gso_segment(skb, features, false);
		if (IS_ERR_OR_NULL(segs))
			return segs ?: skb;
		consume_skb(skb);
		return segs;
	}

	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    !(features & NETIF_F_CSUM_MASK)) {
		err = skb_checksum_help(skb);
		if (err)
			return ERR_PTR(err);
	}
	return skb;
}

/**
 * mp_sock_queue() - put a received frame into the socket's queue
 * @port: bound port
 * @skb: frame with skb->data at the Ethernet header and skb->dev the NIC;
 *	consumed in any case
 *
 * Context: softirq or process with bottom halves off, under RCU.
 * Return: 0; -ENOBUFS: the queue is full; else why the frame could not be made
 * into something that the guest takes.  Dropped frames are counted here.
 */
int mp_sock_queue(struct mp_port *port, struct sk_buff *skb)
{
	struct sk_buff *list;
	int err;

	if (READ_ONCE(port->sk.sk_shutdown) || !READ_ONCE(port->enabled)) {
		err = -ENOTCONN;
		goto drop;
	}

	/* pages whose owner waits for them must not wait for a slow reader */
	err = skb_orphan_frags_rx(skb, GFP_ATOMIC);
	if (err)
		goto drop;

	list = mp_sock_fit(port, skb);
	if (IS_ERR(list)) {
		err = PTR_ERR(list);
		goto drop;
	}

	err = mp_sock_queue_list(port, list);
	port->sk.sk_data_ready(&port->sk);
	return err;

drop:
	atomic64_inc(&port->stats.rx_dropped);
	kfree_skb(skb);
	return err;
}

/* header sizes below 12 have no num_buffers; what lies behind it is zero */
static int mp_sock_put_hdr(struct mp_port *port, const struct sk_buff *skb,
			   int hdr_sz, struct iov_iter *to)
{
	struct virtio_net_hdr_mrg_rxbuf hdr;
	bool le = mp_port_is_le(port);
	size_t len;
	int tag;
	int err;

	if (iov_iter_count(to) < hdr_sz)
		return -EINVAL;

	tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
	err = virtio_net_hdr_from_skb(skb, &hdr.hdr, le, true, tag);
	if (err)
		return err;

	hdr.num_buffers = __cpu_to_virtio16(le, 1);
	len = hdr_sz < (int)sizeof(hdr) ? sizeof(hdr.hdr) : sizeof(hdr);
	if (copy_to_iter(&hdr, len, to) != len)
		return -EFAULT;
	if (iov_iter_zero(hdr_sz - len, to) != hdr_sz - len)
		return -EFAULT;
	return 0;
}

static int mp_sock_put_part(const struct sk_buff *skb, unsigned int from,
			    unsigned int len, struct iov_iter *to)
{
	return skb_copy_datagram_iter(skb, from, to,
				      min_t(size_t, len, iov_iter_count(to)));
}

/* the frame, with a tag that the NIC took out put back; as much as fits */
static int mp_sock_put_frame(struct sk_buff *skb, struct iov_iter *to)
{
	const unsigned int macs = 2 * ETH_ALEN;
	__be16 tag[2];
	int err;

	if (!skb_vlan_tag_present(skb))
		return mp_sock_put_part(skb, 0, skb->len, to);

	err = mp_sock_put_part(skb, 0, macs, to);
	if (err || !iov_iter_count(to))
		return err;

	tag[0] = skb->vlan_proto;
	tag[1] = htons(skb_vlan_tag_get(skb));
	if (copy_to_iter(tag, sizeof(tag), to) != sizeof(tag))
		return iov_iter_count(to) ? -EFAULT : 0;

	return mp_sock_put_part(skb, macs, skb->len - macs, to);
}

static void mp_sock_count_rx(struct mp_port *port, unsigned int len,
			     unsigned int copied)
{
	struct sk_buff_head *queue = &port->sk.sk_receive_queue;
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	port->stats.rx_frames++;
	port->stats.rx_bytes += len;
	port->stats.rx_copied_bytes += copied;
	port->stats.detour[MP_DETOUR_STACK]++;
	spin_unlock_irqrestore(&queue->lock, flags);
}

static ssize_t mp_sock_put(struct mp_port *port, struct sk_buff *skb,
			   struct iov_iter *to)
{
	int hdr_sz = READ_ONCE(port->vnet_hdr_sz);
	unsigned int len = skb->len;
	size_t room;
	int err;

	if (skb_vlan_tag_present(skb))
		len += VLAN_HLEN;
	err = mp_sock_put_hdr(port, skb, hdr_sz, to);
	if (err)
		return err;

	room = iov_iter_count(to);
	err = mp_sock_put_frame(skb, to);
	if (err)
		return err;

	mp_sock_count_rx(port, len, room - iov_iter_count(to));
	return hdr_sz + len;
}

static bool mp_sock_unbound(const struct mp_port *port)
{
	return READ_ONCE(port->sk.sk_shutdown);
}

/**
 * mp_sock_read() - take the oldest received frame
 * @port: port
 * @to: where to put the virtio-net header and the frame; what does not fit is
 *	lost
 * @nonblock: do not wait for one
 *
 * Any number of readers may call it at once, each gets its own frames.
 *
 * Context: may sleep.
 * Return: bytes of header and frame, even if they did not fit; 0: no room at
 * all; -EBADFD: not bound; -EAGAIN: nothing there; -ERESTARTSYS: a signal;
 * -EINVAL: not even room for the header, the frame is lost; -EFAULT: bad
 * pointer, the frame is lost.
 */
ssize_t mp_sock_read(struct mp_port *port, struct iov_iter *to, bool nonblock)
{
	struct sk_buff *skb;
	ssize_t ret;
	int off = 0;
	int err = 0;

	if (mp_sock_unbound(port))
		return -EBADFD;
	if (!iov_iter_count(to))
		return 0;

	skb = __skb_recv_datagram(&port->sk, &port->sk.sk_receive_queue,
				  nonblock ? MSG_DONTWAIT : 0, &off, &err);
	if (!skb)
		return err ?: -EBADFD;	/* unbound while we waited */

	ret = mp_sock_put(port, skb, to);
	if (ret < 0) {
		atomic64_inc(&port->stats.rx_dropped);
		kfree_skb(skb);
	} else {
		consume_skb(skb);
	}
	return ret;
}

/**
 * mp_sock_write() - send one frame
 * @port: port
 * @from: virtio-net header and frame
 * @nonblock: do not wait for room in the send buffer
 *
 * Context: may sleep.
 * Return: bytes taken, or the error of mp_xmit().
 */
ssize_t mp_sock_write(struct mp_port *port, struct iov_iter *from,
		      bool nonblock)
{
	size_t total = iov_iter_count(from);
	int err;

	if (mp_sock_unbound(port))
		return -EBADFD;

	err = mp_xmit(port, from, nonblock);
	return err ?: total;
}

/**
 * mp_sock_poll() - what would not block now
 * @port: port
 * @file: its file
 * @wait: to be woken later, may be without a function
 *
 * vhost_net waits here for frames, and for room after -EAGAIN.
 *
 * Context: may sleep.
 * Return: EPOLL* bits; EPOLLERR alone: not bound.
 */
__poll_t mp_sock_poll(struct mp_port *port, struct file *file, poll_table *wait)
{
	struct sock *sk = &port->sk;
	__poll_t mask = 0;

	poll_wait(file, sk_sleep(sk), wait);

	if (mp_sock_unbound(port))
		return EPOLLERR;

	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;

	/* set the bit, then look again: pairs with mp_sock_write_space() */
	if (sock_writeable(sk) ||
	    (!test_and_set_bit(SOCK_NOSPACE, &port->sock.flags) &&
	     sock_writeable(sk)))
		mask |= EPOLLOUT | EPOLLWRNORM;

	return mask;
}

/* -------------------------------------------------- what vhost_net calls -- */

static int mp_sock_sendmsg(struct socket *sock, struct msghdr *m, size_t total)
{
	struct mp_port *port = mp_port_of(sock->sk);

	/* neither batches nor zero-copy were offered, see set_sndbuf */
	if (m->msg_control)
		return -EOPNOTSUPP;

	return mp_sock_write(port, &m->msg_iter, m->msg_flags & MSG_DONTWAIT);
}

static int mp_sock_recvmsg(struct socket *sock, struct msghdr *m, size_t total,
			   int flags)
{
	struct mp_port *port = mp_port_of(sock->sk);
	ssize_t ret;

	if (flags & ~(MSG_DONTWAIT | MSG_TRUNC))
		return -EINVAL;

	ret = mp_sock_read(port, &m->msg_iter, flags & MSG_DONTWAIT);
	if (ret > 0 && ret > total) {
		m->msg_flags |= MSG_TRUNC;
		ret = flags & MSG_TRUNC ? ret : total;
	}
	return ret;
}

/*
 * Bytes of the next frame, or 0.  vhost_net's busy polling asks for it; of a socket
 * without it vhost_net looks at sk_receive_queue, but takes an empty one for data.
 */
static int mp_sock_peek_len(struct socket *sock)
{
	struct sk_buff_head *queue = &sock->sk->sk_receive_queue;
	struct sk_buff *skb;
	unsigned long flags;
	int len;

	spin_lock_irqsave(&queue->lock, flags);
	skb = skb_peek(queue);
	len = skb ? skb->len : 0;
	spin_unlock_irqrestore(&queue->lock, flags);
	return len;
}

static const struct proto_ops mp_proto_ops = {
	.owner = THIS_MODULE,
	.sendmsg = mp_sock_sendmsg,
	.recvmsg = mp_sock_recvmsg,
	.peek_len = mp_sock_peek_len,
};

/**
 * mp_is_socket() - is it the socket of a port
 * @sock: any socket
 *
 * Context: any.
 * Return: true if mp_get_socket() gave it out.
 */
bool mp_is_socket(const struct socket *sock)
{
	return sock->ops == &mp_proto_ops;
}
EXPORT_SYMBOL_GPL(mp_is_socket);
