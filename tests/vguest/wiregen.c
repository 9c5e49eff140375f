// SPDX-License-Identifier: GPL-2.0
/*
 * wiregen: sends test frames into a wire, or checks those that come out.
 *
 *   wiregen send --if eth1 --dst 02:00:00:00:00:01 --count 20000 --rate 20000
 *   wiregen recv --if eth1 --frames 20000 --json out.json
 *
 * "sent" is exact: a frame that the interface refuses is tried again until it
 * takes it. How frames are made and checked: frame.h.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "genopt.h"
#include "track.h"
#include "util.h"
#include "window.h"
#include "wire.h"

enum {
	OPT_IF = 1, OPT_COUNT, OPT_FRAMES, OPT_RATE, OPT_BURST, OPT_SECONDS,
	OPT_IDLE, OPT_LINGER, OPT_JSON, OPT_READY, OPT_ALLOW_LOSS,
	OPT_ALLOW_REORDER, OPT_COUNT_ONLY, OPT_PROGRESS, OPT_WINDOW, OPT_STALL, OPT_HELP,
};

static const struct option table[] = {
	GENOPT_TABLE,
	{ "if", required_argument, NULL, OPT_IF },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "idle-timeout", required_argument, NULL, OPT_IDLE },
	{ "linger", required_argument, NULL, OPT_LINGER },
	{ "json", optional_argument, NULL, OPT_JSON },
	{ "ready", required_argument, NULL, OPT_READY },
	{ "allow-loss", no_argument, NULL, OPT_ALLOW_LOSS },
	{ "allow-reorder", no_argument, NULL, OPT_ALLOW_REORDER },
	{ "count-only", no_argument, NULL, OPT_COUNT_ONLY },
	{ "progress", required_argument, NULL, OPT_PROGRESS },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "stall", required_argument, NULL, OPT_STALL },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static const char text[] =
"wiregen send --if IF --dst MAC [OPTION...]\n"
"wiregen recv --if IF [OPTION...]\n"
"  --count N (send, default 1; 0: until --seconds or a signal)\n"
"  --frames N (recv: end after N good frames of 0..N-1)\n"
"  --rate N (frames per second)  --burst N (frames per call, 1..32)\n"
"  --progress FILE (recv: count into it; send: obey --window with it)\n"
"  --window N (send: at most so many frames in flight, needs --progress)\n"
"  --stall S (send, 15: no progress for so long, and those are lost)\n"
"  --seconds S --idle-timeout S (recv: 10) --linger S (recv: 0.1)\n"
"  --allow-loss --allow-reorder --count-only (recv)\n"
"  --json[=FILE|-]  --ready FILE (made when running)\n"
"Frames:\n"
GENOPT_USAGE
"Exit: 0 all sent or verified, 1 something is wrong, 2 usage or set-up.\n";

struct options {
	const char *ifname, *json, *ready, *progress;
	struct frame_spec spec;
	uint64_t count, frames, rate;
	unsigned int burst, window;
	double seconds, idle_timeout, linger, stall;
	bool src_given, dst_given, allow_loss, allow_reorder, count_only;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

static void say_ready(const struct options *o)
{
	int fd;

	if (!o->ready)
		return;
	fd = open(o->ready, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		die_errno("cannot make %s", o->ready);
	close(fd);
}

static void parse_flag(struct options *o, int c)
{
	switch (c) {
	case OPT_ALLOW_LOSS:
		o->allow_loss = true;
		break;
	case OPT_ALLOW_REORDER:
		o->allow_reorder = true;
		break;
	case OPT_COUNT_ONLY:
		o->count_only = true;
		break;
	case OPT_JSON:
		o->json = optarg ? optarg : "-";
		break;
	case OPT_PROGRESS:
		o->progress = optarg;
		break;
	case OPT_READY:
		o->ready = optarg;
		break;
	case OPT_HELP:
		fputs(text, stdout);
		exit(EXIT_OK);
	default:
		die("see --help");
	}
}

static void parse_option(struct options *o, int c)
{
	switch (c) {
	case OPT_IF:
		o->ifname = optarg;
		break;
	case OPT_COUNT:
		o->count = parse_num("--count", optarg, 0, 1ull << 32);
		break;
	case OPT_FRAMES:
		o->frames = parse_num("--frames", optarg, 1, 1ull << 32);
		break;
	case OPT_RATE:
		o->rate = parse_num("--rate", optarg, 1, 1 << 30);
		break;
	case OPT_BURST:
		o->burst = parse_num("--burst", optarg, 1, WIRE_BATCH);
		break;
	case OPT_WINDOW:
		o->window = parse_num("--window", optarg, 1, 1 << 20);
		break;
	case OPT_STALL:
		o->stall = parse_seconds("--stall", optarg);
		break;
	case OPT_SECONDS:
		o->seconds = parse_seconds("--seconds", optarg);
		break;
	case OPT_IDLE:
		o->idle_timeout = parse_seconds("--idle-timeout", optarg);
		break;
	case OPT_LINGER:
		o->linger = parse_seconds("--linger", optarg);
		break;
	default:
		parse_flag(o, c);
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int c;

	memset(o, 0, sizeof(*o));
	frame_spec_default(&o->spec);
	o->count = 1;
	o->burst = WIRE_BATCH;
	o->idle_timeout = 10;
	o->linger = 0.1;
	o->stall = WINDOW_STALL;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		o->src_given |= c == GENOPT_SRC;
		o->dst_given |= c == GENOPT_DST;
		if (!genopt_parse(&o->spec, c, optarg))
			parse_option(o, c);
	}
	if (optind < argc)
		die("'%s' is not understood; see --help", argv[optind]);
	if (o->window && !o->progress)
		die("--window needs --progress");
	if (!o->ifname)
		die("--if is missing; see --help");
}

struct sender {
	struct wire wire;
	struct frame_gen gen;
	struct pace pace;
	struct window window;
	uint8_t *buf[WIRE_BATCH];
	uint32_t len[WIRE_BATCH];
	uint64_t sent, bytes;
};

static void send_batch(struct sender *s, unsigned int n)
{
	struct frame_layout lay;
	unsigned int i;

	for (i = 0; i < n; i++) {
		frame_build(&s->gen, s->buf[i], CSUM_FULL, &lay);
		s->len[i] = lay.len;
		s->bytes += lay.len;
	}
	wire_send(&s->wire, s->buf, s->len, n);
	pace_done(&s->pace, n);
	s->sent += n;
}

static void send_all(struct sender *s, const struct options *o)
{
	uint64_t start = now_ns(), left;
	unsigned int n;

	while (!interrupted && (!o->count || s->sent < o->count)) {
		if (o->seconds && now_ns() - start > seconds_to_ns(o->seconds))
			break;
		left = o->count ? o->count - s->sent : o->burst;
		n = pace_allow(&s->pace, left < o->burst ? left : o->burst);
		n = window_allow(&s->window, s->sent, n);
		if (n)
			send_batch(s, n);
		else
			sleep_ns(pace_delay(&s->pace) + 50000);
	}
}

static int report_sent(const struct sender *s, const struct options *o,
		       uint64_t us)
{
	bool short_ = o->count && s->sent != o->count;
	struct json_object *j;

	if (!o->json || strcmp(o->json, "-"))
		printf("wiregen send %s: sent %llu frames (%llu bytes) in "
		       "%.2f s, %llu retries, %llu stalls\n", o->ifname,
		       (unsigned long long)s->sent,
		       (unsigned long long)s->bytes, us / 1e6,
		       (unsigned long long)s->wire.retries,
		       (unsigned long long)s->window.stalls);
	if (o->json) {
		j = json_object_new_object();
		jput_str(j, "program", "wiregen");
		jput_str(j, "mode", "send");
		jput_u64(j, "sent", s->sent);
		jput_u64(j, "bytes", s->bytes);
		jput_u64(j, "retries", s->wire.retries);
		jput_u64(j, "window_stalls", s->window.stalls);
		jput_u64(j, "elapsed_us", us);
		jput_str(j, "verdict", short_ ? "failed" : "ok");
		jwrite(j, o->json);
	}
	return short_ ? EXIT_VERIFY : EXIT_OK;
}

/*
 * Past the queueing discipline the transmit queue follows the CPU: a sender
 * that migrates would reorder its own frames.
 */
