// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: binding a file descriptor to a receive queue, and letting go.
 *
 * Unbinding cannot fail.  In order: the queue is given to nobody (unpublish),
 * the driver restarts it so that neither hardware nor NAPI use a buffer
 * (quiesce), the port forgets the NIC (release), and then, without RTNL, what
 * the guest had pinned is released (reap).
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/xarray.h>
#include <net/xdp_sock_drv.h>

#include "mp_compat.h"
#include "mp_core.h"

static DEFINE_XARRAY_ALLOC(mp_ports);	/* by port number; RTNL */

static struct net_device *mp_bind_dev(struct net *net, const struct mp_bind *b)
{
	struct net_device *dev;

	ASSERT_RTNL();
	if (b->ifindex)
		dev = __dev_get_by_index(net, b->ifindex);
	else
		dev = __dev_get_by_name(net, b->ifname);
	if (!dev || dev->reg_state != NETREG_REGISTERED)
		return NULL;
	return dev;
}

static void mp_dev_driver(struct net_device *dev, char *name, size_t size)
{
	if (dev->dev.parent && dev->dev.parent->driver)
		strscpy(name, dev->dev.parent->driver->name, size);
	else
		strscpy(name, "unknown", size);
}

static int mp_bind_queue(struct mp_netdev *nd, const struct mp_bind *b,
			 unsigned int *queue)
{
	unsigned int have = min(nd->nrings, nd->dev->real_num_rx_queues);

	*queue = b->queue == MP_QUEUE_ALL ? 0 : b->queue;
	if (*queue >= have) {
		netdev_err(nd->dev, "queue %u refused: the NIC has %u, counted from 0\n",
			   b->queue, have);
		return -EINVAL;
	}
	if (nd->dev->mtu > ETH_DATA_LEN) {
		netdev_err(nd->dev, "bind refused: MTU %u, but frames must fit one guest buffer; set the MTU to %u or less\n",
			   nd->dev->mtu, ETH_DATA_LEN);
		return -EINVAL;
	}
	return 0;
}

static void mp_port_set_nic(struct mp_port *port, struct mp_ring *ring,
			    const struct mp_bind *b)
{
	struct net_device *dev = ring->nd->dev;

	port->bind = b->flags;
	port->ifindex = dev->ifindex;
	port->queue = ring->queue;
	strscpy(port->ifname, dev->name, IFNAMSIZ);
	mp_dev_driver(dev, port->driver, sizeof(port->driver));
	port->gone = false;
	memset(&port->stats, 0, sizeof(port->stats));
	mp_stats_restart_pins(port);
	port->ring = ring;
	port->epoch++;
	mp_sock_attach(port, dev);
	rcu_assign_pointer(ring->port, port);
}

static int mp_port_bind_dev(struct mp_port *port, struct net_device *dev,
			    const struct mp_bind *b)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	char driver[sizeof(port->driver)];
	struct mp_ring *ring;
	unsigned int queue;
	int err;

	if (!nd) {
		mp_dev_driver(dev, driver, sizeof(driver));
		netdev_err(dev, "bind refused: driver %s is not converted, its stock module is loaded, or it is not done with probing the NIC\n",
			   driver);
		return -EOPNOTSUPP;
	}
	err = mp_bind_queue(nd, b, &queue);
	if (err)
		return err;
	ring = &nd->rings[queue];
	if (nd->leaving)
		return -ENODEV;
	if (rtnl_dereference(ring->port))
		return -EBUSY;
	if (xsk_get_pool_from_qid(dev, queue)) {
		netdev_err(dev, "queue %u refused: an AF_XDP socket has it\n",
			   queue);
		return -EBUSY;
	}
	err = xa_alloc(&mp_ports, &port->id, port, xa_limit_31b, GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -ENOMEM : err;
	err = mp_netdev_claim(ring, b);
	if (err) {
		xa_erase(&mp_ports, port->id);
		return err;
	}
	mp_port_set_nic(port, ring, b);
	if (port->rx)
		mp_rx_cancel(port->rx);
	return 0;
}

/**
 * mp_port_bind() - bind a port to a receive queue
 * @port: port, not bound
 * @net: network namespace to look the NIC up in
 * @b: what to bind to; flags checked
 *
 * The NIC becomes promiscuous and its packets go to the port.  Receiving into
 * guest memory starts when a guest is connected, see mp_rx_start(); if one is,
 * its worker is asked to start over.
 *
 * Context: Process.  Takes RTNL.
 * Return: 0, or the errors of MP_BIND in uapi/linux/mpassthru.h.
 */
int mp_port_bind(struct mp_port *port, struct net *net, const struct mp_bind *b)
{
	struct net_device *dev;
	int err = -ENODEV;

	rtnl_lock();
	if (port->ring || port->gone) {
		err = -EBUSY;
		goto out;
	}
	dev = mp_bind_dev(net, b);
	if (dev)
		err = mp_port_bind_dev(port, dev, b);
out:
	rtnl_unlock();
	return err;
}

