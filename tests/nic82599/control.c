// SPDX-License-Identifier: GPL-2.0
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ARGS_MAX 4

struct control_call {
	struct control *c;
	FILE *out;
	int argc;
	char **argv;
};

struct control_command {
	const char *name;
	int args;		/* at least */
	const char *(*run)(struct control_call *call);	/* NULL, or why not */
};

static bool control_number(const char *s, u64 *v)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 0);
	return !errno && end != s && !*end && *s != '-';
}

void control_print_audit(const struct control *c, FILE *out)
{
	const struct dma *d = &c->nic->dma;
	u64 i;

	fprintf(out, "dma.faults %lu\n", d->faults);
	for (i = 0; i < d->faults && i < DMA_LOG; i++)
		fprintf(out, "dma.fault %s %s 0x%lx %lu\n", d->log[i].what,
			d->log[i].write ? "write" : "read", d->log[i].iova,
			d->log[i].len);
	fprintf(out, "dma.reads %lu\ndma.read_bytes %lu\n", d->reads,
		d->read_bytes);
	fprintf(out, "dma.writes %lu\ndma.write_bytes %lu\n", d->writes,
		d->write_bytes);
	fprintf(out, "dma.blocked %lu\n", d->blocked);
	fprintf(out, "dma.mapped %lu\ndma.unmapped %lu\ndma.maps %zu\n",
		d->mapped, d->unmapped, d->n);
}

static void control_print_nic(const struct nic *nic, FILE *out)
{
	const struct nic_counters *n = &nic->count;

	fprintf(out, "rx.wire %lu\nrx.filtered %lu\nrx.delivered %lu\n",
		n->rx_wire, n->rx_filtered, n->rx_delivered);
	fprintf(out, "rx.held %lu\nrx.missed %lu\nrx.waiting %lu\n",
		n->rx_held, n->rx_missed, nic->pbuf.frames);
	fprintf(out, "rx.no_descriptor %lu\nrx.queue_off %lu\n",
		n->rx_no_desc, n->rx_queue_off);
	fprintf(out, "rx.fdir_drop %lu\nrx.rlpml %lu\nrx.disabled %lu\n",
		n->rx_fdir_drop, n->rx_rlpml, n->rx_disabled);
	fprintf(out, "rx.rsc_frames %lu\nrx.rsc_merged %lu\n",
		n->rsc_frames, n->rsc_merged);
	fprintf(out, "tx.frames %lu\ntx.tso %lu\ntx.bad %lu\n",
		n->tx_frames, n->tx_tso, n->tx_bad);
	fprintf(out, "irq.fired %lu\nirq.lost %lu\n", nic->irq.fired,
		nic->irq.lost);
	fprintf(out, "resets %lu\nfaults.injected %lu\nlink %s\n", n->resets,
		nic->faults.injected, nic->link ? "up" : "down");
}

void control_print_stats(const struct control *c, FILE *out)
{
	const struct wire *w = c->wire;

	control_print_nic(c->nic, out);
	fprintf(out, "wire.sent %lu\nwire.received %lu\nwire.dropped %lu\n",
		w->sent, w->received, w->dropped);
	fprintf(out, "vfu.messages %lu\nvfu.errors %lu\n", c->vfu->messages,
		c->vfu->errors);
	control_print_audit(c, out);
}

static const char *control_stats(struct control_call *call)
{
	control_print_stats(call->c, call->out);
	return NULL;
}

static const char *control_audit(struct control_call *call)
{
	control_print_audit(call->c, call->out);
	return NULL;
}

static void print_queue(const struct nic *nic, FILE *out, const char *name,
			unsigned int q, u32 a)
{
	if (!(nic_get(nic, a + Q_CTL) & DCTL_ENABLE))
		return;
	fprintf(out, "%s %u ring 0x%lx size %u head %u tail %u", name, q,
		nic_get64(nic, a + Q_BAL, a + Q_BAH),
		nic_get(nic, a + Q_LEN) / 16, nic_get(nic, a + Q_HEAD),
		nic_get(nic, a + Q_TAIL));
}

/* Queues that are enabled, and what the driver set for them. */
static const char *control_queues(struct control_call *call)
{
	const struct nic *nic = call->c->nic;
	unsigned int q;

	for (q = 0; q < NIC_QUEUES; q++) {
		print_queue(nic, call->out, "rx", q, rxq_addr(q));
		if (rxq_enabled(nic, q))
			fprintf(call->out, " free %u buffer %u\n",
				rxq_free(nic, q), rxq_buffer(nic, q));
	}
	for (q = 0; q < NIC_QUEUES; q++) {
		print_queue(nic, call->out, "tx", q, txq_addr(q));
		if (nic_get(nic, txq_addr(q) + Q_CTL) & DCTL_ENABLE)
			fprintf(call->out, "\n");
	}
	return NULL;
}

static const char *control_link(struct control_call *call)
{
	if (!strcmp(call->argv[1], "up"))
		link_set(call->c->nic, true);
	else if (!strcmp(call->argv[1], "down"))
		link_set(call->c->nic, false);
	else
		return "link up or link down";
	return NULL;
}

static const char *control_reg(struct control_call *call)
{
	u64 addr, v;

	if (!control_number(call->argv[1], &addr) || addr >= NIC_REG_BYTES ||
	    addr & 3)
		return "no such register";
	/* what is stored: reading it here changes nothing */
	if (call->argc == 2)
		fprintf(call->out, "0x%08x\n", nic_get(call->c->nic, addr));
	else if (control_number(call->argv[2], &v))
		regs_write(call->c->nic, addr, v);
	else
		return "no number";
	return NULL;
}

