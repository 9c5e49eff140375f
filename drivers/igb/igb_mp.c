// SPDX-License-Identifier: GPL-2.0
/*
 * igb: receive into buffers of the mpassthru core.
 *
 * Included at the end of igb_main.c, so that it can use what is static there.
 *
 * While the core provides the buffers of a ring, ring->mp is set and the poll
 * comes here.  A queue is restarted alone: the 82576 datasheet (rev 2.87, 4.5.9)
 * allows a receive queue to be disabled, set up and enabled while others run.
 *
 * Buffers are 2 KiB as SRRCTL counts them, in KiB, which is more than a guest
 * posts, and than the core leaves for a frame in half a page.  So the NIC has to
 * drop what is longer than a frame of MTU 1500 with a VLAN tag: RLPML counts "the
 * global length of the packet", FCS included (same datasheet, 8.10.5), and the FCS
 * is stripped.  It holds for all queues.
 */
#include <linux/if_vlan.h>
#include <linux/pm_runtime.h>

#include "intel_mp.h"
#include "mp_compat_igb.h"

static void igb_mp_write_pools(struct igb_adapter *adapter);
static void igb_mp_pass_vlans(struct igb_adapter *adapter);
static int igb_mp_mac_filter(struct net_device *netdev, unsigned int queue,
			     const u8 *mac, bool add);

/* SRRCTL.BSIZEPACKET, in KiB */
#define IGB_MP_SRRCTL_BSIZEPKT	0x7F

/*
 * A frame with a VLAN tag at MTU 1500, as RLPML counts it; and what igb takes at
 * that MTU (IGB_MAX_FRAME_BUILD_SKB on x86), for which the core leaves room.
 */
#define IGB_MP_RLPML		(VLAN_ETH_FRAME_LEN + ETH_FCS_LEN)
#define IGB_MP_RLPML_HOST	1536

/* How long a queue may take to stop or start, in steps of 1 ms. */
#define IGB_MP_WAIT		10

/*
 * Bits of ring->flags, beyond those of the driver: the frame being received has
 * a time stamp in front; its last descriptor is still to come.
 */
#define IGB_MP_RING_STAMPED	(BITS_PER_LONG - 1)
#define IGB_MP_RING_INSIDE	(BITS_PER_LONG - 2)
#define IGB_MP_RING_FLAGS	(BIT(IGB_MP_RING_STAMPED) | \
				 BIT(IGB_MP_RING_INSIDE))

/* ------------------------------------------------------------- receive -- */

static void igb_mp_write_tail(void *ring, unsigned int i)
{
	struct igb_ring *rx_ring = ring;

	writel(i, rx_ring->tail);
}

static bool igb_mp_csum_ok(struct igb_ring *rx_ring, u32 staterr)
{
	if (!(rx_ring->netdev->features & NETIF_F_RXCSUM) ||
	    staterr & (E1000_RXD_STAT_IXSM | E1000_RXDEXT_STATERR_TCPE |
		       E1000_RXDEXT_STATERR_IPE))
		return false;
	return staterr & (E1000_RXD_STAT_TCPCS | E1000_RXD_STAT_UDPCS);
}

/* Remember from a frame's first descriptor to its last if it has a time stamp. */
static void igb_mp_track_stamp(struct igb_ring *rx_ring, u32 staterr)
{
	if (!test_bit(IGB_MP_RING_INSIDE, &rx_ring->flags))
		assign_bit(IGB_MP_RING_STAMPED, &rx_ring->flags,
			   staterr & E1000_RXDADV_STAT_TSIP);
	assign_bit(IGB_MP_RING_INSIDE, &rx_ring->flags,
		   !(staterr & E1000_RXD_STAT_EOP));
}

static void igb_mp_read_desc(void *ring, const void *rx_desc, u32 staterr,
			     struct mp_rx_desc *desc)
{
	struct igb_ring *rx_ring = ring;

	if ((staterr & E1000_RXDEXT_ERR_FRAME_ERR_MASK) &&
	    !(rx_ring->netdev->features & NETIF_F_RXALL))
		desc->flags |= MP_RX_ERROR;
	if (igb_mp_csum_ok(rx_ring, staterr))
		desc->flags |= MP_RX_CSUM_OK;
	if (unlikely((staterr & (E1000_RXD_STAT_EOP |
				 E1000_RXDADV_STAT_TSIP)) != E1000_RXD_STAT_EOP ||
		     rx_ring->flags & IGB_MP_RING_FLAGS))
		igb_mp_track_stamp(rx_ring, staterr);
}

