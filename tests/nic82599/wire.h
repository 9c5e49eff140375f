/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wire: a stream of frames, each after its length in 32 bits, big endian,
 * as QEMU's "-netdev stream" and "socket" send it.
 */
#ifndef NIC82599_WIRE_H
#define NIC82599_WIRE_H

#include "nic.h"

#define WIRE_IN		(256 * 1024)
#define WIRE_BACKLOG	(256 * 1024)	/* the wire is busy above */
#define WIRE_FRAME_MAX	(68 * 1024)	/* QEMU's own limit */

enum wire_mode { WIRE_NONE, WIRE_LISTEN, WIRE_CONNECT, WIRE_LOOP };

struct wire {
	struct nic *nic;
	enum wire_mode mode;
	const char *path;
	int listen_fd, fd;
	u64 hold_ns;		/* how long either side is held up */

	u8 in[WIRE_IN];
	size_t in_len;
	bool in_full;		/* the first frame waits for room in the NIC */
	u64 in_since;		/* since when there has been none; 0: there is */
	unsigned int gather;	/* frames that the NIC gets at a time */
	u64 in_first;		/* when the first of them arrived */

	u8 *out;
	size_t out_from, out_len, out_room;
	u64 out_moved;		/* when it last took something */
	u64 sent, received, dropped, padded;
};

int wire_parse(struct wire *w, const char *arg);
int wire_open(struct wire *w);
void wire_accept(struct wire *w);
void wire_send(struct wire *w, const u8 *f, size_t len);
bool wire_busy(struct wire *w);
bool wire_wants_write(const struct wire *w);
bool wire_wants_read(const struct wire *w);
void wire_flush(struct wire *w);
void wire_receive(struct wire *w);
void wire_deliver(struct wire *w);
u64 wire_deadline(const struct wire *w);

#endif
