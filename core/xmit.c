// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: virtio-net header and frame from the guest, to a new skb, to the
 * NIC's transmit queue.  Nothing of what the guest says is believed: lengths
 * and offsets are checked against the frame, and segments against the MTU.
 *
 * The frame is copied.  Transmit without a copy will branch off in
 * mp_tx_alloc() and mp_tx_fill(): headers go to skb->data, and payload pages of
 * the guest take the place of the allocated ones.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <linux/virtio_net.h>
#include <net/gso.h>

#include "mp_compat.h"
#include "mp_core.h"

/* keeps the IP header aligned and leaves the room that neighbour code wants */
#define MP_TX_RESERVE	HH_DATA_OFF(ETH_HLEN)

/* an IP datagram of any size behind an Ethernet header with two VLAN tags */
#define MP_TX_MAX	(ETH_HLEN + 2 * VLAN_HLEN + 65535)

/*
 * Take the virtio-net header off @from.  Returns how many bytes of the frame
 * should be linear at least, 0 if the guest does not say, or an error.
 */
static int mp_tx_get_hdr(struct mp_port *port, struct iov_iter *from,
			 struct virtio_net_hdr *hdr)
{
	size_t hdr_sz = READ_ONCE(port->vnet_hdr_sz);
	bool le = mp_port_is_le(port);
	u32 start, offset, len;

	if (iov_iter_count(from) < hdr_sz)
		return -EINVAL;
	if (!copy_from_iter_full(hdr, sizeof(*hdr), from))
		return -EFAULT;
	iov_iter_advance(from, hdr_sz - sizeof(*hdr));

	len = __virtio16_to_cpu(le, hdr->hdr_len);
	if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		start = __virtio16_to_cpu(le, hdr->csum_start);
		offset = __virtio16_to_cpu(le, hdr->csum_offset);
		len = max_t(u32, len, start + offset + sizeof(__sum16));
	}
	return len <= iov_iter_count(from) ? len : -EINVAL;
}

/*
 * An skb for @len bytes with at least @linear of them in skb->data.  What fits
 * a page is linear altogether: one allocation less.
 */
static struct sk_buff *mp_tx_alloc(struct mp_port *port, size_t len,
				   size_t linear, bool nonblock, int *err)
{
	struct sk_buff *skb;

	if (len + MP_TX_RESERVE < PAGE_SIZE)
		linear = len;
	else
		linear = clamp_t(size_t, linear, ETH_HLEN,
				 SKB_MAX_HEAD(MP_TX_RESERVE));

	skb = sock_alloc_send_pskb(&port->sk, MP_TX_RESERVE + linear,
				   len - linear, nonblock, err,
				   PAGE_ALLOC_COSTLY_ORDER);
	if (!skb)
		return NULL;

	skb_reserve(skb, MP_TX_RESERVE);
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len += len - linear;
	return skb;
}

static int mp_tx_fill(struct sk_buff *skb, struct iov_iter *from)
{
	return skb_copy_datagram_from_iter(skb, 0, from, skb->len);
}

/*
 * A NIC that cuts TCP puts the checksum where TCP has it. Since 6.11 it is
 * virtio_net_hdr_to_skb() that makes sure; not all older kernels do.
 */
static bool mp_tx_csum_is_tcp(const struct sk_buff *skb)
{
	return !(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) ||
	       skb->ip_summed != CHECKSUM_PARTIAL ||
	       skb->csum_offset == offsetof(struct tcphdr, check);
}

/* where the headers are, and what the guest wants the NIC to do about them */
static int mp_tx_parse(struct mp_port *port, struct sk_buff *skb,
		       const struct virtio_net_hdr *hdr)
{
	int depth;
	int err;

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;

	err = virtio_net_hdr_to_skb(skb, hdr, mp_port_is_le(port));
	if (err)
		return err;
	if (!mp_tx_csum_is_tcp(skb))
		return -EINVAL;

	skb_probe_transport_header(skb);

	/* the network header of a tagged frame is behind its tags */
	if (eth_type_vlan(skb->protocol) &&
	    vlan_get_protocol_and_depth(skb, skb->protocol, &depth))
		skb_set_network_header(skb, depth);
	return 0;
}

