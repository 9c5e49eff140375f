// SPDX-License-Identifier: GPL-2.0
/* mpctl bind, unbind and run. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "mpctl.h"

/* exit codes of run when CMD cannot be started, as those of env(1) */
enum { RC_NOEXEC = 126, RC_NOENT = 127 };

struct request {
	struct target target;
	unsigned int flags;
	struct mp_filter filter;
	bool up;
	const char *netdev_id;
	char **cmd;		/* behind "--", or NULL */
};

static bool parse_word(struct request *req, char ***argv)
{
	int filter = filter_parse(&req->filter, argv);
	const char *word = **argv;

	if (filter)
		return filter > 0;
	if (!strcmp(word, "posted-only")) {
		req->flags |= MP_BIND_POSTED_ONLY;
	} else if (!strcmp(word, "--no-up")) {
		req->up = false;
	} else if (!strcmp(word, "--netdev-id") && (*argv)[1] && *(*argv)[1]) {
		req->netdev_id = *++*argv;
	} else {
		complain("\"%s\" is unexpected or lacks its value", word);
		return false;
	}
	return true;
}

static bool parse_request(int argc, char **argv, struct request *req)
{
	*req = (struct request){ .up = true };
	if (!argc) {
		complain("which interface?");
		return false;
	}
	if (!target_parse(*argv, &req->target))
		return false;
	while (*++argv) {
		if (!strcmp(*argv, "--")) {
			req->cmd = argv + 1;
			break;
		}
		if (!parse_word(req, &argv))
			return false;
	}
	if (!req->filter.match)
		return true;
	if (req->target.queue == MP_QUEUE_ALL ||
	    req->target.queue != req->target.last) {
		complain("a filter is for one queue: %s:QUEUE",
			 req->target.ifname);
		return false;
	}
	return filter_finish(&req->filter);
}

/* the ports of a request, by queue */
struct ports {
	int fd[MAX_QUEUES];
	unsigned int n;
};

static bool bind_one(const struct request *req, unsigned int queue,
		     struct ports *p)
{
	int fd = port_open();

	if (fd < 0)
		return false;
	p->fd[p->n++] = fd;
	return !port_bind(fd, &req->target, queue, req->flags, &req->filter);
}

/* All of them or none: those that are bound are unbound by closing them. */
static bool bind_all(const struct request *req, struct ports *p)
{
	unsigned int queue = req->target.queue;
	bool ok;

	p->n = 0;
	do
		ok = bind_one(req, queue, p);
	while (ok && queue++ != req->target.last);
	if (ok && req->up)
		ok = port_set_up(req->target.ifname);
	while (!ok && p->n)
		close(p->fd[--p->n]);
	return ok;
}

/* ---------------------------------------------------------------- bind -- */

static int signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until a signal, or until somebody unbinds: then a port reports an error. */
static int hold(const struct ports *ports, int sigfd)
{
	struct pollfd p[MAX_QUEUES + 1] = { { .fd = sigfd, .events = POLLIN } };
	unsigned int i;

	for (i = 0; i < ports->n; i++)
		p[i + 1].fd = ports->fd[i];
	while (poll(p, ports->n + 1, -1) < 0)
		if (errno != EINTR)
			return RC_KERNEL;
	return RC_OK;
}

int cmd_bind(int argc, char **argv, const struct options *opt)
{
	struct request req;
	struct ports ports;
	char name[MP_IFNAMSIZ + 24];
	int sigfd;

	(void)opt;
	if (!parse_request(argc, argv, &req))
		return RC_USAGE;
	if (req.cmd || req.netdev_id) {
		complain("bind starts no command: use \"mpctl run\"");
		return RC_USAGE;
	}
	sigfd = signals();
	if (!bind_all(&req, &ports))
		return RC_KERNEL;
	target_name(&req.target, name, sizeof(name));
	printf("%s is bound until this ends or \"mpctl unbind %s\"\n", name,
	       name);
	fflush(stdout);
	return hold(&ports, sigfd);
}

