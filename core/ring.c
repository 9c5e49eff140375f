// SPDX-License-Identifier: GPL-2.0
/*
 * Receive rings: where a driver's descriptors get their buffers from and where
 * its received frames go.
 *
 * A driver attaches its ring whenever it configures it and detaches it whenever
 * it cleans it, so a reset, a new ring size or a down/up cycle needs nothing
 * else: the binding is kept here, by queue.  Detaching hands buffers that the
 * NIC had not filled back to their constructor: for guest slots that is the
 * assignment taken = cleaned, since slots are used in order.
 *
 * NAPI is started by us too (mp_ring_kick(), when a starved ring gets buffers),
 * at any time, also while a driver is in the middle of a reset.  Hence @attached,
 * which every entry of a poll checks, and @live, which is false while the
 * driver fills a fresh ring from process context.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/rtnetlink.h>

#include "mp_compat.h"
#include "mp_core.h"
#include "trace.h"

/* A ring with fewer buffers than a quarter of what it can hold is starving. */
#define MP_RING_LOW_SHIFT	2

void mp_ring_init(struct mp_ring *ring, struct mp_netdev *nd,
		  unsigned int queue)
{
	ring->nd = nd;
	ring->queue = queue;
	ring->mode = MP_RING_STOCK;
	mutex_init(&ring->lock);
}

static enum mp_ring_mode mp_ring_wanted(const struct mp_ring *ring)
{
	if (READ_ONCE(ring->guest))
		return MP_RING_GUEST;
	return READ_ONCE(ring->nd->frags) ? MP_RING_HOST : MP_RING_STOCK;
}

/**
 * mp_ring_mode() - what mp_ring_attach() would attach a queue as
 * @dev: NIC
 * @queue: receive queue
 *
 * For register settings that have to be made before the ring is attached.
 *
 * Context: Process, in the driver's configuration path.
 * Return: the mode; MP_RING_STOCK if the core does not know @dev.
 */
enum mp_ring_mode mp_ring_mode(struct net_device *dev, unsigned int queue)
{
	struct mp_netdev *nd = mp_netdev_find(dev);

	if (!nd || queue >= nd->nrings)
		return MP_RING_STOCK;
	return mp_ring_wanted(&nd->rings[queue]);
}
EXPORT_SYMBOL_GPL(mp_ring_mode);

/**
 * mp_queue_is_bound() - does a queue belong to a port
 * @dev: NIC
 * @queue: receive queue
 *
 * Whether or not a guest is connected: nobody else may take it meanwhile.
 *
 * Context: RTNL held.
 * Return: true if it does.
 */
bool mp_queue_is_bound(struct net_device *dev, unsigned int queue)
{
	struct mp_netdev *nd = mp_netdev_find(dev);

	ASSERT_RTNL();
	return nd && queue < nd->nrings &&
	       rtnl_dereference(nd->rings[queue].port);
}
EXPORT_SYMBOL_GPL(mp_queue_is_bound);

/**
 * mp_napi_quiesce() - wait until no poll runs or is queued
 * @napi: NAPI context, enabled or not, that nobody schedules any more
 *
 * Waits for interrupts on their way to a CPU too, and for their polls, which
 * synchronize_irq() and napi_synchronize() do not: the one does not see what waits in
 * a local APIC.  No promise for an idle CPU that its own host does not let run, nor
 * for NAPI's timer (napi_defer_hard_irqs): RCU does not wait for these.
 *
 * Context: Process, may sleep (waits for an RCU grace period).
 */
void mp_napi_quiesce(struct napi_struct *napi)
{
	const unsigned long mask = NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC;

	synchronize_net();
	/*
	 * It may still sit with ksoftirqd.  After napi_disable() both bits are
	 * set for good, and nothing is queued.
	 */
	while ((READ_ONCE(napi->state) & mask) == NAPIF_STATE_SCHED)
		usleep_range(100, 1000);
}
EXPORT_SYMBOL_GPL(mp_napi_quiesce);

