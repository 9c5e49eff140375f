// SPDX-License-Identifier: GPL-2.0
/* ITER_DEST and ITER_SOURCE, since 6.2; it was READ and WRITE */
#include <linux/uio.h>

int mp_probe[] = { ITER_DEST, ITER_SOURCE };
