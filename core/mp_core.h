/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mpassthru core, private definitions.
 *
 * Objects and who owns them
 *   mp_netdev  one converted NIC, from mp_netdev_register() to _unregister()
 *   mp_ring    one receive queue of it, embedded in mp_netdev
 *   mp_port    one open /dev/net/mp; bound to at most one ring
 *   mp_rx      a guest's receive ring on a port, from mp_rx_start() to _free();
 *              *active* while the port is bound to a live NIC
 *   mp_pins    pinned and DMA-mapped chunks of the guest's memory, one per
 *              active mp_rx
 *
 * Lock order, outermost first
 *   1. vhost: vhost_dev.mutex, vhost_virtqueue.mutex
 *   2. RTNL: binding (mp_ring.port, mp_port.ring, mp_port.rx), mode changes
 *   3. mp_ring.lock: what the driver's ring is attached to; taken under RTNL
 *      or from a driver's reset work without it
 * and, apart from 2 and 3, with which they never nest,
 *   4. mp_rx.lock: posting and taking against deactivation
 *   5. mp_pins.lock: chunks and slots' references to them; also the reaper's
 *   6. mmap_lock of the owner
 *   7. mp_pins.stale_lock (spin): chunk table against the mmu notifier
 * and, under 1 but never with 2 to 7, in softirq or with softirqs off,
 *   8. mp_rx.poll_lock (spin): NAPI completes, or the worker takes over; the
 *      guest's call eventfd is signalled under it
 * Whoever owns a guest can make 6 wait for as long as it likes (a page fault
 * that its userfaultfd or FUSE file system serves), hence nobody waits for 4 to
 * 6 while holding RTNL, and nobody accesses guest memory while holding 4 or 5.
 *
 * Rings of indices.  All of struct mp_slots' counters run freely and wrap at
 * 2^32; reaped <= completed <= done <= taken <= posted, and posted - reaped <= size.
 */
#ifndef _MP_CORE_H
#define _MP_CORE_H

#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/mpassthru.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/virtio_byteorder.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/sock.h>
#include <uapi/linux/mpassthru.h>

#define MP_NAME			"mpassthru"
#define MP_VERSION		"0.1"

#define MP_CHUNK_SHIFT		21	/* 2 MiB, an x86-64 huge page */
#define MP_CHUNK_SIZE		BIT(MP_CHUNK_SHIFT)

#define MP_SLOTS_MAX		1024

/* --------------------------------------------------------------- slots -- */

/**
 * struct mp_done - what the NIC reported of one slot
 * @len: bytes written
 * @flags: MP_RX_* bits
 */
struct mp_done {
	u32 len;
	u32 flags;
};

/**
 * enum mp_armed - who completes frames; see rx_poll.c
 * @MP_AWAKE: the worker, which is running or has been woken
 * @MP_WAKE: the worker, which sleeps and wants to be woken
 * @MP_POLL: NAPI
 */
enum mp_armed {
	MP_AWAKE,
	MP_WAKE,
	MP_POLL,
};

/**
 * struct mp_slots - FILL and DONE ring between one worker and one NAPI context
 * @mask: size - 1; constant
 * @fill: DMA address of slot n at [n & mask]; worker writes before @posted
 * @done: result of slot n at [n & mask]; NAPI writes before @done_head
 * @posted: slots given to the NIC; worker writes (release), NAPI reads
 * @armed: &enum mp_armed; set by the worker, made MP_AWAKE by NAPI and mp_rx_own()
 * @taken: slots written to descriptors; NAPI only, and detach while NAPI is off
 * @cleaned: slots completed by the NIC; NAPI only
 * @wakeups: NAPI only, read by statistics
 * @starved: times the NIC had no buffer left; NAPI only, read by statistics
 * @done_head: published copy of @cleaned; NAPI writes (release), worker reads
 * @starving: the NIC is short of buffers; NAPI sets, worker clears and kicks
 *
 * Three cache lines: constants and pointers, the worker's, NAPI's.
 */
struct mp_slots {
	u32 mask;
	dma_addr_t *fill;
	struct mp_done *done;

