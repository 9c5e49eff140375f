// SPDX-License-Identifier: GPL-2.0
/* mpctl: command line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpctl.h"

static const char usage_text[] =
"usage: mpctl [ -j [ -p ] ] COMMAND\n"
"       mpctl show [ IFACE[:QUEUE] ]       ports and who uses them\n"
"       mpctl stats [ IFACE[:QUEUE] ]      their counters\n"
"       mpctl bind IFACE[:QUEUE[-LAST]] [ OPTIONS ] [ FILTER ]\n"
"                                          bind and hold until unbound or killed\n"
"       mpctl unbind IFACE[:QUEUE]         take the NIC back from whoever holds it\n"
"       mpctl run IFACE[:QUEUE[-LAST]] [ OPTIONS ] [ FILTER ] [ --netdev-id ID ]\n"
"                 -- CMD [ ARG ]...\n"
"                                          bind, then become CMD, which has the port\n"
"                                          as descriptor {fd}\n"
"OPTIONS := [ posted-only ] [ --no-up ]\n"
"FILTER  := dst-mac MAC | [ vlan ID ] [ proto { tcp | udp | sctp } ] [ src-ip IP ]\n"
"           [ dst-ip IP ] [ src-port PORT ] [ dst-port PORT ]\n"
"Without :QUEUE the whole NIC is meant.\n";

static const struct command {
	const char *name;
	int (*fn)(int argc, char **argv, const struct options *opt);
} commands[] = {
	{ "show", cmd_show },
	{ "list", cmd_show },
	{ "stats", cmd_stats },
	{ "bind", cmd_bind },
	{ "unbind", cmd_unbind },
	{ "run", cmd_run },
};

/* complain() - one line on standard error */
void complain(const char *fmt, ...)
{
	va_list ap;

	fputs("mpctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* A queue is a decimal number, and nothing but @stop follows. */
static bool parse_queue(const char *s, const char *stop, unsigned int *queue)
{
	unsigned long n;
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno || end != stop || n >= MP_QUEUE_ALL)
		return false;
	*queue = n;
	return true;
}

/* QUEUE or QUEUE-LAST */
static bool parse_queues(const char *s, struct target *t)
{
	const char *end = s + strlen(s);
	const char *dash = strchr(s, '-');

	if (!parse_queue(s, dash ? dash : end, &t->queue))
		return false;
	t->last = t->queue;
	if (!dash)
		return true;
	return parse_queue(dash + 1, end, &t->last) && t->last >= t->queue &&
	       t->last - t->queue < MAX_QUEUES;
}

/* target_parse() - IFACE[:QUEUE[-LAST]]; false with a complaint if it is not one */
bool target_parse(const char *arg, struct target *t)
{
	const char *colon = strrchr(arg, ':');
	size_t len = colon ? (size_t)(colon - arg) : strlen(arg);

	memset(t, 0, sizeof(*t));
	t->queue = t->last = MP_QUEUE_ALL;
	if (!len || len >= sizeof(t->ifname) || memchr(arg, '/', len)) {
		complain("\"%s\" is not an interface name", arg);
		return false;
	}
	if (colon && !parse_queues(colon + 1, t)) {
		complain("\"%s\" is not a queue number or a range of some",
			 colon + 1);
		return false;
	}
	memcpy(t->ifname, arg, len);
	return true;
}

/* target_name() - as the user would write it */
void target_name(const struct target *t, char *buf, size_t size)
{
	if (t->queue == MP_QUEUE_ALL)
		snprintf(buf, size, "%s", t->ifname);
	else if (t->last == t->queue)
		snprintf(buf, size, "%s:%u", t->ifname, t->queue);
	else
		snprintf(buf, size, "%s:%u-%u", t->ifname, t->queue, t->last);
}

/* target_matches() - is it about that port */
bool target_matches(const struct target *t, const struct mp_info *info)
{
	return !strncmp(t->ifname, info->ifname, sizeof(info->ifname)) &&
	       (t->queue == MP_QUEUE_ALL ||
		(info->queue >= t->queue && info->queue <= t->last));
}

/* As ip(8) does: a word may be cut short, the first in the list wins. */
static const struct command *find_command(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strncmp(commands[i].name, word, strlen(word)))
			return &commands[i];
	return NULL;
}

static bool parse_option(const char *arg, struct options *opt)
{
	if (!strcmp(arg, "-j") || !strcmp(arg, "-json") || !strcmp(arg, "--json"))
		opt->json = true;
	else if (!strcmp(arg, "-p") || !strcmp(arg, "-pretty") || !strcmp(arg, "--pretty"))
		opt->pretty = true;
	else if (!strcmp(arg, "-jp") || !strcmp(arg, "-pj"))
		opt->json = opt->pretty = true;
	else
		return false;
	return true;
}

/* Take -j and -p out of @argv wherever they stand before "--". */
static int parse_options(int argc, char **argv, struct options *opt)
{
	bool ended = false;
	int i, n = 0;

	for (i = 0; i < argc; i++) {
		ended = ended || !strcmp(argv[i], "--");
		if (ended || !parse_option(argv[i], opt))
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	const struct command *cmd;
	struct options opt = {};

	argc = parse_options(argc, argv, &opt);
	if (argc < 2) {
		fputs(usage_text, stderr);
		return RC_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "--help")) {
		fputs(usage_text, stdout);
		return RC_OK;
	}
	cmd = argv[1][0] ? find_command(argv[1]) : NULL;
	if (!cmd) {
		complain("\"%s\" is not a command, try \"mpctl help\"", argv[1]);
		return RC_USAGE;
	}
	return cmd->fn(argc - 2, argv + 2, &opt);
}
