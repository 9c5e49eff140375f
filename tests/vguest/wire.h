/* SPDX-License-Identifier: GPL-2.0 */
/* An AF_PACKET socket on one interface, many frames per system call. */
#ifndef VG_WIRE_H
#define VG_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#define WIRE_BATCH 32
#define WIRE_ROOM (FRAME_MAX + 1)

struct wire {
	int fd;
	unsigned int ifindex;
	const char *ifname;
	uint64_t retries;	/* sends that the interface refused at first */
	uint64_t drops;		/* frames that the socket had no room for */
};

void wire_open(struct wire *w, const char *ifname, bool receive);
void wire_close(struct wire *w);
void wire_mac(const struct wire *w, uint8_t mac[6]);
/* Wait for the carrier; false when there is none in @seconds. */
bool wire_wait_carrier(const struct wire *w, double seconds);
/* Send all @n frames, however often it has to be tried; exits 2 if stuck. */
void wire_send(struct wire *w, uint8_t *const *frame, const uint32_t *len,
	       unsigned int n);

struct wire_frame {
	uint8_t *data;
	uint32_t len;
	bool partial;		/* the layer 4 checksum is still to be done */
};

/*
 * Receive up to WIRE_BATCH frames, waiting at most @ms. A VLAN tag that the
 * kernel took out is put back. The data is valid until the next call.
 */
unsigned int wire_recv(struct wire *w, struct wire_frame *f, int ms);
void wire_count_drops(struct wire *w);

#endif
