// SPDX-License-Identifier: GPL-2.0
/* Setting up, running and ending one guest. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>

#include "util.h"
#include "vguest.h"

#define BUDGET 256		/* heads per turn of the loop */
#define TICK_MS 100		/* the loop looks at its clocks this often */
#define SPIN_TURNS (1 << 20)	/* --spin: and that often, in turns */

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

static uint64_t wanted_features(const struct options *o)
{
	uint64_t f = FEATURE(VIRTIO_F_VERSION_1);

	if (o->rx.mrg)
		f |= FEATURE(VIRTIO_NET_F_MRG_RXBUF);
	if (o->ring.event_idx)
		f |= FEATURE(VIRTIO_RING_F_EVENT_IDX);
	if (o->ring.in_order)
		f |= FEATURE(VIRTIO_F_IN_ORDER);
	if (o->rx_indirect || o->tx_indirect || o->bad_case)
		f |= FEATURE(VIRTIO_RING_F_INDIRECT_DESC);
	return f;
}

static void setup_rings(struct guest *g)
{
	struct ring_opts ro = g->o.ring;

	ro.indirect = g->o.rx_indirect;
	ro.chain_max = g->o.rx.pool.chain;
	ring_init(&g->vhost.vq[VQ_RX].ring, &g->mem, &ro);
	ro.indirect = g->o.tx_indirect;
	ro.chain_max = g->o.tx.chain;
	ring_init(&g->vhost.vq[VQ_TX].ring, &g->mem, &ro);
	mem_ring_done(&g->mem);
}

void guest_setup(struct guest *g)
{
	struct options *o = &g->o;
	uint64_t start;

	vhost_open(&g->vhost, o->vhost_path);
	g->backend_fd = backend_open(&o->backend);
	mem_create(&g->mem, &o->mem);
	setup_rings(g);
	vhost_set_features(&g->vhost, wanted_features(o));
	if (vhost_set_mem(&g->vhost, &g->mem, 0, NULL, 0))
		die_errno("VHOST_SET_MEM_TABLE");
	g->vhost.busyloop_us = o->busyloop_us;
	vhost_setup_vqs(&g->vhost);
	dirty_init(&g->dirty, &g->vhost, o->log_interval_ns);
	start = g->mem.buf_start;
	start = tx_init(&g->tx, &o->tx, &g->vhost.vq[VQ_TX], &g->mem,
			&g->dirty, start);
	rx_init(&g->rx, &o->rx, &g->vhost.vq[VQ_RX], &g->mem, &g->dirty,
		start);
	if (o->log)
		dirty_on(&g->dirty);
	g->ctl_fd = -1;
	if (o->ctl)
		ctl_open(g);
}

void guest_start(struct guest *g)
{
	if (!g->vhost.running)
		vhost_start(&g->vhost, g->backend_fd);
}

bool guest_stop(struct guest *g)
{
	const struct vhost *v = &g->vhost;
	unsigned int q;
	bool ok;

	if (!v->running)
		return true;
	ok = vhost_stop(&g->vhost);
	for (q = 0; q < VQ_COUNT && !ok; q++)
		if (v->base[q] != v->used[q])
			note("queue %u stopped at base %u, used is %u", q,
			     v->base[q], v->used[q]);
	g->bad_rewinds += !ok;
	return ok;
}

void guest_teardown(struct guest *g)
{
	ctl_close(g);
	vhost_close(&g->vhost);
	close(g->backend_fd);
	dirty_free(&g->dirty);
	rx_free(&g->rx);
	tx_free(&g->tx);
	if (g->extra)
		munmap(g->extra, g->mem.page);
	mem_destroy(&g->mem);
}