static void mp_ring_detach_locked(struct mp_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	if (!ring->attached)
		return;
	WRITE_ONCE(ring->live, false);
	WRITE_ONCE(ring->attached, false);
	/* of those that saw @attached set, and of kicks */
	mp_napi_quiesce(ring->napi);
	if (ring->mode == MP_RING_GUEST) {
		mp_rx_detach(ring->rx);
		ring->rx = NULL;
		ring->slots = NULL;
	} else {
		mp_host_ring_free(ring);
	}
	ring->mode = MP_RING_STOCK;
}

static int mp_ring_attach_mode(struct mp_ring *ring, enum mp_ring_mode mode)
{
	int err = 0;

	if (mode == MP_RING_GUEST)
		err = mp_rx_attach(ring->guest, ring);
	else if (mode == MP_RING_HOST)
		err = mp_host_ring_init(ring);
	if (!err)
		ring->mode = mode;
	return err;
}

/**
 * mp_ring_attach() - let the core provide the buffers of a receive queue
 * @dev: NIC
 * @queue: receive queue
 * @params: how the driver set the ring up
 *
 * The driver's descriptors of this queue must be empty and its NAPI context
 * must not use the ring yet.  The first fill that follows may come from process
 * context; it ends with mp_ring_filled().
 *
 * Context: Process, may sleep.  RTNL or the driver's own reset lock held.
 * Return: the ring, or NULL if the queue is to work as in the stock driver.
 */
struct mp_ring *mp_ring_attach(struct net_device *dev, unsigned int queue,
			       const struct mp_ring_params *params)
{
	struct mp_netdev *nd = mp_netdev_find(dev);
	enum mp_ring_mode mode;
	struct mp_ring *ring;

	if (!nd || queue >= nd->nrings)
		return NULL;
	ring = &nd->rings[queue];
	mutex_lock(&ring->lock);
	mp_ring_detach_locked(ring);
	ring->params = *params;
	ring->napi = params->napi;
	ring->discard = false;
	ring->dry = false;
	mode = mp_ring_wanted(ring);
	/* the guest's slots may not suit new settings; its worker sorts it out */
	if (mp_ring_attach_mode(ring, mode) && mode == MP_RING_GUEST &&
	    nd->frags && mp_ring_attach_mode(ring, MP_RING_HOST))
		netdev_warn(dev, "queue %u: no memory for host pages, stock receive\n",
			    queue);
	if (ring->mode == MP_RING_STOCK)
		ring = NULL;
	else
		/* pairs with the acquires of its readers: mode, slots, rx */
		smp_store_release(&ring->attached, true);
	mutex_unlock(&nd->rings[queue].lock);
	return ring;
}
EXPORT_SYMBOL_GPL(mp_ring_attach);

/**
 * mp_ring_detach() - take a queue's buffers back
 * @ring: from mp_ring_attach(), or NULL
 *
 * The hardware must have stopped writing.  NAPI may be disabled or merely idle.
 * After the return no poll is inside a function of ours for this ring, and the
 * driver may forget @ring.  Calling it again is harmless.
 *
 * Context: Process, may sleep (waits for an RCU grace period).
 */
void mp_ring_detach(struct mp_ring *ring)
{
	if (!ring)
		return;
	mutex_lock(&ring->lock);
	mp_ring_detach_locked(ring);
	mutex_unlock(&ring->lock);
}
EXPORT_SYMBOL_GPL(mp_ring_detach);

/**
 * mp_ring_is_guest() - does the NIC write to guest memory
 * @ring: attached ring
 *
 * Context: Any, while attached.
 * Return: true in GUEST mode: VLAN tags must stay in the frame then.
 */
bool mp_ring_is_guest(const struct mp_ring *ring)
{
	return ring->mode == MP_RING_GUEST;
}
EXPORT_SYMBOL_GPL(mp_ring_is_guest);