/* The NIC disappears under the guest's hands. */
static const char *control_surprise(struct control_call *call)
{
	call->c->surprised = true;
	vfu_disconnect(call->c->vfu);
	/* frames from the wire go nowhere: there is no receiver, nor any memory */
	pci_reset(call->c->nic);
	return NULL;
}

static const char *control_quit(struct control_call *call)
{
	call->c->quit = true;
	return NULL;
}

static const char *fault_on_off(struct control_call *call, bool *flag)
{
	if (!strcmp(call->argv[2], "on"))
		*flag = true;
	else if (!strcmp(call->argv[2], "off"))
		*flag = false;
	else
		return "on or off";
	rx_run(call->c->nic);
	tx_run(call->c->nic);
	return NULL;
}

/* A DMA write that no mapping allows: the audit must see it. */
static const char *fault_stray(struct control_call *call, u64 iova)
{
	u64 zero = 0;

	dma_write(&call->c->nic->dma, iova, &zero, sizeof(zero), "stray");
	return NULL;
}

static void fault_clear(struct control_call *call)
{
	struct faults *f = &call->c->nic->faults;
	u64 injected = f->injected;

	memset(f, 0, sizeof(*f));
	f->injected = injected;
	rx_run(call->c->nic);
	tx_run(call->c->nic);
}

static const char *fault_number(struct control_call *call, u64 n)
{
	struct faults *f = &call->c->nic->faults;
	const char *what = call->argv[1];
	u64 len = 0xffff;

	if (!strcmp(what, "rx-error")) {
		f->rx_error = n;
	} else if (!strcmp(what, "bad-csum")) {
		f->bad_csum = n;
	} else if (!strcmp(what, "bad-length")) {
		if (call->argc > 3 && !control_number(call->argv[3], &len))
			return "no number";
		f->bad_length = n;
		f->bad_length_value = len;
	} else if (!strcmp(what, "lost-irq")) {
		f->lost_irq = n;
	} else if (!strcmp(what, "late-irq")) {
		f->late_irq_ns = n * 1000;
	} else if (!strcmp(what, "stray-dma")) {
		return fault_stray(call, n);
	} else {
		return "no such fault";
	}
	return NULL;
}

static const char *control_fault(struct control_call *call)
{
	struct faults *f = &call->c->nic->faults;
	u64 n;

	if (!strcmp(call->argv[1], "none")) {
		fault_clear(call);
		return NULL;
	}
	if (call->argc < 3)
		return "fault WHAT VALUE";
	if (!strcmp(call->argv[1], "tx-hang"))
		return fault_on_off(call, &f->tx_hang);
	if (!strcmp(call->argv[1], "rx-hang"))
		return fault_on_off(call, &f->rx_hang);
	if (!control_number(call->argv[2], &n))
		return "no number";
	return fault_number(call, n);
}

static const struct control_command control_commands[] = {
	{ "audit", 1, control_audit },
	{ "fault", 2, control_fault },
	{ "link", 2, control_link },
	{ "queues", 1, control_queues },
	{ "quit", 1, control_quit },
	{ "reg", 2, control_reg },
	{ "stats", 1, control_stats },
	{ "surprise", 1, control_surprise },
};

/* Run one line; what it prints ends with "ok" or "error: ...". */
void control_exec(struct control *c, char *line, FILE *out)
{
	char *argv[ARGS_MAX], *save = NULL, *word;
	struct control_call call = { .c = c, .out = out, .argv = argv };
	const char *error = "no such command";
	size_t i;

	for (word = strtok_r(line, " \t\r\n", &save);
	     word && call.argc < ARGS_MAX;
	     word = strtok_r(NULL, " \t\r\n", &save))
		argv[call.argc++] = word;
	if (!call.argc)
		return;
	for (i = 0; i < ARRAY_SIZE(control_commands); i++) {
		const struct control_command *cmd = &control_commands[i];

		if (strcmp(argv[0], cmd->name))
			continue;
		error = call.argc < cmd->args ? "argument missing" :
						cmd->run(&call);
		break;
	}
	if (error)
		fprintf(out, "error: %s\n", error);
	else
		fprintf(out, "ok\n");
}

int control_open(struct control *c, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		c->client[i].fd = -1;
	c->listen_fd = -1;
	if (!path)
		return 0;
	if (strlen(path) >= sizeof(a.sun_path))
		return ENAMETOOLONG;
	strcpy(a.sun_path, path);
	c->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->listen_fd < 0)
		return errno;
	unlink(path);
	if (bind(c->listen_fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(c->listen_fd, CONTROL_CLIENTS))
		return errno;
	return 0;
}

void control_accept(struct control *c)
{
	int fd = accept4(c->listen_fd, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);
	int i;

	for (i = 0; fd >= 0 && i < CONTROL_CLIENTS; i++) {
		if (c->client[i].fd >= 0)
			continue;
		c->client[i] = (struct control_client){ .fd = fd };
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void control_line(struct control *c, struct control_client *cl)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	if (cl->skip)
		fprintf(out, "error: line too long\n");
	else
		control_exec(c, cl->line, out);
	fclose(out);
	/* a client that does not read its replies loses them */
	if (send(cl->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno != EAGAIN) {
		close(cl->fd);
		cl->fd = -1;
	}
	free(text);
}

void control_receive(struct control *c, struct control_client *cl)
{
	char buf[512];
	ssize_t n, i;

	n = read(cl->fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(cl->fd);
		cl->fd = -1;
		return;
	}
	for (i = 0; i < n && cl->fd >= 0; i++) {
		if (buf[i] != '\n') {
			if (cl->len == CONTROL_LINE - 1)
				cl->skip = true;
			else
				cl->line[cl->len++] = buf[i];
			continue;
		}
		cl->line[cl->len] = '\0';
		control_line(c, cl);
		cl->len = 0;
		cl->skip = false;
	}
}
