// SPDX-License-Identifier: GPL-2.0
/*
 * What the hardware gives to a bound queue.
 *
 * A destination MAC address is the driver's own business (mac_filter): NICs
 * have it in their address registers, not among the rules of ethtool -N.  All
 * else becomes such a rule, in the last free place, so that it looks and counts
 * like one of the user's.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/export.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "mp_core.h"

#define MP_MATCH_PORTS	(MP_MATCH_SRC_PORT | MP_MATCH_DST_PORT)
#define MP_MATCH_ALL	(MP_MATCH_DST_MAC | MP_MATCH_VLAN | MP_MATCH_PROTO | \
			 MP_MATCH_SRC_IP | MP_MATCH_DST_IP | MP_MATCH_PORTS)

/* by bit of mp_filter.match */
static const char *const mp_match_name[] = {
	"dst-mac", "vlan", "proto", "src-ip", "dst-ip", "src-port", "dst-port",
};

static bool mp_proto_ok(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

/**
 * mp_filter_check() - does a filter make sense, on whatever NIC
 * @f: from user space
 *
 * Context: Any.
 * Return: 0; -EINVAL.
 */
int mp_filter_check(const struct mp_filter *f)
{
	if (f->match & ~MP_MATCH_ALL || f->pad)
		return -EINVAL;
	if (f->family && f->family != 4 && f->family != 6)
		return -EINVAL;
	if (f->match & MP_MATCH_DST_MAC &&
	    (f->match != MP_MATCH_DST_MAC || !is_valid_ether_addr(f->dst_mac)))
		return -EINVAL;
	if (f->match & MP_MATCH_VLAN &&
	    (!f->vlan || f->vlan >= VLAN_N_VID - 1))
		return -EINVAL;
	if (f->match & MP_MATCH_PROTO && !mp_proto_ok(f->proto))
		return -EINVAL;
	if (f->match & MP_MATCH_PORTS && !(f->match & MP_MATCH_PROTO))
		return -EINVAL;
	return 0;
}

/* ------------------------------------------------- rules of ethtool -N -- */

static u32 mp_flow_type(const struct mp_filter *f)
{
	bool v6 = f->family == 6;
	u32 type = v6 ? IPV6_USER_FLOW : IP_USER_FLOW;

	if (f->match & MP_MATCH_PROTO) {
		switch (f->proto) {
		case IPPROTO_TCP:
			type = v6 ? TCP_V6_FLOW : TCP_V4_FLOW;
			break;
		case IPPROTO_UDP:
			type = v6 ? UDP_V6_FLOW : UDP_V4_FLOW;
			break;
		default:
			type = v6 ? SCTP_V6_FLOW : SCTP_V4_FLOW;
		}
	}
	return f->match & MP_MATCH_VLAN ? type | FLOW_EXT : type;
}

/* The addresses are at the same place in every kind of flow of a family. */
static void mp_flow_addresses(const struct mp_filter *f,
			      struct ethtool_rx_flow_spec *fs)
{
	const bool v6 = f->family == 6;
	void *src = v6 ? (void *)fs->h_u.tcp_ip6_spec.ip6src :
			 &fs->h_u.tcp_ip4_spec.ip4src;
	void *dst = v6 ? (void *)fs->h_u.tcp_ip6_spec.ip6dst :
			 &fs->h_u.tcp_ip4_spec.ip4dst;
	const ptrdiff_t mask = (void *)&fs->m_u - (void *)&fs->h_u;
	const size_t len = v6 ? 16 : 4;

	BUILD_BUG_ON(offsetof(struct ethtool_tcpip4_spec, ip4src) !=
		     offsetof(struct ethtool_usrip4_spec, ip4src));
	BUILD_BUG_ON(offsetof(struct ethtool_tcpip6_spec, ip6dst) !=
		     offsetof(struct ethtool_usrip6_spec, ip6dst));
	if (f->match & MP_MATCH_SRC_IP) {
		memcpy(src, f->src_ip, len);
		memset(src + mask, 0xff, len);
	}
	if (f->match & MP_MATCH_DST_IP) {
		memcpy(dst, f->dst_ip, len);
		memset(dst + mask, 0xff, len);
	}
}

static void mp_flow_port(__be16 *h, __be16 *m, u16 port)
{
	*h = htons(port);
	*m = htons(0xffff);
}

static void mp_flow_ports(const struct mp_filter *f,
			  struct ethtool_rx_flow_spec *fs)
{
	const bool v6 = f->family == 6;

	if (f->match & MP_MATCH_SRC_PORT)
		mp_flow_port(v6 ? &fs->h_u.tcp_ip6_spec.psrc :
				  &fs->h_u.tcp_ip4_spec.psrc,
			     v6 ? &fs->m_u.tcp_ip6_spec.psrc :
				  &fs->m_u.tcp_ip4_spec.psrc, f->src_port);
	if (f->match & MP_MATCH_DST_PORT)
		mp_flow_port(v6 ? &fs->h_u.tcp_ip6_spec.pdst :
				  &fs->h_u.tcp_ip4_spec.pdst,
			     v6 ? &fs->m_u.tcp_ip6_spec.pdst :
				  &fs->m_u.tcp_ip4_spec.pdst, f->dst_port);
}

static void mp_flow_fill(const struct mp_filter *f,
			 struct ethtool_rx_flow_spec *fs)
{
	fs->flow_type = mp_flow_type(f);
	mp_flow_addresses(f, fs);
	mp_flow_ports(f, fs);
	if (f->match & MP_MATCH_VLAN) {
		fs->h_ext.vlan_tci = htons(f->vlan);
		fs->m_ext.vlan_tci = htons(VLAN_VID_MASK);
	}
	if ((fs->flow_type & ~FLOW_EXT) == IP_USER_FLOW)
		fs->h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4;
}

static int mp_rules_get(struct net_device *dev, struct ethtool_rxnfc *nfc,
			u32 *locs)
{
	int err;

	netdev_lock_ops(dev);
	err = mp_ethtool_orig(dev)->get_rxnfc(dev, nfc, locs);
	netdev_unlock_ops(dev);
	return err;
}

static int mp_rules_set(struct net_device *dev, struct ethtool_rxnfc *nfc)
{
	int err;

	netdev_lock_ops(dev);
	err = mp_ethtool_orig(dev)->set_rxnfc(dev, nfc);
	netdev_unlock_ops(dev);
	return err;
}

/* The last place that no rule is in. */
static int mp_rule_place(struct net_device *dev, u32 *place)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRLCNT };
	u32 size, n, i, *locs;
	int err;

	err = mp_rules_get(dev, &nfc, NULL);
	if (err)
		return err;
	n = nfc.rule_cnt;
	locs = kvcalloc(max(n, 1U), sizeof(*locs), GFP_KERNEL);
	if (!locs)
		return -ENOMEM;
	nfc.cmd = ETHTOOL_GRXCLSRLALL;
	nfc.rule_cnt = n;
	err = mp_rules_get(dev, &nfc, locs);
	size = nfc.data & ~RX_CLS_LOC_SPECIAL;
	if (!err && (!size || nfc.rule_cnt >= size))
		err = -ENOSPC;
	for (*place = size - 1; !err; (*place)--) {
		for (i = 0; i < nfc.rule_cnt && locs[i] != *place; i++)
			;
		if (i == nfc.rule_cnt)
			break;
	}
	kvfree(locs);
	return err;
}