	u32 posted ____cacheline_aligned_in_smp;
	u32 armed;

	u32 taken ____cacheline_aligned_in_smp;
	u32 cleaned;
	u64 wakeups;
	u64 starved;
	u32 done_head;
	u32 starving;
};

/* ---------------------------------------------------------------- pins -- */

/**
 * struct mp_pin_stats - of one port; survive a restart of its mp_rx
 *
 * Written under mp_pins.lock, read without it by statistics.  What is pinned may
 * be released after UNBIND, even after the next BIND.
 */
struct mp_pin_stats {
	u64 pins;
	u64 unpins;
	u64 pinned_bytes;
	u64 pinned_peak_bytes;
	u64 memlock_bytes;
	u64 memlock_peak_bytes;
};

/**
 * struct mp_pin_totals - of all pin caches that a NIC has and had
 */
struct mp_pin_totals {
	atomic64_t pins;
	atomic64_t unpins;
	atomic64_t pinned_bytes;
	atomic64_t memlock_bytes;
};

struct mp_chunk;
struct mp_pins;

/**
 * struct mp_window - where a buffer lies for the device and for the kernel
 * @chunk: the chunk that holds it; a reference until mp_pins_put()
 * @dma: bus address of the first byte
 * @kaddr: kernel address of the first byte; the whole buffer is contiguous
 */
struct mp_window {
	struct mp_chunk *chunk;
	dma_addr_t dma;
	void *kaddr;
};

struct mp_pins *mp_pins_create(struct mm_struct *mm, struct task_struct *task,
			       bool bypass_rlimit, struct device *dma_dev,
			       bool posted_only, struct mp_pin_stats *stats,
			       struct mp_pin_totals *totals);
void mp_pins_lock(struct mp_pins *pins);
void mp_pins_unlock(struct mp_pins *pins);
int mp_pins_get(struct mp_pins *pins, const struct mp_buf *buf,
		struct mp_window *win);
void mp_pins_put(struct mp_pins *pins, struct mp_chunk *chunk, unsigned int n);
void mp_chunk_sync_for_cpu(struct mp_pins *pins, struct mp_chunk *chunk,
			   dma_addr_t dma, size_t len);
void mp_pins_flush(struct mp_pins *pins);
void mp_pins_destroy(struct mp_pins *pins);

int mp_memlock_charge(struct mm_struct *mm, struct task_struct *task,
		      bool bypass, unsigned long pages);
void mp_memlock_uncharge(struct mm_struct *mm, struct task_struct *task,
			 unsigned long pages);

/* ------------------------------------------------------------ host pages -- */

/**
 * struct mp_host_buf - a host page behind one descriptor of a HOST ring
 * @page: NULL if none
 * @dma: of the page's first byte
 * @bias: references on @page that we hold and have not given away
 * @offset: where the NIC writes; flips between the halves of the page
 * @len: bytes the NIC wrote, while the frame waits for its last descriptor
 */
struct mp_host_buf {
	struct page *page;
	dma_addr_t dma;
	u16 bias;
	u16 offset;
	u32 len;
};

/**
 * struct mp_host_ring - host page constructor of one ring; NAPI only
 * @bufs: by descriptor in turn, [n & mask]
 * @mask: size - 1
 * @taken: buffers given to descriptors
 * @cleaned: buffers received
 * @pending: of these, part of a frame whose last descriptor is not there yet
 * @headroom: bytes in front of the frame in each buffer; 0 if no skb can be built
 *	around it
 * @room: most bytes that the NIC may report for a buffer
 */
struct mp_host_ring {
	struct mp_host_buf *bufs;
	u32 mask;
	u32 taken;
	u32 cleaned;
	u32 pending;
	u32 headroom;
	u32 room;
};

/* --------------------------------------------------------------- stats -- */

/* written by NAPI of the ring only */
struct mp_ring_stats {
	u64 frags_frames;	/* frames given to napi_gro_frags() */
	u64 frags_bytes;
	u64 frags_pages;	/* host pages allocated and DMA-mapped */
	u64 errors;
	u64 no_page;		/* host page allocation failed */
	u64 tap_copies;		/* private copies for packet sockets */
};

