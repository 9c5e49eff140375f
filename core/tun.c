// SPDX-License-Identifier: GPL-2.0
/*
 * What a port answers to the ioctls of a tap descriptor, so that QEMU and
 * libvirt take it for one.  The precedent is macvtap: a tap descriptor that
 * belongs to a NIC, always with Ethernet and virtio-net header and without
 * packet information.
 *
 * Sent by QEMU's "-netdev tap,fd=N": TUNGETIFF (does it have the virtio-net
 * header; the name), TUNSETOFFLOAD (probes for UFO and USO, later what the
 * guest negotiated), TUNGETVNETHDRSZ and TUNSETVNETHDRSZ (probes, then 10 or
 * 12), TUNSETVNETLE and TUNSETVNETBE, TUNSETSNDBUF, TUNGETFEATURES,
 * TUNSETSTEERINGEBPF (no program, at every reset of the guest), and TUNSETQUEUE
 * with several descriptors.  By libvirt: TUNSETIFF, TUNGETFEATURES.
 *
 * Settings are single words, written by any holder of the descriptor and read
 * once per frame: no lock.
 */
#include <linux/etherdevice.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/uaccess.h>
#include <linux/virtio_net.h>

#include "mp_compat.h"
#include "mp_core.h"

#define MP_TUN_BASE	(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)
#define MP_TUN_FEATURES	(MP_TUN_BASE | IFF_MULTI_QUEUE)

/* kernels that do not know USO have 0 for it */
#define MP_TUN_OFFLOADS	(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | \
			 TUN_F_TSO_ECN | TUN_F_UFO | TUN_F_USO4 | TUN_F_USO6)

/* struct virtio_net_hdr and whatever virtio appends to it one day */
#define MP_VNET_HDR_MAX	64

/*
 * The name of the NIC and, of the rest of struct ifreq, either the flags or the
 * MAC address.
 */
static int mp_tun_get_name(struct mp_port *port, char *name,
			   struct sockaddr *mac)
{
	struct net_device *dev;
	int err = 0;

	rtnl_lock();
	dev = rtnl_dereference(port->dev);
	if (dev) {
		strscpy(name, dev->name, IFNAMSIZ);
		mac->sa_family = dev->type;
		ether_addr_copy(mac->sa_data, dev->dev_addr);
	} else if (port->gone) {
		strscpy(name, port->ifname, IFNAMSIZ);
	} else {
		err = -EBADFD;
	}
	rtnl_unlock();
	return err;
}

static int mp_tun_get_iff(struct mp_port *port, struct ifreq __user *ifr)
{
	short flags = MP_TUN_BASE | READ_ONCE(port->tun_flags);
	struct sockaddr mac = {};
	char name[IFNAMSIZ] = {};
	int err;

	err = mp_tun_get_name(port, name, &mac);
	if (err)
		return err;
	if (copy_to_user(ifr->ifr_name, name, sizeof(name)) ||
	    put_user(flags, &ifr->ifr_flags))
		return -EFAULT;
	return 0;
}

static int mp_tun_get_hwaddr(struct mp_port *port, struct ifreq __user *ifr)
{
	struct sockaddr mac = {};
	char name[IFNAMSIZ] = {};
	int err;

	err = mp_tun_get_name(port, name, &mac);
	if (err)
		return err;
	if (copy_to_user(ifr->ifr_name, name, sizeof(name)) ||
	    copy_to_user(&ifr->ifr_hwaddr, &mac, sizeof(mac)))
		return -EFAULT;
	return 0;
}

/* The name is ignored, as macvtap does: MP_BIND chose the NIC. */
static int mp_tun_set_iff(struct mp_port *port, struct ifreq __user *ifr)
{
	unsigned short flags;

	if (get_user(flags, (unsigned short __user *)&ifr->ifr_flags))
		return -EFAULT;
	if ((flags & ~IFF_MULTI_QUEUE) != MP_TUN_BASE)
		return -EINVAL;
	WRITE_ONCE(port->tun_flags, flags);
	return 0;
}

/*
 * QEMU with several descriptors takes those beyond the guest's number of queues
 * out of use with this, and does not survive a refusal.  The NIC goes on
 * spreading frames over all of its queues; those of a detached one are dropped.
 */
static int mp_tun_set_queue(struct mp_port *port, struct ifreq __user *ifr)
{
	unsigned short flags;
	bool enable;

	if (get_user(flags, (unsigned short __user *)&ifr->ifr_flags))
		return -EFAULT;
	if (flags != IFF_ATTACH_QUEUE && flags != IFF_DETACH_QUEUE)
		return -EINVAL;
	enable = flags == IFF_ATTACH_QUEUE;
	if (READ_ONCE(port->enabled) == enable)
		return -EINVAL;
	WRITE_ONCE(port->enabled, enable);
	return 0;
}

