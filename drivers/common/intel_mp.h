/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the glue of e1000e, igb and ixgbe has in common: filling and cleaning a
 * receive ring with buffers of the core.
 *
 * The three read and write the same 16 bytes as receive descriptor (the 82574's
 * "extended", the others' "advanced" one): the buffer's address in; status,
 * length and VLAN tag out, with DD and EOP at the same bits.  What else a
 * descriptor tells and how the tail is written differs: struct intel_mp_ops.
 * The loops are inlined with it, so nothing is called through a pointer.
 *
 * Whatever the stock driver keeps for its own buffers stays untouched, except
 * that next_to_alloc follows next_to_clean: its clean function finds nothing
 * of its own between the two.
 */
#ifndef _INTEL_MP_H_
#define _INTEL_MP_H_

#include <linux/if_vlan.h>
#include <linux/mpassthru.h>
#include <linux/rtnetlink.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>

#define INTEL_MP_DD	BIT(0)	/* status: the NIC has written the descriptor */
#define INTEL_MP_EOP	BIT(1)	/* status: last descriptor of the frame */

/* Refill that often in a poll, in descriptors. */
#define INTEL_MP_BATCH	16U

union intel_mp_desc {
	struct {
		__le64 addr;
		__le64 zero;
	} read;
	struct {
		__le64 info;
		__le32 status_error;
		__le16 length;
		__le16 vlan;
	} wb;
};

/**
 * struct intel_mp_ring - a driver's ring during one poll or fill
 * @mp: the core's ring
 * @desc: descriptors
 * @count: their number
 * @next_to_use: first descriptor that the NIC does not have
 * @next_to_clean: first descriptor that the NIC has, or @next_to_use
 * @frames: good frames received
 * @bytes: their bytes
 */
struct intel_mp_ring {
	struct mp_ring *mp;
	union intel_mp_desc *desc;
	unsigned int count;
	unsigned int next_to_use;
	unsigned int next_to_clean;
	unsigned int frames;
	unsigned int bytes;
};

/**
 * struct intel_mp_ops - what differs between the drivers
 * @write_tail: tell the NIC that descriptors before @i are new
 * @read_desc: complete @desc, whose length and end of frame are known, from
 *	@rx_desc
 * @fill_skb: what the NIC found out about the frame whose last descriptor is
 *	@rx_desc
 *
 * @ring is the driver's own.
 */
struct intel_mp_ops {
	void (*write_tail)(void *ring, unsigned int i);
	void (*read_desc)(void *ring, const void *rx_desc, u32 staterr,
			  struct mp_rx_desc *desc);
	void (*fill_skb)(void *ring, const void *rx_desc, u32 staterr,
			 struct sk_buff *skb);
};

/* The fields have the same names in struct e1000_ring, igb_ring, ixgbe_ring. */
#define intel_mp_ring_get(ring)					\
	({							\
		typeof(ring) __ring = (ring);			\
		(struct intel_mp_ring) {			\
			.mp = READ_ONCE(__ring->mp),		\
			.desc = __ring->desc,			\
			.count = __ring->count,			\
			.next_to_use = __ring->next_to_use,	\
			.next_to_clean = __ring->next_to_clean,	\
		};						\
	})

#define intel_mp_ring_put(ring, r)				\
	do {							\
		typeof(ring) __ring = (ring);			\
		const struct intel_mp_ring *__r = (r);		\
		__ring->next_to_use = __r->next_to_use;		\
		__ring->next_to_clean = __r->next_to_clean;	\
	} while (0)

/* Bytes per buffer that the NIC is told. */
static inline unsigned int intel_mp_buf_size(const struct net_device *dev)
{
	return dev->mtu > ETH_DATA_LEN ? PAGE_SIZE : SZ_2K;
}

/*
 * Most bytes that the NIC writes for one frame, given that it strips the FCS
 * and drops what is longer than a frame of MTU 1500 with a VLAN tag.  With
 * rx-all or a larger MTU nothing but the buffer is the limit.
 */
static inline unsigned int intel_mp_max_frame(const struct net_device *dev)
{
	if ((dev->features & NETIF_F_RXALL) || dev->mtu > ETH_DATA_LEN)
		return intel_mp_buf_size(dev);
	return VLAN_ETH_FRAME_LEN;
}

/*
 * Let the core provide the buffers of @queue from now on, if it wants to.  With
 * @guest_only frames for the host take the stock path, because something there
 * must see them (XDP programs).  The ring is off and empty; its descriptors,
 * @desc, are zeroed here whoever fills them, so that nothing which an earlier
 * owner's NIC wrote late is taken for a frame.
 */
static inline struct mp_ring *intel_mp_attach(struct net_device *dev,
					      unsigned int queue,
					      bool guest_only, void *desc,
					      const struct mp_ring_params *p)
{
	struct mp_ring *mp;

	memset(desc, 0, p->count * sizeof(union intel_mp_desc));
	mp = mp_ring_attach(dev, queue, p);
	if (mp && guest_only && !mp_ring_is_guest(mp)) {
		mp_ring_detach(mp);
		return NULL;
	}
	return mp;
}

/* Does a queue, attached as @mp or not, receive into a guest or is about to? */
static inline bool intel_mp_is_guest(struct net_device *dev, unsigned int queue,
				     const struct mp_ring *mp)
{
	return (mp && mp_ring_is_guest(mp)) ||
	       mp_ring_mode(dev, queue) == MP_RING_GUEST;
}

/* The queues, a bit each, that are to get the frames for a MAC address. */
static inline u64 intel_mp_mac_queues(struct net_device *dev, unsigned int n)
{
	u64 queues = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (mp_queue_mac(dev, i))
			queues |= BIT_ULL(i);
	return queues;
}

/* Do some of the first @n queues get frames by a rule of ethtool -N? */
static inline bool intel_mp_has_rules(struct net_device *dev, unsigned int n)
{
	while (n--)
		if (mp_queue_has_rule(dev, n))
			return true;
	return false;
}

/**
 * intel_mp_rss_table() - from the user's RSS table, what the NIC is to have
 * @dev: NIC
 * @table: the user's; is changed
 * @n: its entries
 * @queues: that RSS may use
 * @steer: queue + 1 that gets all frames; 0: all but those with a rule get some
 */
static inline void intel_mp_rss_table(struct net_device *dev, u8 *table,
				      unsigned int n, unsigned int queues,
				      u32 steer)
{
	unsigned int i, nfree = 0;
	u8 free[64];

	if (steer) {
		memset(table, steer - 1, n);
		return;
	}
	for (i = 0; i < queues && nfree < sizeof(free); i++)
		if (!mp_queue_has_rule(dev, i))
			free[nfree++] = i;
	for (i = 0; nfree && i < n; i++)
		if (mp_queue_has_rule(dev, table[i]))
			table[i] = free[i % nfree];
}

static inline unsigned int intel_mp_in_hw(const struct intel_mp_ring *r)
{
	unsigned int n = r->next_to_use - r->next_to_clean;

	return r->next_to_use < r->next_to_clean ? n + r->count : n;
}

static inline bool intel_mp_fill(struct intel_mp_ring *r)
{
	unsigned int room = r->count - 1 - intel_mp_in_hw(r);
	unsigned int i = r->next_to_use;
	dma_addr_t dma[INTEL_MP_BATCH];
	unsigned int n, k;

	do {
		n = mp_ring_get_bufs(r->mp, dma, min(room, INTEL_MP_BATCH));
		for (k = 0; k < n; k++) {
			r->desc[i].read.addr = cpu_to_le64(dma[k]);
			r->desc[i].read.zero = 0;
			if (++i == r->count)
				i = 0;
		}
		room -= n;
	} while (n && room);
	if (i == r->next_to_use)
		return false;
	r->next_to_use = i;
	return true;
}

/* Give the NIC all buffers that there are and that it has room for. */
static __always_inline void intel_mp_refill(struct intel_mp_ring *r,
					    const struct intel_mp_ops *ops,
					    void *ring)
{
	do {
		if (intel_mp_fill(r)) {
			/* the device must see the descriptors before the tail */
			wmb();
			ops->write_tail(ring, r->next_to_use);
		}
	} while (mp_ring_refilled(r->mp, intel_mp_in_hw(r)));
}

/* The first fill.  A poll may come as soon as the core has heard of its end. */
#define intel_mp_fill_first(r, ops, ring)			\
	do {							\
		struct intel_mp_ring *__first = (r);		\
		typeof(ring) __filled = (ring);			\
								\
		intel_mp_refill(__first, ops, __filled);	\
		intel_mp_ring_put(__filled, __first);		\
		mp_ring_filled(__first->mp);			\
	} while (0)

/* One descriptor: to the guest, or with what the NIC found out to the stack. */
static __always_inline void intel_mp_receive(struct intel_mp_ring *r,
					     const struct intel_mp_ops *ops,
					     void *ring,
					     const union intel_mp_desc *rx_desc,
					     u32 staterr)
{
	struct mp_rx_desc desc = {
		.len = le16_to_cpu(rx_desc->wb.length),
		.flags = staterr & INTEL_MP_EOP ? MP_RX_EOP : 0,
	};
	struct sk_buff *skb;

	ops->read_desc(ring, rx_desc, staterr, &desc);
	skb = mp_ring_receive(r->mp, &desc);
	if (skb) {
		ops->fill_skb(ring, rx_desc, staterr, skb);
		mp_ring_deliver(r->mp, skb);
	}
	if (!(desc.flags & MP_RX_ERROR)) {
		r->frames += !!(desc.flags & MP_RX_EOP);
		r->bytes += desc.len;
	}
}

/**
 * intel_mp_clean() - the receive half of a poll
 * @r: from intel_mp_ring_get(); the driver puts it back afterwards
 * @ops: the driver's
 * @ring: the driver's
 * @budget: most descriptors to clean
 *
 * Return: what counts against @budget; all of it if the poll must come again.
 */
static __always_inline int intel_mp_clean(struct intel_mp_ring *r,
					  const struct intel_mp_ops *ops,
					  void *ring, int budget)
{
	/* what the NIC does not own it has not written, whatever stands there */
	unsigned int left = intel_mp_in_hw(r);
	union intel_mp_desc *rx_desc;
	int cleaned = 0;
	u32 staterr;

	while (cleaned < budget && left) {
		rx_desc = &r->desc[r->next_to_clean];
		staterr = le32_to_cpu(READ_ONCE(rx_desc->wb.status_error));
		if (!(staterr & INTEL_MP_DD))
			break;
		dma_rmb();	/* the rest of the descriptor after DD */
		intel_mp_receive(r, ops, ring, rx_desc, staterr);
		/* it may be looked at again before it is given to the NIC */
		rx_desc->wb.status_error = 0;
		if (++r->next_to_clean == r->count)
			r->next_to_clean = 0;
		left--;
		if (++cleaned % INTEL_MP_BATCH == 0) {
			intel_mp_refill(r, ops, ring);
			left = intel_mp_in_hw(r);
		}
	}
	intel_mp_refill(r, ops, ring);
	mp_ring_poll_end(r->mp);
	/* nothing but us can end a lack of host pages */
	if (unlikely(!intel_mp_in_hw(r) && !mp_ring_is_guest(r->mp)))
		return budget;
	return cleaned;
}

#endif /* _INTEL_MP_H_ */
