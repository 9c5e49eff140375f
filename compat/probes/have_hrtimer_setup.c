// SPDX-License-Identifier: GPL-2.0
/* hrtimer_setup(), since 6.13; it was hrtimer_init() and .function */
#include <linux/hrtimer.h>

void (*mp_probe)(struct hrtimer *timer,
		 enum hrtimer_restart (*function)(struct hrtimer *),
		 clockid_t clock_id, enum hrtimer_mode mode) = hrtimer_setup;
