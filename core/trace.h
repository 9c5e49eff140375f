/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, in /sys/kernel/tracing/events/mpassthru/. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mpassthru

#if !defined(_MP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MP_TRACE_H

#include <linux/tracepoint.h>

#include "mp_core.h"

/* The worker published heads to the NIC. */
TRACE_EVENT(mp_post,
	TP_PROTO(const struct mp_port *port, unsigned int heads),
	TP_ARGS(port, heads),
	TP_STRUCT__entry(
		__field(u32, port)
		__field(u32, heads)
	),
	TP_fast_assign(
		__entry->port = port->id;
		__entry->heads = heads;
	),
	TP_printk("port=%u heads=%u", __entry->port, __entry->heads)
);

/* A frame went to the guest. */
TRACE_EVENT(mp_complete,
	TP_PROTO(const struct mp_port *port, unsigned int len, int detour),
	TP_ARGS(port, len, detour),
	TP_STRUCT__entry(
		__field(u32, port)
		__field(u32, len)
		__field(int, detour)
	),
	TP_fast_assign(
		__entry->port = port->id;
		__entry->len = len;
		__entry->detour = detour;
	),
	TP_printk("port=%u len=%u detour=%d", __entry->port, __entry->len,
		  __entry->detour)
);

/* A head cannot be written by the NIC, see enum mp_detour. */
TRACE_EVENT(mp_detour,
	TP_PROTO(const struct mp_port *port, int why),
	TP_ARGS(port, why),
	TP_STRUCT__entry(
		__field(u32, port)
		__field(int, why)
	),
	TP_fast_assign(
		__entry->port = port->id;
		__entry->why = why;
	),
	TP_printk("port=%u why=%d", __entry->port, __entry->why)
);

/* A poll of a bound queue handed frames over; will it wake the vhost worker? */
TRACE_EVENT(mp_deliver,
	TP_PROTO(const struct net_device *dev, unsigned int queue,
		 unsigned int frames, bool wake),
	TP_ARGS(dev, queue, frames, wake),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(u32, queue)
		__field(u32, frames)
		__field(bool, wake)
	),
	TP_fast_assign(
		__entry->ifindex = dev->ifindex;
		__entry->queue = queue;
		__entry->frames = frames;
		__entry->wake = wake;
	),
	TP_printk("ifindex=%d queue=%u frames=%u wake=%d", __entry->ifindex,
		  __entry->queue, __entry->frames, __entry->wake)
);

/* Guest memory was pinned (bytes > 0) or released (bytes < 0). */
TRACE_EVENT(mp_pin,
	TP_PROTO(u64 addr, s64 bytes),
	TP_ARGS(addr, bytes),
	TP_STRUCT__entry(
		__field(u64, addr)
		__field(s64, bytes)
	),
	TP_fast_assign(
		__entry->addr = addr;
		__entry->bytes = bytes;
	),
	TP_printk("addr=%#llx bytes=%lld", __entry->addr, __entry->bytes)
);

#endif /* _MP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
