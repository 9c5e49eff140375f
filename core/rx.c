// SPDX-License-Identifier: GPL-2.0
/*
 * A guest's receive ring on a port: its life.
 *
 * An mp_rx is *active* while its port is bound to a NIC that can receive into
 * the guest.  When that ends under it (UNBIND, NIC removed) or when the NIC's
 * settings no longer suit the posted windows, it is *cancelled*: the worker
 * takes what is done, gives the outstanding heads back to the guest's ring, and
 * calls mp_rx_restart().
 */
#include <linux/capability.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/rtnetlink.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "mp_compat.h"
#include "rx.h"

/* ------------------------------------------------- activate, deactivate -- */

static void mp_rx_nd_put(struct mp_netdev *nd)
{
	/* mp_netdev_unregister() waits for readers before it frees @nd */
	rcu_read_lock();
	if (atomic_dec_and_test(&nd->active))
		wake_up_all(&nd->idle);
	rcu_read_unlock();
}

/* May the NIC of @rx receive into the guest?  Then it stays until nd_put. */
static struct mp_netdev *mp_rx_nd_get(struct mp_rx *rx)
{
	struct mp_ring *ring = rx->port->ring;
	struct mp_netdev *nd;

	ASSERT_RTNL();
	if (!ring)
		return NULL;
	nd = ring->nd;
	if (nd->dev->features & NETIF_F_HW_VLAN_CTAG_RX) {
		if (net_ratelimit())
			netdev_warn(nd->dev, "queue %u: rx-vlan-offload is on, frames will be copied; turn it off with ethtool -K\n",
				    ring->queue);
		return NULL;
	}
	atomic_inc(&nd->active);
	return nd;
}

/* Everything that can wait for the owner is done here, without RTNL. */
static int mp_rx_arm(struct mp_rx *rx, struct mp_netdev *nd,
		     unsigned int max_frame)
{
	struct mp_pins *pins;

	pins = mp_pins_create(rx->mm, rx->task, rx->bypass_rlimit, nd->dma_dev,
			      rx->port->bind & MP_BIND_POSTED_ONLY,
			      &rx->port->pin_stats, &nd->pin_totals);
	if (IS_ERR(pins)) {
		if (PTR_ERR(pins) != -EINTR && net_ratelimit())
			netdev_warn(nd->dev, "cannot watch the guest's memory (error %ld), frames will be copied\n",
				    PTR_ERR(pins));
		return PTR_ERR(pins);
	}
	mutex_lock(&rx->lock);
	rx->nd = nd;
	rx->max_frame = max_frame;
	rx->align = nd->ops->align;
	WRITE_ONCE(rx->gen, rx->gen + 1);
	rx->pins = pins;
	mutex_unlock(&rx->lock);
	return 0;
}

/*
 * Let the NIC receive into this guest, if the port is bound.  Fails softly:
 * then frames come through the socket.  Where only a signal was in the way the
 * worker, which has none, starts over.
 */
static void mp_rx_activate(struct mp_rx *rx)
{
	struct mp_port *port = rx->port;
	unsigned int max_frame = 0;
	struct mp_netdev *nd;
	u32 epoch;
	int err;

	rtnl_lock();
	epoch = port->epoch;
	nd = mp_rx_nd_get(rx);
	if (nd)
		max_frame = nd->ops->max_frame(nd->dev);
	rtnl_unlock();
	if (!nd)
		return;
	err = mp_rx_arm(rx, nd, max_frame);
	if (err) {
		mp_rx_nd_put(nd);
		if (err == -EINTR)
			WRITE_ONCE(rx->cancelled, true);
		return;
	}
	rtnl_lock();
	if (port->epoch == epoch && port->rx == rx) {
		mp_ring_set_guest(port->ring, rx);
		mp_ring_restart(port->ring);
		mp_sock_purge(port);
		rtnl_unlock();
		return;
	}
	rtnl_unlock();
	mp_rx_deactivate(rx, 0);
}