/*
 * UFO is taken and not used: frames of that kind are cut before they get here.
 * TSO and USO without CSUM are without effect.
 */
static int mp_tun_set_offload(struct mp_port *port, unsigned long offload)
{
	if (offload & ~(unsigned long)MP_TUN_OFFLOADS)
		return -EINVAL;
	WRITE_ONCE(port->offload, offload);
	return 0;
}

static int mp_tun_set_hdr_size(struct mp_port *port, int size)
{
	if (size < (int)sizeof(struct virtio_net_hdr) || size > MP_VNET_HDR_MAX)
		return -EINVAL;
	WRITE_ONCE(port->vnet_hdr_sz, size);
	return 0;
}

/* There is no program to take away, and the NIC could not run one. */
static int mp_tun_set_steering(int prog_fd)
{
	return prog_fd == -1 ? 0 : -EINVAL;
}

static int mp_tun_set_sndbuf(struct mp_port *port, int size)
{
	if (size <= 0)
		return -EINVAL;
	mp_sock_set_sndbuf(port, size);
	return 0;
}

static int mp_tun_set_int(struct mp_port *port, unsigned int cmd,
			  int __user *arg)
{
	int val;

	if (get_user(val, arg))
		return -EFAULT;

	switch (cmd) {
	case TUNSETVNETHDRSZ:
		return mp_tun_set_hdr_size(port, val);
	case TUNSETSNDBUF:
		return mp_tun_set_sndbuf(port, val);
	case TUNSETSTEERINGEBPF:
		return mp_tun_set_steering(val);
	case TUNSETVNETLE:
		WRITE_ONCE(port->vnet_le, !!val);
		return 0;
	default:
		if (!IS_ENABLED(CONFIG_TUN_VNET_CROSS_LE))
			return -EINVAL;
		WRITE_ONCE(port->vnet_be, !!val);
		return 0;
	}
}

static int mp_tun_get_int(struct mp_port *port, unsigned int cmd,
			  int __user *arg)
{
	switch (cmd) {
	case TUNGETFEATURES:
		return put_user(MP_TUN_FEATURES, arg);
	case TUNGETVNETHDRSZ:
		return put_user(READ_ONCE(port->vnet_hdr_sz), arg);
	case TUNGETSNDBUF:
		return put_user(READ_ONCE(port->sk.sk_sndbuf), arg);
	case TUNGETVNETLE:
		return put_user((int)READ_ONCE(port->vnet_le), arg);
	default:
		if (!IS_ENABLED(CONFIG_TUN_VNET_CROSS_LE))
			return -EINVAL;
		return put_user((int)READ_ONCE(port->vnet_be), arg);
	}
}

/**
 * mp_tun_ioctl() - the ioctls of a tap descriptor
 * @port: port
 * @cmd: TUN* or SIOCGIFHWADDR
 * @arg: its argument
 *
 * TUNGETVNETBE and TUNSETVNETBE need CONFIG_TUN_VNET_CROSS_LE, as with tap.
 *
 * Context: may sleep; takes RTNL.
 * Return: 0; -ENOTTY: not such a call; -EFAULT: bad pointer; -EINVAL: a value
 * that is not possible here; -EBADFD: TUNGETIFF, SIOCGIFHWADDR while not bound.
 */
long mp_tun_ioctl(struct mp_port *port, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case TUNGETIFF:
		return mp_tun_get_iff(port, argp);
	case TUNSETIFF:
		return mp_tun_set_iff(port, argp);
	case SIOCGIFHWADDR:
		return mp_tun_get_hwaddr(port, argp);
	case TUNSETQUEUE:
		return mp_tun_set_queue(port, argp);
	case TUNSETOFFLOAD:
		return mp_tun_set_offload(port, arg);
	case TUNSETVNETHDRSZ:
	case TUNSETSNDBUF:
	case TUNSETSTEERINGEBPF:
	case TUNSETVNETLE:
	case TUNSETVNETBE:
		return mp_tun_set_int(port, cmd, argp);
	case TUNGETFEATURES:
	case TUNGETVNETHDRSZ:
	case TUNGETSNDBUF:
	case TUNGETVNETLE:
	case TUNGETVNETBE:
		return mp_tun_get_int(port, cmd, argp);
	default:
		return -ENOTTY;
	}
}
