// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/net/mp: files, and the calls of uapi/linux/mpassthru.h.  What a tap
 * descriptor answers too is in tun.c.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "mp_compat.h"
#include "mp_core.h"

static const struct file_operations mp_fops;

/* sizes of the arguments' first version: the least that is taken */
#define MP_BIND_SIZE_1	offsetofend(struct mp_bind, ifname)
#define MP_STATS_SIZE_1	offsetofend(struct mp_stats, detour)
#define MP_INFO_SIZE_1	offsetofend(struct mp_info, stats)

/* -------------------------------------------------------------- ioctls -- */

/*
 * The namespace of whoever calls: BIND finds interfaces there, so CAP_NET_ADMIN
 * over it is CAP_NET_ADMIN over the NIC.
 */
static bool mp_may_admin(const struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_ADMIN);
}

/* @size bytes for the caller, zeroes in what it has room for beyond them */
static int mp_copy_out(void __user *arg, size_t room, const void *data,
		       size_t size)
{
	size_t n = min(room, size);

	if (copy_to_user(arg, data, n))
		return -EFAULT;
	if (room > n && clear_user(arg + n, room - n))
		return -EFAULT;
	return 0;
}

static int mp_ioctl_bind(struct mp_port *port, void __user *arg, size_t size)
{
	struct net *net = current->nsproxy->net_ns;
	struct mp_bind bind;
	int err;

	if (!mp_may_admin(net))
		return -EPERM;

	err = copy_struct_from_user(&bind, sizeof(bind), arg, size);
	if (err)
		return err;
	if (bind.flags & ~MP_BIND_FLAGS)
		return -EINVAL;
	if (bind.filter.match && bind.queue == MP_QUEUE_ALL)
		return -EINVAL;
	err = mp_filter_check(&bind.filter);
	if (err)
		return err;
	if (!bind.ifindex && strnlen(bind.ifname, IFNAMSIZ) == IFNAMSIZ)
		return -EINVAL;

	return mp_port_bind(port, net, &bind);
}

static int mp_ioctl_unbind(struct mp_port *port, void __user *arg, size_t size)
{
	return mp_port_unbind(port);
}

static int mp_ioctl_get_stats(struct mp_port *port, void __user *arg,
			      size_t size)
{
	struct mp_stats st = {};
	int err;

	err = mp_port_get_stats(port, &st);
	if (err)
		return err;

	st.size = min(size, sizeof(st));
	return mp_copy_out(arg, size, &st, sizeof(st));
}

static int mp_ioctl_get_info(struct mp_port *port, void __user *arg,
			     size_t size)
{
	struct mp_info __user *uinfo = arg;
	struct net *net = current->nsproxy->net_ns;
	struct mp_info info = {};
	u32 index;
	int err;

	if (get_user(index, &uinfo->index))
		return -EFAULT;
	if (index != MP_INFO_SELF && !mp_may_admin(net))
		return -EPERM;

	err = mp_port_get_info(port, net, index, &info);
	if (err)
		return err;

	info.size = min(size, sizeof(info));
	return mp_copy_out(arg, size, &info, sizeof(info));
}

/**
 * struct mp_ioctl - one call
 * @cmd: MP_*
 * @min: size of the argument's first version, which starts with its size; 0 if
 *	there is no argument
 * @fn: does it; gets the size that the caller gave
 */
struct mp_ioctl {
	unsigned int cmd;
	size_t min;
	int (*fn)(struct mp_port *port, void __user *arg, size_t size);
};

static const struct mp_ioctl mp_ioctls[] = {
	{ MP_BIND, MP_BIND_SIZE_1, mp_ioctl_bind },
	{ MP_UNBIND, 0, mp_ioctl_unbind },
	{ MP_GET_STATS, MP_STATS_SIZE_1, mp_ioctl_get_stats },
	{ MP_GET_INFO, MP_INFO_SIZE_1, mp_ioctl_get_info },
};

static int mp_ioctl_call(struct mp_port *port, const struct mp_ioctl *call,
			 void __user *arg)
{
	u32 size = 0;

	if (call->min && get_user(size, (u32 __user *)arg))
		return -EFAULT;
	if (size < call->min)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	return call->fn(port, arg, size);
}

static long mp_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct mp_port *port = file->private_data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mp_ioctls); i++)
		if (mp_ioctls[i].cmd == cmd)
			return mp_ioctl_call(port, &mp_ioctls[i],
					     (void __user *)arg);

	return mp_tun_ioctl(port, cmd, arg);
}

/* ---------------------------------------------------------------- file -- */

static int mp_open(struct inode *inode, struct file *file)
{
	struct mp_port *port;

	port = mp_port_alloc(current->nsproxy->net_ns, file);
	if (!port)
		return -ENOMEM;

	file->private_data = port;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int mp_release(struct inode *inode, struct file *file)
{
	struct mp_port *port = file->private_data;

	mp_port_unbind(port);
	mp_port_free(port);
	return 0;
}

static bool mp_nonblock(const struct kiocb *iocb)
{
	return iocb->ki_filp->f_flags & O_NONBLOCK ||
	       iocb->ki_flags & IOCB_NOWAIT;
}

static ssize_t mp_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct mp_port *port = iocb->ki_filp->private_data;
	ssize_t room = iov_iter_count(to);

	return min(room, mp_sock_read(port, to, mp_nonblock(iocb)));
}

static ssize_t mp_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct mp_port *port = iocb->ki_filp->private_data;

	return mp_sock_write(port, from, mp_nonblock(iocb));
}

static __poll_t mp_poll(struct file *file, poll_table *wait)
{
	return mp_sock_poll(file->private_data, file, wait);
}

/* structures and numbers are the same for 32-bit programs */
static const struct file_operations mp_fops = {
	.owner = THIS_MODULE,
	.open = mp_open,
	.release = mp_release,
	.read_iter = mp_read_iter,
	.write_iter = mp_write_iter,
	.poll = mp_poll,
	.unlocked_ioctl = mp_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice mp_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mp",
	.nodename = "net/mp",
	.mode = 0600,
	.fops = &mp_fops,
};

/**
 * mp_get_socket() - the socket behind a file
 * @file: any file; the caller keeps its reference as long as it uses the socket
 *
 * Context: any.
 * Return: the socket; -EINVAL: not /dev/net/mp; -EBADFD: not bound.
 */
struct socket *mp_get_socket(struct file *file)
{
	struct mp_port *port;

	if (file->f_op != &mp_fops)
		return ERR_PTR(-EINVAL);

	port = file->private_data;
	if (READ_ONCE(port->sk.sk_shutdown))
		return ERR_PTR(-EBADFD);
	return &port->sock;
}
EXPORT_SYMBOL_GPL(mp_get_socket);

/**
 * mp_chrdev_init() - make /dev/net/mp
 *
 * Return: 0 or the error of misc_register().
 */
int mp_chrdev_init(void)
{
	return misc_register(&mp_misc);
}

/**
 * mp_chrdev_exit() - remove /dev/net/mp; no file is open any more
 */
void mp_chrdev_exit(void)
{
	misc_deregister(&mp_misc);
}