static void mp_filter_refused(struct mp_ring *ring, const struct mp_filter *f,
			      const char *why)
{
	char parts[64] = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mp_match_name); i++) {
		if (!(f->match & BIT(i)))
			continue;
		strlcat(parts, " ", sizeof(parts));
		strlcat(parts, mp_match_name[i], sizeof(parts));
	}
	netdev_err(ring->nd->dev, "queue %u: filter by%s%s refused: %s\n",
		   ring->queue, parts, f->family == 6 ? " (IPv6)" : "", why);
}

static int mp_rule_install(struct mp_ring *ring, const struct mp_filter *f)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_SRXCLSRLINS };
	struct net_device *dev = ring->nd->dev;
	int err;

	if (!mp_ethtool_orig(dev)->set_rxnfc ||
	    !mp_ethtool_orig(dev)->get_rxnfc ||
	    !(dev->hw_features & NETIF_F_NTUPLE)) {
		mp_filter_refused(ring, f, "the NIC has no such filters");
		return -EOPNOTSUPP;
	}
	if (!(dev->features & NETIF_F_NTUPLE)) {
		mp_filter_refused(ring, f, "turn them on with ethtool -K, ntuple on");
		return -EOPNOTSUPP;
	}
	err = mp_rule_place(dev, &nfc.fs.location);
	if (!err) {
		mp_flow_fill(f, &nfc.fs);
		nfc.fs.ring_cookie = ring->queue;
		err = mp_rules_set(dev, &nfc);
	}
	ring->rule = nfc.fs.location;
	if (!err || err == -ENOSPC || err == -ENOMEM)
		return err;
	mp_filter_refused(ring, f, "the driver cannot, or not beside the rules it has");
	return -EOPNOTSUPP;
}