/*
 * Choose the guest whose slots the next attach uses.  mp_ring_restart() makes
 * it so.
 */
void mp_ring_set_guest(struct mp_ring *ring, struct mp_rx *rx)
{
	ASSERT_RTNL();
	mutex_lock(&ring->lock);
	WRITE_ONCE(ring->guest, rx);
	mutex_unlock(&ring->lock);
}

static bool mp_ring_is_stale(struct mp_ring *ring)
{
	bool stale;

	mutex_lock(&ring->lock);
	stale = ring->attached && ring->rx && ring->rx != ring->guest;
	mutex_unlock(&ring->lock);
	return stale;
}

/*
 * A driver that is on its way down has nothing to restart, but may not have
 * detached the ring yet, if it goes down without RTNL.
 */
#define MP_RESTART_MS		10
#define MP_RESTART_TRIES	1000

/*
 * Make the driver's ring what mp_ring_wanted() says.  After the return nothing
 * of what it was attached to before is in use.
 */
void mp_ring_restart(struct mp_ring *ring)
{
	struct mp_netdev *nd = ring->nd;
	unsigned int tries = MP_RESTART_TRIES;

	ASSERT_RTNL();
	nd->ops->restart(nd->dev, ring->queue);
	while (mp_ring_is_stale(ring) && --tries)
		msleep(MP_RESTART_MS);
	WARN_ONCE(!tries, "%s: driver kept queue %u running over a restart\n",
		  netdev_name(nd->dev), ring->queue);
}

/*
 * Have NAPI refill a starving ring.  Any context that may take a softirq.  If
 * NAPI is off or busy, or the ring is not filled yet, it stays marked as
 * starving, and the next publication, mp_ring_filled() or NETDEV_UP tries
 * again.
 */
void mp_ring_kick(struct mp_ring *ring)
{
	rcu_read_lock();
	/* pairs with mp_ring_filled() */
	if (smp_load_acquire(&ring->live) && ring->mode == MP_RING_GUEST) {
		local_bh_disable();
		if (napi_schedule_prep(ring->napi)) {
			WRITE_ONCE(ring->slots->starving, 0);
			__napi_schedule(ring->napi);
		}
		local_bh_enable();
	}
	rcu_read_unlock();
}

/*
 * May this context take buffers?  Until the first fill from process context is
 * done, a poll may not: NAPI can be started by others than us and the hardware
 * (busy polling sockets, netpoll).
 */
static bool mp_ring_usable(const struct mp_ring *ring)
{
	/* pairs with mp_ring_attach() */
	return smp_load_acquire(&ring->attached) &&
	       (READ_ONCE(ring->live) || !in_softirq());
}

/**
 * mp_ring_get_bufs() - the next buffers for descriptors
 * @ring: attached ring
 * @dma: out: addresses to put into the descriptors, in this order
 * @max: room in @dma
 *
 * Buffers are received in the order in which they were taken.
 *
 * Context: NAPI of this ring, or the first fill after attach.
 * Return: how many there are now.
 */
unsigned int mp_ring_get_bufs(struct mp_ring *ring, dma_addr_t *dma,
			      unsigned int max)
{
	struct mp_slots *s;
	unsigned int i;

	if (unlikely(!mp_ring_usable(ring)))
		return 0;
	if (ring->mode != MP_RING_GUEST)
		return mp_host_get_bufs(ring, dma, max);
	s = ring->slots;
	/* pairs with the release in mp_rx_publish(): fill[] is written */
	max = min(max, smp_load_acquire(&s->posted) - s->taken);
	for (i = 0; i < max; i++)
		dma[i] = s->fill[(s->taken + i) & s->mask];
	s->taken += max;
	return max;
}
EXPORT_SYMBOL_GPL(mp_ring_get_bufs);

