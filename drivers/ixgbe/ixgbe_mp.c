// SPDX-License-Identifier: GPL-2.0
/*
 * ixgbe: receive into buffers of the mpassthru core.
 *
 * Included at the end of ixgbe_main.c, so that it can use what is static there.
 *
 * While the core provides the buffers of a ring, ring->mp is set and the poll
 * comes here.  A queue is restarted alone, as the driver itself does for AF_XDP
 * (82599 datasheet rev 3.4, 4.6.7.1), but without its transmit side.
 *
 * Buffers are 2 KiB as SRRCTL counts them, in KiB, which is more than a guest
 * posts.  What keeps the NIC inside is MAXFRS, which the driver sets to a frame
 * of the MTU with FCS; one with a VLAN tag may be 4 bytes longer (same datasheet,
 * 8.2.3.22.13), and the FCS is stripped.  VFs can raise MAXFRS, FCoE does.  The
 * X550 and later can append a time stamp of 8 bytes to every frame, which is off
 * while a guest receives.
 */
#include <linux/if_vlan.h>

#include "intel_mp.h"

static void ixgbe_mp_write_pools(struct ixgbe_adapter *adapter);
static void ixgbe_mp_warn_taken(struct ixgbe_adapter *adapter);
static u64 ixgbe_mp_mac_queues(struct ixgbe_adapter *adapter);
static int ixgbe_mp_mac_filter(struct net_device *netdev, unsigned int queue,
			       const u8 *mac, bool add);

/* Why frames can be steered neither to one queue nor by address. */
#define IXGBE_MP_CLASSES \
	"traffic classes (DCB, mqprio) have queues of their own"

/* Headers that the driver's IPsec part looks at, in the skb's head. */
#define IXGBE_MP_IPSEC_PULL	128

/*
 * Bits of ring->state, beyond those of the driver: what was taken from the
 * driver's own while the core has the ring, to be set again afterwards.
 */
#define IXGBE_MP_RING_3K	(BITS_PER_LONG - 1)
#define IXGBE_MP_RING_RSC	(BITS_PER_LONG - 2)

/*
 * The net device's private data is the adapter up to 6.15 only; the PCI device's
 * is on all kernels, from before the net device is registered.
 */
static struct ixgbe_adapter *ixgbe_mp_adapter(struct net_device *netdev)
{
	return dev_get_drvdata(netdev->dev.parent);
}

/* ------------------------------------------------------------- receive -- */

static void ixgbe_mp_write_tail(void *ring, unsigned int i)
{
	struct ixgbe_ring *rx_ring = ring;

	writel(i, rx_ring->tail);
}

/* For tunnels the NIC checks what is inside; the guest is told of the outside. */
static bool ixgbe_mp_csum_ok(struct ixgbe_ring *rx_ring,
			     const union ixgbe_adv_rx_desc *rx_desc, u32 staterr)
{
	__le16 pkt_info = rx_desc->wb.lower.lo_dword.hs_rss.pkt_info;

	if (!(rx_ring->netdev->features & NETIF_F_RXCSUM) ||
	    pkt_info & cpu_to_le16(IXGBE_RXDADV_PKTTYPE_VXLAN) ||
	    staterr & (IXGBE_RXDADV_ERR_IPE | IXGBE_RXDADV_ERR_TCPE))
		return false;
	return staterr & IXGBE_RXD_STAT_L4CS;
}

static void ixgbe_mp_read_desc(void *ring, const void *desc, u32 staterr,
			       struct mp_rx_desc *d)
{
	const union ixgbe_adv_rx_desc *rx_desc = desc;
	struct ixgbe_ring *rx_ring = ring;

	if ((staterr & IXGBE_RXDADV_ERR_FRAME_ERR_MASK) &&
	    !(rx_ring->netdev->features & NETIF_F_RXALL))
		d->flags |= MP_RX_ERROR;
	if (ixgbe_mp_csum_ok(rx_ring, rx_desc, staterr))
		d->flags |= MP_RX_CSUM_OK;
}