/* Release everything that the NIC could reach; rx->lock held. */
static struct mp_netdev *mp_rx_disarm(struct mp_rx *rx)
{
	struct mp_pins *pins = rx->pins;
	struct mp_netdev *nd = rx->nd;
	struct mp_slot *slot;
	u32 i;

	lockdep_assert_held(&rx->lock);
	if (!pins)
		return NULL;
	WARN_ON_ONCE(rcu_access_pointer(rx->ring));
	mp_pins_lock(pins);
	mp_rx_unmap_rings(rx);
	for (i = rx->completed; i != rx->s.done_head; i++)
		mp_slot_settle(rx, &rx->slot[i & rx->s.mask],
			       rx->s.done[i & rx->s.mask].len);
	for (slot = rx->slot; slot <= rx->slot + rx->s.mask; slot++) {
		mp_slot_unmap_page(rx, slot);
		if (slot->chunk)
			mp_pins_put(pins, slot->chunk, 1);
		slot->chunk = NULL;
	}
	WRITE_ONCE(rx->pins, NULL);
	mp_pins_unlock(pins);
	mp_pins_destroy(pins);
	rx->nd = NULL;
	return nd;
}

/**
 * mp_rx_deactivate() - the NIC will not write to this guest any more
 * @rx: receive ring; the queue was restarted without it before
 * @gen: which activation to end, or 0 for the current one
 *
 * Frames that are done but not taken stay readable.  Once RTNL was dropped, the
 * worker may have activated @rx again, for another binding: that one is left
 * alone.
 *
 * Context: Process, not under RTNL: the owner's memory management may make us
 *	wait, and RTNL is everybody's.
 */
void mp_rx_deactivate(struct mp_rx *rx, u32 gen)
{
	struct mp_netdev *nd = NULL;

	mutex_lock(&rx->lock);
	if (!gen || gen == rx->gen)
		nd = mp_rx_disarm(rx);
	mutex_unlock(&rx->lock);
	if (nd)
		mp_rx_nd_put(nd);
}

u32 mp_rx_gen(const struct mp_rx *rx)
{
	return READ_ONCE(rx->gen);
}

struct mp_rx *mp_rx_get(struct mp_rx *rx)
{
	if (rx)
		refcount_inc(&rx->refs);
	return rx;
}

/* Have the worker take its outstanding heads back; RTNL or ring->lock held. */
void mp_rx_cancel(struct mp_rx *rx)
{
	WRITE_ONCE(rx->cancelled, true);
	mp_rx_wake(rx);
}

void mp_rx_wake(struct mp_rx *rx)
{
	rx->ops->wake(rx->priv);
}

/*
 * The driver configures a ring for this guest.  Posted windows must hold the
 * largest frame that the hardware now can write, with its VLAN tag, and ask for no
 * more, or smaller buffers would be copied for nothing.
 */
int mp_rx_attach(struct mp_rx *rx, struct mp_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	if (ring->params.max_frame != rx->max_frame ||
	    ring->params.vlan_stripped) {
		mp_rx_cancel(rx);
		return -EINVAL;
	}
	mp_ring_set_slots(ring, rx, &rx->s);
	rcu_assign_pointer(rx->ring, ring);
	return 0;
}

/* NAPI is off and so is the hardware: what was not filled is not taken. */
void mp_rx_detach(struct mp_rx *rx)
{
	struct mp_slots *s = &rx->s;

	RCU_INIT_POINTER(rx->ring, NULL);
	s->taken = s->cleaned;
	s->starving = 0;
	if (s->done_head == s->cleaned)
		return;
	/* pairs with the acquire in mp_rx_peek(): done[] is written */
	smp_store_release(&s->done_head, s->cleaned);
	mp_rx_wake(rx);
}

/* ------------------------------------------------------ start, stop, free -- */

/*
 * Never more slots than the guest's ring has entries: that they are outstanding
 * at once is what keeps a batch of used entries inside the ring, whatever the
 * guest writes to its available index.
 */
