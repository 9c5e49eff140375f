// SPDX-License-Identifier: GPL-2.0
/*
 * What ethtool shows of a converted NIC: the mp_* counters, the private flag
 * mp-frags and a version that tells the pack is loaded; and what it must not
 * change while a queue is bound.
 *
 * A driver's ethtool operations are replaced by a copy with ours in between,
 * so drivers need no hooks for this.  Others may do the same on top of us (the
 * DSA core does), so the copy does not tell whose NIC it is.
 */
#include <linux/rtnetlink.h>

#include "mp_compat.h"
#include "mp_core.h"

#define MP_PRIV_FLAG	"mp-frags"

struct mp_counter {
	char name[ETH_GSTRING_LEN];
	size_t offset;
};

#define MP_PORT_COUNTER(field) \
	{ "mp_" #field, offsetof(struct mp_stats, field) }
#define MP_DETOUR_COUNTER(name, why) \
	{ "mp_detour_" name, offsetof(struct mp_stats, detour[why]) }

static const struct mp_counter mp_port_counters[] = {
	MP_PORT_COUNTER(rx_frames),
	MP_PORT_COUNTER(rx_bytes),
	MP_PORT_COUNTER(rx_zc_frames),
	MP_PORT_COUNTER(rx_zc_bytes),
	MP_PORT_COUNTER(rx_copied_bytes),
	MP_PORT_COUNTER(rx_errors),
	MP_PORT_COUNTER(rx_dropped),
	MP_PORT_COUNTER(rx_starved),
	MP_PORT_COUNTER(rx_wakeups),
	MP_PORT_COUNTER(tx_frames),
	MP_PORT_COUNTER(tx_bytes),
	MP_PORT_COUNTER(tx_dropped),
	MP_PORT_COUNTER(pins),
	MP_PORT_COUNTER(unpins),
	MP_PORT_COUNTER(pinned_bytes),
	MP_PORT_COUNTER(memlock_bytes),
	MP_PORT_COUNTER(posted),
	MP_DETOUR_COUNTER("crossing", MP_DETOUR_CROSSING),
	MP_DETOUR_COUNTER("small", MP_DETOUR_SMALL),
	MP_DETOUR_COUNTER("memlock", MP_DETOUR_MEMLOCK),
	MP_DETOUR_COUNTER("pin", MP_DETOUR_PIN),
	MP_DETOUR_COUNTER("dma", MP_DETOUR_DMA),
	MP_DETOUR_COUNTER("stale", MP_DETOUR_STALE),
	MP_DETOUR_COUNTER("align", MP_DETOUR_ALIGN),
	MP_DETOUR_COUNTER("stack", MP_DETOUR_STACK),
};

#define MP_RING_COUNTER(field) \
	{ "mp_" #field, offsetof(struct mp_ring_stats, field) }

static const struct mp_counter mp_ring_counters[] = {
	MP_RING_COUNTER(frags_frames),
	MP_RING_COUNTER(frags_bytes),
	MP_RING_COUNTER(frags_pages),
	MP_RING_COUNTER(errors),
	MP_RING_COUNTER(no_page),
	MP_RING_COUNTER(tap_copies),
};

#define MP_NCOUNTERS \
	((int)(ARRAY_SIZE(mp_port_counters) + ARRAY_SIZE(mp_ring_counters)))

/* The driver's own operations, of a NIC that is known. */
const struct ethtool_ops *mp_ethtool_orig(const struct net_device *dev)
{
	return mp_netdev_find(dev)->ethtool_orig;
}

/* Entries of a string set that the driver itself has. */
static int mp_orig_count(struct net_device *dev, int sset)
{
	const struct ethtool_ops *ops = mp_ethtool_orig(dev);
	int n = ops->get_sset_count ? ops->get_sset_count(dev, sset) : 0;

	return max(n, 0);
}

static int mp_get_sset_count(struct net_device *dev, int sset)
{
	const struct ethtool_ops *ops = mp_ethtool_orig(dev);

	switch (sset) {
	case ETH_SS_STATS:
		return mp_orig_count(dev, sset) + MP_NCOUNTERS;
	case ETH_SS_PRIV_FLAGS:
		return mp_orig_count(dev, sset) + 1;
	default:
		return ops->get_sset_count ? ops->get_sset_count(dev, sset) :
					     -EOPNOTSUPP;
	}
}

static void mp_put_names(u8 **p, const struct mp_counter *c, size_t n)
{
	for (; n--; c++, *p += ETH_GSTRING_LEN)
		memcpy(*p, c->name, ETH_GSTRING_LEN);
}

static void mp_get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	const struct ethtool_ops *ops = mp_ethtool_orig(dev);
	u8 *p = data + mp_orig_count(dev, sset) * ETH_GSTRING_LEN;

	if (p != data || (sset != ETH_SS_STATS && sset != ETH_SS_PRIV_FLAGS))
		ops->get_strings(dev, sset, data);
	if (sset == ETH_SS_STATS) {
		mp_put_names(&p, mp_port_counters,
			     ARRAY_SIZE(mp_port_counters));
		mp_put_names(&p, mp_ring_counters,
			     ARRAY_SIZE(mp_ring_counters));
	} else if (sset == ETH_SS_PRIV_FLAGS) {
		strscpy(p, MP_PRIV_FLAG, ETH_GSTRING_LEN);
	}
}

/* Counters of the ports that are and were bound to a NIC. */
static void mp_netdev_sum(struct mp_netdev *nd, struct mp_stats *sum)
{
	struct mp_port *port;
	struct mp_stats st;
	unsigned int i;

	ASSERT_RTNL();
	*sum = nd->past;
	for (i = 0; i < nd->nrings; i++) {
		port = rtnl_dereference(nd->rings[i].port);
		if (!port)
			continue;
		mp_stats_read(port, &st);
		mp_stats_add(sum, &st);
		sum->posted += st.posted;
	}
	sum->pins = atomic64_read(&nd->pin_totals.pins);
	sum->unpins = atomic64_read(&nd->pin_totals.unpins);
	sum->pinned_bytes = atomic64_read(&nd->pin_totals.pinned_bytes);
	sum->memlock_bytes = atomic64_read(&nd->pin_totals.memlock_bytes);
}

static void mp_get_ethtool_stats(struct net_device *dev,
				 struct ethtool_stats *stats, u64 *data)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	u64 *p = data + mp_orig_count(dev, ETH_SS_STATS);
	struct mp_stats sum;
	unsigned int i, q;

	if (p != data)
		nd->ethtool_orig->get_ethtool_stats(dev, stats, data);
	mp_netdev_sum(nd, &sum);
	for (i = 0; i < ARRAY_SIZE(mp_port_counters); i++)
		*p++ = *(u64 *)((char *)&sum + mp_port_counters[i].offset);
	for (i = 0; i < ARRAY_SIZE(mp_ring_counters); i++, p++) {
		*p = 0;
		for (q = 0; q < nd->nrings; q++)
			*p += READ_ONCE(*(u64 *)((char *)&nd->rings[q].stats +
						 mp_ring_counters[i].offset));
	}
}

