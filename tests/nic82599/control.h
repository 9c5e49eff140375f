/* SPDX-License-Identifier: GPL-2.0 */
/* The control socket: one command per line, README says which. */
#ifndef NIC82599_CONTROL_H
#define NIC82599_CONTROL_H

#include <stdio.h>

#include "nic.h"
#include "vfu.h"
#include "wire.h"

#define CONTROL_CLIENTS	8
#define CONTROL_LINE	256

struct control_client {
	int fd;
	size_t len;
	bool skip;		/* the rest of a line that was too long */
	char line[CONTROL_LINE];
};

struct control {
	struct nic *nic;
	struct vfu *vfu;
	struct wire *wire;
	bool surprised;		/* the connection was dropped on request */
	bool quit;
	int listen_fd;
	struct control_client client[CONTROL_CLIENTS];
};

int control_open(struct control *c, const char *path);
void control_accept(struct control *c);
void control_receive(struct control *c, struct control_client *cl);
void control_exec(struct control *c, char *line, FILE *out);
void control_print_stats(const struct control *c, FILE *out);
void control_print_audit(const struct control *c, FILE *out);

#endif