/* The driver reads the headers of such a frame where skb->data points. */
static void ixgbe_mp_fill_ipsec(struct ixgbe_ring *rx_ring,
				union ixgbe_adv_rx_desc *rx_desc,
				struct sk_buff *skb)
{
	if (skb_headlen(skb) ||
	    __pskb_pull_tail(skb, min_t(u32, skb->len, IXGBE_MP_IPSEC_PULL)))
		ixgbe_ipsec_rx(rx_ring, rx_desc, skb);
}

/* As ixgbe_process_skb_fields(), but for napi_gro_frags(). */
static void ixgbe_mp_fill_skb(void *ring, const void *desc, u32 staterr,
			      struct sk_buff *skb)
{
	union ixgbe_adv_rx_desc *rx_desc = (union ixgbe_adv_rx_desc *)desc;
	struct ixgbe_ring *rx_ring = ring;

	/* with rx-all it may be a runt, of which the stamp's room is taken off */
	if (rx_ring->q_vector->adapter->flags & IXGBE_FLAG_RX_HWTSTAMP_ENABLED &&
	    skb->len >= ETH_HLEN + IXGBE_TS_HDR_LEN)
		ixgbe_ptp_rx_hwtstamp(rx_ring, rx_desc, skb);
	ixgbe_rx_hash(rx_ring, rx_desc, skb);
	ixgbe_rx_checksum(rx_ring, rx_desc, skb);
	if (staterr & IXGBE_RXD_STAT_VP &&
	    rx_ring->netdev->features & NETIF_F_HW_VLAN_CTAG_RX)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q),
				       le16_to_cpu(rx_desc->wb.upper.vlan));
	if (unlikely(staterr & IXGBE_RXDADV_STAT_SECP))
		ixgbe_mp_fill_ipsec(rx_ring, rx_desc, skb);
}

static const struct intel_mp_ops ixgbe_mp_rx_ops = {
	.write_tail = ixgbe_mp_write_tail,
	.read_desc = ixgbe_mp_read_desc,
	.fill_skb = ixgbe_mp_fill_skb,
};

/*
 * The ring's first fill; stock rings share the hook.  A guest that posts nothing
 * must not hold up other queues.
 */
void ixgbe_mp_alloc_rx_buffers(struct ixgbe_ring *rx_ring, u16 unused)
{
	struct intel_mp_ring r = intel_mp_ring_get(rx_ring);

	if (!r.mp) {
		ixgbe_alloc_rx_buffers(rx_ring, unused);
		return;
	}
	if (mp_ring_is_guest(r.mp))
		ixgbe_enable_rx_drop(rx_ring->q_vector->adapter, rx_ring);
	intel_mp_fill_first(&r, &ixgbe_mp_rx_ops, rx_ring);
}

/* The receive half of a poll, while the core has the ring. */
int ixgbe_mp_clean_rx_irq(struct ixgbe_q_vector *q_vector,
			  struct ixgbe_ring *rx_ring, int budget)
{
	struct intel_mp_ring r = intel_mp_ring_get(rx_ring);
	int cleaned;

	cleaned = intel_mp_clean(&r, &ixgbe_mp_rx_ops, rx_ring, budget);
	intel_mp_ring_put(rx_ring, &r);
	rx_ring->next_to_alloc = rx_ring->next_to_clean;

	u64_stats_update_begin(&rx_ring->syncp);
	rx_ring->stats.packets += r.frames;
	rx_ring->stats.bytes += r.bytes;
	u64_stats_update_end(&rx_ring->syncp);
	q_vector->rx.total_packets += r.frames;
	q_vector->rx.total_bytes += r.bytes;
	return cleaned;
}

/* --------------------------------------------------- set-up of the ring -- */

/* A bitmap since 7.0, one word of it; before, that word. */
static unsigned long *ixgbe_mp_state(struct ixgbe_ring *rx_ring)
{
	return (unsigned long *)&rx_ring->state;
}

