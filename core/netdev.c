// SPDX-License-Identifier: GPL-2.0
/*
 * Converted NICs: registration by their drivers, the hook where the host stack
 * receives their packets, and what the rest of the kernel tells about them.
 */
#include <linux/export.h>
#include <linux/notifier.h>
#include <linux/pm_runtime.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "mp_core.h"

static LIST_HEAD(mp_netdevs);	/* RTNL to change, RCU to read */

/* The MTU up to which every frame fits one receive buffer of a guest. */
#define MP_MTU_MAX	ETH_DATA_LEN

/**
 * mp_netdev_find() - the core's object for a NIC
 * @dev: any network device
 *
 * Context: RTNL held, or a driver between its calls of mp_netdev_register() and
 *	mp_netdev_unregister(): the object stays until the latter.
 * Return: NULL if its driver has not registered it.
 */
struct mp_netdev *mp_netdev_find(const struct net_device *dev)
{
	struct mp_netdev *nd, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(nd, &mp_netdevs, list) {
		if (nd->dev == dev) {
			found = nd;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* ------------------------------------------------------- receive hook -- */

static struct mp_ring *mp_skb_ring(struct mp_netdev *nd,
				   const struct sk_buff *skb)
{
	unsigned int queue = 0;

	if (skb_rx_queue_recorded(skb))
		queue = skb_get_rx_queue(skb);
	return queue < nd->nrings ? &nd->rings[queue] : NULL;
}

/*
 * Where the host stack would receive a packet of a NIC with a bound queue:
 * packets of bound queues go to their port instead.
 */
static rx_handler_result_t mp_handle_frame(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct mp_netdev *nd = rcu_dereference(skb->dev->rx_handler_data);
	struct mp_ring *ring = mp_skb_ring(nd, skb);
	struct mp_port *port;

	if (mp_is_tap_copy(skb)) {
		consume_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	port = ring ? rcu_dereference(ring->port) : NULL;
	if (!port || skb->pkt_type == PACKET_LOOPBACK)
		return RX_HANDLER_PASS;
	/* a straggler from before: nobody reads the socket of a direct port */
	if (unlikely(READ_ONCE(ring->mode) == MP_RING_GUEST)) {
		atomic64_inc(&port->stats.rx_dropped);
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	skb_push(skb, ETH_HLEN);
	mp_sock_queue(port, skb);
	return RX_HANDLER_CONSUMED;
}

/* Guests get their VLAN tags in the frame, as on the wire, and any VLAN. */
#define MP_VLAN_OFFLOAD	(NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_TX | \
			 NETIF_F_HW_VLAN_CTAG_FILTER)

static void mp_vlan_in_band(struct mp_netdev *nd)
{
	nd->vlan_offload = nd->dev->wanted_features & MP_VLAN_OFFLOAD;
	nd->dev->wanted_features &= ~MP_VLAN_OFFLOAD;
	netdev_update_features(nd->dev);
}

/*
 * The user changed features: take back what would keep frames from guests.  A
 * VLAN filter knows the host's VLANs only; without ntuple the NIC does not look
 * at rules.
 */
static void mp_features_keep(struct mp_netdev *nd)
{
	netdev_features_t vlan_filter, ntuple = 0;
	struct net_device *dev = nd->dev;

	ASSERT_RTNL();
	vlan_filter = dev->wanted_features & NETIF_F_HW_VLAN_CTAG_FILTER;
	if (mp_filter_has_rules(nd))
		ntuple = NETIF_F_NTUPLE & ~dev->wanted_features;
	if (!nd->bound || (!vlan_filter && !ntuple))
		return;
	if (vlan_filter)
		netdev_err(dev, "rx-vlan-filter on refused: a queue is bound to a guest; unbind first\n");
	if (ntuple)
		netdev_err(dev, "ntuple off refused: a queue is bound to a guest by a rule; unbind first\n");
	dev->wanted_features &= ~vlan_filter;
	dev->wanted_features |= ntuple;
	netdev_update_features(dev);
}

/*
 * A NIC that recovers from a PCI error, without RTNL, must not be reset now, as some
 * drivers do for a new feature: when it is back.
 */
static void mp_vlan_update(struct mp_netdev *nd)
{
	ASSERT_RTNL();
	if (nd->dev->reg_state != NETREG_REGISTERED)
		return;
	if (netif_device_present(nd->dev))
		netdev_update_features(nd->dev);
	else if (!nd->leaving)
		schedule_delayed_work(&nd->vlan_later, HZ);
}

static void mp_vlan_later(struct work_struct *work)
{
	struct mp_netdev *nd = container_of(work, struct mp_netdev,
					    vlan_later.work);

	/* some drivers take RTNL to suspend */
	pm_runtime_get_sync(nd->dma_dev);
	rtnl_lock();
	mp_vlan_update(nd);
	rtnl_unlock();
	pm_runtime_put(nd->dma_dev);
}

static void mp_vlan_restore(struct mp_netdev *nd)
{
	nd->dev->wanted_features |= nd->vlan_offload;
	mp_vlan_update(nd);
}

/*
 * A first queue of @nd is being bound: take over where the stack receives, which
 * also keeps bridges, bonds and macvlans away.
 */
static int mp_netdev_take_over(struct mp_netdev *nd)
{
	int err;

	if (netdev_has_any_upper_dev(nd->dev))
		return -EBUSY;
	/* awake as long as it is bound; as ethtool does for its calls */
	pm_runtime_get_sync(nd->dma_dev);
	if (!netif_device_present(nd->dev)) {
		err = -ENODEV;
		goto err_pm;
	}
	err = netdev_rx_handler_register(nd->dev, mp_handle_frame, nd);
	if (err)
		goto err_pm;
	mp_vlan_in_band(nd);
	return 0;

err_pm:
	pm_runtime_put(nd->dma_dev);
	return err;
}

/* Undo mp_netdev_take_over(). */
static void mp_netdev_hand_back(struct mp_netdev *nd)
{
	mp_vlan_restore(nd);
	netdev_rx_handler_unregister(nd->dev);
	pm_runtime_put(nd->dma_dev);
}

/* A guest has MAC addresses of its own, and multicast groups. */
static int mp_ring_listen(struct mp_ring *ring, int inc)
{
	if (ring->promisc)
		return dev_set_promiscuity(ring->nd->dev, inc);
	return dev_set_allmulti(ring->nd->dev, inc);
}

/* Let the NIC receive what is addressed to the guest, on its queue. */
static int mp_ring_aim(struct mp_ring *ring, const struct mp_bind *b)
{
	struct mp_netdev *nd = ring->nd;
	int err;

	err = mp_filter_install(ring, &b->filter);
	if (err)
		return err;
	ring->promisc = !(b->filter.match & MP_MATCH_DST_MAC);
	err = mp_ring_listen(ring, 1);
	if (err)
		goto err_filter;
	if (b->queue == MP_QUEUE_ALL && nd->ops->steer)
		err = nd->ops->steer(nd->dev, ring->queue);
	if (err)
		goto err_listen;
	return 0;

err_listen:
	mp_ring_listen(ring, -1);
err_filter:
	mp_filter_remove(ring);
	return err;
}

/**
 * mp_netdev_claim() - have a NIC receive for a queue that is being bound
 * @ring: queue, not bound
 * @b: how; with MP_QUEUE_ALL it has to be the only one
 *
 * Context: Process, RTNL held.
 * Return: 0; -EBUSY; -ENODEV if the NIC does not answer at the moment; those of
 * mp_filter_install(); -EOPNOTSUPP if one queue cannot have all frames.  Then
 * nothing was changed.
 */
int mp_netdev_claim(struct mp_ring *ring, const struct mp_bind *b)
{
	bool whole = b->queue == MP_QUEUE_ALL;
	struct mp_netdev *nd = ring->nd;
	int err = 0;

	ASSERT_RTNL();
	if (nd->bound && (whole || nd->whole))
		return -EBUSY;
	if (!nd->bound)
		err = mp_netdev_take_over(nd);
	else if (!netif_device_present(nd->dev))
		err = -ENODEV;
	if (err)
		return err;
	err = mp_ring_aim(ring, b);
	if (err) {
		if (!nd->bound)
			mp_netdev_hand_back(nd);
		return err;
	}
	nd->bound++;
	nd->whole = whole;
	return 0;
}

/* Undo mp_netdev_claim(); cannot fail. */
void mp_netdev_unclaim(struct mp_ring *ring)
{
	struct mp_netdev *nd = ring->nd;

	ASSERT_RTNL();
	if (nd->whole && nd->ops->steer)
		nd->ops->steer(nd->dev, MP_STEER_RSS);
	nd->whole = false;
	mp_filter_remove(ring);
	mp_ring_listen(ring, -1);
	if (!--nd->bound)
		mp_netdev_hand_back(nd);
}

/* -------------------------------------------------------- registration -- */

/**
 * mp_netdev_register() - make a NIC known to the core
 * @dev: NIC, registered
 * @dma_dev: device that does its DMA
 * @nqueues: receive queues the NIC can have
 * @ops: the driver's operations
 *
 * Adds the mp_* counters and the private flag mp-frags to the NIC's ethtool
 * operations.  A driver may ignore the result: an unknown NIC works as with the
 * stock driver and cannot be bound.
 *
 * Context: Process.  Takes RTNL.
 * Return: 0; -ENOMEM; -ENODEV if @dev is unregistered meanwhile, as a driver's
 *	service task may do while its probe goes on.
 */
int mp_netdev_register(struct net_device *dev, struct device *dma_dev,
		       unsigned int nqueues, const struct mp_netdev_ops *ops)
{
	struct mp_netdev *nd;
	unsigned int i;

	nd = kvzalloc(struct_size(nd, rings, nqueues), GFP_KERNEL);
	if (!nd)
		return -ENOMEM;
	nd->dev = dev;
	nd->dma_dev = dma_dev;
	nd->ops = ops;
	nd->nrings = nqueues;
	init_waitqueue_head(&nd->idle);
	INIT_DELAYED_WORK(&nd->vlan_later, mp_vlan_later);
	for (i = 0; i < nqueues; i++)
		mp_ring_init(&nd->rings[i], nd, i);

	rtnl_lock();
	if (dev->reg_state != NETREG_REGISTERED) {
		rtnl_unlock();
		kvfree(nd);
		return -ENODEV;
	}
	list_add_tail_rcu(&nd->list, &mp_netdevs);
	mp_ethtool_wrap(nd);
	rtnl_unlock();
	return 0;
}
EXPORT_SYMBOL_GPL(mp_netdev_register);

/* Unbind one port of a NIC, by halves.  False if there was none. */
static bool mp_netdev_release_port(struct mp_netdev *nd, struct mp_release *rel)
{
	struct mp_port *port;
	unsigned int i;

	ASSERT_RTNL();
	for (i = 0; i < nd->nrings; i++) {
		port = rtnl_dereference(nd->rings[i].port);
		if (!port)
			continue;
		mp_port_gone(port, rel);
		return true;
	}
	return false;
}

/* Unbind all ports and wait until nothing is mapped for the NIC. */
static void mp_netdev_release_ports(struct mp_netdev *nd)
{
	struct mp_release rel;
	bool more;

	do {
		memset(&rel, 0, sizeof(rel));
		rtnl_lock();
		more = mp_netdev_release_port(nd, &rel);
		rtnl_unlock();
		mp_release_finish(&rel);
	} while (more);
	wait_event(nd->idle, !atomic_read(&nd->active));
}

/**
 * mp_netdev_unregister() - a NIC is going away
 * @dev: NIC
 *
 * Its ports are unbound; their guests receive nothing until the port is bound
 * again.  The driver's rings are as in the stock driver afterwards.
 *
 * Context: Process, before the driver begins to take the NIC down.  Takes RTNL.
 *	Cannot fail, and does nothing for a NIC that is not known.  Releasing
 *	guest memory may wait for its owner, without RTNL: what is mapped for
 *	the NIC must be unmapped before the NIC goes.
 */
void mp_netdev_unregister(struct net_device *dev)
{
	struct mp_netdev *nd;
	unsigned int i;

	rtnl_lock();
	nd = mp_netdev_find(dev);
	if (nd)
		nd->leaving = true;
	rtnl_unlock();
	if (!nd)
		return;
	mp_netdev_release_ports(nd);
	cancel_delayed_work_sync(&nd->vlan_later);

	rtnl_lock();
	WRITE_ONCE(nd->frags, false);
	for (i = 0; i < nd->nrings; i++)
		if (READ_ONCE(nd->rings[i].attached))
			mp_ring_restart(&nd->rings[i]);
	mp_ethtool_unwrap(nd);
	list_del_rcu(&nd->list);
	rtnl_unlock();
	synchronize_net();
	kvfree(nd);
}
EXPORT_SYMBOL_GPL(mp_netdev_unregister);

/* ------------------------------------------------------------- notifier -- */

/*
 * The new MTU is not known before it is set.  An error now has the core set it
 * back; meanwhile mp_rx_attach() refused the guest's windows.
 */
static int mp_check_mtu(struct mp_netdev *nd)
{
	if (!nd->bound || nd->dev->mtu <= MP_MTU_MAX)
		return NOTIFY_DONE;
	netdev_err(nd->dev, "MTU %u refused: a queue is bound and frames must fit one guest buffer (MTU up to %u); unbind first\n",
		   nd->dev->mtu, MP_MTU_MAX);
	return notifier_from_errno(-EBUSY);
}

static void mp_netdev_renamed(struct mp_netdev *nd)
{
	struct mp_port *port;
	unsigned int i;

	for (i = 0; i < nd->nrings; i++) {
		port = rtnl_dereference(nd->rings[i].port);
		if (port)
			strscpy(port->ifname, nd->dev->name, IFNAMSIZ);
	}
}

/*
 * Settings changed: guests that could not be received into may be now, and the
 * other way round when VLAN tags are taken out of frames or these are longer.  Not all drivers
 * reset for that.
 */
static void mp_netdev_retry(struct mp_netdev *nd)
{
	bool strips = nd->dev->features & NETIF_F_HW_VLAN_CTAG_RX;
	struct mp_port *port;
	unsigned int i, max;

	max = nd->ops->max_frame(nd->dev);
	for (i = 0; i < nd->nrings; i++) {
		port = rtnl_dereference(nd->rings[i].port);
		if (port && port->rx &&
		    (mp_rx_active(port->rx) == strips ||
		     mp_rx_max_frame(port->rx) != max))
			mp_rx_cancel(port->rx);
	}
}

/* RTNL is held, so the guests' workers have to release what is pinned. */
static void mp_netdev_left(struct mp_netdev *nd)
{
	struct mp_release rel;

	while (mp_netdev_release_port(nd, &rel))
		if (rel.rx)
			mp_rx_put(rel.rx);
}

/*
 * The NIC is up: NAPI runs from now on.  A guest that posted while it did not
 * was not heard.
 */
static void mp_netdev_up(struct mp_netdev *nd)
{
	unsigned int i;

	for (i = 0; i < nd->nrings; i++)
		mp_ring_kick(&nd->rings[i]);
}

/*
 * An upper device (VLAN, macvlan, team, ...) would get packets before our hook
 * sees them, or none at all.
 */
static int mp_check_upper(struct mp_netdev *nd,
			  const struct netdev_notifier_changeupper_info *info)
{
	if (!nd->bound || !info->linking)
		return NOTIFY_DONE;
	netdev_err(nd->dev, "%s on top refused: a queue is bound to a guest; unbind first\n",
		   netdev_name(info->upper_dev));
	return notifier_from_errno(-EBUSY);
}

static int mp_netdev_event(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct mp_netdev *nd = mp_netdev_find(dev);

	if (!nd)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_CHANGEMTU:
		return mp_check_mtu(nd);
	case NETDEV_PRECHANGEUPPER:
		return mp_check_upper(nd, ptr);
	case NETDEV_UP:
	case NETDEV_CHANGE:	/* the link is back after a reset: NAPI is on */
		mp_netdev_up(nd);
		break;
	case NETDEV_CHANGENAME:
		mp_netdev_renamed(nd);
		break;
	case NETDEV_FEAT_CHANGE:
		mp_features_keep(nd);
		mp_netdev_retry(nd);
		break;
	case NETDEV_UNREGISTER:	/* also when moved to another namespace */
		mp_netdev_left(nd);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block mp_netdev_nb = {
	.notifier_call = mp_netdev_event,
};

int mp_netdev_init(void)
{
	return register_netdevice_notifier(&mp_netdev_nb);
}

void mp_netdev_exit(void)
{
	unregister_netdevice_notifier(&mp_netdev_nb);
	WARN_ON(!list_empty(&mp_netdevs));
}
