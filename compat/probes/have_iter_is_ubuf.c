// SPDX-License-Identifier: GPL-2.0
/* iter_is_ubuf(), since 6.0: single user buffers are a kind of their own */
#include <linux/uio.h>

bool (*mp_probe)(const struct iov_iter *i) = iter_is_ubuf;