/*
 * Can frames be longer than the MTU says?  The driver forgets its VFs, or FCoE, some
 * time before it writes MAXFRS anew.  Nothing is read while the NIC is down, for
 * it may not answer, which the driver takes for a removal; the way up writes it.
 */
static bool ixgbe_mp_has_longer(struct ixgbe_adapter *adapter)
{
	u32 maxfrs;

	if (adapter->flags & (IXGBE_FLAG_SRIOV_ENABLED |
			      IXGBE_FLAG_FCOE_ENABLED))
		return true;
	if (test_bit(__IXGBE_DOWN, &adapter->state))
		return false;
	maxfrs = IXGBE_READ_REG(&adapter->hw, IXGBE_MAXFRS);
	return maxfrs >> IXGBE_MHADD_MFS_SHIFT > ETH_FRAME_LEN + ETH_FCS_LEN;
}

/* Most bytes that the hardware writes for one frame. */
static unsigned int ixgbe_mp_max_frame(struct net_device *netdev)
{
	if (ixgbe_mp_has_longer(ixgbe_mp_adapter(netdev)))
		return intel_mp_buf_size(netdev);
	return intel_mp_max_frame(netdev);
}

/* Does a guest's ring run or is one about to? */
static bool ixgbe_mp_has_guest(struct ixgbe_adapter *adapter)
{
	struct ixgbe_ring *rx_ring;
	unsigned int i;

	for (i = 0; i < adapter->num_rx_queues; i++) {
		rx_ring = adapter->rx_ring[i];
		if (rx_ring && intel_mp_is_guest(adapter->netdev, i,
						 rx_ring->mp))
			return true;
	}
	return false;
}

/* hook: what frames get a time stamp, and where it goes, is being written */
u32 ixgbe_mp_tsyncrxctl(struct ixgbe_adapter *adapter, u32 tsyncrxctl)
{
	if (ixgbe_mp_has_guest(adapter))
		tsyncrxctl &= ~IXGBE_TSYNCRXCTL_TSIP_UT_EN;
	return tsyncrxctl;
}

/* Have it written again, as the user had set it.  Only the X550 has the bit. */
static void ixgbe_mp_update_stamps(struct ixgbe_adapter *adapter)
{
	struct ixgbe_hw *hw = &adapter->hw;
	u32 val;

	if (hw->mac.type < ixgbe_mac_X550 ||
	    !(adapter->flags & IXGBE_FLAG_RX_HWTSTAMP_ENABLED))
		return;
	val = IXGBE_READ_REG(hw, IXGBE_TSYNCRXCTL) |
	      IXGBE_TSYNCRXCTL_TSIP_UT_EN;
	IXGBE_WRITE_REG(hw, IXGBE_TSYNCRXCTL,
			ixgbe_mp_tsyncrxctl(adapter, val));
}

/* The RSS table, where this NIC has it now. */
static void ixgbe_mp_store_reta(struct ixgbe_adapter *adapter)
{
	if (adapter->hw.mac.type >= ixgbe_mac_X550 &&
	    adapter->flags & IXGBE_FLAG_SRIOV_ENABLED)
		ixgbe_store_vfreta(adapter);
	else
		ixgbe_store_reta(adapter);
}

/*
 * Transmit rings teach the NIC where flows belong (ATR).  Not while frames have
 * a place anyway.
 */
static bool ixgbe_mp_wants_atr(struct ixgbe_adapter *adapter)
{
	return !adapter->mp_steer && !ixgbe_mp_mac_queues(adapter);
}

static void ixgbe_mp_stop_atr(struct ixgbe_adapter *adapter)
{
	int i;

	for (i = 0; i < adapter->num_tx_queues; i++)
		clear_bit(__IXGBE_TX_FDIR_INIT_DONE,
			  ixgbe_mp_state(adapter->tx_ring[i]));
}