/* Frames, or the segments that the NIC makes of one, must fit the wire. */
static bool mp_tx_fits(const struct sk_buff *skb, const struct net_device *dev)
{
	unsigned int max = READ_ONCE(dev->mtu) + ETH_HLEN;

	if (eth_type_vlan(eth_hdr(skb)->h_proto))
		max += VLAN_HLEN;
	if (skb_is_gso(skb))
		return skb_gso_validate_mac_len(skb, max);
	return skb->len <= max;
}

/*
 * Give @skb to the NIC.  Consumes it unless an error is returned.  Once the
 * queue has it, it is sent as far as the guest is concerned: a full NIC queue
 * drops like a switch, and dev_queue_xmit() counts it at the NIC.
 */
static int mp_tx_send(struct mp_port *port, struct sk_buff *skb)
{
	unsigned int len = skb->len;
	struct net_device *dev;
	int err = 0;

	rcu_read_lock();
	dev = rcu_dereference(port->dev);
	if (!dev)
		err = -ENODEV;
	else if (!(dev->flags & IFF_UP))
		err = -ENETDOWN;
	else if (!mp_tx_fits(skb, dev))
		err = -EMSGSIZE;
	if (!err) {
		skb->dev = dev;
		atomic64_inc(&port->stats.tx_frames);
		atomic64_add(len, &port->stats.tx_bytes);
		dev_queue_xmit(skb);
	}
	rcu_read_unlock();
	return err;
}

static struct sk_buff *mp_tx_build(struct mp_port *port, struct iov_iter *from,
				   bool nonblock, int *err)
{
	struct virtio_net_hdr hdr;
	struct sk_buff *skb;
	int linear;
	size_t len;

	linear = mp_tx_get_hdr(port, from, &hdr);
	if (linear < 0) {
		*err = linear;
		return NULL;
	}

	len = iov_iter_count(from);
	if (len < ETH_HLEN || len > MP_TX_MAX) {
		*err = len < ETH_HLEN ? -EINVAL : -EMSGSIZE;
		return NULL;
	}

	skb = mp_tx_alloc(port, len, linear, nonblock, err);
	if (!skb)
		return NULL;

	*err = mp_tx_fill(skb, from);
	if (!*err)
		*err = mp_tx_parse(port, skb, &hdr);
	if (*err) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/**
 * mp_xmit() - send one frame
 * @port: port, bound or gone
 * @from: virtio-net header and frame, consumed
 * @nonblock: do not wait for room in the send buffer
 *
 * Context: may sleep.
 * Return: 0: given to the NIC, or dropped because the NIC is gone;
 * -EAGAIN, -ERESTARTSYS: no room yet; -EBADFD: unbound while we waited;
 * -ENOBUFS, -ENOMEM: out of memory; -EINVAL: lengths, offsets or types in the
 * header that do not fit the frame; -EFAULT: bad pointer; -EMSGSIZE: longer
 * than the NIC's MTU allows; -ENETDOWN: the interface is down.  All but the
 * first line and the retries are counted as dropped.
 */
int mp_xmit(struct mp_port *port, struct iov_iter *from, bool nonblock)
{
	struct sk_buff *skb;
	int err = 0;

	skb = mp_tx_build(port, from, nonblock, &err);
	if (skb) {
		err = mp_tx_send(port, skb);
		if (!err)
			return 0;
		kfree_skb(skb);
	}

	switch (err) {
	case -EAGAIN:
	case -ENOBUFS:
	case -ENOMEM:
	case -ERESTARTSYS:
		return err;	/* vhost_net tries again */
	case -EPIPE:
		return -EBADFD;	/* unbound while it waited */
	}
	atomic64_inc(&port->stats.tx_dropped);
	return err == -ENODEV ? 0 : err;
}
