// SPDX-License-Identifier: GPL-2.0
/*
 * e1000e: receive into buffers of the mpassthru core.
 *
 * Included at the end of netdev.c, so that it can use what is static there.
 *
 * The driver dispatches receive through adapter->clean_rx and ->alloc_rx_buf.
 * While the core provides the buffers, both point here.  There is one receive
 * queue and no way to stop it alone: the 82574 datasheet (rev 3.4, 10.2.5.5)
 * allows RDH to be written only after a reset, so a restart is a full
 * e1000e_down() and _up().
 *
 * The hardware writes at most one descriptor per frame here: without RCTL.LPE it
 * drops frames over 1522 bytes, FCS included (same datasheet, RCTL.LPE).
 */
#include <linux/if_vlan.h>
#include <linux/pm_runtime.h>

#include "intel_mp.h"

/*
 * Restart with whatever the core wants now; RTNL held.  Runtime suspend and
 * resume take the NIC down and up without RTNL: keep them away.
 */
static void e1000e_mp_restart(struct net_device *netdev, unsigned int queue)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	ASSERT_RTNL();
	pm_runtime_get_sync(netdev->dev.parent);
	while (test_and_set_bit(__E1000_RESETTING, &adapter->state))
		usleep_range(1000, 1100);
	if (!test_bit(__E1000_DOWN, &adapter->state)) {
		e1000e_down(adapter, true);
		e1000e_up(adapter);
	}
	clear_bit(__E1000_RESETTING, &adapter->state);
	pm_runtime_put_sync(netdev->dev.parent);
}

/* Most bytes that the hardware writes for one frame; the FCS may stay on. */
static unsigned int e1000e_mp_max_frame(struct net_device *netdev)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	unsigned int len = intel_mp_max_frame(netdev);

	if (!(adapter->flags2 & FLAG2_CRC_STRIPPING))
		len = min(len + ETH_FCS_LEN, intel_mp_buf_size(netdev));
	return len;
}

static const struct mp_netdev_ops e1000e_mp_ops = {
	.restart = e1000e_mp_restart,
	.max_frame = e1000e_mp_max_frame,
	.align = 1,
};

/* hook: the net device is registered */
void e1000e_mp_register(struct net_device *netdev)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);
	int err;

	err = mp_netdev_register(netdev, &adapter->pdev->dev, 1,
				 &e1000e_mp_ops);
	if (err)
		e_warn("cannot be bound to guests (error %d)\n", err);
}

/* hook: the device is about to be removed, and nothing was done yet */
void e1000e_mp_unregister(struct net_device *netdev)
{
	mp_netdev_unregister(netdev);
}

/*
 * hook: the receive control register is being written.  The core's buffers are
 * pages or halves of pages, one descriptor each, never split.
 */
u32 e1000e_mp_setup_rctl(struct e1000_adapter *adapter, u32 rctl)
{
	if (mp_ring_mode(adapter->netdev, 0) == MP_RING_STOCK ||
	    !(rctl & E1000_RCTL_LPE))
		return rctl;
	adapter->rx_ps_pages = 0;
	rctl &= ~E1000_RCTL_DTYP_PS;
	return rctl | E1000_RCTL_SZ_4096 | E1000_RCTL_BSEX;
}

static void e1000e_mp_write_tail(void *ring, unsigned int i)
{
	struct e1000_ring *rx_ring = ring;

	if (rx_ring->adapter->flags2 & FLAG2_PCIM2PCI_ARBITER_WA)
		e1000e_update_rdt_wa(rx_ring, i);
	else
		writel(i, rx_ring->tail);
}

static bool e1000e_mp_csum_ok(struct e1000_adapter *adapter, u32 staterr)
{
	if (!(adapter->netdev->features & NETIF_F_RXCSUM))
		return false;
	/* the error byte of a legacy descriptor is the top one of this */
	if (staterr >> 24 & (E1000_RXD_ERR_TCPE | E1000_RXD_ERR_IPE) ||
	    staterr & E1000_RXD_STAT_IXSM)
		return false;
	return staterr & (E1000_RXD_STAT_TCPCS | E1000_RXD_STAT_UDPCS);
}

static void e1000e_mp_read_desc(void *ring, const void *rx_desc, u32 staterr,
				struct mp_rx_desc *desc)
{
	struct e1000_adapter *adapter = ((struct e1000_ring *)ring)->adapter;
	netdev_features_t features = adapter->netdev->features;

	if ((staterr & E1000_RXDEXT_ERR_FRAME_ERR_MASK) &&
	    !(features & NETIF_F_RXALL))
		desc->flags |= MP_RX_ERROR;
	if (e1000e_mp_csum_ok(adapter, staterr))
		desc->flags |= MP_RX_CSUM_OK;
	if (!(adapter->flags2 & FLAG2_CRC_STRIPPING) &&
	    !(features & NETIF_F_RXFCS))
		desc->len -= min_t(u32, desc->len, ETH_FCS_LEN);
}

/* As e1000_receive_skb() and its callers, but for napi_gro_frags(). */
static void e1000e_mp_fill_skb(void *ring, const void *desc, u32 staterr,
			       struct sk_buff *skb)
{
	struct e1000_adapter *adapter = ((struct e1000_ring *)ring)->adapter;
	const union e1000_rx_desc_extended *rx_desc = desc;

	e1000_rx_checksum(adapter, staterr, skb);
	e1000_rx_hash(adapter->netdev, rx_desc->wb.lower.hi_dword.rss, skb);
	e1000e_rx_hwtstamp(adapter, staterr, skb);
	if (staterr & E1000_RXD_STAT_VP)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q),
				       le16_to_cpu(rx_desc->wb.upper.vlan));
}