/* Write the RSS table as what is bound needs it. */
static void ixgbe_mp_write_table(struct ixgbe_adapter *adapter)
{
	u8 user[sizeof(adapter->rss_indir_tbl)];

	memcpy(user, adapter->rss_indir_tbl, sizeof(user));
	intel_mp_rss_table(adapter->netdev, adapter->rss_indir_tbl,
			   sizeof(user), adapter->ring_feature[RING_F_RSS].indices,
			   adapter->mp_steer);
	ixgbe_mp_store_reta(adapter);
	memcpy(adapter->rss_indir_tbl, user, sizeof(user));
}

/*
 * The core has the ring: one descriptor is one buffer.  With a larger MTU buffers
 * are pages, of which the NIC uses 3 KiB.
 */
static void ixgbe_mp_take_ring(struct ixgbe_adapter *adapter,
			       struct ixgbe_ring *rx_ring)
{
	unsigned long *state = ixgbe_mp_state(rx_ring);
	struct ixgbe_hw *hw = &adapter->hw;
	u32 rscctl;

	if (intel_mp_buf_size(adapter->netdev) == SZ_2K &&
	    test_and_clear_bit(__IXGBE_RX_3K_BUFFER, state))
		set_bit(IXGBE_MP_RING_3K, state);
	if (test_and_clear_bit(__IXGBE_RX_RSC_ENABLED, state))
		set_bit(IXGBE_MP_RING_RSC, state);
	rscctl = IXGBE_READ_REG(hw, IXGBE_RSCCTL(rx_ring->reg_idx));
	IXGBE_WRITE_REG(hw, IXGBE_RSCCTL(rx_ring->reg_idx),
			rscctl & ~IXGBE_RSCCTL_RSCEN);
}

/* What gives frames to queues; resets undo it, and every ring comes here. */
static void ixgbe_mp_write_queues(struct ixgbe_adapter *adapter,
				  unsigned int queue)
{
	if (adapter->mp_steer ||
	    intel_mp_has_rules(adapter->netdev, adapter->num_rx_queues))
		ixgbe_mp_write_table(adapter);
	ixgbe_mp_write_pools(adapter);
	if (!ixgbe_mp_wants_atr(adapter))
		ixgbe_mp_stop_atr(adapter);
	if (!queue)
		ixgbe_mp_warn_taken(adapter);
}

/*
 * hook: a ring that is empty and off is being configured.  The rings of the self
 * test have no q_vector, those of a macvlan another net device.
 */
void ixgbe_mp_configure_rx_ring(struct ixgbe_adapter *adapter,
				struct ixgbe_ring *rx_ring)
{
	struct net_device *netdev = adapter->netdev;
	struct mp_ring_params params = {
		.count = rx_ring->count,
		.max_frame = ixgbe_mp_max_frame(netdev),
		.buf_size = intel_mp_buf_size(netdev),
		.vlan_stripped = netdev->features & NETIF_F_HW_VLAN_CTAG_RX,
	};
	bool guest_only = adapter->xdp_prog ||
			  adapter->flags & IXGBE_FLAG_FCOE_ENABLED;

	BUILD_BUG_ON(sizeof(union ixgbe_adv_rx_desc) !=
		     sizeof(union intel_mp_desc));
	rx_ring->mp = NULL;
	if (!rx_ring->q_vector || rx_ring->netdev != netdev)
		return;
	ixgbe_mp_write_queues(adapter, rx_ring->queue_index);
	if (rx_ring->xsk_pool)
		return;
	params.napi = &rx_ring->q_vector->napi;
	rx_ring->mp = intel_mp_attach(netdev, rx_ring->queue_index, guest_only,
				      rx_ring->desc, &params);
	if (rx_ring->mp)
		ixgbe_mp_take_ring(adapter, rx_ring);
}

/* hook: queues are to wait when they have no buffer, rather than drop */
void ixgbe_mp_disable_rx_drop(struct ixgbe_adapter *adapter,
			      struct ixgbe_ring *rx_ring)
{
	if (rx_ring->mp && mp_ring_is_guest(rx_ring->mp))
		ixgbe_enable_rx_drop(adapter, rx_ring);
	else
		ixgbe_disable_rx_drop(adapter, rx_ring);
}