/* written by whoever completes (direct path) or under sk_receive_queue.lock */
struct mp_port_stats {
	u64 rx_frames;
	u64 rx_bytes;
	u64 rx_zc_frames;
	u64 rx_zc_bytes;
	u64 rx_copied_bytes;
	u64 rx_errors;
	u64 rx_wakeups;		/* of earlier mp_rx; the current one adds its own */
	u64 rx_starved;
	u64 detour[MP_DETOUR_NR];
	atomic64_t rx_dropped;
	atomic64_t tx_frames;
	atomic64_t tx_bytes;
	atomic64_t tx_dropped;
};

/* ------------------------------------------------------- ring and netdev -- */

/**
 * struct mp_ring - one receive queue
 * @slots: guest slots while attached in GUEST mode; NAPI's view
 * @napi: as given at attach
 * @mode: what the driver's ring is attached as; written under @lock while NAPI
 *	is off
 * @attached: between attach and detach; written under @lock, read by NAPI
 * @live: the driver has filled the ring for the first time, from here on only
 *	NAPI touches it; written under @lock or by that first fill, read under
 *	RCU by whoever wants to schedule @napi
 * @discard: the rest of a frame over several descriptors is thrown away; NAPI
 * @taps: packet sockets want to see what this poll receives; NAPI
 * @dry: the NIC had no buffer at the last refill that left few; NAPI
 * @low: fewer buffers than this at the NIC means starving
 * @host: host page constructor while attached in HOST mode; NAPI
 * @stats: NAPI only
 * @params: as given at attach
 * @nd: the NIC; constant
 * @queue: constant
 * @rx: the mp_rx behind @slots; @lock
 * @guest: the mp_rx to use at the next attach; RTNL and @lock to write
 * @port: bound port; RTNL to write, RCU to read
 * @filter: what the hardware gives to this queue while bound; RTNL
 * @rule: where the driver keeps @filter, for one made by set_rxnfc; RTNL
 * @promisc: the NIC is promiscuous for this queue, else it takes all multicasts
 *	for it, while bound; RTNL
 * @lock: see the lock order
 *
 * The first group is what a poll touches.
 */
struct mp_ring {
	struct mp_slots *slots;
	struct napi_struct *napi;
	enum mp_ring_mode mode;
	bool attached;
	bool live;
	bool discard;
	bool taps;
	bool dry;
	unsigned int low;
	struct mp_host_ring host;
	struct mp_ring_stats stats;

	struct mp_ring_params params;
	struct mp_netdev *nd;
	unsigned int queue;
	struct mp_rx *rx;
	struct mp_rx *guest;
	struct mp_port __rcu *port;
	struct mp_filter filter;
	u32 rule;
	bool promisc;
	struct mutex lock;	/* what the driver's ring is attached to */
};

/**
 * struct mp_netdev - one converted NIC
 * @list: in the list of all, RTNL to change, RCU to read
 * @dev: constant
 * @dma_dev: device that does the DMA; constant
 * @ops: constant
 * @frags: private flag mp-frags; RTNL to write
 * @bound: number of bound rings; RTNL
 * @whole: the bound port gets all frames of the NIC; RTNL
 * @leaving: is being unregistered, no more binds; RTNL
 * @active: mp_rx whose pins are mapped for this NIC
 * @idle: woken when @active becomes 0
 * @vlan_offload: VLAN features the user wants back after the last unbind; RTNL
 * @vlan_later: gives them back when the NIC, absent now, is present
 * @past: counters of ports that were bound earlier; RTNL
 * @pin_totals: see there
 * @ethtool_ops: the driver's operations with ours in between; @dev points here
 * @ethtool_orig: the driver's
 * @nrings: constant
 * @rings: by queue number
 */