/*
 * The first half of unbinding: the NIC is done with the port and its guest, and
 * the guest's worker is told.  The second is mp_release_finish().
 */
static void mp_port_release_ring(struct mp_port *port, struct mp_release *rel)
{
	struct mp_ring *ring = port->ring;
	struct mp_netdev *nd = ring->nd;
	struct mp_stats st;

	ASSERT_RTNL();
	if (ring->guest) {
		mp_ring_set_guest(ring, NULL);
		mp_ring_restart(ring);
	}
	mp_stats_read(port, &st);
	mp_stats_add(&nd->past, &st);
	if (port->rx)
		mp_rx_forget_stats(port->rx);
	RCU_INIT_POINTER(ring->port, NULL);
	mp_sock_detach(port);
	mp_netdev_unclaim(ring);
	port->ring = NULL;
	port->epoch++;
	rel->rx = mp_rx_get(port->rx);
	rel->gen = rel->rx ? mp_rx_gen(rel->rx) : 0;
	if (rel->rx)
		mp_rx_cancel(rel->rx);
}

/**
 * mp_release_finish() - release what the guest of an unbound port had pinned
 * @rel: from mp_port_gone(); may be empty
 *
 * Context: Process, without RTNL; may wait for the owner of the guest.
 */
void mp_release_finish(const struct mp_release *rel)
{
	if (!rel->rx)
		return;
	if (rel->gen)
		mp_rx_deactivate(rel->rx, rel->gen);
	mp_rx_put(rel->rx);
}

/**
 * mp_port_unbind() - undo mp_port_bind()
 * @port: port
 *
 * Context: Process.  Takes RTNL.
 * Return: 0; -ENOTCONN if the port is not bound.
 */
int mp_port_unbind(struct mp_port *port)
{
	struct mp_release rel = {};
	int err = 0;

	rtnl_lock();
	if (port->ring)
		mp_port_release_ring(port, &rel);
	else if (!port->gone)
		err = -ENOTCONN;
	if (!err) {
		xa_erase(&mp_ports, port->id);
		port->gone = false;
		mp_sock_shutdown(port);
	}
	rtnl_unlock();
	mp_release_finish(&rel);
	return err;
}

/* The NIC is being unregistered; the port keeps its number and counters. */
void mp_port_gone(struct mp_port *port, struct mp_release *rel)
{
	ASSERT_RTNL();
	port->gone = true;
	mp_port_release_ring(port, rel);
}

/* Is the port visible in @net: is its NIC there, or was the port opened there? */
static bool mp_port_visible(const struct mp_port *port, const struct net *net)
{
	return net_eq(port->gone ? sock_net(&port->sk) :
				   dev_net(port->ring->nd->dev), net);
}

static void mp_port_fill_info(struct mp_port *port, struct mp_info *info)
{
	ASSERT_RTNL();
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->index = port->id;
	info->state = port->gone ? MP_STATE_GONE : MP_STATE_BOUND;
	if (port->ring && port->rx && port->ring->guest == port->rx)
		info->state |= MP_STATE_DIRECT;
	if (port->ring && port->ring->nd->whole)
		info->state |= MP_STATE_WHOLE;
	info->flags = port->bind;
	info->ifindex = port->ifindex;
	info->queue = port->queue;
	info->owner_pid = port->rx ? mp_rx_owner(port->rx) : 0;
	strscpy(info->ifname, port->ifname, sizeof(info->ifname));
	strscpy(info->driver, port->driver, sizeof(info->driver));
	mp_stats_read(port, &info->stats);
}

/**
 * mp_port_get_info() - describe a port
 * @self: port of the caller's descriptor
 * @net: caller's network namespace
 * @index: MP_INFO_SELF, or the lowest port number of interest
 * @info: out
 *
 * Context: Process.  Takes RTNL.
 * Return: 0; -ENOTCONN if @self is asked for and not bound; -ENOENT if there is
 *	no port from @index on that is visible in @net.
 */
int mp_port_get_info(struct mp_port *self, struct net *net, u32 index,
		     struct mp_info *info)
{
	unsigned long id = index;
	struct mp_port *port;
	int err = -ENOENT;

	rtnl_lock();
	if (index == MP_INFO_SELF) {
		err = self->ring || self->gone ? 0 : -ENOTCONN;
		if (!err)
			mp_port_fill_info(self, info);
		goto out;
	}
	xa_for_each_start(&mp_ports, id, port, index) {
		if (!mp_port_visible(port, net))
			continue;
		mp_port_fill_info(port, info);
		err = 0;
		break;
	}
out:
	rtnl_unlock();
	return err;
}