static struct mp_rx *mp_rx_alloc(unsigned int heads)
{
	unsigned int size = rounddown_pow_of_two(clamp_t(unsigned int, heads,
							 1, MP_SLOTS_MAX));
	struct mp_rx *rx = kzalloc(sizeof(*rx), GFP_KERNEL);

	if (!rx)
		return NULL;
	rx->slot = kvcalloc(size, sizeof(*rx->slot), GFP_KERNEL);
	rx->s.fill = kvcalloc(size, sizeof(*rx->s.fill), GFP_KERNEL);
	rx->s.done = kvcalloc(size, sizeof(*rx->s.done), GFP_KERNEL);
	rx->s.mask = size - 1;
	mutex_init(&rx->lock);
	spin_lock_init(&rx->poll_lock);
	refcount_set(&rx->refs, 1);
	if (rx->slot && rx->s.fill && rx->s.done)
		return rx;
	kvfree(rx->slot);
	kvfree(rx->s.fill);
	kvfree(rx->s.done);
	kfree(rx);
	return NULL;
}

/**
 * mp_rx_start() - connect a guest's receive ring to a port
 * @sock: the port's socket
 * @mm: the owner's memory
 * @heads: entries of the guest's ring, a power of two; more are never outstanding
 * @ops: how to reach the worker
 * @priv: for @ops
 *
 * If the port is bound, its queue is restarted to receive into guest memory.
 * RLIMIT_MEMLOCK and CAP_IPC_LOCK are those of the calling process.
 *
 * Context: Process, the owner's.  Takes RTNL.  The caller holds a reference on
 *	@sock's file until after mp_rx_stop().
 * Return: the ring; ERR_PTR(-ENOMEM); ERR_PTR(-EBUSY) if a guest is connected
 *	already.
 */
struct mp_rx *mp_rx_start(struct socket *sock, struct mm_struct *mm,
			  unsigned int heads, const struct mp_rx_ops *ops,
			  void *priv)
{
	struct mp_port *port = mp_port_of(sock->sk);
	struct mp_rx *rx = mp_rx_alloc(heads);
	bool busy;

	if (!rx)
		return ERR_PTR(-ENOMEM);
	rx->port = port;
	rx->ops = ops;
	rx->priv = priv;
	mmgrab(mm);
	rx->mm = mm;
	get_task_struct(current->group_leader);
	rx->task = current->group_leader;
	rx->bypass_rlimit = capable(CAP_IPC_LOCK);

	rtnl_lock();
	busy = port->rx;
	if (!busy)
		port->rx = rx;
	rtnl_unlock();
	if (busy) {
		mp_rx_put(rx);
		return ERR_PTR(-EBUSY);
	}
	mp_rx_activate(rx);
	return rx;
}
EXPORT_SYMBOL_GPL(mp_rx_start);

/* Take the guest off the NIC; the queue receives for the socket again. */
static void mp_rx_disconnect(struct mp_rx *rx)
{
	struct mp_port *port = rx->port;

	ASSERT_RTNL();
	if (!port->ring || port->ring->guest != rx)
		return;
	mp_ring_set_guest(port->ring, NULL);
	mp_ring_restart(port->ring);
}

/**
 * mp_rx_stop() - disconnect a guest's receive ring from its port
 * @rx: from mp_rx_start()
 *
 * After the return the NIC does not write to the guest's memory, nothing is
 * pinned or charged, and @ops are not called any more.  Frames received before
 * can still be taken with mp_rx_peek(); mp_rx_outstanding() then says how many
 * heads the guest's ring has to get back.
 *
 * Context: Process.  Takes RTNL.  Cannot fail.
 */
void mp_rx_stop(struct mp_rx *rx)
{
	struct mp_port *port = rx->port;

	rtnl_lock();
	mp_rx_disconnect(rx);
	port->stats.rx_wakeups += rx->s.wakeups;
	port->stats.rx_starved += rx->s.starved;
	port->rx = NULL;
	rtnl_unlock();
	mp_rx_deactivate(rx, 0);
}
EXPORT_SYMBOL_GPL(mp_rx_stop);

/**
 * mp_rx_put() - forget a stopped receive ring
 * @rx: after mp_rx_stop()
 *
 * Context: Process.
 */