/* Take the time stamp from the front of a frame that has one. */
static void igb_mp_pull_stamp(struct igb_ring *rx_ring, struct sk_buff *skb)
{
	skb_frag_t *frag = &skb_shinfo(skb)->frags[0];

	/* with rx-all it may be a runt, and the stack wants an Ethernet header */
	if (skb->len < IGB_TS_HDR_LEN + ETH_HLEN)
		return;
	if (skb_headlen(skb) > IGB_TS_HDR_LEN) {
		mp_igb_rx_pktstamp(rx_ring->q_vector, skb->data, skb);
		__skb_pull(skb, IGB_TS_HDR_LEN);
	} else if (skb_is_nonlinear(skb) &&
		   skb_frag_size(frag) > IGB_TS_HDR_LEN) {
		mp_igb_rx_pktstamp(rx_ring->q_vector, skb_frag_address(frag),
				   skb);
		skb_frag_off_add(frag, IGB_TS_HDR_LEN);
		skb_frag_size_sub(frag, IGB_TS_HDR_LEN);
		skb->len -= IGB_TS_HDR_LEN;
		skb->data_len -= IGB_TS_HDR_LEN;
	}
}

static void igb_mp_fill_vlan(struct igb_ring *rx_ring,
			     const union e1000_adv_rx_desc *rx_desc,
			     u32 staterr, struct sk_buff *skb)
{
	u16 vid;

	/* on the i350, looped back from a VF: big endian */
	if (staterr & E1000_RXDEXT_STATERR_LB &&
	    test_bit(IGB_RING_FLAG_RX_LB_VLAN_BSWAP, &rx_ring->flags))
		vid = be16_to_cpu((__force __be16)rx_desc->wb.upper.vlan);
	else
		vid = le16_to_cpu(rx_desc->wb.upper.vlan);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), vid);
}

/* As igb_process_skb_fields(), but for napi_gro_frags(). */
static void igb_mp_fill_skb(void *ring, const void *desc, u32 staterr,
			    struct sk_buff *skb)
{
	union e1000_adv_rx_desc *rx_desc = (union e1000_adv_rx_desc *)desc;
	struct igb_ring *rx_ring = ring;

	if (test_bit(IGB_MP_RING_STAMPED, &rx_ring->flags))
		igb_mp_pull_stamp(rx_ring, skb);
	else if (staterr & E1000_RXDADV_STAT_TS)
		igb_ptp_rx_rgtstamp(rx_ring->q_vector, skb);
	igb_rx_hash(rx_ring, rx_desc, skb);
	igb_rx_checksum(rx_ring, rx_desc, skb);
	if (staterr & E1000_RXD_STAT_VP &&
	    rx_ring->netdev->features & NETIF_F_HW_VLAN_CTAG_RX)
		igb_mp_fill_vlan(rx_ring, rx_desc, staterr, skb);
}

static const struct intel_mp_ops igb_mp_rx_ops = {
	.write_tail = igb_mp_write_tail,
	.read_desc = igb_mp_read_desc,
	.fill_skb = igb_mp_fill_skb,
};

/* The ring's first fill; stock rings share the hook. */
void igb_mp_alloc_rx_buffers(struct igb_ring *rx_ring, u16 unused)
{
	struct intel_mp_ring r = intel_mp_ring_get(rx_ring);

	/* configuring the ring has taken broadcasts from its pool */
	igb_mp_write_pools(netdev_priv(rx_ring->netdev));
	if (!r.mp) {
		igb_alloc_rx_buffers(rx_ring, unused);
		return;
	}
	intel_mp_fill_first(&r, &igb_mp_rx_ops, rx_ring);
}

/* The receive half of a poll, while the core has the ring. */
int igb_mp_clean_rx_irq(struct igb_q_vector *q_vector, int budget)
{
	struct igb_ring *rx_ring = q_vector->rx.ring;
	struct intel_mp_ring r = intel_mp_ring_get(rx_ring);
	int cleaned;

	cleaned = intel_mp_clean(&r, &igb_mp_rx_ops, rx_ring, budget);
	intel_mp_ring_put(rx_ring, &r);
	rx_ring->next_to_alloc = rx_ring->next_to_clean;

	u64_stats_update_begin(&rx_ring->rx_syncp);
	rx_ring->rx_stats.packets += r.frames;
	rx_ring->rx_stats.bytes += r.bytes;
	u64_stats_update_end(&rx_ring->rx_syncp);
	q_vector->rx.total_packets += r.frames;
	q_vector->rx.total_bytes += r.bytes;
	return cleaned;
}

