/* SPDX-License-Identifier: GPL-2.0 */
/* What vhost_net is to be connected with: a descriptor and its settings. */
#ifndef VG_BACKEND_H
#define VG_BACKEND_H

#include <stdbool.h>

#include "util.h"

#define VNET_HDR_LEN 12		/* virtio 1.x, always with num_buffers */

enum backend_kind {
	BACKEND_NONE, BACKEND_TAP, BACKEND_MACVTAP, BACKEND_FD, BACKEND_MP,
};

struct backend_opts {
	enum backend_kind kind;
	const char *name;	/* as given on the command line */
	unsigned int offload;	/* TUN_F_* that the guest accepts */
	int sndbuf;		/* TUNSETSNDBUF, 0: leave it */
	bool posted_only;	/* mp: pin only what is posted */
};

/* Open and set up; exits 2 naming what failed. */
int backend_open(const struct backend_opts *o);
const char *backend_kind_name(enum backend_kind k);
unsigned int backend_parse_offload(const char *arg);
/* The settings which every backend takes through tun's ioctls. */
void backend_set_vnet(int fd, const struct backend_opts *o);
/* /dev/net/mp bound to NETDEV[:QUEUE]. */
int backend_mp_open(const struct backend_opts *o);
/* The same for a descriptor that is open, and back; -1 with errno. */
int backend_mp_bind(int fd, const struct backend_opts *o);
int backend_mp_unbind(int fd);
/* The port's counters; false when @fd is not a bound port. */
bool backend_mp_report(int fd, struct json_object *o);

#endif
