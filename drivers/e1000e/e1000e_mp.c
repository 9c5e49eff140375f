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
#include <linux/rtnetlink.h>

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

static unsigned int e1000e_mp_buf_size(struct e1000_adapter *adapter)
{
	return adapter->netdev->mtu > ETH_DATA_LEN ? PAGE_SIZE : SZ_2K;
}

/* Most bytes that the hardware writes for one frame. */
static unsigned int e1000e_mp_max_frame(struct net_device *netdev)
{
	struct e1000_adapter *adapter = netdev_priv(netdev);

	/* frames over the limit are stored too, up to the whole buffer */
	if ((netdev->features & NETIF_F_RXALL) || netdev->mtu > ETH_DATA_LEN)
		return e1000e_mp_buf_size(adapter);
	if (adapter->flags2 & FLAG2_CRC_STRIPPING)
		return VLAN_ETH_FRAME_LEN;
	return VLAN_ETH_FRAME_LEN + ETH_FCS_LEN;
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

static void e1000e_mp_update_tail(struct e1000_ring *rx_ring)
{
	/* the device must see the descriptors before the tail */
	wmb();
	if (rx_ring->adapter->flags2 & FLAG2_PCIM2PCI_ARBITER_WA)
		e1000e_update_rdt_wa(rx_ring, rx_ring->next_to_use);
	else
		writel(rx_ring->next_to_use, rx_ring->tail);
}

static void e1000e_mp_fill(struct e1000_ring *rx_ring)
{
	int unused = e1000_desc_unused(rx_ring);
	unsigned int i = rx_ring->next_to_use;
	union e1000_rx_desc_extended *desc;
	dma_addr_t dma;

	while (unused-- && mp_ring_get_buf(rx_ring->mp, &dma)) {
		desc = E1000_RX_DESC_EXT(*rx_ring, i);
		desc->read.buffer_addr = cpu_to_le64(dma);
		desc->read.reserved = 0;
		if (++i == rx_ring->count)
			i = 0;
	}
	if (i == rx_ring->next_to_use)
		return;
	rx_ring->next_to_use = i;
	e1000e_mp_update_tail(rx_ring);
}

/* adapter->alloc_rx_buf */
static void e1000e_mp_alloc_rx_buffers(struct e1000_ring *rx_ring,
				       int cleaned_count, gfp_t gfp)
{
	unsigned int in_hw;

	if (!rx_ring->mp)
		return;
	do {
		e1000e_mp_fill(rx_ring);
		in_hw = rx_ring->count - 1 - e1000_desc_unused(rx_ring);
	} while (mp_ring_refilled(rx_ring->mp, in_hw));
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

static void e1000e_mp_read_desc(struct e1000_adapter *adapter,
				const union e1000_rx_desc_extended *rx_desc,
				u32 staterr, struct mp_rx_desc *desc)
{
	bool all = adapter->netdev->features & NETIF_F_RXALL;

	desc->len = le16_to_cpu(rx_desc->wb.upper.length);
	desc->flags = 0;
	if (staterr & E1000_RXD_STAT_EOP)
		desc->flags |= MP_RX_EOP;
	if ((staterr & E1000_RXDEXT_ERR_FRAME_ERR_MASK) && !all)
		desc->flags |= MP_RX_ERROR;
	if (e1000e_mp_csum_ok(adapter, staterr))
		desc->flags |= MP_RX_CSUM_OK;
	if (!(adapter->flags2 & FLAG2_CRC_STRIPPING) &&
	    !(adapter->netdev->features & NETIF_F_RXFCS))
		desc->len -= min_t(u32, desc->len, ETH_FCS_LEN);
}

/* One descriptor: to the guest, or with what the NIC found out to the stack. */
static void e1000e_mp_receive(struct e1000_adapter *adapter,
			      struct mp_ring *mp,
			      const union e1000_rx_desc_extended *rx_desc,
			      u32 staterr, const struct mp_rx_desc *desc)
{
	struct sk_buff *skb = mp_ring_receive(mp, desc);

	if (!skb)
		return;
	e1000_rx_checksum(adapter, staterr, skb);
	e1000_rx_hash(adapter->netdev, rx_desc->wb.lower.hi_dword.rss, skb);
	e1000e_rx_hwtstamp(adapter, staterr, skb);
	if (staterr & E1000_RXD_STAT_VP)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q),
				       le16_to_cpu(rx_desc->wb.upper.vlan));
	mp_ring_deliver(mp, skb);
}