struct mp_netdev {
	struct list_head list;
	struct net_device *dev;
	struct device *dma_dev;
	const struct mp_netdev_ops *ops;
	bool frags;
	unsigned int bound;
	bool whole;
	bool leaving;
	atomic_t active;
	wait_queue_head_t idle;
	netdev_features_t vlan_offload;
	struct delayed_work vlan_later;
	struct mp_stats past;
	struct mp_pin_totals pin_totals;
	struct ethtool_ops ethtool_ops;
	const struct ethtool_ops *ethtool_orig;
	unsigned int nrings;
	struct mp_ring rings[];
};

/* netdev.c: converted NICs, their receive hook and notifier */
int mp_netdev_init(void);
void mp_netdev_exit(void);
struct mp_netdev *mp_netdev_find(const struct net_device *dev);
int mp_netdev_claim(struct mp_ring *ring, const struct mp_bind *b);
void mp_netdev_unclaim(struct mp_ring *ring);

/* filter.c: what the hardware gives to a bound queue */
int mp_filter_check(const struct mp_filter *f);
int mp_filter_install(struct mp_ring *ring, const struct mp_filter *f);
void mp_filter_remove(struct mp_ring *ring);
void mp_filter_spread(struct mp_netdev *nd);
bool mp_filter_owns(struct mp_netdev *nd, u32 rule);
bool mp_filter_has_rules(struct mp_netdev *nd);

/* ring.c: what a driver's ring is attached to */
void mp_ring_init(struct mp_ring *ring, struct mp_netdev *nd,
		  unsigned int queue);
void mp_ring_set_guest(struct mp_ring *ring, struct mp_rx *rx);
void mp_ring_restart(struct mp_ring *ring);
void mp_ring_kick(struct mp_ring *ring);
void mp_ring_set_slots(struct mp_ring *ring, struct mp_rx *rx,
		       struct mp_slots *slots);

/* ethtool.c: counters, private flag, version */
const struct ethtool_ops *mp_ethtool_orig(const struct net_device *dev);
void mp_ethtool_wrap(struct mp_netdev *nd);
void mp_ethtool_unwrap(struct mp_netdev *nd);

/* hostpage.c: host page constructor, frames for the stack */
int mp_host_ring_init(struct mp_ring *ring);
void mp_host_ring_free(struct mp_ring *ring);
unsigned int mp_host_get_bufs(struct mp_ring *ring, dma_addr_t *dma,
			      unsigned int max);
struct sk_buff *mp_host_receive(struct mp_ring *ring,
				const struct mp_rx_desc *desc);

/* tap.c: private copies for packet sockets */
void mp_tap_copy(struct mp_ring *ring, const void *frame, unsigned int len);
bool mp_is_tap_copy(const struct sk_buff *skb);

/* ---------------------------------------------------------------- port -- */

/**
 * struct mp_port - an open /dev/net/mp
 * @sk: must be first; allocated by sk_alloc()
 * @sock: what vhost_net gets; sk_shutdown is set while not bound
 * @id: number of the port while bound, for MP_GET_INFO; RTNL
 * @ring: bound queue; RTNL to write.  NULL with @gone set after the NIC left
 * @rx: connected guest; RTNL
 * @epoch: counts binds and unbinds; RTNL
 * @bind: flags of MP_BIND; constant while bound
 * @ifindex: of the NIC, kept after it is gone
 * @queue: as @ifindex
 * @ifname: as @ifindex
 * @driver: as @ifindex
 * @gone: the NIC was unregistered while bound; RTNL
 * @vnet_hdr_sz: bytes of virtio-net header in recvmsg/sendmsg, TUNSETVNETHDRSZ
 * @offload: TUN_F_* of TUNSETOFFLOAD, what the guest can receive
 * @vnet_le: virtio-net header is little endian (TUNSETVNETLE), default native
 * @vnet_be: virtio-net header is big endian (TUNSETVNETBE)
 * @enabled: frames are received through the socket (TUNSETQUEUE)
 * @tun_flags: IFF_* of TUNSETIFF
 * @dev: NIC for transmit; RCU, RTNL to write
 * @stats: see there
 * @pin_stats: see there
 * @pin_base: @pin_stats.unpins at BIND
 */
struct mp_port {
	struct sock sk;
	struct socket sock;

