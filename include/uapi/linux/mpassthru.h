/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * User interface of /dev/net/mp: bind a receive queue of a NIC to a file
 * descriptor that vhost-net takes as its backend.
 *
 * Life of a descriptor: open() -> MP_BIND -> (hand it to QEMU as
 * "-netdev tap,fd=N,vhost=on") -> MP_UNBIND or close().  Between MP_BIND and
 * MP_UNBIND the descriptor is called a *port*.
 *
 * Besides the calls below, the descriptor answers the TUN ioctls that QEMU
 * sends to a tap descriptor, see linux/if_tun.h: TUNGETFEATURES, TUNGETIFF,
 * TUNSETIFF, TUNSETOFFLOAD, TUNGETVNETHDRSZ, TUNSETVNETHDRSZ, TUNSETVNETLE,
 * TUNGETVNETLE, TUNSETVNETBE, TUNGETVNETBE, TUNGETSNDBUF, TUNSETSNDBUF,
 * TUNSETQUEUE.
 *
 * Every structure starts with its own size.  A kernel that knows more fields
 * treats missing ones as zero; a kernel that knows fewer refuses a non-zero
 * tail with E2BIG.  Layouts are the same for 32-bit and 64-bit programs.
 */
#ifndef _UAPI_LINUX_MPASSTHRU_H
#define _UAPI_LINUX_MPASSTHRU_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MP_IFNAMSIZ	16	/* as IFNAMSIZ of linux/if.h */

/*
 * mp_bind.queue: the whole NIC.  Queue 0 is bound and the NIC gives it all
 * frames, but for those that a filter of the user's (ethtool -N) sends to
 * another queue.
 */
#define MP_QUEUE_ALL	0xffffffffU

/*
 * mp_bind.flags
 * MP_BIND_POSTED_ONLY: pin guest memory only while the guest has it posted as
 * a receive buffer, rather than keeping whole 2 MiB chunks pinned.  Strict and
 * dear: one pin and one DMA map for each frame.
 */
#define MP_BIND_POSTED_ONLY	(1U << 0)
#define MP_BIND_FLAGS		(MP_BIND_POSTED_ONLY)

/* mp_filter.match: which fields count */
#define MP_MATCH_DST_MAC	(1U << 0)
#define MP_MATCH_VLAN		(1U << 1)
#define MP_MATCH_PROTO		(1U << 2)
#define MP_MATCH_SRC_IP		(1U << 3)
#define MP_MATCH_DST_IP		(1U << 4)
#define MP_MATCH_SRC_PORT	(1U << 5)	/* wants MP_MATCH_PROTO */
#define MP_MATCH_DST_PORT	(1U << 6)	/* wants MP_MATCH_PROTO */

/**
 * struct mp_filter - which frames the hardware gives to a bound queue
 * @match: MP_MATCH_* bits; 0: no filter, the NIC is promiscuous while bound
 * @dst_mac: destination MAC address, unicast
 * @vlan: VLAN ID, 1..4094
 * @family: of the addresses: 4 or 6; 0: 4
 * @proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP
 * @src_port: host byte order
 * @dst_port: host byte order
 * @pad: 0
 * @src_ip: as in the packet; IPv4 in the first four bytes
 * @dst_ip: as @src_ip
 *
 * It is installed by MP_BIND and removed when the binding ends.  With
 * MP_MATCH_DST_MAC the NIC need not be promiscuous and is not; that match goes
 * with no other one.
 */
struct mp_filter {
	__u32 match;
	__u8 dst_mac[6];
	__u16 vlan;
	__u8 family;
	__u8 proto;
	__u16 src_port;
	__u16 dst_port;
	__u16 pad;
	__u8 src_ip[16];
	__u8 dst_ip[16];
};

/**
 * struct mp_bind - argument of MP_BIND
 * @size: sizeof(struct mp_bind)
 * @flags: MP_BIND_* bits
 * @ifindex: interface index in the caller's network namespace; 0: use @ifname
 * @queue: receive queue, counted from 0, or MP_QUEUE_ALL
 * @ifname: interface name, NUL-terminated, used when @ifindex is 0
 * @filter: for a single queue
 */
struct mp_bind {
	__u32 size;
	__u32 flags;
	__u32 ifindex;
	__u32 queue;
	char ifname[MP_IFNAMSIZ];
	struct mp_filter filter;
};

/*
 * Why a frame did not go straight to guest memory.  The NIC wrote such a frame
 * to a host page and the vhost worker copied it to the guest.
 */
enum mp_detour {
	MP_DETOUR_CROSSING = 0,	/* the buffer's pages are not contiguous */
	MP_DETOUR_SMALL,	/* the NIC could write past the buffer */
	MP_DETOUR_MEMLOCK,	/* RLIMIT_MEMLOCK of the owner is used up */
	MP_DETOUR_PIN,		/* the kernel refused to pin that memory */
	MP_DETOUR_DMA,		/* the memory could not be mapped for the NIC */
	MP_DETOUR_STALE,	/* unmapped by its owner while it was posted */
	MP_DETOUR_ALIGN,	/* an address that the NIC cannot start at */
	MP_DETOUR_STACK,	/* taken through the host stack (socket path) */
	MP_DETOUR_NR,
};