/* hook: the ring's buffers are being given back, NAPI is off */
void ixgbe_mp_clean_rx_ring(struct ixgbe_ring *rx_ring)
{
	unsigned long *state = ixgbe_mp_state(rx_ring);

	mp_ring_detach(rx_ring->mp);
	rx_ring->mp = NULL;
	if (test_and_clear_bit(IXGBE_MP_RING_3K, state))
		set_bit(__IXGBE_RX_3K_BUFFER, state);
	if (test_and_clear_bit(IXGBE_MP_RING_RSC, state))
		set_bit(__IXGBE_RX_RSC_ENABLED, state);
}

/* hook: an AF_XDP socket wants to provide the buffers of a queue, or ends that */
int ixgbe_mp_xsk_pool_setup(struct ixgbe_adapter *adapter,
			    struct xsk_buff_pool *pool, u16 queue,
			    int (*stock)(struct ixgbe_adapter *adapter,
					 struct xsk_buff_pool *pool, u16 queue))
{
	if (pool && mp_queue_is_bound(adapter->netdev, queue))
		return -EBUSY;
	return stock(adapter, pool, queue);
}

/*
 * hook: the interface is closed, by the user or to come back with other queues,
 * and the driver forgets all rules of ethtool -N.  Those of bound queues stay in
 * its list, from which it writes them when it is opened again.
 */
void ixgbe_mp_fdir_filter_exit(struct ixgbe_adapter *adapter,
			       void (*stock)(struct ixgbe_adapter *adapter))
{
	struct ixgbe_fdir_filter *filter;
	struct hlist_node *next;
	HLIST_HEAD(kept);

	spin_lock(&adapter->fdir_perfect_lock);
	hlist_for_each_entry_safe(filter, next, &adapter->fdir_filter_list,
				  fdir_node) {
		if (!mp_rule_is_bound(adapter->netdev, filter->sw_idx))
			continue;
		hlist_del(&filter->fdir_node);
		hlist_add_head(&filter->fdir_node, &kept);
	}
	spin_unlock(&adapter->fdir_perfect_lock);

	stock(adapter);

	/* the list is in order of place, and the other way round now */
	spin_lock(&adapter->fdir_perfect_lock);
	hlist_for_each_entry_safe(filter, next, &kept, fdir_node) {
		hlist_del(&filter->fdir_node);
		hlist_add_head(&filter->fdir_node, &adapter->fdir_filter_list);
		adapter->fdir_filter_count++;
	}
	spin_unlock(&adapter->fdir_perfect_lock);
}

/* -------------------------------------------------------------- restart -- */

/* A NIC that is gone has stopped. */
static bool ixgbe_mp_stop_queue(struct ixgbe_adapter *adapter,
				struct ixgbe_ring *rx_ring)
{
	struct ixgbe_hw *hw = &adapter->hw;

	if (ixgbe_removed(hw->hw_addr))
		return true;
	ixgbe_disable_rxr_hw(adapter, rx_ring);
	/* "wait an additional amount of time (~100 us)", 4.6.7.1.2 */
	usleep_range(100, 200);
	return !(IXGBE_READ_REG(hw, IXGBE_RXDCTL(rx_ring->reg_idx)) &
		 IXGBE_RXDCTL_ENABLE) || ixgbe_removed(hw->hw_addr);
}

/*
 * Stop a queue, give its buffers back, set it up and start it.  Its interrupt
 * may have come meanwhile and be masked since: the poll that is scheduled in the
 * end sees what arrived and unmasks it.  False, with the queue as it was, if
 * the hardware does not stop.
 */
static bool ixgbe_mp_restart_queue(struct ixgbe_adapter *adapter,
				   struct ixgbe_ring *rx_ring)
{
	struct napi_struct *napi = &rx_ring->q_vector->napi;

	if (!ixgbe_mp_stop_queue(adapter, rx_ring))
		return false;
	napi_disable(napi);
	ixgbe_clean_rx_ring(rx_ring);

	ixgbe_configure_rx_ring(adapter, rx_ring);
	ixgbe_set_rx_drop_en(adapter);
	napi_enable(napi);

