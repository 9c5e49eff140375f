// SPDX-License-Identifier: GPL-2.0
/*
 * Steering a running guest: text commands on a unix datagram socket, each
 * answered by one line that starts with "ok" or "error".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util.h"
#include "vguest.h"

#define REPLY_MAX 512

/* A guest answers when vhost lets it: taking heads back on a debug kernel is slow. */
#define CTL_WAIT_MS 300000

struct reply {
	char text[REPLY_MAX];
};

static void say(struct reply *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct reply *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
}

static void cmd_stop(struct guest *g, const char *arg, struct reply *r)
{
	const struct vhost *v = &g->vhost;
	bool ok;

	(void)arg;
	if (!v->running) {
		say(r, "error not running");
		return;
	}
	ok = guest_stop(g);
	say(r, "%s rx base %u used %u, tx base %u used %u",
	    ok ? "ok" : "error not rewound exactly:", v->base[VQ_RX], v->used[VQ_RX],
	    v->base[VQ_TX], v->used[VQ_TX]);
}

static void cmd_start(struct guest *g, const char *arg, struct reply *r)
{
	unsigned int q;

	(void)arg;
	if (g->vhost.running) {
		say(r, "error already running");
		return;
	}
	/* vhost takes the ring's base for the next descriptor, too. */
	if (g->o.ring.in_order && ((g->o.rx.pool.chain > 1 &&
	    !g->o.rx_indirect) || (g->o.tx.chain > 1 && !g->o.tx_indirect))) {
		say(r, "error in order with chains: no way to go on");
		return;
	}
	for (q = 0; q < VQ_COUNT; q++) {
		if (vhost_set_base(&g->vhost, q, g->vhost.base[q])) {
			say(r, "error VHOST_SET_VRING_BASE: %s",
			    strerror(errno));
			return;
		}
	}
	guest_start(g);
	say(r, "ok");
}

/* The port lets go of its NIC, and takes it again, under a running guest. */
static void cmd_unbind(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	if (backend_mp_unbind(g->backend_fd))
		say(r, "error MP_UNBIND: %s", strerror(errno));
	else
		say(r, "ok");
}

static void cmd_bind(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	if (g->o.backend.kind != BACKEND_MP)
		say(r, "error not started with --mp");
	else if (backend_mp_bind(g->backend_fd, &g->o.backend))
		say(r, "error MP_BIND: %s", strerror(errno));
	else
		say(r, "ok");
}

static void cmd_pause(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	g->rx.paused = true;
	g->o.no_post_for = 0;
	say(r, "ok %u heads posted", g->rx.vq->ring.outstanding);
}

static void cmd_resume(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	g->rx.paused = false;
	g->o.no_post_for = 0;
	say(r, "ok");
}

static void cmd_send(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	g->o.hold = false;
	say(r, "ok");
}

static void cmd_mem_remap(struct guest *g, const char *arg, struct reply *r)
{
	bool posted = !strcmp(arg, "posted");
	uint64_t n;

	if (!posted && strcmp(arg, "free")) {
		say(r, "error mem-remap free|posted");
		return;
	}
	n = pool_remap(&g->rx.pool, posted);
	say(r, "ok %llu pages replaced", (unsigned long long)n);
}

/* Add a region to the table, or take it away again. */
static void cmd_mem_table(struct guest *g, const char *arg, struct reply *r)
{
	uint64_t gpa = mem_end(&g->mem) + (1 << 20), size = g->mem.page;
	bool had = g->extra;

	(void)arg;
	if (!had)
		g->extra = mem_map(size, g->mem.opts.kind);
	if (vhost_set_mem(&g->vhost, &g->mem, gpa, g->extra, had ? 0 : size))
		say(r, "error VHOST_SET_MEM_TABLE: %s", strerror(errno));
	else
		say(r, "ok %s", had ? "region removed" : "region added");
	if (had) {
		munmap(g->extra, size);
		g->extra = NULL;
	}
}

/*
 * Take the last region out of the table, with all that is posted in it, or put
 * it back. Vring errors are what has to be expected then.
 */
static void cmd_mem_drop(struct guest *g, const char *arg, struct reply *r)
{
	struct mem part = g->mem;
	bool on = !strcmp(arg, "on");

	if (!on && strcmp(arg, "off")) {
		say(r, "error mem-drop on|off");
		return;
	}
	if (part.n < 2) {
		say(r, "error mem-drop needs --regions 2 or more");
		return;
	}
	part.n -= on;
	g->errs_expected = true;
	if (vhost_set_mem(&g->vhost, &part, 0, NULL, 0))
		say(r, "error VHOST_SET_MEM_TABLE: %s", strerror(errno));
	else
		say(r, "ok %u regions", part.n);
	g->vhost.mem = &g->mem;
}

static void cmd_rlimit(struct guest *g, const char *arg, struct reply *r)
{
	struct rlimit lim;
	char *end;

	(void)g;
	if (getrlimit(RLIMIT_MEMLOCK, &lim)) {
		say(r, "error getrlimit: %s", strerror(errno));
		return;
	}
	lim.rlim_cur = strtoull(arg, &end, 0);
	if (end == arg || *end) {
		say(r, "error rlimit BYTES");
		return;
	}
	if (lim.rlim_max < lim.rlim_cur)
		lim.rlim_max = lim.rlim_cur;
	if (setrlimit(RLIMIT_MEMLOCK, &lim))
		say(r, "error setrlimit: %s", strerror(errno));
	else
		say(r, "ok");
}