static u32 mp_priv_bit(struct net_device *dev)
{
	return BIT(mp_orig_count(dev, ETH_SS_PRIV_FLAGS));
}

static u32 mp_get_priv_flags(struct net_device *dev)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	u32 flags = 0;

	if (nd->ethtool_orig->get_priv_flags)
		flags = nd->ethtool_orig->get_priv_flags(dev);
	return nd->frags ? flags | mp_priv_bit(dev) : flags;
}

static void mp_set_frags(struct mp_netdev *nd, bool on)
{
	unsigned int i;

	if (nd->frags == on)
		return;
	WRITE_ONCE(nd->frags, on);
	for (i = 0; i < nd->nrings; i++)
		if (!nd->rings[i].guest)
			mp_ring_restart(&nd->rings[i]);
}

static int mp_set_priv_flags(struct net_device *dev, u32 flags)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	u32 ours = mp_priv_bit(dev);
	int err;

	ASSERT_RTNL();
	if (nd->ethtool_orig->set_priv_flags) {
		err = nd->ethtool_orig->set_priv_flags(dev, flags & ~ours);
		if (err)
			return err;
	}
	mp_set_frags(nd, flags & ours);
	return 0;
}

/* What is bound must stay: ethtool -L. */
static int mp_set_channels(struct net_device *dev,
			   struct ethtool_channels *channels)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	unsigned int i;

	ASSERT_RTNL();
	for (i = channels->combined_count + channels->rx_count; i < nd->nrings;
	     i++) {
		if (!rtnl_dereference(nd->rings[i].port))
			continue;
		netdev_err(dev, "channels refused: queue %u is bound to a guest; unbind first\n",
			   i);
		return -EBUSY;
	}
	return nd->ethtool_orig->set_channels(dev, channels);
}