void guest_say_ready(const struct guest *g)
{
	int fd;

	if (!g->o.ready)
		return;
	fd = open(g->o.ready, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		die_errno("cannot make %s", g->o.ready);
	close(fd);
}

static bool sending(const struct guest *g)
{
	return g->o.mode & MODE_TX;
}

static bool receiving(const struct guest *g)
{
	return g->o.mode & MODE_RX;
}

/* One turn: returns how much there was to do. */
static unsigned int work(struct guest *g)
{
	unsigned int n = 0;

	if (receiving(g)) {
		n += rx_drain(&g->rx, BUDGET);
		rx_post(&g->rx, g->vhost.running);
	}
	n += tx_reap(&g->tx);
	if (sending(g) && g->vhost.running && !g->o.hold)
		n += tx_fill(&g->tx, BUDGET);
	return n;
}

/* Has everything that was asked for happened? */
static bool complete(const struct guest *g)
{
	if (receiving(g) && (!g->o.rx.expected ||
			     g->rx.track.received < g->o.rx.expected))
		return false;
	if (sending(g) && (!tx_done_queueing(&g->tx) ||
			   g->tx.frames != g->tx.completed))
		return false;
	return true;
}

static void watch_clock(struct guest *g)
{
	uint64_t now = now_ns(), idle = seconds_to_ns(g->o.idle_timeout);
	uint64_t progress = g->rx.track.received + g->rx.st.corrupt +
			    g->tx.completed;

	if (progress != g->last_received || !g->vhost.running ||
	    g->rx.paused || g->o.hold) {
		g->last_received = progress;
		g->last_rx_ns = now;
	}
	if (interrupted)
		g->quit = true;
	if (g->o.seconds && now - g->start_ns > seconds_to_ns(g->o.seconds))
		g->quit = true;
	if (idle && now - g->last_rx_ns > idle)
		g->quit = true;
	if (g->o.no_post_for &&
	    now - g->start_ns > seconds_to_ns(g->o.no_post_for)) {
		g->o.no_post_for = 0;
		g->rx.paused = false;
	}
	if (!complete(g))
		g->done_ns = 0;
	else if (!g->done_ns)
		g->done_ns = now;
	if (g->done_ns && now - g->done_ns >= seconds_to_ns(g->o.linger))
		g->quit = true;
	dirty_tick(&g->dirty, false);
}

static int sleep_ms(const struct guest *g)
{
	uint64_t ns;

	if (!sending(g) || g->o.hold || tx_done_queueing(&g->tx) ||
	    !g->tx.nfree)
		return TICK_MS;
	ns = pace_delay(&g->tx.pace);
	if (g->tx.window.counter && ns < 200000)
		ns = 200000;	/* the counter makes no event */
	return ns / 1000000 < TICK_MS ? (int)((ns + 999999) / 1000000) :
					TICK_MS;
}

static bool enable_calls(struct guest *g)
{
	bool there = ring_enable_call(&g->vhost.vq[VQ_RX].ring);

	return ring_enable_call(&g->vhost.vq[VQ_TX].ring) || there;
}

static void disable_calls(struct guest *g)
{
	ring_disable_call(&g->vhost.vq[VQ_RX].ring);
	ring_disable_call(&g->vhost.vq[VQ_TX].ring);
}

static void watch_fd(struct guest *g, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };

	if (fd >= 0 && epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, fd, &e))
		die_errno("epoll_ctl");
}

/*
 * Edges of the eventfds are enough: how often they were written to is read from
 * them at the end. So a call costs one system call, not one for each descriptor.
 */
static void watch_events(struct guest *g)
{
	unsigned int q;

	g->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (g->epoll_fd < 0)
		die_errno("epoll_create1");
	for (q = 0; q < VQ_COUNT; q++) {
		watch_fd(g, g->vhost.vq[q].call_fd, EPOLLIN | EPOLLET);
		watch_fd(g, g->vhost.vq[q].err_fd, EPOLLIN | EPOLLET);
	}
	watch_fd(g, g->ctl_fd, EPOLLIN);
}

static void wait_for_events(struct guest *g)
{
	struct epoll_event e = { .data.fd = -1 };
	int ms = g->o.poll ? 0 : sleep_ms(g);

	if (!g->o.poll && enable_calls(g))
		ms = 0;
	if (epoll_wait(g->epoll_fd, &e, 1, ms) < 0 && errno != EINTR)
		die_errno("epoll_wait");
	if (e.data.fd >= 0 && e.data.fd == g->ctl_fd)
		ctl_serve(g);
	disable_calls(g);
}

/*
 * As a guest's CPU that never sleeps: the host's kernel has nothing to do with
 * it but for what the guest tells the device. It must not take the CPU from
 * others, who have but one when instructions are counted.
 */
static void spin_start(struct guest *g)
{
	struct sched_param p = { 0 };

	disable_calls(g);
	if (sched_setscheduler(0, SCHED_IDLE, &p))
		die_errno("SCHED_IDLE");
}

static void spin(struct guest *g)
{
	unsigned int turn;

	while (!interrupted && !g->quit) {
		for (turn = 0; turn < SPIN_TURNS && !interrupted; turn++) {
			if (work(g))
				disable_calls(g);
		}
		watch_clock(g);
	}
	g->quit = true;
}

static void finish(struct guest *g)
{
	guest_stop(g);
	vhost_collect_events(&g->vhost);
	while (rx_drain(&g->rx, BUDGET) + tx_reap(&g->tx))
		;
	dirty_off(&g->dirty);
	rx_scan(&g->rx);
	close(g->epoll_fd);
}

void guest_run(struct guest *g)
{
	unsigned int busy = 0;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	watch_events(g);
	g->start_ns = now_ns();
	g->last_rx_ns = g->start_ns;
	g->rx.paused = g->o.no_post_for > 0;
	if (receiving(g))
		rx_post(&g->rx, false);
	guest_start(g);
	guest_say_ready(g);
	if (g->o.spin) {
		spin_start(g);
		spin(g);
	}
	while (!g->quit) {
		busy = work(g) ? busy + 1 : 0;
		if (!busy || busy % 16 == 0 || g->o.poll) {
			watch_clock(g);
			if (!busy)
				wait_for_events(g);
			else if (g->ctl_fd >= 0)
				ctl_serve(g);
		}
	}
	finish(g);
}