static void stay_on_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		note("cannot stay on CPU %d: frames may be reordered", cpu);
}

static int cmd_send(struct options *o)
{
	struct sender s = { .sent = 0 };
	uint64_t start;
	unsigned int i;
	int rc;

	if (!o->dst_given)
		die("--dst is missing; see --help");
	frame_spec_check(&o->spec, FRAME_MAX);
	wire_open(&s.wire, o->ifname, false);
	if (!o->src_given)
		wire_mac(&s.wire, o->spec.src);
	if (!wire_wait_carrier(&s.wire, 10))
		die("%s has no carrier", o->ifname);
	frame_gen_init(&s.gen, &o->spec);
	for (i = 0; i < WIRE_BATCH; i++)
		s.buf[i] = xcalloc(1, SIZES_MAX);
	stay_on_cpu();
	if (o->window)
		window_open(&s.window, o->progress, o->window, o->stall);
	say_ready(o);
	pace_init(&s.pace, o->rate);
	start = now_ns();
	send_all(&s, o);
	rc = report_sent(&s, o, (now_ns() - start) / 1000);
	for (i = 0; i < WIRE_BATCH; i++)
		free(s.buf[i]);
	frame_gen_free(&s.gen);
	wire_close(&s.wire);
	return rc;
}

struct receiver {
	struct wire wire;
	struct track track;
	struct frame_check check;
	uint64_t frames, bytes, records, corrupt, unknown, other_stream;
	uint64_t merged, bad_csum, progress_ns;
	uint64_t *progress;
};

