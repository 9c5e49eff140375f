// SPDX-License-Identifier: GPL-2.0
/* eventfd_signal() without a count, since 6.8 */
#include <linux/eventfd.h>

void (*mp_probe)(struct eventfd_ctx *ctx) = eventfd_signal;
