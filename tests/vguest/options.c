// SPDX-License-Identifier: GPL-2.0
/* The command line of vguest. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_tun.h>

#include "genopt.h"
#include "util.h"
#include "vguest.h"

enum opt {
	OPT_TAP = 1, OPT_MACVTAP, OPT_FD, OPT_MP, OPT_VHOST, OPT_OFFLOAD,
	OPT_SNDBUF, OPT_POSTED_ONLY, OPT_MEM, OPT_HUGE, OPT_THP, OPT_SPARSE,
	OPT_REGIONS, OPT_HOLE, OPT_RING, OPT_NO_MRG, OPT_EVENT_IDX, OPT_IN_ORDER,
	OPT_INDIRECT, OPT_BUSYLOOP, OPT_LOG, OPT_LOG_INTERVAL, OPT_BUFSIZE,
	OPT_CHAIN, OPT_TX_CHAIN, OPT_OFFSET, OPT_GAP, OPT_ALIGN, OPT_BUFFERS,
	OPT_ORDER, OPT_POST_LIMIT, OPT_LAZY, OPT_NO_POST_FOR, OPT_HOLD, OPT_FRAMES, OPT_COUNT,
	OPT_RATE, OPT_CSUM, OPT_GSO, OPT_SECONDS, OPT_IDLE, OPT_LINGER,
	OPT_POLL, OPT_SPIN, OPT_COUNT_ONLY, OPT_PROGRESS, OPT_WINDOW, OPT_TX_PROGRESS,
	OPT_ALLOW_LOSS, OPT_ALLOW_REORDER, OPT_ALLOW_EMPTY, OPT_ALLOW_TAIL,
	OPT_JSON, OPT_CTL, OPT_READY, OPT_CASE, OPT_LIST, OPT_HELP,
};

static const struct option table[] = {
	GENOPT_TABLE,
	{ "tap", required_argument, NULL, OPT_TAP },
	{ "macvtap", required_argument, NULL, OPT_MACVTAP },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "mp", required_argument, NULL, OPT_MP },
	{ "vhost", required_argument, NULL, OPT_VHOST },
	{ "offload", required_argument, NULL, OPT_OFFLOAD },
	{ "sndbuf", required_argument, NULL, OPT_SNDBUF },
	{ "posted-only", no_argument, NULL, OPT_POSTED_ONLY },
	{ "mem", required_argument, NULL, OPT_MEM },
	{ "hugepages", no_argument, NULL, OPT_HUGE },
	{ "thp", no_argument, NULL, OPT_THP },
	{ "sparse", no_argument, NULL, OPT_SPARSE },
	{ "regions", required_argument, NULL, OPT_REGIONS },
	{ "hole", required_argument, NULL, OPT_HOLE },
	{ "ring", required_argument, NULL, OPT_RING },
	{ "no-mrg", no_argument, NULL, OPT_NO_MRG },
	{ "event-idx", no_argument, NULL, OPT_EVENT_IDX },
	{ "in-order", no_argument, NULL, OPT_IN_ORDER },
	{ "indirect", optional_argument, NULL, OPT_INDIRECT },
	{ "busyloop", required_argument, NULL, OPT_BUSYLOOP },
	{ "log", no_argument, NULL, OPT_LOG },
	{ "log-interval", required_argument, NULL, OPT_LOG_INTERVAL },
	{ "bufsize", required_argument, NULL, OPT_BUFSIZE },
	{ "chain", required_argument, NULL, OPT_CHAIN },
	{ "tx-chain", required_argument, NULL, OPT_TX_CHAIN },
	{ "offset", required_argument, NULL, OPT_OFFSET },
	{ "gap", required_argument, NULL, OPT_GAP },
	{ "align", required_argument, NULL, OPT_ALIGN },
	{ "buffers", required_argument, NULL, OPT_BUFFERS },
	{ "order", required_argument, NULL, OPT_ORDER },
	{ "post-limit", required_argument, NULL, OPT_POST_LIMIT },
	{ "lazy", no_argument, NULL, OPT_LAZY },
	{ "no-post-for", required_argument, NULL, OPT_NO_POST_FOR },
	{ "hold", no_argument, NULL, OPT_HOLD },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "csum", no_argument, NULL, OPT_CSUM },
	{ "gso", optional_argument, NULL, OPT_GSO },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "idle-timeout", required_argument, NULL, OPT_IDLE },
	{ "linger", required_argument, NULL, OPT_LINGER },
	{ "poll", no_argument, NULL, OPT_POLL },
	{ "spin", no_argument, NULL, OPT_SPIN },
	{ "progress", required_argument, NULL, OPT_PROGRESS },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "tx-progress", required_argument, NULL, OPT_TX_PROGRESS },
	{ "count-only", no_argument, NULL, OPT_COUNT_ONLY },
	{ "allow-loss", no_argument, NULL, OPT_ALLOW_LOSS },
	{ "allow-reorder", no_argument, NULL, OPT_ALLOW_REORDER },
	{ "allow-tail", no_argument, NULL, OPT_ALLOW_TAIL },
	{ "allow-empty", no_argument, NULL, OPT_ALLOW_EMPTY },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "ctl", required_argument, NULL, OPT_CTL },
	{ "ready", required_argument, NULL, OPT_READY },
	{ "case", required_argument, NULL, OPT_CASE },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static const char text[] =
"vguest rx|tx|bidir BACKEND [OPTION...]      receive, send, both\n"
"vguest bad --case NAME BACKEND [OPTION...]  one malformed ring; --list\n"
"vguest ctl SOCKET COMMAND...                steer a running one\n"
"Backend:\n"
"  --tap NAME | --macvtap IFNAME | --mp IFNAME[:QUEUE] | --fd N\n"
"  --vhost PATH             (/dev/vhost-net)\n"
"  --offload csum,tso4,tso6,ecn|none   what the guest accepts (all)\n"
"  --sndbuf N               TUNSETSNDBUF\n"
"  --posted-only            mp: pin only what is posted\n"
"Memory:\n"
"  --mem SIZE               (64M)      --hugepages | --thp   (4K pages)\n"
"  --regions N --hole SIZE  regions, distance between them (1, 1M)\n"
"  --sparse                 more than there is: only what is written to takes\n"
"                           memory; needs --count-only\n"
"Rings:\n"
"  --ring N (256)  --no-mrg  --event-idx  --in-order  --busyloop US\n"
"  --indirect[=rx|tx|both]  --log  --log-interval MS (100)\n"
"Receive buffers:\n"
"  --bufsize N (1536)       bytes of one descriptor\n"
"  --chain N (1)            descriptors of one head\n"
"  --buffers N              heads' worth of buffers (twice the ring)\n"
"  --offset N --gap N --align N --order seq|shuffled\n"
"  --post-limit N           at most so many heads posted\n"
"  --lazy                   post none before all are used\n"
"  --no-post-for SECONDS    post nothing at first\n"
"Sending:\n"
"  --count N --rate N (per second)  --csum  --gso[=SEGMENTS]  --tx-chain N\n"
"  --window N --tx-progress FILE   at most N in flight, see wiregen recv\n"
"  --hold                   not before ctl send\n"
"Test frames, sent or expected:\n"
GENOPT_USAGE
"Run:\n"
"  --frames N               end after N good frames of 0..N-1\n"
"  --seconds S --idle-timeout S (10, 0: never) --linger S (0.1)\n"
"  --poll                   do not sleep       --count-only  trust bodies\n"
"  --spin                   nor call the kernel at all, except for kicks; give\n"
"                           way to everybody; ends by a signal\n"
"  --allow-loss --allow-reorder --allow-tail --allow-empty  no failure\n"
"  --progress FILE          count received frames into it (wiregen --window)\n"
"  --json FILE|-  --ctl SOCKET  --ready FILE (made when running)\n"
"Exit: 0 all verified, 1 something is wrong, 2 usage or set-up.\n";

void usage(void)
{
	fputs(text, stdout);
}

static void defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->vhost_path = "/dev/vhost-net";
	o->backend.offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
			     TUN_F_TSO_ECN;
	o->mem.size = 64 << 20;
	o->mem.regions = 1;
	o->mem.hole = 1 << 20;
	o->ring.num = 256;
	o->rx.mrg = true;
	o->rx.pool.bufsize = 1536;
	o->rx.pool.chain = 1;
	o->rx.pool.align = 1;
	o->tx.chain = 1;
	o->log_interval_ns = 100 * 1000000ull;
	o->idle_timeout = 10;
	o->linger = 0.1;
	frame_spec_default(&o->tx.spec);
}

static uint32_t num32(const char *what, uint32_t min, uint32_t max)
{
	return parse_num(what, optarg, min, max);
}

static void set_backend(struct options *o, enum backend_kind k)
{
	if (o->backend.kind)
		die("only one backend, please");
	o->backend.kind = k;
	o->backend.name = optarg;
}

static bool parse_backend(struct options *o, int c)
{
	switch (c) {
	case OPT_TAP:
		set_backend(o, BACKEND_TAP);
		return true;
	case OPT_MACVTAP:
		set_backend(o, BACKEND_MACVTAP);
		return true;
	case OPT_FD:
		set_backend(o, BACKEND_FD);
		return true;
	case OPT_MP:
		set_backend(o, BACKEND_MP);
		return true;
	case OPT_VHOST:
		o->vhost_path = optarg;
		return true;
	case OPT_OFFLOAD:
		o->backend.offload = backend_parse_offload(optarg);
		return true;
	case OPT_SNDBUF:
		o->backend.sndbuf = num32("--sndbuf", 1, 1u << 30);
		return true;
	case OPT_POSTED_ONLY:
		o->backend.posted_only = true;
		return true;
	default:
		return false;
	}
}

static void parse_indirect(struct options *o)
{
	const char *which = optarg ? optarg : "both";

	if (!strcmp(which, "both") || !strcmp(which, "rx"))
		o->rx_indirect = true;
	if (!strcmp(which, "both") || !strcmp(which, "tx"))
		o->tx_indirect = true;
	if (!o->rx_indirect && !o->tx_indirect)
		die("--indirect: '%s' is none of rx, tx, both", which);
}

static bool parse_memory(struct options *o, int c)
{
	switch (c) {
	case OPT_MEM:
		o->mem.size = parse_num("--mem", optarg, 1 << 20, 1ull << 36);
		return true;
	case OPT_HUGE:
		o->mem.kind = MEM_HUGE;
		return true;
	case OPT_THP:
		o->mem.kind = MEM_THP;
		return true;
	case OPT_SPARSE:
		o->mem.sparse = true;
		return true;
	case OPT_REGIONS:
		o->mem.regions = num32("--regions", 1, MEM_REGIONS_MAX);
		return true;
	case OPT_HOLE:
		o->mem.hole = parse_num("--hole", optarg, 0, 1 << 30);
		if (o->mem.hole % 4096)
			die("--hole: not a multiple of 4096");
		return true;
	default:
		return false;
	}
}

static bool parse_ring(struct options *o, int c)
{
	switch (c) {
	case OPT_RING:
		o->ring.num = num32("--ring", 2, 32768);
		if (o->ring.num & (o->ring.num - 1))
			die("--ring: %u is not a power of two", o->ring.num);
		return true;
	case OPT_NO_MRG:
		o->rx.mrg = false;
		return true;
	case OPT_EVENT_IDX:
		o->ring.event_idx = true;
		return true;
	case OPT_IN_ORDER:
		o->ring.in_order = true;
		return true;
	case OPT_INDIRECT:
		parse_indirect(o);
		return true;
	case OPT_BUSYLOOP:
		o->busyloop_us = num32("--busyloop", 0, 1000000);
		return true;
	case OPT_LOG:
		o->log = true;
		return true;
	case OPT_LOG_INTERVAL:
		o->log_interval_ns = num32("--log-interval", 1, 60000) *
				     1000000ull;
		return true;
	default:
		return false;
	}
}

static void parse_order(struct pool_opts *po)
{
	if (!strcmp(optarg, "shuffled"))
		po->shuffle = true;
	else if (strcmp(optarg, "seq"))
		die("--order: '%s' is neither seq nor shuffled", optarg);
}

static bool parse_buffers(struct options *o, int c)
{
	struct pool_opts *po = &o->rx.pool;

	switch (c) {
	case OPT_BUFSIZE:
		po->bufsize = num32("--bufsize", 1, 1 << 20);
		return true;
	case OPT_CHAIN:
		po->chain = num32("--chain", 1, RING_SEGS_MAX);
		return true;
	case OPT_OFFSET:
		po->offset = num32("--offset", 0, 1 << 21);
		return true;
	case OPT_GAP:
		po->gap = num32("--gap", 0, 1 << 21);
		return true;
	case OPT_ALIGN:
		po->align = num32("--align", 1, 1 << 21);
		return true;
	case OPT_BUFFERS:
		po->groups = num32("--buffers", 1, 1 << 20);
		return true;
	case OPT_ORDER:
		parse_order(po);
		return true;
	case OPT_POST_LIMIT:
		o->rx.post_limit = num32("--post-limit", 1, 32768);
		return true;
	case OPT_LAZY:
		o->rx.lazy = true;
		return true;
	case OPT_NO_POST_FOR:
		o->no_post_for = parse_seconds("--no-post-for", optarg);
		return true;
	default:
		return false;
	}
}

static bool parse_traffic(struct options *o, int c)
{
	switch (c) {
	case OPT_FRAMES:
		o->rx.expected = parse_num("--frames", optarg, 1, 1ull << 32);
		return true;
	case OPT_COUNT:
		o->tx.count = parse_num("--count", optarg, 1, 1ull << 32);
		return true;
	case OPT_RATE:
		o->tx.rate = parse_num("--rate", optarg, 1, 1 << 30);
		return true;
	case OPT_CSUM:
		o->tx.csum = true;
		return true;
	case OPT_GSO:
		o->tx.gso = optarg ? num32("--gso", 1, 64) : 40;
		return true;
	case OPT_TX_CHAIN:
		o->tx.chain = num32("--tx-chain", 1, RING_SEGS_MAX);
		return true;
	case OPT_WINDOW:
		o->tx.window = num32("--window", 1, 1 << 20);
		return true;
	case OPT_TX_PROGRESS:
		o->tx.progress = optarg;
		return true;
	case OPT_HOLD:
		o->hold = true;
		return true;
	case OPT_POLL:
		o->poll = true;
		return true;
	case OPT_SPIN:
		o->spin = true;
		return true;
	case OPT_COUNT_ONLY:
		o->rx.count_only = true;
		return true;
	case OPT_ALLOW_LOSS:
		o->rx.allow_loss = true;
		return true;
	case OPT_ALLOW_EMPTY:
		o->rx.allow_empty = true;
		return true;
	case OPT_ALLOW_REORDER:
		o->rx.allow_reorder = true;
		return true;
	case OPT_ALLOW_TAIL:
		o->rx.allow_tail = true;
		return true;
	default:
		return false;
	}
}

static bool parse_run(struct options *o, int c)
{
	switch (c) {
	case OPT_SECONDS:
		o->seconds = parse_seconds("--seconds", optarg);
		return true;
	case OPT_IDLE:
		o->idle_timeout = parse_seconds("--idle-timeout", optarg);
		return true;
	case OPT_LINGER:
		o->linger = parse_seconds("--linger", optarg);
		return true;
	case OPT_PROGRESS:
		o->rx.progress = optarg;
		return true;
	case OPT_JSON:
		o->json = optarg;
		return true;
	case OPT_CTL:
		o->ctl = optarg;
		return true;
	case OPT_READY:
		o->ready = optarg;
		return true;
	case OPT_CASE:
		o->bad_case = optarg;
		return true;
	case OPT_LIST:
		bad_list();
		exit(EXIT_OK);
	case OPT_HELP:
		usage();
		exit(EXIT_OK);
	default:
		return false;
	}
}

static enum mode parse_mode(const char *s)
{
	static const struct {
		const char *name;
		enum mode mode;
	} known[] = {
		{ "rx", MODE_RX }, { "tx", MODE_TX }, { "bidir", MODE_BIDIR },
		{ "bad", MODE_BAD },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(s, known[i].name))
			return known[i].mode;
	die("'%s' is none of rx, tx, bidir, bad, ctl; see --help", s);
}

static void check_tx(struct options *o)
{
	struct tx_opts *tx = &o->tx;

	if (!(o->mode & MODE_TX))
		return;
	frame_spec_check(&tx->spec, FRAME_MAX - VNET_HDR_LEN);
	if (tx->gso && tx->spec.proto != PROTO_TCP4)
		die("--gso needs --proto tcp4");
	if (tx->gso && tx->spec.flows != 1)
		die("--gso sends one flow");
	if ((tx->gso || tx->csum) && tx->spec.bad_csum_every)
		die("--bad-csum: the device computes the checksums here");
	if (tx->window && !tx->progress)
		die("--window needs --tx-progress");
	if (o->mode == MODE_TX && !tx->count)
		tx->count = o->rx.expected;
	if (o->mode == MODE_TX)
		o->rx.expected = 0;
}

static void check(struct options *o)
{
	struct pool_opts *po = &o->rx.pool;
	uint32_t heads = o->rx_indirect ? o->ring.num :
					  o->ring.num / po->chain;

	if (!heads)
		die("--chain: %u descriptors do not fit a ring of %u",
		    po->chain, o->ring.num);
	if (o->tx.chain > o->ring.num && !o->tx_indirect)
		die("--tx-chain: %u descriptors do not fit a ring of %u",
		    o->tx.chain, o->ring.num);
	if (!po->groups)
		po->groups = 2 * heads;
	if (o->mem.sparse && !o->rx.count_only)
		die("--sparse needs --count-only: looking for stray writes "
		    "takes all of the memory");
	po->seed = o->tx.spec.seed;
	if ((uint64_t)po->bufsize * po->chain < VNET_HDR_LEN)
		die("--bufsize: a head needs at least %d bytes", VNET_HDR_LEN);
	o->rx.seed = o->tx.spec.seed;
	o->rx.stream = o->tx.spec.stream;
	o->rx.offload = o->backend.offload;
	check_tx(o);
}

void options_parse(struct options *o, int argc, char **argv)
{
	int c;

	defaults(o);
	if (argc < 2)
		die("usage: vguest rx|tx|bidir|bad|ctl ...; see --help");
	if (!strcmp(argv[1], "--help")) {
		usage();
		exit(EXIT_OK);
	}
	o->mode = parse_mode(argv[1]);
	argc--;
	argv++;
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == '?')
			die("see --help");
		if (!genopt_parse(&o->tx.spec, c, optarg) &&
		    !parse_backend(o, c) && !parse_memory(o, c) &&
		    !parse_ring(o, c) && !parse_buffers(o, c) &&
		    !parse_traffic(o, c) && !parse_run(o, c))
			die("option not understood");
	}
	if (optind < argc)
		die("'%s' is not understood; see --help", argv[optind]);
	check(o);
}