/* -------------------------------------------------------------- unbind -- */

int cmd_unbind(int argc, char **argv, const struct options *opt)
{
	struct target t;
	int n;

	(void)opt;
	if (argc != 1) {
		complain("unbind wants one IFACE[:QUEUE]");
		return RC_USAGE;
	}
	if (!target_parse(argv[0], &t))
		return RC_USAGE;
	n = find_unbind(&t);
	if (n > 0)
		return RC_OK;
	if (n < 0 && errno == ENOENT)
		explain_open(ENOENT);
	else if (n < 0)
		complain("cannot reach who holds %s: %s", t.ifname,
			 strerror(errno));
	else
		complain("%s is not bound by a process that is visible here",
			 t.ifname);
	return RC_KERNEL;
}

/* ----------------------------------------------------------------- run -- */

static void *must(void *p)
{
	if (!p) {
		complain("out of memory");
		exit(RC_KERNEL);
	}
	return p;
}

/* as QEMU's -netdev tap wants several: 3:4:5 */
static char *fd_list(const struct ports *ports)
{
	unsigned int i;
	size_t size;
	char *out;
	FILE *f;

	f = must(open_memstream(&out, &size));
	for (i = 0; i < ports->n; i++)
		fprintf(f, "%s%d", i ? ":" : "", ports->fd[i]);
	if (fclose(f))
		must(NULL);
	return must(out);
}

/* @arg with every {fd} replaced */
static char *substitute(const char *arg, const char *fds)
{
	const char *at;
	size_t size;
	char *out;
	FILE *f;

	f = must(open_memstream(&out, &size));
	while ((at = strstr(arg, "{fd}"))) {
		fprintf(f, "%.*s%s", (int)(at - arg), arg, fds);
		arg = at + strlen("{fd}");
	}
	fputs(arg, f);
	if (fclose(f))
		must(NULL);
	return must(out);
}

static bool mentions_fd(char **cmd)
{
	while (*cmd)
		if (strstr(*cmd++, "{fd}"))
			return true;
	return false;
}

/* the command to execute, with two more words for --netdev-id */
static char **build_command(const struct request *req,
			    const struct ports *ports)
{
	char *fds = fd_list(ports);
	char **cmd;
	int n = 0;

	while (req->cmd[n])
		n++;
	cmd = must(calloc(n + 3, sizeof(*cmd)));
	for (n = 0; req->cmd[n]; n++)
		cmd[n] = substitute(req->cmd[n], fds);
	if (req->netdev_id) {
		cmd[n++] = must(strdup("-netdev"));
		if (asprintf(&cmd[n], "tap,id=%s,%s=%s,vhost=on",
			     req->netdev_id, ports->n > 1 ? "fds" : "fd",
			     fds) < 0)
			must(NULL);
	}
	free(fds);
	return cmd;
}

static bool check_run(const struct request *req)
{
	if (!req->cmd || !*req->cmd) {
		complain("run what? \"mpctl run IFACE -- CMD...\"");
		return false;
	}
	if (mentions_fd(req->cmd) == !!req->netdev_id) {
		complain(req->netdev_id ?
			 "either {fd} in the command or --netdev-id, not both" :
			 "the command does not use the port: write {fd} where its descriptor goes, or give --netdev-id ID");
		return false;
	}
	return true;
}

int cmd_run(int argc, char **argv, const struct options *opt)
{
	struct request req;
	struct ports ports;
	char **cmd;
	int err;

	(void)opt;
	if (!parse_request(argc, argv, &req) || !check_run(&req))
		return RC_USAGE;
	if (!bind_all(&req, &ports))
		return RC_KERNEL;
	cmd = build_command(&req, &ports);
	execvp(cmd[0], cmd);
	err = errno;
	complain("cannot run %s: %s", cmd[0], strerror(err));
	return err == ENOENT ? RC_NOENT : RC_NOEXEC;
}
