// SPDX-License-Identifier: GPL-2.0
/*
 * igb: give frames for a MAC address to a queue.
 *
 * Included at the end of igb_mp.c.
 *
 * The 82576 and the i350 choose among pools by destination address, of which
 * each is one queue when RSS is off (82576 datasheet rev 2.87, 7.1.1.1 and
 * 8.10.15: MRQC = 011b).  So while any queue has an address, pool 0 is the host's,
 * which gets all that nobody else does on queue 0, without RSS.  Broadcasts and
 * multicasts are replicated to all pools that want them.  Other NICs of the
 * family have no such pools: the i210 can have a queue in an address register,
 * but copies nothing, and a guest that hears no broadcast cannot be found.
 */

/* The frames that a pool takes: 82576 datasheet, 8.10.23 */
#define IGB_MP_VMOLR	(IGB_MP_RLPML | E1000_VMOLR_LPE | E1000_VMOLR_AUPE | \
			 E1000_VMOLR_BAM | E1000_VMOLR_ROMPE | \
			 E1000_VMOLR_MPME | E1000_VMOLR_STRCRC)

#define IGB_MP_POOLS	GENMASK(7, 0)
#define IGB_MP_MRQC_MODE	0x7

static bool igb_mp_has_pools(struct igb_adapter *adapter)
{
	return adapter->hw.mac.type == e1000_82576 ||
	       adapter->hw.mac.type == e1000_i350;
}

/* The queues that have an address.  With VFs the pools are theirs. */
static u32 igb_mp_wanted_pools(struct igb_adapter *adapter)
{
	if (adapter->vfs_allocated_count)
		return 0;
	return intel_mp_mac_queues(adapter->netdev, adapter->num_rx_queues);
}

/*
 * Is the address in a register already?  igb_add_mac_filter() itself ends at the
 * first that is free, and a second one would outlive the guest.
 */
static bool igb_mp_has_address(struct igb_adapter *adapter, unsigned int queue,
			       const u8 *mac)
{
	const u8 mask = IGB_MAC_STATE_IN_USE | IGB_MAC_STATE_SRC_ADDR;
	const struct igb_mac_addr *entry = adapter->mac_table;
	const struct igb_mac_addr *end;

	for (end = entry + adapter->hw.mac.rar_entry_count; entry < end; entry++)
		if ((entry->state & mask) == IGB_MAC_STATE_IN_USE &&
		    entry->queue == queue && ether_addr_equal(entry->addr, mac))
			return true;
	return false;
}

static int igb_mp_add_address(struct igb_adapter *adapter, unsigned int queue,
			      const u8 *mac)
{
	if (igb_mp_has_address(adapter, queue, mac))
		return 0;
	return min(igb_add_mac_filter(adapter, mac, queue), 0);
}

/* Resets clear the address registers, and the driver's list of them. */
static void igb_mp_write_addresses(struct igb_adapter *adapter)
{
	unsigned int i;
	const u8 *mac;

	for (i = 0; i < adapter->num_rx_queues; i++) {
		mac = mp_queue_mac(adapter->netdev, i);
		if (mac && igb_mp_add_address(adapter, i, mac))
			netdev_err(adapter->netdev, "queue %u: no room for the guest's MAC address any more\n",
				   i);
	}
}

/* The VLANs of a guest are its own business: nothing is kept away. */
static void igb_mp_pass_vlans(struct igb_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	if (igb_mp_wanted_pools(adapter))
		wr32(E1000_RCTL, rd32(E1000_RCTL) & ~E1000_RCTL_VFE);
}

static void igb_mp_enter_pools(struct igb_adapter *adapter, u32 pools)
{
	struct e1000_hw *hw = &adapter->hw;
	unsigned long wanted = pools;
	unsigned int i;
	u32 vtctl;

	for_each_set_bit(i, &wanted, BITS_PER_LONG) {
		wr32(E1000_VMOLR(i), IGB_MP_VMOLR);
		if (hw->mac.type == e1000_i350)
			wr32(E1000_DVMOLR(i), E1000_DVMOLR_STRCRC);
	}
	vtctl = rd32(E1000_VT_CTL) & ~(E1000_VT_CTL_DEFAULT_POOL_MASK |
				       E1000_VT_CTL_DISABLE_DEF_POOL);
	wr32(E1000_VT_CTL, vtctl | E1000_VT_CTL_VM_REPL_EN);
	wr32(E1000_VFRE, IGB_MP_POOLS);
	wr32(E1000_VFTE, IGB_MP_POOLS);
	wr32(E1000_MRQC, (rd32(E1000_MRQC) & ~IGB_MP_MRQC_MODE) |
			 E1000_MRQC_ENABLE_VMDQ);
}

static void igb_mp_leave_pools(struct igb_adapter *adapter)
{
	struct e1000_hw *hw = &adapter->hw;

	igb_setup_mrqc(adapter);
	wr32(E1000_VFRE, 0);
	wr32(E1000_VFTE, 0);
	wr32(E1000_VT_CTL, rd32(E1000_VT_CTL) & ~E1000_VT_CTL_VM_REPL_EN);
}

/* After a ring was configured, which undoes part of it, and after resets. */
static void igb_mp_write_pools(struct igb_adapter *adapter)
{
	u32 pools = igb_mp_wanted_pools(adapter);

	if (!pools)
		return;
	igb_mp_write_addresses(adapter);
	igb_mp_enter_pools(adapter, pools);
}

/* Pool 0 is the host's; pools of VFs are their own. */
static int igb_mp_add_mac(struct igb_adapter *adapter, unsigned int queue,
			  const u8 *mac)
{
	if (!igb_mp_has_pools(adapter) || !queue ||
	    adapter->vfs_allocated_count)
		return -EOPNOTSUPP;
	return igb_mp_add_address(adapter, queue, mac);
}

/* The host's queue again: what is for everybody it gets through pool 0. */
static void igb_mp_del_mac(struct igb_adapter *adapter, unsigned int queue,
			   const u8 *mac)
{
	struct e1000_hw *hw = &adapter->hw;

	igb_del_mac_filter(adapter, mac, queue);
	if (test_bit(__IGB_DOWN, &adapter->state) ||
	    adapter->vfs_allocated_count)
		return;
	wr32(E1000_VMOLR(queue), rd32(E1000_VMOLR(queue)) &
	     ~(E1000_VMOLR_BAM | E1000_VMOLR_ROMPE | E1000_VMOLR_MPME));
	if (!igb_mp_wanted_pools(adapter))
		igb_mp_leave_pools(adapter);
}

static int igb_mp_mac_filter(struct net_device *netdev, unsigned int queue,
			     const u8 *mac, bool add)
{
	struct igb_adapter *adapter = netdev_priv(netdev);
	int err;

	ASSERT_RTNL();
	if (!add) {
		igb_mp_del_mac(adapter, queue, mac);
		return 0;
	}
	err = igb_mp_add_mac(adapter, queue, mac);
	if (!err && !test_bit(__IGB_DOWN, &adapter->state))
		igb_mp_write_pools(adapter);
	return err;
}
