// SPDX-License-Identifier: GPL-2.0
/* timer_container_of(), since 6.16; it was from_timer() */
#include <linux/timer.h>

struct mp_probe {
	struct timer_list timer;
};

struct mp_probe *mp_probe(struct timer_list *t);

struct mp_probe *mp_probe(struct timer_list *t)
{
	struct mp_probe *p = timer_container_of(p, t, timer);

	return p;
}