/*
 * A port has all of the NIC's frames: no other spreading now, ethtool -X.  Nor
 * ever one to queues that have a rule.
 */
static int mp_set_rxfh(struct net_device *dev, MP_SET_RXFH_PARAMS)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	int err;

	ASSERT_RTNL();
	if (nd->whole) {
		netdev_err(dev, "indirection table refused: the whole NIC is bound to a guest; unbind first\n");
		return -EBUSY;
	}
	err = mp_call_set_rxfh(nd->ethtool_orig, dev);
	if (!err && nd->bound)
		mp_filter_spread(nd);
	return err;
}

/* A rule of a port stays until the port is unbound: ethtool -N. */
static int mp_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *nfc)
{
	struct mp_netdev *nd = mp_netdev_find(dev);

	ASSERT_RTNL();
	if ((nfc->cmd == ETHTOOL_SRXCLSRLINS ||
	     nfc->cmd == ETHTOOL_SRXCLSRLDEL) &&
	    mp_filter_owns(nd, nfc->fs.location)) {
		netdev_err(dev, "rule %u refused: it is that of a bound queue; unbind first\n",
			   nfc->fs.location);
		return -EBUSY;
	}
	return nd->ethtool_orig->set_rxnfc(dev, nfc);
}

static void mp_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct ethtool_ops *ops = mp_ethtool_orig(dev);

	if (ops->get_drvinfo)
		ops->get_drvinfo(dev, info);
	strlcat(info->version, "-mp" MP_VERSION, sizeof(info->version));
}

/* Put ourselves between ethtool and the driver. */
void mp_ethtool_wrap(struct mp_netdev *nd)
{
	ASSERT_RTNL();
	nd->ethtool_orig = nd->dev->ethtool_ops;
	nd->ethtool_ops = *nd->ethtool_orig;
	nd->ethtool_ops.get_sset_count = mp_get_sset_count;
	nd->ethtool_ops.get_strings = mp_get_strings;
	nd->ethtool_ops.get_ethtool_stats = mp_get_ethtool_stats;
	nd->ethtool_ops.get_priv_flags = mp_get_priv_flags;
	nd->ethtool_ops.set_priv_flags = mp_set_priv_flags;
	nd->ethtool_ops.get_drvinfo = mp_get_drvinfo;
	if (nd->ethtool_orig->set_channels)
		nd->ethtool_ops.set_channels = mp_set_channels;
	if (nd->ethtool_orig->set_rxnfc)
		nd->ethtool_ops.set_rxnfc = mp_set_rxnfc;
	if (nd->ethtool_orig->set_rxfh)
		nd->ethtool_ops.set_rxfh = mp_set_rxfh;
	WRITE_ONCE(nd->dev->ethtool_ops, &nd->ethtool_ops);
}

/* Undo mp_ethtool_wrap(). */
void mp_ethtool_unwrap(struct mp_netdev *nd)
{
	ASSERT_RTNL();
	WRITE_ONCE(nd->dev->ethtool_ops, nd->ethtool_orig);
}
