// SPDX-License-Identifier: GPL-2.0
/*
 * ixgbe: give frames for a MAC address to a queue.
 *
 * Included at the end of ixgbe_mp.c.
 *
 * The 82599 and its successors choose among 64 pools by destination address.
 * With pools and nothing else, pool p receives on queue 2p (82599 datasheet rev
 * 3.4, 7.1.2.2 and 8.2.3.7.12: MRQC = 1000b).  That fits the driver's numbers of
 * its rings, which stay as they are; its own modes with pools (SR-IOV, macvlan
 * offload) renumber them.  So even queues can have an address.  While any has,
 * pool 0 is the host's, which gets all that nobody else does on queue 0, without
 * RSS.  Broadcasts and multicasts are replicated to all pools that want them.
 *
 * Transmit is not changed.  The datasheet would have MTQC say the same, which
 * can only be set while nothing is sent; other drivers that receive by pools do
 * not set it either.
 */

/* The frames that a guest's pool takes: 82599 datasheet, 8.2.3.27.14 */
#define IXGBE_MP_VMOLR	(IXGBE_VMOLR_AUPE | IXGBE_VMOLR_BAM | \
			 IXGBE_VMOLR_ROMPE | IXGBE_VMOLR_MPE)

/* 64 pools, a bit each, in 32-bit registers */
#define IXGBE_MP_POOL_WORDS	2

static u16 ixgbe_mp_pool(unsigned int queue)
{
	return queue / 2;
}

/* What else has the pools, or numbers queues in another way; NULL if nothing. */
static const char *ixgbe_mp_pools_taken(struct ixgbe_adapter *adapter)
{
	if (adapter->flags & (IXGBE_FLAG_SRIOV_ENABLED |
			      IXGBE_FLAG_VMDQ_ENABLED))
		return "SR-IOV or l2-fwd-offload has the pools";
	if (adapter->hw_tcs || adapter->flags & IXGBE_FLAG_DCB_ENABLED)
		return IXGBE_MP_CLASSES;
	if (adapter->flags & IXGBE_FLAG_FCOE_ENABLED)
		return "FCoE has some of the queues";
	return NULL;
}

/* The queues that have an address and get its frames. */
static u64 ixgbe_mp_mac_queues(struct ixgbe_adapter *adapter)
{
	if (ixgbe_mp_pools_taken(adapter))
		return 0;
	return intel_mp_mac_queues(adapter->netdev, adapter->num_rx_queues);
}

/* -------------------------------------------------- address registers -- */

static bool ixgbe_mp_has_address(struct ixgbe_adapter *adapter, const u8 *mac,
				 u16 pool)
{
	struct ixgbe_mac_addr *entry = adapter->mac_table;
	u32 i;

	for (i = 0; i < adapter->hw.mac.num_rar_entries; i++, entry++)
		if (entry->state & IXGBE_MAC_STATE_IN_USE &&
		    entry->pool == pool && ether_addr_equal(entry->addr, mac))
			return true;
	return false;
}

/* The driver's list of them is also changed by ixgbe_set_rx_mode(). */
static int ixgbe_mp_add_address(struct ixgbe_adapter *adapter,
				unsigned int queue, const u8 *mac)
{
	u16 pool = ixgbe_mp_pool(queue);
	int err = 0;

	netif_addr_lock_bh(adapter->netdev);
	if (!ixgbe_mp_has_address(adapter, mac, pool))
		err = ixgbe_add_mac_filter(adapter, mac, pool);
	netif_addr_unlock_bh(adapter->netdev);
	return err < 0 ? -ENOSPC : 0;
}

static void ixgbe_mp_del_address(struct ixgbe_adapter *adapter,
				 unsigned int queue, const u8 *mac)
{
	netif_addr_lock_bh(adapter->netdev);
	ixgbe_del_mac_filter(adapter, mac, ixgbe_mp_pool(queue));
	netif_addr_unlock_bh(adapter->netdev);
}

/* Resets clear the address registers, and the driver's list of them. */
static void ixgbe_mp_write_addresses(struct ixgbe_adapter *adapter, u64 queues)
{
	struct net_device *netdev = adapter->netdev;
	unsigned int i;
	const u8 *mac;

	for (i = 0; i < adapter->num_rx_queues; i++) {
		mac = queues & BIT_ULL(i) ? mp_queue_mac(netdev, i) : NULL;
		if (mac && ixgbe_mp_add_address(adapter, i, mac))
			netdev_err(netdev, "queue %u: no room for the guest's MAC address any more\n",
				   i);
	}
}

/* --------------------------------------------------------------- pools -- */

static bool ixgbe_mp_in_pools(struct ixgbe_adapter *adapter)
{
	u32 mrqc = IXGBE_READ_REG(&adapter->hw, IXGBE_MRQC);

	return (mrqc & IXGBE_MRQC_MRQE_MASK) == IXGBE_MRQC_VMDQEN;
}

/*
 * How frames are given to queues is changed while none is under way; what comes
 * in those microseconds, the host's as well, may be lost.
 */
