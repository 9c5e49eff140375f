/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Teaches older kernels the API of the newest one: our code is written for
 * that. What a kernel has is asked by compat/probes/ and told by mp_config.h.
 * Each shim says since when the new form exists; it can be deleted when no
 * supported kernel is older.
 *
 * What was looked at and needs no shim on 5.10 to 7.3:
 *   dev_set_promiscuity(), dev_change_flags(), dev_open(), dev_close(): RTNL
 *	held, not the lock of the net device, which they take themselves
 *   dev_nit_active(): an inline function over another export since 6.15
 *   struct proto_ops with sendmsg, recvmsg, peek_len; sk_alloc(),
 *	sock_init_data(), sk_sleep(); what changed (sendpage, accept, ioctl,
 *	addresses) a socket that only vhost talks to does not fill in
 *   skb_add_rx_frag(), napi_get_frags(), napi_gro_frags()
 *   copy_from_iter_full(), virtio_net_hdr_to_skb(), skb_partial_csum_set()
 *   mmu_interval_notifier_*(), mmap_read_lock(), __account_locked_vm()
 *   ethtool: get_drvinfo, get_strings, get_sset_count, get_ethtool_stats,
 *	get_priv_flags, set_priv_flags, set_channels
 *   xsk_get_pool_from_qid()
 *   eth_hw_addr_set(), u64_stats_fetch_begin(): in 5.10's stable releases
 */
#ifndef _MP_COMPAT_H
#define _MP_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/timer.h>
#include <linux/uio.h>

#include "mp_config.h"

#ifdef MP_HAVE_NETDEV_LOCK_OPS
#include <net/netdev_lock.h>
#endif

/* ------------------------------------------------------------------ mm -- */

/*
 * 6.5 dropped @vmas. Before that, FOLL_LONGTERM is refused with a warning when
 * @locked is given: there the lock is never dropped, and *locked stays 1, which
 * is a possible outcome with the new form too. Until 6.5.
 */
#ifndef MP_HAVE_PIN_REMOTE_NO_VMAS
static inline long
mp_compat_pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
				unsigned long nr_pages, unsigned int gup_flags,
				struct page **pages, int *locked)
{
	if (gup_flags & FOLL_LONGTERM)
		locked = NULL;
	return pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages,
				     NULL, locked);
}

#define pin_user_pages_remote mp_compat_pin_user_pages_remote
#endif

/* ----------------------------------------------------------------- net -- */

/*
 * 6.15 gave each net device a lock of its own, beside RTNL, which some devices
 * want held around calls of their ops. None of the drivers converted today is
 * one of them, but a call of ndo_* or ethtool_ops of our own has to ask.
 * Until 6.15.
 */
#ifndef MP_HAVE_NETDEV_LOCK_OPS
static inline void netdev_lock_ops(struct net_device *dev)
{
}

static inline void netdev_unlock_ops(struct net_device *dev)
{
}
#endif

/**
 * mp_dev_has_taps() - does a packet tap (tcpdump) want to see all frames
 * @dev: the net device
 *
 * The lists themselves moved twice (global, net_hotdata in 6.9, per namespace
 * in 6.15) and were never exported; this function is on all kernels.
 *
 * Context: any; two loads without contention.
 */
static inline bool mp_dev_has_taps(struct net_device *dev)
{
	return dev_nit_active(dev);
}

/*
 * 6.2 taught virtio_net_hdr_to_skb() UDP segmentation. As 0 the offloads are
 * refused as unknown, as an older tap does, and QEMU does not offer them to the
 * guest. Until 6.2.
 */
#ifndef MP_HAVE_TUN_USO
#define TUN_F_USO4			0
#define TUN_F_USO6			0
#define VIRTIO_NET_HDR_GSO_UDP_L4	5
#endif

/*
 * 6.8 put what ethtool -X sets into one struct; the parameters of
 * ethtool_ops.set_rxfh behind the net device, to declare, and a call from a
 * function that has them, to hand them on. Until 6.8.
 */
#ifdef MP_HAVE_RXFH_PARAM
#define MP_SET_RXFH_PARAMS \
	struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack
#define mp_call_set_rxfh(ops, dev)	((ops)->set_rxfh(dev, rxfh, extack))
#else
#define MP_SET_RXFH_PARAMS	const u32 *indir, const u8 *key, const u8 hfunc
#define mp_call_set_rxfh(ops, dev)	((ops)->set_rxfh(dev, indir, key, hfunc))
#endif

/* 5.12 keeps a few struct sk_buff ready for NAPI. Until 5.12. */
#ifndef MP_HAVE_NAPI_BUILD_SKB
#define napi_build_skb(data, frag_size)	build_skb(data, frag_size)
#endif

/* ----------------------------------------------------------------- uio -- */

/* 6.2 renamed the directions after what happens to the iterator. Until 6.2. */
#ifndef MP_HAVE_ITER_DEST
#define ITER_SOURCE	WRITE
#define ITER_DEST	READ
#endif

/* 6.0 made a single user buffer a kind of its own. Until 6.0. */
#ifndef MP_HAVE_ITER_IS_UBUF
static inline bool iter_is_ubuf(const struct iov_iter *i)
{
	return false;
}
#endif

/* --------------------------------------------------------------- timers -- */

/* 6.16 renamed from_timer(). Until 6.16. */
#ifndef MP_HAVE_TIMER_CONTAINER_OF
#define timer_container_of(var, callback_timer, timer_fieldname) \
	from_timer(var, callback_timer, timer_fieldname)
#endif

/* 6.13 made the callback an argument. Until 6.13. */
#ifndef MP_HAVE_HRTIMER_SETUP
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

/* -------------------------------------------------------------- modules -- */

/* 6.13 wants a string, older kernels put quotes around it. Until 6.13. */
#ifndef MP_HAVE_IMPORT_NS_STRING
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)
#endif

#endif /* _MP_COMPAT_H */