/* The NIC has @in_hw buffers.  True if there are more for it by now. */
static bool mp_ring_starves(struct mp_ring *ring, unsigned int in_hw)
{
	struct mp_slots *s = ring->slots;

	if (ring->mode != MP_RING_GUEST || in_hw >= ring->low)
		return false;
	if (!in_hw && !ring->dry)
		s->starved++;
	ring->dry = !in_hw;
	WRITE_ONCE(s->starving, 1);
	/* pairs with mp_rx_publish(): posted, then starving */
	smp_mb();
	return READ_ONCE(s->posted) != s->taken &&
	       in_hw + 1 < ring->params.count;
}

/**
 * mp_ring_refilled() - tell the core how many buffers the NIC has
 * @ring: attached ring
 * @in_hw: descriptors that the NIC owns, after the tail was written
 *
 * Context: As mp_ring_get_bufs().
 * Return: true if buffers came in meanwhile and the driver should refill again.
 */
bool mp_ring_refilled(struct mp_ring *ring, unsigned int in_hw)
{
	if (unlikely(!mp_ring_usable(ring)))
		return false;
	return mp_ring_starves(ring, in_hw);
}
EXPORT_SYMBOL_GPL(mp_ring_refilled);

/**
 * mp_ring_filled() - end the first fill after attach
 * @ring: attached ring
 *
 * From here on the ring belongs to NAPI: if the guest posted buffers meanwhile, a
 * poll runs before this returns, or at once on another CPU.  The driver has
 * stored its own indices before.  It is called also when there was no buffer.
 *
 * Context: Where the first fill was.
 */
void mp_ring_filled(struct mp_ring *ring)
{
	struct mp_slots *s = ring->slots;

	/* pairs with mp_ring_kick() and mp_ring_is_live() */
	smp_store_release(&ring->live, true);
	if (ring->mode != MP_RING_GUEST)
		return;
	/* pairs with mp_rx_publish(): posted, then live, when it kicks */
	smp_mb();
	if (READ_ONCE(s->starving) && READ_ONCE(s->posted) != s->taken)
		mp_ring_kick(ring);
}
EXPORT_SYMBOL_GPL(mp_ring_filled);

/**
 * mp_ring_is_live() - may a poll use what the driver knows of the ring
 * @ring: ring, attached or about to be detached
 *
 * For drivers whose NAPI runs during the first fill.
 *
 * Context: NAPI of this ring.
 * Return: true once mp_ring_filled() was called.
 */
bool mp_ring_is_live(const struct mp_ring *ring)
{
	/* pairs with mp_ring_filled() */
	return smp_load_acquire(&ring->live);
}
EXPORT_SYMBOL_GPL(mp_ring_is_live);

/*
 * Packet sockets get a copy of slot @n.  Whether there are any is asked at the
 * first frame of a poll.  Apart, so that a frame which is not of interest here
 * costs no saving of registers.
 */
static noinline void mp_ring_tap(struct mp_ring *ring, u32 n,
				 const struct mp_done *done)
{
	if (n == ring->slots->done_head)
		ring->taps = mp_dev_has_taps(ring->nd->dev);
	if (unlikely(ring->taps) && !(done->flags & MP_RX_ERROR))
		mp_tap_copy(ring, mp_rx_slot_data(ring->rx, n, done->len),
			    done->len);
}

static void mp_ring_guest_receive(struct mp_ring *ring,
				  const struct mp_rx_desc *desc)
{
	struct mp_slots *s = ring->slots;
	const u32 n = s->cleaned;
	struct mp_done *done = &s->done[n & s->mask];
	u32 flags = desc->flags;

	/* a frame over several descriptors cannot be: max_frame fits one */
	if (unlikely(!(flags & MP_RX_EOP) || ring->discard)) {
		ring->discard = !(flags & MP_RX_EOP);
		flags |= MP_RX_ERROR;
	}
	/* nobody copies what the NIC cannot have written */
	if (unlikely(desc->len > ring->params.max_frame))
		flags |= MP_RX_ERROR;
	done->len = desc->len;
	done->flags = flags;
	s->cleaned = n + 1;
	if (unlikely(n == s->done_head || ring->taps))
		mp_ring_tap(ring, n, done);
}

