/* SPDX-License-Identifier: GPL-2.0 */
/* The program's parts put together. */
#ifndef VG_VGUEST_H
#define VG_VGUEST_H

#include "backend.h"
#include "rx.h"
#include "tx.h"

enum mode { MODE_RX = 1, MODE_TX = 2, MODE_BIDIR = 3, MODE_BAD = 4 };

struct options {
	enum mode mode;
	const char *vhost_path;
	struct backend_opts backend;
	struct mem_opts mem;
	struct ring_opts ring;
	struct rx_opts rx;
	struct tx_opts tx;
	bool log, poll, spin, hold, rx_indirect, tx_indirect;
	uint32_t busyloop_us;
	uint64_t log_interval_ns;
	double seconds, idle_timeout, no_post_for, linger;
	const char *json, *ctl, *ready;
	const char *bad_case;
};

struct guest {
	struct options o;
	struct mem mem;
	struct vhost vhost;
	struct dirty dirty;
	struct rx rx;
	struct tx tx;
	int backend_fd, ctl_fd, epoll_fd;
	void *extra;			/* memory of a region added by ctl */
	uint64_t extra_gpa;
	uint64_t start_ns, last_rx_ns, done_ns;
	uint64_t last_received;
	bool quit;
	bool errs_expected;
	uint64_t bad_rewinds;
};

void options_parse(struct options *o, int argc, char **argv);
void usage(void);

void guest_setup(struct guest *g);
void guest_start(struct guest *g);
/* False when the rings were not left exactly where they should be. */
bool guest_stop(struct guest *g);
/* Make the file of --ready: traffic may come now. */
void guest_say_ready(const struct guest *g);
void guest_teardown(struct guest *g);
void guest_run(struct guest *g);
int guest_report(struct guest *g);

void ctl_open(struct guest *g);
void ctl_serve(struct guest *g);
void ctl_close(struct guest *g);
/* "vguest ctl SOCKET COMMAND...": ask a running vguest. */
int ctl_client(int argc, char **argv);

int bad_run(struct guest *g);
void bad_list(void);

#endif
