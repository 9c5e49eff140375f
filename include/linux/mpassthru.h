/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mpassthru: what a NIC driver and vhost_net see of the core.
 *
 * Vocabulary
 *   head     one available entry of the guest's receive ring
 *   slot     the record of one posted head, counted from 0, never reused out of
 *            order: slot n lives at index n & mask
 *   window   the bytes of a head that the NIC may write: after the virtio-net
 *            header, contiguous for the device
 *   detour   a slot whose window is a host page; the worker copies that frame
 *   port     a file descriptor bound to a receive queue
 *   ring     the core's object for one receive queue of a converted NIC; lives
 *            as long as the netdev is registered with us
 *   attach   from mp_ring_attach() to mp_ring_detach(): the driver's ring takes
 *            its buffers from us
 *
 * One receive queue has exactly one NAPI context (it refills and cleans) and,
 * while a guest is connected, exactly one vhost worker (it posts and completes).
 * The two meet in struct mp_slots only.
 */
#ifndef _LINUX_MPASSTHRU_H
#define _LINUX_MPASSTHRU_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/netdevice.h>
#include <linux/types.h>

struct device;
struct file;
struct mm_struct;
struct mp_ring;
struct mp_rx;
struct socket;
struct task_struct;

/* -------------------------------------------------------------- drivers -- */

/* mp_rx_desc.flags: what the NIC reported of a received descriptor */
#define MP_RX_EOP	BIT(0)	/* last descriptor of the frame */
#define MP_RX_CSUM_OK	BIT(1)	/* TCP or UDP checksum verified by the NIC */
#define MP_RX_ERROR	BIT(2)	/* the frame is bad, not to be delivered */

/**
 * struct mp_rx_desc - one received descriptor, as the driver read it
 * @len: bytes that the NIC wrote, FCS excluded
 * @flags: MP_RX_* bits
 */
struct mp_rx_desc {
	u32 len;
	u32 flags;
};

/**
 * struct mp_ring_params - how a driver set its receive ring up
 * @napi: the only context that will refill and clean this ring
 * @count: descriptors in the hardware ring
 * @max_frame: most bytes that the hardware can write for one frame: the
 *	smaller of its buffer size register and its enforced frame limit, FCS
 *	included unless the hardware strips it
 * @buf_size: bytes per host buffer that the hardware was told; PAGE_SIZE / 2 or
 *	PAGE_SIZE
 * @vlan_stripped: the hardware takes VLAN tags out of frames; guests need them
 *	in, so such a ring does not receive into guest memory
 */
struct mp_ring_params {
	struct napi_struct *napi;
	unsigned int count;
	unsigned int max_frame;
	unsigned int buf_size;
	bool vlan_stripped;
};

/**
 * enum mp_ring_mode - where a queue's receive buffers come from
 * @MP_RING_STOCK: from the driver; the core is not involved
 * @MP_RING_HOST: host pages, received through napi_gro_frags()
 * @MP_RING_GUEST: posted guest memory
 */
enum mp_ring_mode {
	MP_RING_STOCK,
	MP_RING_HOST,
	MP_RING_GUEST,
};

/* mp_netdev_ops.steer: no queue in particular */
#define MP_STEER_RSS	(~0U)

/**
 * struct mp_netdev_ops - what a converted driver does for the core
 * @restart: stop receiving on @queue, wait until neither hardware nor NAPI uses
 *	a buffer, call mp_ring_detach(), set the queue up again with whatever
 *	mp_ring_attach() then says, and start it.  If the interface is down,
 *	suspended or in reset it does nothing, since then no buffer is in use.
 *	Cannot fail.  Called with RTNL held, may sleep.
 * @max_frame: as &struct mp_ring_params.max_frame, for the settings that a
 *	bound queue would get now.  RTNL held.
 * @steer: have the hardware give every frame that no filter takes to @queue, or
 *	with MP_STEER_RSS spread them again as the user had set it, but not to
 *	queues of which mp_queue_has_rule() is true; kept over resets.  0, or
 *	-EOPNOTSUPP for a queue if the hardware cannot, now, and the log says
 *	why; MP_STEER_RSS cannot fail.  NULL if the NIC can have one receive
 *	queue only.  RTNL held.
 * @mac_filter: have the hardware give frames for a MAC address, and copies of
 *	broadcasts and multicasts, to a queue, or stop it.  mp_queue_mac() says
 *	the same already.  Once per queue; kept over resets.  0; -EOPNOTSUPP if
 *	that queue cannot have one (now); -ENOSPC.  Stopping cannot fail.  NULL
 *	if no queue can.  RTNL held.
 * @align: alignment the hardware demands of a buffer address, a power of two
 */
struct mp_netdev_ops {
	void (*restart)(struct net_device *dev, unsigned int queue);
	unsigned int (*max_frame)(struct net_device *dev);
	int (*steer)(struct net_device *dev, unsigned int queue);
	int (*mac_filter)(struct net_device *dev, unsigned int queue,
			  const u8 *mac, bool add);
	unsigned int align;
};