/* adapter->clean_rx */
static bool e1000e_mp_clean_rx_irq(struct e1000_ring *rx_ring, int *work_done,
				   int work_to_do)
{
	struct e1000_adapter *adapter = rx_ring->adapter;
	union e1000_rx_desc_extended *rx_desc;
	struct mp_ring *mp = rx_ring->mp;
	struct mp_rx_desc desc;
	int cleaned = 0;
	u32 staterr;

	if (!mp)
		return false;
	while (*work_done < work_to_do) {
		rx_desc = E1000_RX_DESC_EXT(*rx_ring, rx_ring->next_to_clean);
		staterr = le32_to_cpu(READ_ONCE(rx_desc->wb.upper.status_error));
		if (!(staterr & E1000_RXD_STAT_DD))
			break;
		dma_rmb();	/* the rest of the descriptor after DD */
		e1000e_mp_read_desc(adapter, rx_desc, staterr, &desc);
		e1000e_mp_receive(adapter, mp, rx_desc, staterr, &desc);
		rx_desc->wb.upper.status_error &= cpu_to_le32(~0xFF);
		if (!(desc.flags & MP_RX_ERROR)) {
			adapter->total_rx_bytes += desc.len;
			adapter->total_rx_packets += !!(desc.flags & MP_RX_EOP);
		}
		if (++rx_ring->next_to_clean == rx_ring->count)
			rx_ring->next_to_clean = 0;
		(*work_done)++;
		if (++cleaned % E1000_RX_BUFFER_WRITE == 0)
			e1000e_mp_alloc_rx_buffers(rx_ring, 0, GFP_ATOMIC);
	}
	e1000e_mp_alloc_rx_buffers(rx_ring, 0, GFP_ATOMIC);
	mp_ring_poll_end(mp);
	return cleaned;
}

static bool e1000e_mp_strips_vlan(struct e1000_adapter *adapter)
{
	return adapter->netdev->features & NETIF_F_HW_VLAN_CTAG_RX;
}

/* hook: receive is being configured and its functions were just chosen */
void e1000e_mp_configure_rx(struct e1000_adapter *adapter)
{
	struct e1000_ring *rx_ring = adapter->rx_ring;
	struct mp_ring_params params = {
		.napi = &adapter->napi,
		.count = rx_ring->count,
		.max_frame = e1000e_mp_max_frame(adapter->netdev),
		.buf_size = e1000e_mp_buf_size(adapter),
		.vlan_stripped = e1000e_mp_strips_vlan(adapter),
	};

	rx_ring->mp = NULL;
	/* packet split was chosen a moment ago: leave it for this time */
	if (adapter->rx_ps_pages)
		return;
	rx_ring->mp = mp_ring_attach(adapter->netdev, 0, &params);
	if (!rx_ring->mp)
		return;
	adapter->clean_rx = e1000e_mp_clean_rx_irq;
	adapter->alloc_rx_buf = e1000e_mp_alloc_rx_buffers;
}

/*
 * hook: the ring's buffers are being given back.  A ring struct that
 * set_ringparam copied still carries @mp; detaching twice is harmless.
 */
void e1000e_mp_clean_rx_ring(struct e1000_ring *rx_ring)
{
	mp_ring_detach(rx_ring->mp);
	rx_ring->mp = NULL;
}
