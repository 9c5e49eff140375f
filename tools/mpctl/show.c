// SPDX-License-Identifier: GPL-2.0
/* mpctl show and stats, as text and as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mpctl.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const detour_names[] = {
	[MP_DETOUR_CROSSING] = "crossing",
	[MP_DETOUR_SMALL] = "small",
	[MP_DETOUR_MEMLOCK] = "memlock",
	[MP_DETOUR_PIN] = "pin",
	[MP_DETOUR_DMA] = "dma",
	[MP_DETOUR_STALE] = "stale",
	[MP_DETOUR_ALIGN] = "align",
	[MP_DETOUR_STACK] = "stack",
};

static const struct counter {
	const char *name;
	size_t offset;
} counters[] = {
#define COUNTER(c) { #c, offsetof(struct mp_stats, c) }
	COUNTER(rx_frames), COUNTER(rx_bytes),
	COUNTER(rx_zc_frames), COUNTER(rx_zc_bytes),
	COUNTER(rx_copied_bytes), COUNTER(rx_errors),
	COUNTER(rx_dropped), COUNTER(rx_starved), COUNTER(rx_wakeups),
	COUNTER(tx_frames), COUNTER(tx_bytes), COUNTER(tx_dropped),
	COUNTER(pins), COUNTER(unpins),
	COUNTER(pinned_bytes), COUNTER(pinned_peak_bytes),
	COUNTER(memlock_bytes), COUNTER(memlock_peak_bytes),
	COUNTER(posted),
#undef COUNTER
};

static const struct bit {
	unsigned int bit;
	const char *name;
} states[] = {
	{ MP_STATE_BOUND, "bound" },
	{ MP_STATE_DIRECT, "direct" },
	{ MP_STATE_GONE, "gone" },
	{ MP_STATE_WHOLE, "whole" },
}, flags[] = {
	{ MP_BIND_POSTED_ONLY, "posted-only" },
};

static uint64_t counter_of(const struct mp_stats *st, const struct counter *c)
{
	uint64_t val;

	memcpy(&val, (const char *)st + c->offset, sizeof(val));
	return val;
}

/* what a kernel knows beyond this program goes by its number */
static const char *detour_name(unsigned int i, char *buf, size_t size)
{
	if (i < COUNT(detour_names))
		return detour_names[i];
	snprintf(buf, size, "reason-%u", i);
	return buf;
}

static unsigned int detours(const struct mp_stats *st)
{
	return st->detour_nr < COUNT(st->detour) ? st->detour_nr :
						   COUNT(st->detour);
}

/* ---------------------------------------------------------------- JSON -- */

static struct json_object *json_bits(unsigned int value, const struct bit *bits,
				     size_t n)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		if (value & bits[i].bit)
			json_object_array_add(list,
					      json_object_new_string(bits[i].name));
	return list;
}

static struct json_object *json_stats(const struct mp_stats *st)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *det = json_object_new_object();
	char name[32];
	size_t i;

	for (i = 0; i < COUNT(counters); i++)
		json_object_object_add(obj, counters[i].name,
				       json_object_new_int64(counter_of(st, &counters[i])));
	for (i = 0; i < detours(st); i++)
		json_object_object_add(det, detour_name(i, name, sizeof(name)),
				       json_object_new_int64(st->detour[i]));
	json_object_object_add(obj, "detours", det);
	return obj;
}

static struct json_object *json_port(const struct mp_info *info, bool with_stats)
{
	struct json_object *obj = json_object_new_object();

	json_object_object_add(obj, "port", json_object_new_int64(info->index));
	json_object_object_add(obj, "ifname", json_object_new_string(info->ifname));
	json_object_object_add(obj, "ifindex", json_object_new_int64(info->ifindex));
	json_object_object_add(obj, "queue", json_object_new_int64(info->queue));
	json_object_object_add(obj, "driver", json_object_new_string(info->driver));
	json_object_object_add(obj, "state",
			       json_bits(info->state, states, COUNT(states)));
	json_object_object_add(obj, "flags",
			       json_bits(info->flags, flags, COUNT(flags)));
	json_object_object_add(obj, "owner_pid",
			       json_object_new_int64(info->owner_pid));
	if (with_stats)
		json_object_object_add(obj, "stats", json_stats(&info->stats));
	return obj;
}

/* ---------------------------------------------------------------- text -- */