/* --------------------------------------------------- set-up of the ring -- */

/*
 * What the core's rings are for, of those that run or are about to: the guests' if
 * there is one.  From igb_set_rx_mode(), so in any context.
 */
static enum mp_ring_mode igb_mp_mode(struct igb_adapter *adapter)
{
	enum mp_ring_mode mode = MP_RING_STOCK;
	struct igb_ring *rx_ring;
	struct mp_ring *mp;
	unsigned int i;

	for (i = 0; i < adapter->num_rx_queues; i++) {
		rx_ring = READ_ONCE(adapter->rx_ring[i]);
		if (!rx_ring)
			continue;
		mp = READ_ONCE(rx_ring->mp);
		if (intel_mp_is_guest(adapter->netdev, i, mp))
			return MP_RING_GUEST;
		if (mp || mp_ring_mode(adapter->netdev, i) == MP_RING_HOST)
			mode = MP_RING_HOST;
	}
	return mode;
}

/*
 * The longest frame that the core's rings can take, of the @len bytes that others
 * can.  With a larger MTU their buffers are pages, and there are no guests.
 */
static u32 igb_mp_limit(struct igb_adapter *adapter, u32 len)
{
	switch (igb_mp_mode(adapter)) {
	case MP_RING_GUEST:
		return min_t(u32, len, IGB_MP_RLPML);
	case MP_RING_HOST:
		if (READ_ONCE(adapter->netdev->mtu) <= ETH_DATA_LEN)
			return min_t(u32, len, IGB_MP_RLPML_HOST);
		fallthrough;
	default:
		return len;
	}
}

/* Have we moved to the pool behind those of the VFs?  Not when they are counted. */
static bool igb_mp_has_vfs(struct igb_adapter *adapter)
{
	struct igb_ring *rx_ring = READ_ONCE(adapter->rx_ring[0]);

	return adapter->vfs_allocated_count && rx_ring && rx_ring->reg_idx;
}

/*
 * hook: the longest frame of the NIC is being written, and its VLAN filter was a
 * moment ago.  With VFs it is that of theirs, and the pool's own applies to us.
 */
u32 igb_mp_rlpml(struct igb_adapter *adapter, u32 rlpml)
{
	igb_mp_pass_vlans(adapter);
	if (igb_mp_has_vfs(adapter))
		return rlpml;
	return igb_mp_limit(adapter, rlpml);
}

/* hook: the longest frame of the PF's pool is being written */
u32 igb_mp_vmolr(struct igb_adapter *adapter, u32 vmolr)
{
	return (vmolr & ~E1000_VMOLR_RLPML_MASK) |
	       igb_mp_limit(adapter, vmolr & E1000_VMOLR_RLPML_MASK);
}

/* Have both written again. */
static void igb_mp_update_rlpml(struct igb_adapter *adapter)
{
	netif_addr_lock_bh(adapter->netdev);
	igb_set_rx_mode(adapter->netdev);
	netif_addr_unlock_bh(adapter->netdev);
}

/*
 * The ring is off and about to be the core's.  Both were written already, unless a
 * guest came in between: a runtime resume configures the NIC without RTNL.
 */
static void igb_mp_bound_frames(struct igb_adapter *adapter)
{
	unsigned int pool = adapter->vfs_allocated_count;
	struct e1000_hw *hw = &adapter->hw;

	wr32(E1000_RLPML, igb_mp_rlpml(adapter, rd32(E1000_RLPML)));
	if (hw->mac.type >= e1000_82576 && hw->mac.type <= e1000_i350)
		wr32(E1000_VMOLR(pool),
		     igb_mp_vmolr(adapter, rd32(E1000_VMOLR(pool))));
}

/* Write the RSS table as what is bound needs it. */
static void igb_mp_write_table(struct igb_adapter *adapter)
{
	u8 user[IGB_RETA_SIZE];

	memcpy(user, adapter->rss_indir_tbl, sizeof(user));
	intel_mp_rss_table(adapter->netdev, adapter->rss_indir_tbl,
			   sizeof(user), adapter->rss_queues,
			   adapter->mp_steer);
	igb_write_rss_indir_tbl(adapter);
	memcpy(adapter->rss_indir_tbl, user, sizeof(user));
}

