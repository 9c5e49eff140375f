// SPDX-License-Identifier: GPL-2.0
/* Module start and end. */
#include <linux/module.h>

#include "mp_compat.h"
#include "mp_core.h"

static int __init mp_init(void)
{
	int err;

	err = mp_netdev_init();
	if (err)
		return err;
	err = mp_chrdev_init();
	if (err)
		mp_netdev_exit();
	return err;
}
module_init(mp_init);

static void __exit mp_exit(void)
{
	mp_chrdev_exit();
	mp_netdev_exit();
}
module_exit(mp_exit);

MODULE_DESCRIPTION("Zero-copy receive and transmit between NICs and KVM guests");
MODULE_LICENSE("GPL");
MODULE_VERSION(MP_VERSION);