static void text_port(const struct mp_info *info)
{
	printf("%s:", info->ifname);
	if (info->state & MP_STATE_WHOLE)
		printf("all");
	else
		printf("%u", info->queue);
	printf(" driver %s state %s", info->driver,
	       info->state & MP_STATE_GONE ? "gone" :
	       info->state & MP_STATE_DIRECT ? "direct" : "bound");
	if (info->owner_pid)
		printf(" guest pid %u", info->owner_pid);
	if (info->flags & MP_BIND_POSTED_ONLY)
		printf(" posted-only");
	putchar('\n');
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static void text_detours(const struct mp_stats *st)
{
	const char *sep = "    detours:";
	char name[32];
	unsigned int i;

	for (i = 0; i < detours(st); i++) {
		if (!st->detour[i])
			continue;
		printf("%s %s %" PRIu64, sep, detour_name(i, name, sizeof(name)),
		       (uint64_t)st->detour[i]);
		sep = "";
	}
	if (!*sep)
		putchar('\n');
}

#define U(x)	((uint64_t)(x))

static void text_stats(const struct mp_stats *st)
{
	printf("    RX: frames %" PRIu64 " bytes %" PRIu64 " errors %" PRIu64
	       " dropped %" PRIu64 " starved %" PRIu64 " wakeups %" PRIu64 "\n",
	       U(st->rx_frames), U(st->rx_bytes), U(st->rx_errors),
	       U(st->rx_dropped), U(st->rx_starved), U(st->rx_wakeups));
	printf("    RX zero-copy: frames %" PRIu64 " bytes %" PRIu64
	       " (%.1f %%) copied bytes %" PRIu64 "\n",
	       U(st->rx_zc_frames), U(st->rx_zc_bytes),
	       percent(st->rx_zc_bytes, st->rx_bytes), U(st->rx_copied_bytes));
	text_detours(st);
	printf("    TX: frames %" PRIu64 " bytes %" PRIu64 " dropped %" PRIu64 "\n",
	       U(st->tx_frames), U(st->tx_bytes), U(st->tx_dropped));
	printf("    pinned: bytes %" PRIu64 " peak %" PRIu64 " memlock %" PRIu64
	       " peak %" PRIu64 " pins %" PRIu64 " unpins %" PRIu64
	       " posted %" PRIu64 "\n",
	       U(st->pinned_bytes), U(st->pinned_peak_bytes),
	       U(st->memlock_bytes), U(st->memlock_peak_bytes),
	       U(st->pins), U(st->unpins), U(st->posted));
}

/* ---------------------------------------------------------------- walk -- */

static void emit(const struct mp_info *info, bool with_stats,
		 struct json_object *list)
{
	if (list) {
		json_object_array_add(list, json_port(info, with_stats));
		return;
	}
	text_port(info);
	if (with_stats)
		text_stats(&info->stats);
}

/* All ports that match; how many, or -1. */
static int walk(int fd, const struct target *t, bool with_stats,
		struct json_object *list)
{
	struct mp_info info;
	unsigned int next = 0;
	int n = 0;

	while (!port_info(fd, next, &info)) {
		next = info.index + 1;
		if (t && !target_matches(t, &info))
			continue;
		emit(&info, with_stats, list);
		n++;
	}
	return errno == ENOENT ? n : -1;
}

static int show_ports(const struct target *t, bool with_stats,
		      const struct options *opt)
{
	struct json_object *list;
	int fd = port_open();
	int n;

	if (fd < 0)
		return RC_KERNEL;
	list = opt->json ? json_object_new_array() : NULL;
	n = walk(fd, t, with_stats, list);
	if (n < 0)
		complain("cannot list ports: %s", strerror(errno));
	close(fd);
	if (list) {
		puts(json_object_to_json_string_ext(list, opt->pretty ?
						    JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_SPACED :
						    JSON_C_TO_STRING_PLAIN));
		json_object_put(list);
	}
	if (!n && t) {
		complain("%s is not bound", t->ifname);
		return RC_KERNEL;
	}
	return n < 0 ? RC_KERNEL : RC_OK;
}

static int show(int argc, char **argv, bool with_stats, const struct options *opt)
{
	struct target t;

	if (argc > 1) {
		complain("\"%s\" is one word too many", argv[1]);
		return RC_USAGE;
	}
	if (argc && !target_parse(argv[0], &t))
		return RC_USAGE;
	return show_ports(argc ? &t : NULL, with_stats, opt);
}

int cmd_show(int argc, char **argv, const struct options *opt)
{
	return show(argc, argv, false, opt);
}

int cmd_stats(int argc, char **argv, const struct options *opt)
{
	return show(argc, argv, true, opt);
}
