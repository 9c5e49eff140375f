// SPDX-License-Identifier: GPL-2.0
/* Command line and event loop. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define EXIT_USAGE	2
#define EXIT_AUDIT	3

struct options {
	enum nic_model model;
	u8 mac[6];
	const char *socket, *control, *report, *pidfile;
	u64 hold_ms;
};

static struct vfu vfu;
static struct wire wire;
static struct control control;
static struct nic *nic;
static volatile sig_atomic_t stopped;

static void usage(void)
{
	fprintf(stderr,
"usage: nic82599 --socket PATH [OPTION]...\n"
"  --socket PATH        vfio-user socket, for QEMU's vfio-user-pci\n"
"  --model 82599|x540   (82599)\n"
"  --mac ADDRESS        (52:54:00:00:00:01)\n"
"  --wire listen:PATH | connect:PATH | loop | none   (none)\n"
"  --hold MS            how long a full NIC or wire may hold up the other (20)\n"
"  --gather N           give the NIC N frames of the wire at a time, fewer after\n"
"                       the time of --hold (1)\n"
"  --control PATH       control socket\n"
"  --report FILE        counters and audit, when it ends\n"
"  --pidfile FILE       written when the sockets are there\n"
"  --registers          print the register table and exit\n"
"Exit status: 0; 1 cannot start; 2 usage; 3 DMA outside of what was mapped\n");
	exit(EXIT_USAGE);
}

static void host_irq(void *arg, unsigned int vector)
{
	(void)arg;
	vfu_trigger(&vfu, VFU_MSIX, vector);
}

static void host_send(void *arg, const u8 *f, size_t len)
{
	(void)arg;
	wire_send(&wire, f, len);
}

static bool host_busy(void *arg)
{
	(void)arg;
	return wire_busy(&wire);
}

static u64 host_now(void *arg)
{
	struct timespec t;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void region_read(void *arg, int region, u64 off, void *buf, u32 len)
{
	u8 *b = buf;
	u32 i, v;

	(void)arg;
	if (region == VFU_CONFIG) {
		pci_cfg_read(nic, off, buf, len);
		return;
	}
	if (region != VFU_BAR0)
		return;
	for (i = 0; i < len; i += 4) {
		v = regs_read(nic, off + i);
		memcpy(b + i, &v, min_size(4, len - i));
	}
}

/* Registers take 32 bits; two at once are written one after the other. */
static void region_write(void *arg, int region, u64 off, const void *buf,
			 u32 len)
{
	const u8 *b = buf;
	u32 i, v;

	(void)arg;
	if (region == VFU_CONFIG) {
		pci_cfg_write(nic, off, buf, len);
		return;
	}
	if (region != VFU_BAR0)
		return;
	for (i = 0; i + 4 <= len; i += 4) {
		memcpy(&v, b + i, 4);
		regs_write(nic, off + i, v);
	}
}

static void device_reset(void *arg)
{
	(void)arg;
	pci_reset(nic);
}

static int memory_map(void *arg, u64 iova, u64 size, int fd, u64 offset,
		      u32 prot)
{
	(void)arg;
	return dma_map_fd(&nic->dma, iova, size, fd, offset, prot);
}

static int memory_unmap(void *arg, u64 iova, u64 size)
{
	(void)arg;
	return dma_unmap(&nic->dma, iova, size);
}

static void memory_unmap_all(void *arg)
{
	(void)arg;
	dma_unmap_all(&nic->dma);
}

static const struct vfu_ops vfu_ops = {
	.read = region_read,
	.write = region_write,
	.reset = device_reset,
	.map = memory_map,
	.unmap = memory_unmap,
	.unmap_all = memory_unmap_all,
};

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static bool parse_mac(const char *s, u8 *mac)
{
	char end;

	return sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &mac[0], &mac[1],
		      &mac[2], &mac[3], &mac[4], &mac[5], &end) == 6 &&
	       !(mac[0] & 1);
}

static const struct option long_options[] = {
	{ "socket", 1, NULL, 's' }, { "model", 1, NULL, 'm' },
	{ "mac", 1, NULL, 'a' }, { "wire", 1, NULL, 'w' },
	{ "hold", 1, NULL, 'h' }, { "gather", 1, NULL, 'g' },
	{ "control", 1, NULL, 'c' },
	{ "report", 1, NULL, 'r' }, { "pidfile", 1, NULL, 'p' },
	{ "registers", 0, NULL, 'R' }, { NULL, 0, NULL, 0 },
};

static void option_apply(struct options *o, int opt)
{
	switch (opt) {
	case 's':
		o->socket = optarg;
		break;
	case 'm':
		if (!strcmp(optarg, "x540"))
			o->model = NIC_X540;
		else if (strcmp(optarg, "82599"))
			usage();
		break;
	case 'a':
		if (!parse_mac(optarg, o->mac))
			usage();
		break;
	case 'w':
		if (wire_parse(&wire, optarg))
			usage();
		break;
	case 'h':
		o->hold_ms = strtoul(optarg, NULL, 0);
		break;
	case 'g':
		wire.gather = strtoul(optarg, NULL, 0);
		break;
	case 'c':
		o->control = optarg;
		break;
	case 'r':
		o->report = optarg;
		break;
	case 'p':
		o->pidfile = optarg;
		break;
	case 'R':
		regs_print();
		exit(0);
	default:
		usage();
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		option_apply(o, opt);
	if (!o->socket || optind < argc)
		usage();
}

static void must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "nic82599: %s: %s\n", what, strerror(err));
	exit(1);
}