/**
 * struct mp_stats - argument of MP_GET_STATS
 * @size: in: room the caller has; out: bytes filled
 * @detour_nr: out: entries of @detour that this kernel knows
 * @rx_frames: frames handed to the guest
 * @rx_bytes: their bytes, Ethernet header included, FCS and virtio-net header
 *	excluded
 * @rx_zc_frames: frames that the NIC wrote straight into guest memory
 * @rx_zc_bytes: their bytes
 * @rx_copied_bytes: payload bytes that the CPU copied towards the guest
 * @rx_errors: frames the NIC flagged as bad; their head is completed empty
 * @rx_dropped: frames dropped by us, e.g. the socket queue was full
 * @rx_starved: times the NIC ran out of guest buffers
 * @rx_wakeups: times the vhost worker was woken
 * @tx_frames: frames the guest sent through the port
 * @tx_bytes: their bytes
 * @tx_dropped: refused or dropped on transmit
 * @pins: chunks pinned since BIND
 * @unpins: chunks released since BIND
 * @pinned_bytes: pinned now
 * @pinned_peak_bytes: highest value of @pinned_bytes since BIND
 * @memlock_bytes: charged to the owner's RLIMIT_MEMLOCK now
 * @memlock_peak_bytes: highest value of @memlock_bytes since BIND
 * @posted: guest heads that wait in the ring or at the NIC now
 * @detour: frames by &enum mp_detour
 *
 * All counters are since BIND.
 */
struct mp_stats {
	__u32 size;
	__u32 detour_nr;
	__aligned_u64 rx_frames;
	__aligned_u64 rx_bytes;
	__aligned_u64 rx_zc_frames;
	__aligned_u64 rx_zc_bytes;
	__aligned_u64 rx_copied_bytes;
	__aligned_u64 rx_errors;
	__aligned_u64 rx_dropped;
	__aligned_u64 rx_starved;
	__aligned_u64 rx_wakeups;
	__aligned_u64 tx_frames;
	__aligned_u64 tx_bytes;
	__aligned_u64 tx_dropped;
	__aligned_u64 pins;
	__aligned_u64 unpins;
	__aligned_u64 pinned_bytes;
	__aligned_u64 pinned_peak_bytes;
	__aligned_u64 memlock_bytes;
	__aligned_u64 memlock_peak_bytes;
	__aligned_u64 posted;
	__aligned_u64 detour[16];
};

/* mp_info.state bits */
#define MP_STATE_BOUND		(1U << 0)	/* MP_BIND holds */
#define MP_STATE_DIRECT		(1U << 1)	/* NIC receives into the guest */
#define MP_STATE_GONE		(1U << 2)	/* the NIC was removed */
#define MP_STATE_WHOLE		(1U << 3)	/* bound with MP_QUEUE_ALL */

/**
 * struct mp_info - argument of MP_GET_INFO
 * @size: in: room the caller has; out: bytes filled
 * @index: in: MP_INFO_SELF for the port of this descriptor, else the first
 *	port whose number is at least @index; out: that port's number.  Walk all
 *	ports that live in the caller's network namespace by starting at 0 and
 *	adding 1 each time until ENOENT.
 * @state: MP_STATE_* bits
 * @flags: the MP_BIND_* flags given at BIND
 * @ifindex: NIC
 * @queue: receive queue
 * @owner_pid: thread group id of the vhost owner in the caller's pid
 *	namespace, 0 if no vhost is attached or it is not visible
 * @pad: 0
 * @ifname: NIC
 * @driver: NIC driver
 * @stats: the port's counters
 */
struct mp_info {
	__u32 size;
	__u32 index;
	__u32 state;
	__u32 flags;
	__u32 ifindex;
	__u32 queue;
	__u32 owner_pid;
	__u32 pad;
	char ifname[MP_IFNAMSIZ];
	char driver[32];
	struct mp_stats stats;
};

#define MP_INFO_SELF	0xffffffffU

/*
 * MP_BIND - bind this descriptor to a receive queue
 *   EPERM       no CAP_NET_ADMIN over the network namespace
 *   EFAULT      bad pointer
 *   EINVAL      @size too small, unknown flag, queue out of range, a filter that
 *               makes no sense or comes with MP_QUEUE_ALL, or the NIC receives
 *               frames that do not fit one guest buffer (MTU > 1500)
 *   E2BIG       bytes that this kernel does not know are not zero, or @size is
 *               larger than a page
 *   ENODEV      no such interface, it is being removed, or not there at the moment
 *               (a PCI error)
 *   EOPNOTSUPP  its driver is not converted, or it cannot filter like that or
 *               give all frames to one queue (the kernel log names the driver, what
 *               of the filter, or why)
 *   ENOSPC      all filters of the NIC are in use
 *   EBUSY       descriptor, NIC or queue already bound, or the NIC belongs to
 *               a bridge, bond, macvlan or other receive handler, or an AF_XDP
 *               socket has the queue, or @filter has a MAC address that is in
 *               use, or some bound queues would have one and some not
 *   ENOMEM      out of memory; nothing was changed
 *
 * MP_UNBIND - undo MP_BIND; the NIC receives as before
 *   ENOTCONN    not bound
 *
 * MP_GET_STATS - counters of this port
 *   ENOTCONN    not bound
 *   EINVAL      @size too small
 *   E2BIG       @size larger than a page
 *   EFAULT      bad pointer
 *
 * MP_GET_INFO - one port, this one or any
 *   ENOTCONN    MP_INFO_SELF and not bound
 *   ENOENT      no port with that number or a higher one
 *   EPERM       not MP_INFO_SELF and no CAP_NET_ADMIN over the namespace
 *   EINVAL      @size too small
 *   E2BIG       @size larger than a page
 *   EFAULT      bad pointer
 */
#define MP_IOC_MAGIC	0xB4
#define MP_BIND		_IO(MP_IOC_MAGIC, 0x00)
#define MP_UNBIND	_IO(MP_IOC_MAGIC, 0x01)
#define MP_GET_STATS	_IO(MP_IOC_MAGIC, 0x02)
#define MP_GET_INFO	_IO(MP_IOC_MAGIC, 0x03)

#endif /* _UAPI_LINUX_MPASSTHRU_H */