/*
 * hook: a ring that is empty and off is being configured.  The rings of the self
 * test have no q_vector.
 */
void igb_mp_configure_rx_ring(struct igb_adapter *adapter,
			      struct igb_ring *rx_ring)
{
	struct net_device *netdev = adapter->netdev;
	struct mp_ring_params params = {
		.count = rx_ring->count,
		.max_frame = intel_mp_max_frame(netdev),
		.buf_size = intel_mp_buf_size(netdev),
		.vlan_stripped = netdev->features & NETIF_F_HW_VLAN_CTAG_RX,
	};

	BUILD_BUG_ON(sizeof(union e1000_adv_rx_desc) !=
		     sizeof(union intel_mp_desc));
	rx_ring->mp = NULL;
	if (!rx_ring->q_vector)
		return;
	if (adapter->mp_steer ||
	    intel_mp_has_rules(netdev, adapter->num_rx_queues))
		igb_mp_write_table(adapter);
	params.napi = &rx_ring->q_vector->napi;
	rx_ring->mp = intel_mp_attach(netdev, rx_ring->queue_index,
				      adapter->xdp_prog, rx_ring->desc, &params);
	if (!rx_ring->mp)
		return;
	igb_mp_bound_frames(adapter);
	clear_bit(IGB_MP_RING_STAMPED, &rx_ring->flags);
	clear_bit(IGB_MP_RING_INSIDE, &rx_ring->flags);
}

/*
 * hook: the queue's buffer register is being written.  A guest that posts nothing
 * must not hold up other queues, and has no use for time stamps in front of
 * its frames.
 */
u32 igb_mp_setup_srrctl(struct igb_ring *rx_ring, u32 srrctl)
{
	if (!rx_ring->mp)
		return srrctl;
	srrctl &= ~IGB_MP_SRRCTL_BSIZEPKT;
	srrctl |= intel_mp_buf_size(rx_ring->netdev) >>
		  E1000_SRRCTL_BSIZEPKT_SHIFT;
	if (mp_ring_is_guest(rx_ring->mp)) {
		srrctl &= ~E1000_SRRCTL_TIMESTAMP;
		srrctl |= E1000_SRRCTL_DROP_EN;
	}
	return srrctl;
}

/* hook: the ring's buffers are being given back, NAPI is off */
void igb_mp_clean_rx_ring(struct igb_ring *rx_ring)
{
	mp_ring_detach(rx_ring->mp);
	rx_ring->mp = NULL;
}

/* hook: an AF_XDP socket wants to provide the buffers of a queue, or ends that */
int igb_mp_xsk_pool_setup(struct igb_adapter *adapter,
			  struct xsk_buff_pool *pool, u16 queue,
			  int (*stock)(struct igb_adapter *adapter,
				       struct xsk_buff_pool *pool, u16 queue))
{
	if (pool && mp_queue_is_bound(adapter->netdev, queue))
		return -EBUSY;
	return stock(adapter, pool, queue);
}

/* -------------------------------------------------------------- restart -- */

/* Wait until a queue has stopped or started.  A NIC that is gone has stopped. */
static bool igb_mp_wait_queue(struct igb_adapter *adapter,
			      struct igb_ring *rx_ring, u32 enable)
{
	struct e1000_hw *hw = &adapter->hw;
	int i;

	for (i = 0; i < IGB_MP_WAIT; i++) {
		if ((rd32(E1000_RXDCTL(rx_ring->reg_idx)) &
		     E1000_RXDCTL_QUEUE_ENABLE) == enable ||
		    E1000_REMOVED(hw->hw_addr))
			return true;
		usleep_range(1000, 2000);
	}
	return false;
}

static bool igb_mp_stop_queue(struct igb_adapter *adapter,
			      struct igb_ring *rx_ring)
{
	struct e1000_hw *hw = &adapter->hw;
	u32 rxdctl = rd32(E1000_RXDCTL(rx_ring->reg_idx));

	wr32(E1000_RXDCTL(rx_ring->reg_idx),
	     rxdctl & ~E1000_RXDCTL_QUEUE_ENABLE);
	return igb_mp_wait_queue(adapter, rx_ring, 0);
}

/*
 * Stop a queue, give its buffers back, set it up and start it.  Its interrupt
 * may have come meanwhile and be masked since: the poll that is scheduled in the
 * end sees what arrived and unmasks it.  False, with the queue as it was, if
 * the hardware does not stop.
 */