static void write_pid(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		must(errno, path);
	fprintf(f, "%d\n", getpid());
	fclose(f);
}

static void start(const struct options *o)
{
	static const struct nic_host host = {
		.irq = host_irq, .send = host_send, .busy = host_busy,
		.now = host_now,
	};
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	nic = nic_new(o->model, o->mac, &host);
	vfu_init(&vfu, &vfu_ops, NULL);
	vfu.region_size[VFU_BAR0] = NIC_BAR0_BYTES;
	vfu.region_size[VFU_BAR4] = NIC_BAR4_BYTES;
	vfu.region_size[VFU_CONFIG] = NIC_CFG_BYTES;
	vfu.irq_count[VFU_INTX] = 1;
	vfu.irq_count[VFU_MSIX] = NIC_VECTORS;
	vfu.irq_count[VFU_ERR] = 1;
	vfu.irq_count[VFU_REQ] = 1;
	wire.nic = nic;
	wire.hold_ns = o->hold_ms * 1000000;
	control.nic = nic;
	control.vfu = &vfu;
	control.wire = &wire;
	must(wire_open(&wire), "wire");
	must(control_open(&control, o->control), "control socket");
	must(vfu_listen(&vfu, o->socket), o->socket);
	if (o->pidfile)
		write_pid(o->pidfile);
}

/* What the event loop waits for; a client's slot never moves. */
struct fds {
	struct pollfd vfu, wire, control;
	struct pollfd client[CONTROL_CLIENTS];
};

static void fds_fill(struct fds *p)
{
	bool take = vfu.fd < 0 && !control.surprised;
	int i;

	p->vfu.fd = take ? vfu.listen_fd : vfu.fd;
	p->vfu.events = POLLIN;
	p->wire.fd = wire.fd >= 0 ? wire.fd : wire.listen_fd;
	p->wire.events = wire_wants_write(&wire) ? POLLOUT : 0;
	if (wire.fd < 0 || wire_wants_read(&wire))
		p->wire.events |= POLLIN;
	p->control.fd = control.listen_fd;
	p->control.events = POLLIN;
	for (i = 0; i < CONTROL_CLIENTS; i++) {
		p->client[i].fd = control.client[i].fd;
		p->client[i].events = POLLIN;
	}
}

/* Return: false when the client has hung up. */
static bool fds_serve(struct fds *p)
{
	bool alive = true;
	int i;

	if (p->vfu.revents) {
		if (vfu.fd < 0)
			vfu_accept(&vfu);
		else
			alive = vfu_serve(&vfu);
	}
	if (p->wire.revents) {
		if (wire.fd < 0)
			wire_accept(&wire);
		else if (p->wire.revents & (POLLIN | POLLHUP | POLLERR))
			wire_receive(&wire);
	}
	if (p->control.revents)
		control_accept(&control);
	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (p->client[i].revents && control.client[i].fd >= 0)
			control_receive(&control, &control.client[i]);
	return alive;
}

/* Time until something is due without any event; false: there is nothing. */
static bool next_timeout(u64 irq_due, bool more, struct timespec *t)
{
	u64 due = wire_deadline(&wire), now = host_now(NULL), left;

	if (irq_due && (!due || irq_due < due))
		due = irq_due;
	if (more)
		due = now;
	if (!due)
		return false;
	left = due > now ? due - now : 0;
	t->tv_sec = left / 1000000000;
	t->tv_nsec = left % 1000000000;
	return true;
}

static void run(void)
{
	struct timespec t;
	struct fds p;
	sigset_t none;
	bool more;
	u64 due;

	sigemptyset(&none);
	memset(&p, 0, sizeof(p));
	while (!stopped && !control.quit) {
		more = tx_run(nic);
		if (wire.in_len)
			wire_deliver(&wire);
		wire_flush(&wire);
		due = irq_run(nic);
		fds_fill(&p);
		if (ppoll((struct pollfd *)&p, sizeof(p) / sizeof(p.vfu),
			  next_timeout(due, more, &t) ? &t : NULL, &none) < 0)
			continue;
		if (!fds_serve(&p))
			return;
	}
}

static int report(const struct options *o)
{
	FILE *f;

	if (o->report) {
		f = fopen(o->report, "w");
		if (!f)
			must(errno, o->report);
		control_print_stats(&control, f);
		fclose(f);
	}
	if (!nic->dma.faults)
		return 0;
	fprintf(stderr, "nic82599: DMA outside of what was mapped:\n");
	control_print_audit(&control, stderr);
	return EXIT_AUDIT;
}

int main(int argc, char **argv)
{
	struct options o = {
		.mac = { 0x52, 0x54, 0x00, 0x00, 0x00, 0x01 }, .hold_ms = 20,
	};
	sigset_t block;
	int rc;

	parse(&o, argc, argv);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, NULL);
	start(&o);
	run();
	rc = report(&o);
	vfu_disconnect(&vfu);
	nic_free(nic);
	return rc;
}