	local_bh_disable();
	napi_schedule(napi);
	local_bh_enable();
	return true;
}

/*
 * What a guest's ring cannot take is kept away before it is started and until
 * it has stopped.
 */
static void ixgbe_mp_restart_running(struct ixgbe_adapter *adapter,
				     unsigned int queue)
{
	if (queue >= adapter->num_rx_queues)
		return;
	ixgbe_mp_update_stamps(adapter);
	if (!ixgbe_mp_restart_queue(adapter, adapter->rx_ring[queue])) {
		ixgbe_down(adapter);
		ixgbe_up(adapter);
	}
	ixgbe_mp_update_stamps(adapter);
}

/* Restart with whatever the core wants now; RTNL held. */
static void ixgbe_mp_restart(struct net_device *netdev, unsigned int queue)
{
	struct ixgbe_adapter *adapter = ixgbe_mp_adapter(netdev);

	ASSERT_RTNL();
	while (test_and_set_bit(__IXGBE_RESETTING, &adapter->state))
		usleep_range(1000, 2000);
	if (!test_bit(__IXGBE_DOWN, &adapter->state))
		ixgbe_mp_restart_running(adapter, queue);
	clear_bit(__IXGBE_RESETTING, &adapter->state);
}

/* Forget where flows belong, or begin to learn it again. */
static void ixgbe_mp_reset_atr(struct ixgbe_adapter *adapter)
{
	bool wanted = ixgbe_mp_wants_atr(adapter);
	int i;

	if (!wanted)
		ixgbe_mp_stop_atr(adapter);
	if (!(adapter->flags & IXGBE_FLAG_FDIR_HASH_CAPABLE))
		return;
	if (ixgbe_reinit_fdir_tables_82599(&adapter->hw) || !wanted)
		return;
	for (i = 0; i < adapter->num_tx_queues; i++)
		set_bit(__IXGBE_TX_FDIR_INIT_DONE,
			ixgbe_mp_state(adapter->tx_ring[i]));
}

/* Each traffic class has queues of its own, whatever the RSS table says. */
static int ixgbe_mp_steer(struct net_device *netdev, unsigned int queue)
{
	struct ixgbe_adapter *adapter = ixgbe_mp_adapter(netdev);

	ASSERT_RTNL();
	if (queue != MP_STEER_RSS && adapter->hw_tcs > 1) {
		netdev_err(netdev, "all frames to one queue refused: %s; bind single queues\n",
			   IXGBE_MP_CLASSES);
		return -EOPNOTSUPP;
	}
	adapter->mp_steer = queue == MP_STEER_RSS ? 0 : queue + 1;
	if (test_bit(__IXGBE_DOWN, &adapter->state))
		return 0;
	ixgbe_mp_write_table(adapter);
	ixgbe_mp_reset_atr(adapter);
	return 0;
}

static const struct mp_netdev_ops ixgbe_mp_ops = {
	.restart = ixgbe_mp_restart,
	.max_frame = ixgbe_mp_max_frame,
	.steer = ixgbe_mp_steer,
	.mac_filter = ixgbe_mp_mac_filter,
	.align = 1,
};

/*
 * hook: the net device is registered.  The 82598 shares registers between queues
 * and does not stop one while the link is down.
 */
void ixgbe_mp_register(struct net_device *netdev)
{
	struct ixgbe_adapter *adapter = ixgbe_mp_adapter(netdev);
	int err;

	if (adapter->hw.mac.type == ixgbe_mac_82598EB)
		return;
	err = mp_netdev_register(netdev, &adapter->pdev->dev,
				 netdev->num_rx_queues, &ixgbe_mp_ops);
	if (err)
		e_dev_warn("cannot be bound to guests (error %d)\n", err);
}

/* hook: the net device is about to be unregistered, or never was */
void ixgbe_mp_unregister(struct net_device *netdev)
{
	mp_netdev_unregister(netdev);
}

#include "ixgbe_mp_pools.c"
