// SPDX-License-Identifier: GPL-2.0
/* A port of /dev/net/mp, bound to NETDEV[:QUEUE], and its counters. */
#include <errno.h>

#include "backend.h"
#include "util.h"

#ifdef HAVE_MPASSTHRU_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/mpassthru.h>

/* "eth0", "eth0:2" or "eth0:all" */
static void parse_name(struct mp_bind *b, const char *name)
{
	const char *colon = strrchr(name, ':');
	size_t len = colon ? (size_t)(colon - name) : strlen(name);

	if (!len || len >= sizeof(b->ifname))
		die("--mp: '%s' is not IFNAME[:QUEUE]", name);
	memcpy(b->ifname, name, len);
	b->queue = 0;
	if (colon && !strcmp(colon + 1, "all"))
		b->queue = MP_QUEUE_ALL;
	else if (colon)
		b->queue = parse_num("--mp queue", colon + 1, 0, 65535);
}

int backend_mp_bind(int fd, const struct backend_opts *o)
{
	struct mp_bind b = { .size = sizeof(b) };

	parse_name(&b, o->name);
	if (o->posted_only)
		b.flags |= MP_BIND_POSTED_ONLY;
	return ioctl(fd, MP_BIND, &b);
}

int backend_mp_unbind(int fd)
{
	return ioctl(fd, MP_UNBIND);
}

int backend_mp_open(const struct backend_opts *o)
{
	int fd = open("/dev/net/mp", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		die_errno("cannot open /dev/net/mp");
	if (backend_mp_bind(fd, o))
		die_errno("MP_BIND %s", o->name);
	return fd;
}

static const char *const detour_name[] = {
	[MP_DETOUR_CROSSING] = "crossing",
	[MP_DETOUR_SMALL] = "small",
	[MP_DETOUR_MEMLOCK] = "memlock",
	[MP_DETOUR_PIN] = "pin",
	[MP_DETOUR_DMA] = "dma",
	[MP_DETOUR_STALE] = "stale",
	[MP_DETOUR_ALIGN] = "align",
	[MP_DETOUR_STACK] = "stack",
};

static void report_detours(const struct mp_stats *s, struct json_object *o)
{
	struct json_object *d = json_object_new_object();
	char number[16];
	uint32_t i;

	for (i = 0; i < s->detour_nr && i < ARRAY_LEN(s->detour); i++) {
		snprintf(number, sizeof(number), "%u", i);
		jput_u64(d, i < ARRAY_LEN(detour_name) ? detour_name[i] :
			 number, s->detour[i]);
	}
	json_object_object_add(o, "detours", d);
}

bool backend_mp_report(int fd, struct json_object *o)
{
	struct mp_stats s = { .size = sizeof(s) };

	if (ioctl(fd, MP_GET_STATS, &s))
		return false;
	jput_u64(o, "rx_frames", s.rx_frames);
	jput_u64(o, "rx_bytes", s.rx_bytes);
	jput_u64(o, "rx_zc_frames", s.rx_zc_frames);
	jput_u64(o, "rx_zc_bytes", s.rx_zc_bytes);
	jput_u64(o, "rx_copied_bytes", s.rx_copied_bytes);
	jput_u64(o, "rx_errors", s.rx_errors);
	jput_u64(o, "rx_dropped", s.rx_dropped);
	jput_u64(o, "rx_starved", s.rx_starved);
	jput_u64(o, "rx_wakeups", s.rx_wakeups);
	jput_u64(o, "tx_frames", s.tx_frames);
	jput_u64(o, "tx_bytes", s.tx_bytes);
	jput_u64(o, "tx_dropped", s.tx_dropped);
	jput_u64(o, "pins", s.pins);
	jput_u64(o, "unpins", s.unpins);
	jput_u64(o, "pinned_bytes", s.pinned_bytes);
	jput_u64(o, "pinned_peak_bytes", s.pinned_peak_bytes);
	jput_u64(o, "memlock_bytes", s.memlock_bytes);
	jput_u64(o, "memlock_peak_bytes", s.memlock_peak_bytes);
	jput_u64(o, "posted", s.posted);
	report_detours(&s, o);
	return true;
}

#else

int backend_mp_open(const struct backend_opts *o)
{
	die("--mp %s: built without include/uapi/linux/mpassthru.h", o->name);
}

int backend_mp_bind(int fd, const struct backend_opts *o)
{
	(void)fd;
	(void)o;
	errno = EOPNOTSUPP;
	return -1;
}

int backend_mp_unbind(int fd)
{
	return backend_mp_bind(fd, NULL);
}

bool backend_mp_report(int fd, struct json_object *o)
{
	(void)fd;
	(void)o;
	return false;
}

#endif
