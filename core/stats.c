// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a port: gathered from the worker's, NAPI's and the pin cache's,
 * each of which has a single writer and is read without its lock.
 */
#include <linux/rtnetlink.h>

#include "mp_compat.h"
#include "mp_core.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static void mp_stats_read_pins(const struct mp_port *port, struct mp_stats *st)
{
	const struct mp_pin_stats *p = &port->pin_stats;

	st->pins = READ_ONCE(p->pins) - port->pin_base;
	st->unpins = READ_ONCE(p->unpins) - port->pin_base;
	st->pinned_bytes = READ_ONCE(p->pinned_bytes);
	st->pinned_peak_bytes = READ_ONCE(p->pinned_peak_bytes);
	st->memlock_bytes = READ_ONCE(p->memlock_bytes);
	st->memlock_peak_bytes = READ_ONCE(p->memlock_peak_bytes);
}

/* Snapshot of a port's counters; RTNL held. */
void mp_stats_read(struct mp_port *port, struct mp_stats *st)
{
	struct mp_port_stats *s = &port->stats;
	unsigned int i;

	ASSERT_RTNL();
	BUILD_BUG_ON(ARRAY_SIZE(st->detour) < MP_DETOUR_NR);
	memset(st, 0, sizeof(*st));
	st->size = sizeof(*st);
	st->detour_nr = MP_DETOUR_NR;
	st->rx_frames = READ_ONCE(s->rx_frames);
	st->rx_bytes = READ_ONCE(s->rx_bytes);
	st->rx_zc_frames = READ_ONCE(s->rx_zc_frames);
	st->rx_zc_bytes = READ_ONCE(s->rx_zc_bytes);
	st->rx_copied_bytes = READ_ONCE(s->rx_copied_bytes);
	st->rx_errors = READ_ONCE(s->rx_errors);
	st->rx_wakeups = READ_ONCE(s->rx_wakeups);
	st->rx_starved = READ_ONCE(s->rx_starved);
	st->rx_dropped = atomic64_read(&s->rx_dropped);
	st->tx_frames = atomic64_read(&s->tx_frames);
	st->tx_bytes = atomic64_read(&s->tx_bytes);
	st->tx_dropped = atomic64_read(&s->tx_dropped);
	for (i = 0; i < MP_DETOUR_NR; i++)
		st->detour[i] = READ_ONCE(s->detour[i]);
	mp_stats_read_pins(port, st);
	if (port->rx)
		mp_rx_stats(port->rx, st);
}

/*
 * The port is being bound: count from here.  What an earlier binding pinned may
 * still be pinned; it is among the pins of the new one, so the two stay even.
 */
void mp_stats_restart_pins(struct mp_port *port)
{
	struct mp_pin_stats *p = &port->pin_stats;

	ASSERT_RTNL();
	port->pin_base = READ_ONCE(p->unpins);
	WRITE_ONCE(p->pinned_peak_bytes, READ_ONCE(p->pinned_bytes));
	WRITE_ONCE(p->memlock_peak_bytes, READ_ONCE(p->memlock_bytes));
}

/*
 * Sum up counters; sizes, pins and what is true only for now are left alone.
 */
void mp_stats_add(struct mp_stats *sum, const struct mp_stats *st)
{
	unsigned int i;

	sum->rx_frames += st->rx_frames;
	sum->rx_bytes += st->rx_bytes;
	sum->rx_zc_frames += st->rx_zc_frames;
	sum->rx_zc_bytes += st->rx_zc_bytes;
	sum->rx_copied_bytes += st->rx_copied_bytes;
	sum->rx_errors += st->rx_errors;
	sum->rx_dropped += st->rx_dropped;
	sum->rx_starved += st->rx_starved;
	sum->rx_wakeups += st->rx_wakeups;
	sum->tx_frames += st->tx_frames;
	sum->tx_bytes += st->tx_bytes;
	sum->tx_dropped += st->tx_dropped;
	for (i = 0; i < MP_DETOUR_NR; i++)
		sum->detour[i] += st->detour[i];
}

/**
 * mp_port_get_stats() - counters of a port
 * @port: port
 * @st: out
 *
 * Context: Process.  Takes RTNL.
 * Return: 0; -ENOTCONN if the port is not bound.
 */
int mp_port_get_stats(struct mp_port *port, struct mp_stats *st)
{
	int err = 0;

	rtnl_lock();
	if (port->ring || port->gone)
		mp_stats_read(port, st);
	else
		err = -ENOTCONN;
	rtnl_unlock();
	return err;
}
