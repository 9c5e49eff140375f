/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Unit tests of the model: a test is a function, a rig is a NIC with memory,
 * a clock, and a wire that records.
 */
#ifndef NIC82599_UNIT_H
#define NIC82599_UNIT_H

#include <stdio.h>

#include "../nic.h"

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

void unit_add(struct unit_test *t);
void unit_check(bool ok, const char *file, int line, const char *what);
void unit_equal(u64 got, u64 want, const char *file, int line,
		const char *what);

#define TEST(fn)							\
	static void fn(void);						\
	static struct unit_test unit_##fn = { #fn, fn, NULL };		\
	__attribute__((constructor)) static void unit_add_##fn(void)	\
	{								\
		unit_add(&unit_##fn);					\
	}								\
	static void fn(void)

#define CHECK(c)	unit_check(c, __FILE__, __LINE__, #c)
#define EQUAL(got, want) \
	unit_equal(got, want, __FILE__, __LINE__, #got " is " #want)

#define RAM_IOVA	0x10000000ull
#define RAM_BYTES	(1024 * 1024)
#define RIG_SENT	256
#define RIG_BUFFER	2048		/* of each receive descriptor */
#define RIG_RING	32

/* where things are in the rig's memory */
#define RX_RING(q)	(RAM_IOVA + (q) * 0x1000)
#define RX_BUF(q, i)	(RAM_IOVA + 0x10000 + ((q) * RIG_RING + (i)) * 2048)
#define RX_HDR(q, i)	(RAM_IOVA + 0xc0000 + ((q) * RIG_RING + (i)) * 256)
#define TX_RING		(RAM_IOVA + 0x8000)
#define TX_BUF		(RAM_IOVA + 0xe0000)

struct sent {
	size_t len;
	u8 data[NIC_FRAME_MAX];
};

struct rig {
	struct nic *nic;
	u8 *ram;
	u64 now;
	bool busy;
	unsigned int irqs[NIC_VECTORS];
	unsigned int sent_n;
	struct sent *sent;
	u32 tx_tail;
};

/* What a driver reads from a receive descriptor. */
struct rxd_seen {
	u32 rss_type, ptype, rsc_count, hdr_len;
	bool sph;
	u32 hash, status, len, vlan;
};

struct rig *rig_new(enum nic_model model);
void rig_free(struct rig *r);
void *rig_mem(struct rig *r, u64 iova);
void rig_rx_queue(struct rig *r, unsigned int q, u32 give);
void rig_rx_give(struct rig *r, unsigned int q, u32 tail);
struct rxd_seen rig_rxd(struct rig *r, unsigned int q, u32 i);
void rig_receive(struct rig *r, const u8 *f, size_t len);
void rig_promisc(struct rig *r);
void rig_tx_queue(struct rig *r);
void rig_tx_context(struct rig *r, u32 lens, u32 type, u32 mss);
void rig_tx_data(struct rig *r, const u8 *f, size_t len, u32 cmd, u32 opts);
void rig_tx_go(struct rig *r);

/* What a test frame is made of; ip 0 makes one without IP. */
struct frame_spec {
	const u8 *dst;		/* NULL: the NIC's own */
	int vlan;		/* -1: none, as 0 */
	u8 ip, proto;
	u32 sip, dip;		/* IPv4; the last 32 bits of IPv6 */
	u16 sport, dport;
	u32 seq;
	u8 tcp_flags;		/* 0: ACK */
	int payload;
};

extern const u8 unit_mac[6];
size_t frame_make(u8 *f, const struct frame_spec *s);
bool frame_csum_ok(const u8 *f, size_t len);

#endif