static void cmd_log(struct guest *g, const char *arg, struct reply *r)
{
	struct dirty *d = &g->dirty;

	if (!strcmp(arg, "on")) {
		dirty_on(d);
	} else if (!strcmp(arg, "off")) {
		dirty_off(d);
	} else {
		say(r, "error log on|off");
		return;
	}
	say(r, "%s checked %llu missing %llu marked %llu", d->missing ?
	    "error" : "ok", (unsigned long long)d->checked,
	    (unsigned long long)d->missing,
	    (unsigned long long)d->marked_total);
}

static void cmd_stats(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	vhost_collect_events(&g->vhost);
	say(r, "ok frames=%llu received=%llu lost=%llu corrupt=%llu "
	    "outstanding=%u running=%d paused=%d errs=%llu sent=%llu "
	    "completed=%llu",
	    (unsigned long long)g->rx.st.frames,
	    (unsigned long long)g->rx.track.received,
	    (unsigned long long)track_lost(&g->rx.track),
	    (unsigned long long)g->rx.st.corrupt,
	    g->rx.vq->ring.outstanding, g->vhost.running, g->rx.paused,
	    (unsigned long long)g->rx.vq->errs,
	    (unsigned long long)g->tx.records,
	    (unsigned long long)g->tx.completed);
}

static void cmd_quit(struct guest *g, const char *arg, struct reply *r)
{
	(void)arg;
	g->quit = true;
	say(r, "ok");
}

static const struct {
	const char *name;
	void (*fn)(struct guest *g, const char *arg, struct reply *r);
} commands[] = {
	{ "stop-backend", cmd_stop },
	{ "start-backend", cmd_start },
	{ "unbind", cmd_unbind },
	{ "bind", cmd_bind },
	{ "pause-post", cmd_pause },
	{ "resume-post", cmd_resume },
	{ "send", cmd_send },
	{ "mem-remap", cmd_mem_remap },
	{ "mem-table", cmd_mem_table },
	{ "mem-drop", cmd_mem_drop },
	{ "rlimit", cmd_rlimit },
	{ "log", cmd_log },
	{ "stats", cmd_stats },
	{ "quit", cmd_quit },
};

static void run_command(struct guest *g, char *line, struct reply *r)
{
	char *arg = strchr(line, ' ');
	size_t i;

	if (arg)
		*arg++ = '\0';
	for (i = 0; i < ARRAY_LEN(commands); i++) {
		if (!strcmp(line, commands[i].name)) {
			commands[i].fn(g, arg ? arg : "", r);
			return;
		}
	}
	say(r, "error unknown command '%.60s'", line);
}

static void set_path(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(a->sun_path))
		die("'%s' is too long for a socket", path);
	strcpy(a->sun_path, path);
}

static int ctl_socket(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;

	if (fd < 0)
		die_errno("cannot make a unix socket");
	set_path(&a, path);
	unlink(path);
	if (bind(fd, (void *)&a, sizeof(a)))
		die_errno("cannot bind %s", path);
	return fd;
}

void ctl_open(struct guest *g)
{
	g->ctl_fd = ctl_socket(g->o.ctl);
}

void ctl_close(struct guest *g)
{
	if (g->ctl_fd < 0)
		return;
	close(g->ctl_fd);
	unlink(g->o.ctl);
}

void ctl_serve(struct guest *g)
{
	struct sockaddr_un from;
	socklen_t flen = sizeof(from);
	struct reply r = { "" };
	char line[256];
	ssize_t n;

	n = recvfrom(g->ctl_fd, line, sizeof(line) - 1, MSG_DONTWAIT,
		     (void *)&from, &flen);
	if (n < 0)
		return;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	run_command(g, line, &r);
	if (flen > sizeof(from.sun_family))
		sendto(g->ctl_fd, r.text, strlen(r.text), MSG_DONTWAIT,
		       (void *)&from, flen);
}

static void join(char *to, size_t size, int argc, char **argv)
{
	size_t len = 0;
	int i;

	for (i = 0; i < argc; i++) {
		int n = snprintf(to + len, size - len, "%s%s", i ? " " : "",
				 argv[i]);

		if (n < 0 || (size_t)n >= size - len)
			die("command too long");
		len += n;
	}
}

int ctl_client(int argc, char **argv)
{
	char mine[128], line[256], reply[REPLY_MAX + 1];
	struct pollfd p = { .events = POLLIN };
	struct sockaddr_un a;
	ssize_t n;

	if (argc < 2)
		die("usage: vguest ctl SOCKET COMMAND...");
	join(line, sizeof(line), argc - 1, argv + 1);
	snprintf(mine, sizeof(mine), "/tmp/vguest-ctl.%d", (int)getpid());
	p.fd = ctl_socket(mine);
	set_path(&a, argv[0]);
	n = sendto(p.fd, line, strlen(line), 0, (void *)&a, sizeof(a));
	if (n < 0) {
		unlink(mine);
		die_errno("cannot reach %s", argv[0]);
	}
	n = poll(&p, 1, CTL_WAIT_MS) > 0 ? recv(p.fd, reply, REPLY_MAX, 0) : -1;
	unlink(mine);
	if (n < 0)
		die("%s: no answer to '%s'", argv[0], line);
	reply[n] = '\0';
	puts(reply);
	return strncmp(reply, "ok", 2) ? EXIT_VERIFY : EXIT_OK;
}