/**
 * mp_ring_receive() - hand over the next received descriptor
 * @ring: attached ring
 * @desc: what the NIC reported
 *
 * In GUEST mode that completes the slot.  In HOST mode the frame becomes an skb
 * for napi_gro_frags() once its last descriptor is there; the driver adds what
 * it knows (checksum verdict, hash, timestamp, VLAN tag) and returns the skb with
 * mp_ring_deliver() before it receives the next one.
 *
 * Context: NAPI of this ring.
 * Return: an skb to be delivered, or NULL if there is nothing to do.
 */
struct sk_buff *mp_ring_receive(struct mp_ring *ring,
				const struct mp_rx_desc *desc)
{
	/* pairs with mp_ring_attach() */
	if (unlikely(!smp_load_acquire(&ring->attached)))
		return NULL;
	if (ring->mode != MP_RING_GUEST)
		return mp_host_receive(ring, desc);
	mp_ring_guest_receive(ring, desc);
	return NULL;
}
EXPORT_SYMBOL_GPL(mp_ring_receive);

/**
 * mp_ring_deliver() - give a frame to the stack
 * @ring: attached ring
 * @skb: from mp_ring_receive()
 *
 * Context: NAPI of this ring.
 */
void mp_ring_deliver(struct mp_ring *ring, struct sk_buff *skb)
{
	ring->stats.frags_frames++;
	ring->stats.frags_bytes += skb->len;
	napi_gro_frags(ring->napi);
}
EXPORT_SYMBOL_GPL(mp_ring_deliver);

/**
 * mp_ring_poll_end() - publish what this poll received
 * @ring: attached ring
 *
 * Completes the frames if the vhost worker left that to us, or wakes it if it
 * sleeps: once per poll at most.
 *
 * Context: NAPI of this ring.
 */
void mp_ring_poll_end(struct mp_ring *ring)
{
	struct mp_slots *s;
	u32 frames, armed;

	/* pairs with mp_ring_attach() */
	if (unlikely(!smp_load_acquire(&ring->attached)) ||
	    ring->mode != MP_RING_GUEST)
		return;
	s = ring->slots;
	if (s->done_head == s->cleaned)
		return;
	frames = s->cleaned - s->done_head;
	/* pairs with the acquire in mp_rx_peek(): done[] is written */
	smp_store_release(&s->done_head, s->cleaned);
	/* pairs with mp_rx_sleep(): done_head, then armed */
	smp_mb();
	armed = READ_ONCE(s->armed);
	trace_mp_deliver(ring->nd->dev, ring->queue, frames, armed == MP_WAKE);
	switch (armed) {
	case MP_POLL:
		mp_rx_poll_complete(ring->rx);
		break;
	case MP_WAKE:
		WRITE_ONCE(s->armed, MP_AWAKE);
		s->wakeups++;
		mp_rx_wake(ring->rx);
		break;
	}
}
EXPORT_SYMBOL_GPL(mp_ring_poll_end);

/* Fewer buffers than this and the worker should kick the ring when it posts. */
static unsigned int mp_ring_low(unsigned int count, unsigned int slots)
{
	return max(min(count, slots) >> MP_RING_LOW_SHIFT, 1U);
}

/* Connect @slots of @rx; called from mp_rx_attach() with ring->lock held. */
void mp_ring_set_slots(struct mp_ring *ring, struct mp_rx *rx,
		       struct mp_slots *slots)
{
	lockdep_assert_held(&ring->lock);
	ring->rx = rx;
	ring->slots = slots;
	ring->low = mp_ring_low(ring->params.count, slots->mask + 1);
}