/**
 * mp_filter_spread() - have RSS leave out queues that a rule gives frames to
 * @nd: NIC; mp_queue_has_rule() says which
 *
 * Context: Process, RTNL held.
 */
void mp_filter_spread(struct mp_netdev *nd)
{
	ASSERT_RTNL();
	if (nd->ops->steer)
		nd->ops->steer(nd->dev, MP_STEER_RSS);
}

/* Is @mac one that the host or another queue receives? */
static bool mp_mac_in_use(struct mp_netdev *nd, const u8 *mac)
{
	struct netdev_hw_addr *ha;
	const u8 *other;
	unsigned int i;
	bool found;

	found = ether_addr_equal(mac, nd->dev->dev_addr);
	netif_addr_lock_bh(nd->dev);
	netdev_for_each_uc_addr(ha, nd->dev)
		found |= ether_addr_equal(mac, ha->addr);
	netif_addr_unlock_bh(nd->dev);
	for (i = 0; !found && i < nd->nrings; i++) {
		other = mp_queue_mac(nd->dev, i);
		found = other && ether_addr_equal(mac, other);
	}
	return found;
}

/*
 * Where frames are given to queues by address, a queue without one gets none.
 * So either all bound queues of a NIC have an address, or none has.
 */
static bool mp_mac_mixed(struct mp_ring *ring, const struct mp_filter *f)
{
	struct mp_netdev *nd = ring->nd;
	bool mac = f->match & MP_MATCH_DST_MAC;
	unsigned int i;

	for (i = 0; i < nd->nrings; i++)
		if (rtnl_dereference(nd->rings[i].port) &&
		    mac != !!mp_queue_mac(nd->dev, i)) {
			netdev_err(nd->dev, "queue %u refused: queue %u has %s MAC filter, this one would have %s\n",
				   ring->queue, i, mac ? "no" : "a",
				   mac ? "one" : "none");
			return true;
		}
	return false;
}

static int mp_mac_install(struct mp_ring *ring, const struct mp_filter *f)
{
	const struct mp_netdev_ops *ops = ring->nd->ops;
	int err = -EOPNOTSUPP;

	if (mp_mac_in_use(ring->nd, f->dst_mac)) {
		netdev_err(ring->nd->dev, "queue %u refused: the host or another queue has %pM\n",
			   ring->queue, f->dst_mac);
		return -EBUSY;
	}

	ring->filter = *f;
	if (ops->mac_filter)
		err = ops->mac_filter(ring->nd->dev, ring->queue, f->dst_mac,
				      true);
	if (err)
		WRITE_ONCE(ring->filter.match, 0);
	if (err == -EOPNOTSUPP)
		mp_filter_refused(ring, f, "the NIC cannot do that for this queue, or not now");
	return err;
}

/**
 * mp_filter_install() - have the hardware give frames to a queue
 * @ring: queue that is being bound
 * @f: filter, checked; nothing to match is no filter
 *
 * Context: Process, RTNL held.
 * Return: 0; -EBUSY if the address is in use, or other bound queues are with an
 *	address and this one is not or the other way round; -EOPNOTSUPP, and the
 *	log says what of it; -ENOSPC if the NIC has no filter left; -ENOMEM.
 */