static void count_record(void *ctx, uint64_t seq, uint32_t len)
{
	struct receiver *r = ctx;

	(void)len;
	r->records++;
	track_seen(&r->track, seq);
}

static void take_frame(struct receiver *r, const struct wire_frame *f)
{
	struct frame_result res;

	r->frames++;
	r->check.csum = f->partial ? CSUM_PARTIAL : CSUM_FULL;
	frame_verify(&r->check, f->data, f->len, &res);
	switch (res.verdict) {
	case FRAME_GOOD:
		r->bytes += f->len;
		r->merged += res.records > 1;
		r->bad_csum += res.bad_csum;
		r->progress_ns = now_ns();
		break;
	case FRAME_CORRUPT:
		if (r->corrupt++ < 5)
			note("%s", res.why);
		break;
	case FRAME_OTHER:
		r->other_stream++;
		break;
	case FRAME_UNKNOWN:
		r->unknown++;
		break;
	}
}

static void recv_all(struct receiver *r, const struct options *o)
{
	uint64_t start = now_ns(), done = 0, now;
	struct wire_frame f[WIRE_BATCH];
	unsigned int i, n;

	r->progress_ns = start;
	while (!interrupted) {
		n = wire_recv(&r->wire, f, 50);
		for (i = 0; i < n; i++)
			take_frame(r, &f[i]);
		progress_set(r->progress, r->records + r->corrupt);
		now = now_ns();
		if (o->frames && r->track.received >= o->frames && !done)
			done = now;
		if ((done && now - done >= seconds_to_ns(o->linger)) ||
		    (o->seconds && now - start > seconds_to_ns(o->seconds)) ||
		    (o->idle_timeout && now - r->progress_ns >
		     seconds_to_ns(o->idle_timeout)))
			break;
	}
	wire_count_drops(&r->wire);
}

static bool recv_failed(const struct receiver *r, const struct options *o)
{
	return r->corrupt || r->track.beyond || r->track.duplicates ||
	       (track_lost(&r->track) && !o->allow_loss) ||
	       (r->track.reordered && !o->allow_reorder);
}

static void recv_json(const struct receiver *r, const struct options *o,
		      uint64_t us)
{
	struct json_object *j = json_object_new_object();

	jput_str(j, "program", "wiregen");
	jput_str(j, "mode", "recv");
	jput_u64(j, "frames", r->frames);
	jput_u64(j, "received", r->track.received);
	jput_u64(j, "bytes", r->bytes);
	jput_u64(j, "lost", track_lost(&r->track));
	jput_u64(j, "duplicates", r->track.duplicates);
	jput_u64(j, "reordered", r->track.reordered);
	jput_u64(j, "corrupt", r->corrupt);
	jput_u64(j, "beyond", r->track.beyond);
	jput_u64(j, "unknown", r->unknown);
	jput_u64(j, "other_stream", r->other_stream);
	jput_u64(j, "merged", r->merged);
	jput_u64(j, "bad_csum", r->bad_csum);
	jput_u64(j, "kernel_drops", r->wire.drops);
	jput_u64(j, "elapsed_us", us);
	jput_str(j, "verdict", recv_failed(r, o) ? "failed" : "ok");
	jwrite(j, o->json);
}

static int cmd_recv(struct options *o)
{
	struct receiver r = { .frames = 0 };
	uint64_t start = now_ns();
	int rc;

	r.check.seed = o->spec.seed;
	r.check.stream = o->spec.stream;
	r.check.headers_only = o->count_only;
	r.check.record = count_record;
	r.check.ctx = &r;
	track_init(&r.track, o->frames);
	wire_open(&r.wire, o->ifname, true);
	if (o->progress)
		r.progress = progress_create(o->progress);
	say_ready(o);
	recv_all(&r, o);
	rc = recv_failed(&r, o) ? EXIT_VERIFY : EXIT_OK;
	if (!o->json || strcmp(o->json, "-"))
		printf("wiregen recv %s: received %llu (%llu bytes), lost %llu,"
		       " corrupt %llu, reordered %llu, duplicates %llu; %s\n",
		       o->ifname, (unsigned long long)r.track.received,
		       (unsigned long long)r.bytes,
		       (unsigned long long)track_lost(&r.track),
		       (unsigned long long)r.corrupt,
		       (unsigned long long)r.track.reordered,
		       (unsigned long long)r.track.duplicates,
		       rc ? "FAILED" : "ok");
	if (o->json)
		recv_json(&r, o, (now_ns() - start) / 1000);
	track_free(&r.track);
	wire_close(&r.wire);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o;

	util_set_name("wiregen");
	if (argc < 2)
		die("usage: wiregen send|recv ...; see --help");
	if (!strcmp(argv[1], "--help")) {
		fputs(text, stdout);
		return EXIT_OK;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	parse(&o, argc - 1, argv + 1);
	if (!strcmp(argv[1], "send"))
		return cmd_send(&o);
	if (!strcmp(argv[1], "recv"))
		return cmd_recv(&o);
	die("'%s' is neither send nor recv; see --help", argv[1]);
}