	u32 id;
	struct mp_ring *ring;
	struct mp_rx *rx;
	u32 epoch;
	u32 bind;
	int ifindex;
	unsigned int queue;
	char ifname[IFNAMSIZ];
	char driver[32];
	bool gone;

	int vnet_hdr_sz;
	unsigned int offload;
	bool vnet_le;
	bool vnet_be;
	bool enabled;
	unsigned int tun_flags;

	struct net_device __rcu *dev;
	struct mp_port_stats stats;
	struct mp_pin_stats pin_stats;
	u64 pin_base;
};

static inline struct mp_port *mp_port_of(const struct sock *sk)
{
	return container_of(sk, struct mp_port, sk);
}

static inline bool mp_port_is_le(const struct mp_port *port)
{
	return READ_ONCE(port->vnet_le) ||
	       (!READ_ONCE(port->vnet_be) && virtio_legacy_is_little_endian());
}

/**
 * struct mp_release - the half of unbinding that is done without RTNL
 * @rx: guest whose memory the NIC does not use any more, or NULL; referenced
 * @gen: its activation that ended, see mp_rx_deactivate(); 0 for none
 */
struct mp_release {
	struct mp_rx *rx;
	u32 gen;
};

/* port.c: binding */
int mp_port_bind(struct mp_port *port, struct net *net, const struct mp_bind *b);
int mp_port_unbind(struct mp_port *port);
void mp_port_gone(struct mp_port *port, struct mp_release *rel);
void mp_release_finish(const struct mp_release *rel);
int mp_port_get_info(struct mp_port *self, struct net *net, u32 index,
		     struct mp_info *info);

/* stats.c */
int mp_port_get_stats(struct mp_port *port, struct mp_stats *st);
void mp_stats_read(struct mp_port *port, struct mp_stats *st);
void mp_stats_restart_pins(struct mp_port *port);
void mp_stats_add(struct mp_stats *sum, const struct mp_stats *st);

/* chrdev.c: open, close, ioctl, read, write, poll of /dev/net/mp */
int mp_chrdev_init(void);
void mp_chrdev_exit(void);

/* tun.c: what a tap descriptor answers */
long mp_tun_ioctl(struct mp_port *port, unsigned int cmd, unsigned long arg);

/* sock.c: the socket behind a port */
struct mp_port *mp_port_alloc(struct net *net, struct file *file);
void mp_port_free(struct mp_port *port);
int mp_sock_queue(struct mp_port *port, struct sk_buff *skb);
void mp_sock_attach(struct mp_port *port, struct net_device *dev);
void mp_sock_detach(struct mp_port *port);
void mp_sock_shutdown(struct mp_port *port);
void mp_sock_purge(struct mp_port *port);
void mp_sock_set_sndbuf(struct mp_port *port, int bytes);
ssize_t mp_sock_read(struct mp_port *port, struct iov_iter *to, bool nonblock);
ssize_t mp_sock_write(struct mp_port *port, struct iov_iter *from, bool nonblock);
__poll_t mp_sock_poll(struct mp_port *port, struct file *file, poll_table *wait);

/* xmit.c: guest frame -> skb -> NIC */
int mp_xmit(struct mp_port *port, struct iov_iter *from, bool nonblock);

/* rx.c, rx_slot.c: a guest's receive ring on a port */
struct mp_rx *mp_rx_get(struct mp_rx *rx);
void mp_rx_deactivate(struct mp_rx *rx, u32 gen);
u32 mp_rx_gen(const struct mp_rx *rx);
void mp_rx_cancel(struct mp_rx *rx);
int mp_rx_attach(struct mp_rx *rx, struct mp_ring *ring);
void mp_rx_detach(struct mp_rx *rx);
void mp_rx_wake(struct mp_rx *rx);
void mp_rx_poll_complete(struct mp_rx *rx);
const void *mp_rx_slot_data(const struct mp_rx *rx, u32 n, u32 len);
void mp_rx_stats(const struct mp_rx *rx, struct mp_stats *st);
void mp_rx_forget_stats(struct mp_rx *rx);
u32 mp_rx_owner(const struct mp_rx *rx);

#endif /* _MP_CORE_H */
