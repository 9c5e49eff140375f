/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 6.5 gave segmentation a header of its own. Kernels that have one find theirs
 * first: our include path comes after the kernel's. Until 6.5.
 */
#ifndef _MP_COMPAT_NET_GSO_H
#define _MP_COMPAT_NET_GSO_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#endif /* _MP_COMPAT_NET_GSO_H */