static void ixgbe_mp_write_mode(struct ixgbe_adapter *adapter, u32 mode,
				u32 vt_ctl, u32 pools)
{
	struct ixgbe_hw *hw = &adapter->hw;
	u32 mrqc;
	int i;

	hw->mac.ops.disable_rx_buff(hw);
	IXGBE_WRITE_REG(hw, IXGBE_VT_CTL, vt_ctl);
	for (i = 0; i < IXGBE_MP_POOL_WORDS; i++) {
		IXGBE_WRITE_REG(hw, IXGBE_VFRE(i), pools);
		IXGBE_WRITE_REG(hw, IXGBE_VFTE(i), pools);
	}
	mrqc = IXGBE_READ_REG(hw, IXGBE_MRQC) & ~IXGBE_MRQC_MRQE_MASK;
	IXGBE_WRITE_REG(hw, IXGBE_MRQC, mrqc | mode);
	hw->mac.ops.enable_rx_buff(hw);
}

/* The default pool is 0: no bits. */
static void ixgbe_mp_enter_pools(struct ixgbe_adapter *adapter)
{
	if (!ixgbe_mp_in_pools(adapter))
		ixgbe_mp_write_mode(adapter, IXGBE_MRQC_VMDQEN,
				    IXGBE_VT_CTL_VT_ENABLE |
				    IXGBE_VT_CTL_REPLEN, ~0U);
}

/* As after a reset; the RSS table is still there. */
static void ixgbe_mp_leave_pools(struct ixgbe_adapter *adapter)
{
	if (ixgbe_mp_in_pools(adapter))
		ixgbe_mp_write_mode(adapter, IXGBE_MRQC_RSSEN, 0, 0);
}

/*
 * Guests whose queue has an address get nothing for as long as that lasts, one that
 * has all queues not all frames.
 */
static void ixgbe_mp_warn_taken(struct ixgbe_adapter *adapter)
{
	const char *taken = ixgbe_mp_pools_taken(adapter);

	if (adapter->mp_steer && adapter->hw_tcs > 1)
		netdev_warn(adapter->netdev, "the bound queue does not get all frames: %s\n",
			    IXGBE_MP_CLASSES);
	if (taken && intel_mp_mac_queues(adapter->netdev,
					 adapter->num_rx_queues))
		netdev_warn(adapter->netdev, "MAC filters of bound queues are not in effect: %s\n",
			    taken);
}

/* While a ring is being configured, maybe after a reset. */
static void ixgbe_mp_write_pools(struct ixgbe_adapter *adapter)
{
	u64 queues = ixgbe_mp_mac_queues(adapter);
	unsigned int i;

	if (!queues)
		return;
	ixgbe_mp_write_addresses(adapter, queues);
	for (i = 0; i < adapter->num_rx_queues; i++)
		if (queues & BIT_ULL(i))
			IXGBE_WRITE_REG(&adapter->hw,
					IXGBE_VMOLR(ixgbe_mp_pool(i)),
					IXGBE_MP_VMOLR);
	ixgbe_mp_enter_pools(adapter);
}

/* --------------------------------------------------------------- filter -- */

static const char *ixgbe_mp_refuse_mac(struct ixgbe_adapter *adapter,
				       unsigned int queue)
{
	if (!queue || queue % 2)
		return "each pool has an even queue, and 0 is the host's; take 2, 4, ...";
	return ixgbe_mp_pools_taken(adapter);
}

static int ixgbe_mp_add_mac(struct ixgbe_adapter *adapter, unsigned int queue,
			    const u8 *mac)
{
	const char *why = ixgbe_mp_refuse_mac(adapter, queue);
	int err;

	if (why) {
		netdev_err(adapter->netdev, "queue %u can have no MAC filter: %s\n",
			   queue, why);
		return -EOPNOTSUPP;
	}
	err = ixgbe_mp_add_address(adapter, queue, mac);
	if (err || test_bit(__IXGBE_DOWN, &adapter->state))
		return err;
	ixgbe_mp_write_pools(adapter);
	ixgbe_mp_reset_atr(adapter);
	return 0;
}

/*
 * The host's queue again: what is for everybody it gets through pool 0.  Where
 * something else has the pools now, a reset has undone ours.
 */
static void ixgbe_mp_del_mac(struct ixgbe_adapter *adapter, unsigned int queue,
			     const u8 *mac)
{
	if (ixgbe_mp_pools_taken(adapter))
		return;
	ixgbe_mp_del_address(adapter, queue, mac);
	if (test_bit(__IXGBE_DOWN, &adapter->state))
		return;
	IXGBE_WRITE_REG(&adapter->hw, IXGBE_VMOLR(ixgbe_mp_pool(queue)), 0);
	if (ixgbe_mp_mac_queues(adapter))
		return;
	ixgbe_mp_leave_pools(adapter);
	ixgbe_mp_reset_atr(adapter);
}

static int ixgbe_mp_mac_filter(struct net_device *netdev, unsigned int queue,
			       const u8 *mac, bool add)
{
	struct ixgbe_adapter *adapter = ixgbe_mp_adapter(netdev);

	ASSERT_RTNL();
	if (add)
		return ixgbe_mp_add_mac(adapter, queue, mac);
	ixgbe_mp_del_mac(adapter, queue, mac);
	return 0;
}