static bool igb_mp_restart_queue(struct igb_adapter *adapter,
				 struct igb_ring *rx_ring)
{
	struct napi_struct *napi = &rx_ring->q_vector->napi;

	if (!igb_mp_stop_queue(adapter, rx_ring))
		return false;
	napi_disable(napi);
	igb_clean_rx_ring(rx_ring);

	igb_configure_rx_ring(adapter, rx_ring);
	igb_mp_wait_queue(adapter, rx_ring, E1000_RXDCTL_QUEUE_ENABLE);
	igb_mp_alloc_rx_buffers(rx_ring, igb_desc_unused(rx_ring));
	napi_enable(napi);

	local_bh_disable();
	napi_schedule(napi);
	local_bh_enable();
	return true;
}

/*
 * The frames that a guest's ring cannot take are kept away before it is started
 * and until it has stopped.
 */
static void igb_mp_restart_running(struct igb_adapter *adapter,
				   unsigned int queue)
{
	if (queue >= adapter->num_rx_queues)
		return;
	igb_mp_update_rlpml(adapter);
	if (!igb_mp_restart_queue(adapter, adapter->rx_ring[queue])) {
		igb_down(adapter);
		igb_up(adapter);
	}
	igb_mp_update_rlpml(adapter);
}

/*
 * hook: PCI error recovery takes the NIC down; @locked: RTNL is held.  igb_down()
 * and igb_up() are for whoever holds it and has looked whether the NIC is down.
 */
void igb_mp_io_down(struct igb_adapter *adapter, bool locked)
{
	if (!locked)
		rtnl_lock();
	ASSERT_RTNL();
	if (!test_bit(__IGB_DOWN, &adapter->state))
		igb_down(adapter);
	if (!locked)
		rtnl_unlock();
}

/* hook: PCI error recovery takes the NIC up again; 0, or igb_up()'s error */
int igb_mp_io_up(struct igb_adapter *adapter, bool locked)
{
	int err = 0;

	if (!locked)
		rtnl_lock();
	ASSERT_RTNL();
	if (netif_running(adapter->netdev) &&
	    test_bit(__IGB_DOWN, &adapter->state))
		err = igb_up(adapter);
	if (!locked)
		rtnl_unlock();
	return err;
}

/*
 * Restart with whatever the core wants now; RTNL held.  Runtime resume takes the
 * NIC up without RTNL: no resume meanwhile, and resets one by one as the driver does.
 */
static void igb_mp_restart(struct net_device *netdev, unsigned int queue)
{
	struct igb_adapter *adapter = netdev_priv(netdev);

	ASSERT_RTNL();
	pm_runtime_get_sync(netdev->dev.parent);
	while (test_and_set_bit(__IGB_RESETTING, &adapter->state))
		usleep_range(1000, 2000);
	if (!test_bit(__IGB_DOWN, &adapter->state))
		igb_mp_restart_running(adapter, queue);
	clear_bit(__IGB_RESETTING, &adapter->state);
	pm_runtime_put_sync(netdev->dev.parent);
}

static unsigned int igb_mp_max_frame(struct net_device *netdev)
{
	return intel_mp_max_frame(netdev);
}

static int igb_mp_steer(struct net_device *netdev, unsigned int queue)
{
	struct igb_adapter *adapter = netdev_priv(netdev);

	ASSERT_RTNL();
	adapter->mp_steer = queue == MP_STEER_RSS ? 0 : queue + 1;
	if (!test_bit(__IGB_DOWN, &adapter->state))
		igb_mp_write_table(adapter);
	return 0;
}

static const struct mp_netdev_ops igb_mp_ops = {
	.restart = igb_mp_restart,
	.max_frame = igb_mp_max_frame,
	.steer = igb_mp_steer,
	.mac_filter = igb_mp_mac_filter,
	.align = 1,
};

/* hook: the net device is registered */
void igb_mp_register(struct net_device *netdev)
{
	struct igb_adapter *adapter = netdev_priv(netdev);
	int err;

	err = mp_netdev_register(netdev, &adapter->pdev->dev,
				 netdev->num_rx_queues, &igb_mp_ops);
	if (err)
		netdev_warn(netdev, "cannot be bound to guests (error %d)\n",
			    err);
}

/* hook: the device is about to be removed, and nothing was done yet */
void igb_mp_unregister(struct net_device *netdev)
{
	mp_netdev_unregister(netdev);
}

#include "igb_mp_pools.c"