int mp_filter_install(struct mp_ring *ring, const struct mp_filter *f)
{
	int err = 0;

	ASSERT_RTNL();
	if (mp_mac_mixed(ring, f))
		return -EBUSY;
	if (f->match & MP_MATCH_DST_MAC)
		err = mp_mac_install(ring, f);
	else if (f->match)
		err = mp_rule_install(ring, f);
	if (err)
		return err;
	ring->filter = *f;
	if (f->match & ~MP_MATCH_DST_MAC)
		mp_filter_spread(ring->nd);
	return 0;
}

/**
 * mp_filter_remove() - undo mp_filter_install()
 * @ring: queue
 *
 * Context: Process, RTNL held.  Cannot fail.
 */
void mp_filter_remove(struct mp_ring *ring)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_SRXCLSRLDEL };
	struct net_device *dev = ring->nd->dev;
	u32 match = ring->filter.match;

	ASSERT_RTNL();
	WRITE_ONCE(ring->filter.match, 0);
	if (match & MP_MATCH_DST_MAC) {
		ring->nd->ops->mac_filter(dev, ring->queue,
					  ring->filter.dst_mac, false);
	} else if (match) {
		nfc.fs.location = ring->rule;
		mp_rules_set(dev, &nfc);
		mp_filter_spread(ring->nd);
	}
}

/* Is the queue bound by a rule?  RTNL, or the driver's reset path. */
static bool mp_ring_has_rule(const struct mp_ring *ring)
{
	return READ_ONCE(ring->filter.match) & ~MP_MATCH_DST_MAC;
}

/* Is a rule of the NIC one of ours?  RTNL held. */
bool mp_filter_owns(struct mp_netdev *nd, u32 rule)
{
	struct mp_ring *ring;

	ASSERT_RTNL();
	for (ring = nd->rings; ring < nd->rings + nd->nrings; ring++)
		if (mp_ring_has_rule(ring) && ring->rule == rule)
			return true;
	return false;
}

/* Does a bound queue depend on a rule of the NIC?  RTNL held. */
bool mp_filter_has_rules(struct mp_netdev *nd)
{
	struct mp_ring *ring;

	ASSERT_RTNL();
	for (ring = nd->rings; ring < nd->rings + nd->nrings; ring++)
		if (mp_ring_has_rule(ring))
			return true;
	return false;
}

/**
 * mp_rule_is_bound() - does a rule of ethtool -N belong to a bound queue
 * @dev: NIC
 * @rule: its place
 *
 * For a driver that forgets its rules when the interface goes down: it keeps
 * these.
 *
 * Context: RTNL.
 */
bool mp_rule_is_bound(struct net_device *dev, u32 rule)
{
	struct mp_netdev *nd = mp_netdev_find(dev);

	return nd && mp_filter_owns(nd, rule);
}
EXPORT_SYMBOL_GPL(mp_rule_is_bound);

/**
 * mp_queue_has_rule() - is a queue for the frames of a rule, and for no others
 * @dev: NIC
 * @queue: receive queue
 *
 * For a driver to write its RSS table.
 *
 * Context: RTNL, or the driver's reset path.
 */
bool mp_queue_has_rule(struct net_device *dev, unsigned int queue)
{
	struct mp_netdev *nd = mp_netdev_find(dev);

	return nd && queue < nd->nrings &&
	       mp_ring_has_rule(&nd->rings[queue]);
}
EXPORT_SYMBOL_GPL(mp_queue_has_rule);

/**
 * mp_queue_mac() - the address whose frames the hardware must give to a queue
 * @dev: NIC
 * @queue: receive queue
 *
 * For a driver to write its registers again, after a reset and in
 * mp_netdev_ops.mac_filter, where it says what is wanted from then on.
 *
 * Context: RTNL, or the driver's reset path.
 * Return: the address; NULL if there is none.
 */
const u8 *mp_queue_mac(struct net_device *dev, unsigned int queue)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	struct mp_ring *ring;

	if (!nd || queue >= nd->nrings)
		return NULL;
	ring = &nd->rings[queue];
	if (!(READ_ONCE(ring->filter.match) & MP_MATCH_DST_MAC))
		return NULL;
	return ring->filter.dst_mac;
}
EXPORT_SYMBOL_GPL(mp_queue_mac);