int mp_netdev_register(struct net_device *dev, struct device *dma_dev,
		       unsigned int nqueues, const struct mp_netdev_ops *ops);
void mp_netdev_unregister(struct net_device *dev);

enum mp_ring_mode mp_ring_mode(struct net_device *dev, unsigned int queue);
bool mp_queue_is_bound(struct net_device *dev, unsigned int queue);
struct mp_ring *mp_ring_attach(struct net_device *dev, unsigned int queue,
			       const struct mp_ring_params *params);
void mp_ring_detach(struct mp_ring *ring);
void mp_napi_quiesce(struct napi_struct *napi);
bool mp_ring_is_guest(const struct mp_ring *ring);
const u8 *mp_queue_mac(struct net_device *dev, unsigned int queue);
bool mp_queue_has_rule(struct net_device *dev, unsigned int queue);
bool mp_rule_is_bound(struct net_device *dev, u32 rule);

unsigned int mp_ring_get_bufs(struct mp_ring *ring, dma_addr_t *dma,
			      unsigned int max);
bool mp_ring_refilled(struct mp_ring *ring, unsigned int in_hw);
void mp_ring_filled(struct mp_ring *ring);
bool mp_ring_is_live(const struct mp_ring *ring);
struct sk_buff *mp_ring_receive(struct mp_ring *ring,
				const struct mp_rx_desc *desc);
void mp_ring_deliver(struct mp_ring *ring, struct sk_buff *skb);
void mp_ring_poll_end(struct mp_ring *ring);

/* ------------------------------------------------------------ vhost_net -- */

/**
 * struct mp_ready - a received frame that NAPI may complete
 * @header: kernel address of the virtio-net header in front of it
 * @len: bytes of the frame, which lies in the guest's buffer
 * @flags: MP_RX_* bits
 */
struct mp_ready {
	void *header;
	u32 len;
	u32 flags;
};

/**
 * struct mp_rx_ops - how the core reaches vhost
 * @wake: run the worker soon.  Any context, must not sleep.
 * @complete: write headers of the oldest @n frames and publish their heads
 *	through the kernel addresses of the rings that mp_rx_map_rings() was
 *	told.  NAPI, must not sleep.  Returns how many it did; the worker
 *	is woken for the others.
 */
struct mp_rx_ops {
	void (*wake)(void *priv);
	unsigned int (*complete)(void *priv, const void *avail, void *used,
				 const struct mp_ready *frame, unsigned int n);
};

/**
 * struct mp_buf - a guest head as the worker found it
 * @addr: user address of the window, in the owner's address space
 * @len: bytes of the window
 * @map_addr: user address where the surrounding memory region starts
 * @map_len: its length; the core pins within it, never beyond
 */
struct mp_buf {
	u64 addr;
	u64 len;
	u64 map_addr;
	u64 map_len;
};

/**
 * struct mp_frame - a received frame, ready for the worker
 * @len: bytes of the frame, 0 if the NIC flagged it bad
 * @flags: MP_RX_* bits
 * @copy: where to copy the frame from, or NULL if it lies in the guest's buffer
 */
struct mp_frame {
	u32 len;
	u32 flags;
	const void *copy;
};

struct socket *mp_get_socket(struct file *file);
bool mp_is_socket(const struct socket *sock);

struct mp_rx *mp_rx_start(struct socket *sock, struct mm_struct *mm,
			  unsigned int heads, const struct mp_rx_ops *ops,
			  void *priv);
void mp_rx_stop(struct mp_rx *rx);
void mp_rx_put(struct mp_rx *rx);

unsigned int mp_rx_size(const struct mp_rx *rx);
unsigned int mp_rx_max_frame(const struct mp_rx *rx);
bool mp_rx_active(const struct mp_rx *rx);
bool mp_rx_cancelled(const struct mp_rx *rx);
void mp_rx_quiesce(struct mp_rx *rx);
void mp_rx_rewind(struct mp_rx *rx);
void mp_rx_restart(struct mp_rx *rx);

void mp_rx_lock(struct mp_rx *rx);
void mp_rx_unlock(struct mp_rx *rx);
unsigned int mp_rx_room(const struct mp_rx *rx);
unsigned int mp_rx_post(struct mp_rx *rx, const struct mp_buf *buf,
			unsigned int n);
void mp_rx_publish(struct mp_rx *rx);
unsigned int mp_rx_outstanding(const struct mp_rx *rx);
bool mp_rx_pending(const struct mp_rx *rx);
unsigned int mp_rx_peek(struct mp_rx *rx, struct mp_frame *frame,
			unsigned int max);
void mp_rx_pop(struct mp_rx *rx, const struct mp_frame *frame, unsigned int n);
bool mp_rx_map_rings(struct mp_rx *rx, const struct mp_buf *avail,
		     const struct mp_buf *used, unsigned int hlen);
bool mp_rx_sleep(struct mp_rx *rx, bool poll);
void mp_rx_own(struct mp_rx *rx);

#endif /* _LINUX_MPASSTHRU_H */