static const struct intel_mp_ops e1000e_mp_rx_ops = {
	.write_tail = e1000e_mp_write_tail,
	.read_desc = e1000e_mp_read_desc,
	.fill_skb = e1000e_mp_fill_skb,
};

/* adapter->alloc_rx_buf: fills the whole ring */
static void e1000e_mp_alloc_rx_buffers(struct e1000_ring *rx_ring,
				       int cleaned_count, gfp_t gfp)
{
	struct intel_mp_ring r = intel_mp_ring_get(rx_ring);

	if (!r.mp)
		return;
	intel_mp_fill_first(&r, &e1000e_mp_rx_ops, rx_ring);
}

/* adapter->clean_rx */
static bool e1000e_mp_clean_rx_irq(struct e1000_ring *rx_ring, int *work_done,
				   int work_to_do)
{
	struct e1000_adapter *adapter = rx_ring->adapter;
	struct mp_ring *mp = READ_ONCE(rx_ring->mp);
	struct intel_mp_ring r;

	/* NAPI is on while the ring is filled */
	if (!mp || !mp_ring_is_live(mp))
		return false;
	r = intel_mp_ring_get(rx_ring);
	r.mp = mp;	/* the ring's may be NULL by now */
	*work_done = intel_mp_clean(&r, &e1000e_mp_rx_ops, rx_ring, work_to_do);
	intel_mp_ring_put(rx_ring, &r);
	adapter->total_rx_bytes += r.bytes;
	adapter->total_rx_packets += r.frames;
	return *work_done;
}

/*
 * The core was asked, but does not take the ring.  For MTUs a little over 1500
 * the stock driver chose functions with buffers of 2 KiB; the NIC was told 4 KiB
 * by e1000e_mp_setup_rctl(), so that others have to be used.
 */
static void e1000e_mp_left_alone(struct e1000_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	if (!(er32(RCTL) & E1000_RCTL_BSEX))
		return;
	adapter->clean_rx = e1000_clean_jumbo_rx_irq;
	adapter->alloc_rx_buf = e1000_alloc_jumbo_rx_buffers;
}

/* hook: receive is being configured and its functions were just chosen */
void e1000e_mp_configure_rx(struct e1000_adapter *adapter)
{
	struct net_device *netdev = adapter->netdev;
	struct e1000_ring *rx_ring = adapter->rx_ring;
	struct mp_ring_params params = {
		.napi = &adapter->napi,
		.count = rx_ring->count,
		.max_frame = e1000e_mp_max_frame(netdev),
		.buf_size = intel_mp_buf_size(netdev),
		.vlan_stripped = netdev->features & NETIF_F_HW_VLAN_CTAG_RX,
	};

	BUILD_BUG_ON(sizeof(union e1000_rx_desc_extended) !=
		     sizeof(union intel_mp_desc));
	rx_ring->mp = NULL;
	/* packet split was chosen a moment ago: leave it for this time */
	if (adapter->rx_ps_pages)
		return;
	rx_ring->mp = intel_mp_attach(netdev, 0, false, rx_ring->desc, &params);
	if (!rx_ring->mp) {
		e1000e_mp_left_alone(adapter);
		return;
	}
	adapter->clean_rx = e1000e_mp_clean_rx_irq;
	adapter->alloc_rx_buf = e1000e_mp_alloc_rx_buffers;
}

/*
 * Going to sleep, e1000e_down() resets nothing, and with FLAG2_NO_DISABLE_RX (82574
 * and 82583) it leaves the receiver on.  The driver ends the NIC's bus mastering
 * a moment later (e1000e_pm_freeze()), which is too late for guest memory: do it
 * now.  The reset at resume undoes it.  QEMU's NIC does not care for that bit, but
 * for the descriptors' addresses.
 */
static void e1000e_mp_stop_rx(struct e1000_ring *rx_ring)
{
	struct e1000_adapter *adapter = rx_ring->adapter;
	struct e1000_hw *hw = &adapter->hw;
	u32 rctl = er32(RCTL);

	if (rctl == ~0U || !(rctl & E1000_RCTL_EN))	/* gone, or stopped */
		return;
	e1000e_disable_pcie_master(hw);
	memset(rx_ring->desc, 0, rx_ring->size);
}

/*
 * NAPI stays enabled in e1000e_down(), which does not wait for interrupts that are
 * on their way: a poll would meet a ring that is being emptied, or filled.  What
 * such a poll turned on again is turned off, unless the interrupt is freed next
 * (e1000e_pm_freeze()).  Polls without an interrupt (netpoll, busy polling sockets,
 * NAPI's timer) still can, in the stock driver's ring, as ever.
 */
static void e1000e_mp_stop_polls(struct e1000_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	mp_napi_quiesce(&adapter->napi);
	if (pci_channel_offline(adapter->pdev) ||
	    !netif_device_present(adapter->netdev))
		return;
	ew32(IMC, ~0);
	e1e_flush();
}

/*
 * hook: the ring's buffers are being given back.  No poll must fill it with a
 * guest's again.
 */
void e1000e_mp_clean_rx_ring(struct e1000_ring *rx_ring)
{
	struct mp_ring *mp = rx_ring->mp;

	WRITE_ONCE(rx_ring->mp, NULL);
	e1000e_mp_stop_polls(rx_ring->adapter);
	if (!mp)
		return;
	e1000e_mp_stop_rx(rx_ring);
	mp_ring_detach(mp);
}
