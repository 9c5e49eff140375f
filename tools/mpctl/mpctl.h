/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mpctl: bind receive queues of NICs to file descriptors and look at them.
 *
 *   mpctl.c    command line
 *   port.c     /dev/net/mp: open, bind, walk
 *   filter.c   what of a NIC's frames a queue gets
 *   find.c     who holds a port
 *   explain.c  what an error of BIND means on this machine
 *   show.c     text and JSON
 *   run.c      bind, hold, start QEMU
 */
#ifndef MPCTL_H
#define MPCTL_H

#include <linux/mpassthru.h>
#include <stdbool.h>
#include <stddef.h>

/* exit codes, as those of ip(8) */
enum { RC_OK = 0, RC_USAGE = 1, RC_KERNEL = 2 };

#define MP_DEV	"/dev/net/mp"

/* IFACE[:QUEUE[-LAST]] of the command line */
struct target {
	char ifname[MP_IFNAMSIZ];
	unsigned int queue;	/* MP_QUEUE_ALL: not given */
	unsigned int last;	/* @queue if it is only one */
};

/* queues of one run; what QEMU takes at most */
#define MAX_QUEUES	256

struct options {
	bool json;
	bool pretty;
};

void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool target_parse(const char *arg, struct target *t);
void target_name(const struct target *t, char *buf, size_t size);
bool target_matches(const struct target *t, const struct mp_info *info);

/* port.c; fd or 0 or -1 with errno, complaint printed by port_open, port_bind */
int port_open(void);
int port_bind(int fd, const struct target *t, unsigned int queue,
	      unsigned int flags, const struct mp_filter *filter);
bool port_set_up(const char *ifname);
int port_info(int fd, unsigned int index, struct mp_info *info);

/* filter.c */
int filter_parse(struct mp_filter *f, char ***argv);
bool filter_finish(struct mp_filter *f);

/* find.c */
int find_unbind(const struct target *t);

/* explain.c */
void explain_open(int err);
void explain_bind(const struct target *t, unsigned int queue, bool filtered,
		  int err);

/* show.c */
int cmd_show(int argc, char **argv, const struct options *opt);
int cmd_stats(int argc, char **argv, const struct options *opt);

/* run.c */
int cmd_bind(int argc, char **argv, const struct options *opt);
int cmd_unbind(int argc, char **argv, const struct options *opt);
int cmd_run(int argc, char **argv, const struct options *opt);

#endif
