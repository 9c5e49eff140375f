// SPDX-License-Identifier: GPL-2.0
/* What a run found, for machines (JSON) and for people (one line). */
#include <stdio.h>
#include <string.h>

#include "util.h"
#include "vguest.h"

static const char *memory_name(enum mem_kind k)
{
	static const char *const name[] = { "4k", "hugepages", "thp" };

	return name[k];
}

static const char *mode_name(enum mode m)
{
	static const char *const name[] = { "", "rx", "tx", "bidir", "bad" };

	return name[m];
}

static struct json_object *features(const struct guest *g)
{
	struct json_object *a = json_object_new_array();
	unsigned int bit;

	for (bit = 0; bit < 64; bit++)
		if (g->vhost.features >> bit & 1)
			json_object_array_add(a, json_object_new_string(
				vhost_feature_name(bit)));
	return a;
}

static void add_config(const struct guest *g, struct json_object *o)
{
	jput_str(o, "mode", mode_name(g->o.mode));
	jput_str(o, "backend", backend_kind_name(g->o.backend.kind));
	jput_str(o, "name", g->o.backend.name);
	jput_str(o, "memory", memory_name(g->o.mem.kind));
	jput_u64(o, "mem_bytes", g->o.mem.size);
	jput_u64(o, "regions", g->o.mem.regions);
	jput_u64(o, "ring", g->o.ring.num);
	jput_u64(o, "bufsize", g->o.rx.pool.bufsize);
	jput_u64(o, "chain", g->o.rx.pool.chain);
	json_object_object_add(o, "features", features(g));
}

static void fail(struct json_object *errors, const char *what, uint64_t n)
{
	char text[128];

	if (!n)
		return;
	snprintf(text, sizeof(text), "%s: %llu", what, (unsigned long long)n);
	json_object_array_add(errors, json_object_new_string(text));
}

static void add_log(const struct guest *g, struct json_object *o,
		    struct json_object *errors)
{
	struct json_object *l = json_object_new_object();
	const struct dirty *d = &g->dirty;

	jput_u64(l, "checked_pages", d->checked);
	jput_u64(l, "missing_pages", d->missing);
	jput_u64(l, "marked_pages", d->marked_total);
	jput_u64(l, "intervals", d->intervals);
	json_object_object_add(o, "log", l);
	fail(errors, "pages written but not in the dirty log", d->missing);
	if (d->missing)
		note("first page missing in the dirty log: 0x%llx",
		     (unsigned long long)d->first_missing);
}

static void add_stops(const struct guest *g, struct json_object *o,
		      struct json_object *errors)
{
	const struct vhost *v = &g->vhost;
	struct json_object *s = json_object_new_object();

	jput_u64(s, "count", v->stops);
	jput_u64(s, "inexact", v->bad_stops);
	jput_u64(s, "rx_base", v->base[VQ_RX]);
	jput_u64(s, "rx_used", v->used[VQ_RX]);
	jput_u64(s, "tx_base", v->base[VQ_TX]);
	jput_u64(s, "tx_used", v->used[VQ_TX]);
	json_object_object_add(o, "stops", s);
	fail(errors, "stops that did not rewind exactly", v->bad_stops);
	if (!g->errs_expected)
		fail(errors, "vring errors",
		     v->vq[VQ_RX].errs + v->vq[VQ_TX].errs);
}

static void print_line(const struct guest *g, struct json_object *errors)
{
	const struct rx *rx = &g->rx;
	size_t i, n = json_object_array_length(errors);

	printf("vguest %s %s:", mode_name(g->o.mode), g->o.backend.name);
	if (g->o.mode & MODE_RX)
		printf(" received %llu (%llu bytes), lost %llu, corrupt %llu, "
		       "reordered %llu, duplicates %llu;",
		       (unsigned long long)rx->track.received,
		       (unsigned long long)rx->st.bytes,
		       (unsigned long long)track_lost(&rx->track),
		       (unsigned long long)rx->st.corrupt,
		       (unsigned long long)rx->track.reordered,
		       (unsigned long long)rx->track.duplicates);
	if (g->o.mode & MODE_TX)
		printf(" sent %llu in %llu frames, completed %llu;",
		       (unsigned long long)g->tx.records,
		       (unsigned long long)g->tx.frames,
		       (unsigned long long)g->tx.completed);
	printf(" %s", n ? "FAILED" : "ok");
	for (i = 0; i < n; i++)
		printf("%s %s", i ? "," : ":", json_object_get_string(
		       json_object_array_get_idx(errors, i)));
	putchar('\n');
}

static struct json_object *section(struct json_object *o, const char *name)
{
	struct json_object *s = json_object_new_object();

	json_object_object_add(o, name, s);
	return s;
}

static void add_port(const struct guest *g, struct json_object *o)
{
	struct json_object *p = json_object_new_object();

	if (backend_mp_report(g->backend_fd, p))
		json_object_object_add(o, "port", p);
	else
		json_object_put(p);
}

int guest_report(struct guest *g)
{
	struct json_object *o = json_object_new_object();
	struct json_object *errors = json_object_new_array();
	bool failed;

	jput_str(o, "program", "vguest");
	add_config(g, o);
	jput_u64(o, "elapsed_us", (now_ns() - g->start_ns) / 1000);
	if (g->o.mode & MODE_RX)
		rx_report(&g->rx, section(o, "rx"), errors);
	if (g->o.mode & MODE_TX)
		tx_report(&g->tx, section(o, "tx"), errors);
	if (g->o.backend.kind == BACKEND_MP || g->o.backend.kind == BACKEND_FD)
		add_port(g, o);
	add_log(g, o, errors);
	add_stops(g, o, errors);
	failed = json_object_array_length(errors);
	if (!g->o.json || strcmp(g->o.json, "-"))
		print_line(g, errors);
	json_object_object_add(o, "errors", errors);
	jput_str(o, "verdict", failed ? "failed" : "ok");
	if (g->o.json)
		jwrite(o, g->o.json);
	else
		json_object_put(o);
	return failed ? EXIT_VERIFY : EXIT_OK;
}