void mp_rx_put(struct mp_rx *rx)
{
	u32 i;

	if (!refcount_dec_and_test(&rx->refs))
		return;
	for (i = 0; i <= rx->s.mask; i++)
		if (rx->slot[i].page)
			__free_page(rx->slot[i].page);
	put_task_struct(rx->task);
	mmdrop(rx->mm);
	kvfree(rx->slot);
	kvfree(rx->s.fill);
	kvfree(rx->s.done);
	mutex_destroy(&rx->lock);
	kfree(rx);
}
EXPORT_SYMBOL_GPL(mp_rx_put);

/**
 * mp_rx_active() - does the NIC receive into this guest's memory
 * @rx: receive ring
 *
 * If not, frames come through the port's socket.
 *
 * Context: Worker.  Changes at mp_rx_restart(), and to false at any time.
 * Return: true if so.
 */
bool mp_rx_active(const struct mp_rx *rx)
{
	return READ_ONCE(rx->pins);
}
EXPORT_SYMBOL_GPL(mp_rx_active);

/**
 * mp_rx_cancelled() - must the worker give its heads back
 * @rx: receive ring
 *
 * If so, the worker calls mp_rx_quiesce(), takes every frame that is done, gives
 * the outstanding heads back to the guest's ring and calls mp_rx_rewind() and
 * mp_rx_restart().
 *
 * Context: Worker.
 * Return: true if so.
 */
bool mp_rx_cancelled(const struct mp_rx *rx)
{
	return READ_ONCE(rx->cancelled);
}
EXPORT_SYMBOL_GPL(mp_rx_cancelled);

/**
 * mp_rx_quiesce() - stop the NIC before heads are given back
 * @rx: receive ring
 *
 * After it, what is done stays done and what is outstanding will not be written.
 *
 * Context: Worker.  Takes RTNL.
 */
void mp_rx_quiesce(struct mp_rx *rx)
{
	rtnl_lock();
	mp_rx_disconnect(rx);
	rtnl_unlock();
	mp_rx_deactivate(rx, 0);
}
EXPORT_SYMBOL_GPL(mp_rx_quiesce);

/**
 * mp_rx_rewind() - the guest's ring has its outstanding heads back
 * @rx: receive ring, quiesced or stopped, with no frame left to take
 *
 * Context: Worker.
 */
void mp_rx_rewind(struct mp_rx *rx)
{
	struct mp_slots *s = &rx->s;

	WARN_ON_ONCE(rx->pins);
	WRITE_ONCE(rx->posted, 0);
	WRITE_ONCE(rx->completed, 0);
	rx->reaped = 0;
	s->posted = 0;
	s->taken = 0;
	s->cleaned = 0;
	s->done_head = 0;
	s->starving = 0;
}
EXPORT_SYMBOL_GPL(mp_rx_rewind);

/**
 * mp_rx_restart() - start over with an empty ring
 * @rx: receive ring, after mp_rx_rewind()
 *
 * Context: Worker.  Takes RTNL.
 */
void mp_rx_restart(struct mp_rx *rx)
{
	WRITE_ONCE(rx->cancelled, false);
	mp_rx_activate(rx);
}
EXPORT_SYMBOL_GPL(mp_rx_restart);

/* ------------------------------------------------------------ statistics -- */

void mp_rx_stats(const struct mp_rx *rx, struct mp_stats *st)
{
	st->rx_wakeups += READ_ONCE(rx->s.wakeups);
	st->rx_starved += READ_ONCE(rx->s.starved);
	st->posted = READ_ONCE(rx->posted) - READ_ONCE(rx->completed);
}

/* Counted with a binding that is over; the ring is detached, NAPI is out. */
void mp_rx_forget_stats(struct mp_rx *rx)
{
	ASSERT_RTNL();
	rx->s.wakeups = 0;
	rx->s.starved = 0;
}

u32 mp_rx_owner(const struct mp_rx *rx)
{
	return task_tgid_vnr(rx->task);
}
