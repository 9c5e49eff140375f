/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One 82599 (or X540) port. Everything is driven from one thread: register
 * accesses, frames from the wire and timers all end before the next begins.
 */
#ifndef NIC82599_NIC_H
#define NIC82599_NIC_H

#include "dma.h"
#include "regs.h"
#include "util.h"

#define NIC_REG_BYTES	0x20000
#define NIC_BAR0_BYTES	0x80000
#define NIC_BAR4_BYTES	0x4000
#define NIC_CFG_BYTES	4096
#define NIC_QUEUES	128
#define NIC_VECTORS	64
#define NIC_RARS	128
#define NIC_FRAME_MAX	15872	/* of the MAC, CRC included: 15.5 KB */
#define NIC_TSO_MAX	(256 * 1024)
#define NIC_EE_WORDS	2048

struct nic;

/* What the model needs from whoever runs it. */
struct nic_host {
	void (*irq)(void *arg, unsigned int vector);
	/* takes the frame in any case; busy says when to stop sending */
	void (*send)(void *arg, const u8 *frame, size_t len);
	bool (*busy)(void *arg);
	u64 (*now)(void *arg);		/* ns, monotonic */
	void *arg;
};

enum nic_model { NIC_82599, NIC_X540 };

/* Bits 16..30 of EICR and its companions are "other", the rest are queues. */
struct irq {
	u64 cause_q, mask_q, automask_q;
	u32 cause_o, mask_o, automask_o;
	u32 autoclear;
	u64 due[NIC_VECTORS];		/* no interrupt before, ns */
	u64 pending;			/* vectors that wait for due */
	u64 fired, lost;
};

/* A frame's headers, all as offsets into it. */
struct pkt {
	u16 etype;
	u16 vlan;		/* TCI */
	bool tagged;
	u8 ip;			/* 4, 6 or 0 */
	u8 proto;		/* of L4; 255: a fragment or cut short */
	bool fragment;
	int l3, l4;
	int payload;		/* behind the last header that is known */
	int l4_len;		/* as the IP header says */
	u16 ptype;		/* PT_* */
};

/* What the receive descriptors will say. */
struct rx_meta {
	unsigned int queue;
	u16 ptype;
	u8 rss_type;
	u32 hash;
	u32 status;
	u16 vlan;
	int split;		/* bytes of header to split off, 0: none */
	bool room;		/* need not wait for descriptors */
	bool drop;		/* a filter sends it to the drop queue */
	bool filters;		/* perfect filters were asked */
	bool interrupt;		/* the one that matched wants one */
};

struct rx_dest {
	unsigned int n;
	u8 pool[64];
};

struct rsc {
	int frames;		/* 0: nothing open */
	int len, hdr, l3, l4;
	u32 next_seq;
	struct rx_meta meta;
	int start[64];		/* where the payload of each frame begins */
	u8 *buf;
};

/* Frames that were received and not yet given to a queue; see pbuf.c. */
struct pbuf {
	u8 *mem;
	size_t head, used;	/* of a ring of bytes */
	u64 frames;
	bool held;		/* its first frame waits for descriptors */
	bool full;		/* the next frame was already counted */
};

struct tx_ctx {
	u32 lens;		/* VLAN, MACLEN, IPLEN */
	u32 type;		/* TUCMD */
	u32 mss;		/* MSS, L4LEN */
};

struct txq {
	struct tx_ctx ctx[2];
	bool pending;
};

#define FDIR_FILTERS 8192
struct fdir_filter {
	bool used;
	u32 hash, sip, dip, port, vlan, cmd;
};

struct fdir {
	struct fdir_filter *filter;
	unsigned int top;	/* no filter is used at or above */
	unsigned int used;
};

/* Frames or interrupts that are still to be spoilt. */
struct faults {
	u32 rx_error;
	u32 bad_length, bad_length_value;
	u32 bad_csum;
	u32 lost_irq;
	u64 late_irq_ns;
	bool tx_hang;
	bool rx_hang;
	u64 injected;
};

/* What the registers do not say. */
struct nic_counters {
	u64 rx_wire, rx_filtered, rx_delivered, rx_held, rx_missed;
	u64 rx_queue_off, rx_no_desc, rx_fdir_drop, rx_disabled, rx_rlpml;
	u64 tx_frames, tx_tso, tx_bad;
	u64 rsc_frames, rsc_merged;
	u64 resets;
};

struct nic {
	enum nic_model model;
	struct nic_host host;
	u32 reg[NIC_REG_BYTES / 4];
	u32 latch[NIC_REG_BYTES / 4];	/* high halves of counters being read */
	u8 cfg[NIC_CFG_BYTES];
	u8 mac[6];
	u16 eeprom[NIC_EE_WORDS];
	u16 mdio[32][65536];
	u16 mdio_addr;
	bool link;
	struct dma dma;
	struct irq irq;
	struct pbuf pbuf;
	struct rsc rsc[NIC_QUEUES];
	u64 rsc_open[2];		/* bit per queue */
	struct txq txq[NIC_QUEUES];
	unsigned int tx_next;		/* whose turn it is */
	bool tx_running;
	struct fdir fdir;
	struct faults faults;
	struct nic_counters count;
};

static inline u32 *nic_reg(struct nic *nic, u32 addr)
{
	return &nic->reg[addr / 4];
}

static inline u32 nic_get(const struct nic *nic, u32 addr)
{
	return nic->reg[addr / 4];
}

static inline u64 nic_get64(const struct nic *nic, u32 lo, u32 hi)
{
	return nic_get(nic, lo) | (u64)nic_get(nic, hi) << 32;
}

static inline u32 rxq_addr(unsigned int q)
{
	return q < 64 ? R_RXQ + q * Q_STRIDE :
			R_RXQ_HI + (q - 64) * Q_STRIDE;
}

static inline u32 txq_addr(unsigned int q)
{
	return R_TXQ + q * Q_STRIDE;
}

/* nic.c */
struct nic *nic_new(enum nic_model model, const u8 mac[6],
		    const struct nic_host *host);
void nic_free(struct nic *nic);
void nic_reset(struct nic *nic);
void nic_dma_update(struct nic *nic);

/* regs.c */
void regs_init(void);
u32 regs_read(struct nic *nic, u32 addr);
void regs_write(struct nic *nic, u32 addr, u32 v);
void regs_print(void);

/* pci.c */
void pci_init(struct nic *nic);
void pci_reset(struct nic *nic);
void pci_cfg_read(struct nic *nic, u32 off, void *buf, u32 len);
void pci_cfg_write(struct nic *nic, u32 off, const void *buf, u32 len);

/* irq.c */
void irq_reset(struct nic *nic);
void irq_queue(struct nic *nic, unsigned int q, bool tx);
void irq_other(struct nic *nic, u32 causes);
u64 irq_run(struct nic *nic);
u32 irq_reg_read(struct nic *nic, u32 addr);
void irq_reg_write(struct nic *nic, u32 addr, u32 v);

/* link.c */
void link_set(struct nic *nic, bool up);
u32 link_reg_read(struct nic *nic, u32 addr);
void link_reg_write(struct nic *nic, u32 addr, u32 v);

/* eeprom.c */
void eeprom_init(struct nic *nic);
void eeprom_reset(struct nic *nic);
u32 eeprom_reg_read(struct nic *nic, u32 addr);
void eeprom_reg_write(struct nic *nic, u32 addr, u32 v);

/* phy.c */
void phy_init(struct nic *nic);
u32 phy_reg_read(struct nic *nic, u32 addr);
void phy_reg_write(struct nic *nic, u32 addr, u32 v);

/* stats.c */
void stats_add(struct nic *nic, u32 addr, u32 n);
void stats_add64(struct nic *nic, u32 lo, u64 n);
void stats_size_bin(struct nic *nic, u32 first, size_t len);
void stats_rx_queue(struct nic *nic, unsigned int q, u32 frames, size_t len);
void stats_rx_drop(struct nic *nic, unsigned int q);
void stats_tx_queue(struct nic *nic, unsigned int q, size_t len);
u32 stats_reg_read(struct nic *nic, u32 addr);
u32 stats_reg_read_lo(struct nic *nic, u32 addr);
u32 stats_reg_read_hi(struct nic *nic, u32 addr);

/* pkt.c */
void pkt_parse(const u8 *f, int len, u16 vlan_type, struct pkt *p);

/* csum.c */
u32 csum_add(const u8 *p, size_t len, u32 sum);
u16 csum_fold(u32 sum);
u32 csum_pseudo(const u8 *f, int l3, u8 ip, u8 proto, u32 len);
u32 csum_crc32c(const u8 *p, size_t len);
u32 csum_verdict(const u8 *f, int len, const struct pkt *p);

/* rss.c */
u32 rss_toeplitz(const u8 *key, const u8 *data, int len);
u8 rss_hash(const struct nic *nic, const u8 *f, const struct pkt *p, u32 *hash);

/* filter.c */
bool filter_l2(const struct nic *nic, const u8 *f, const struct pkt *p);
bool filter_is_broadcast(const u8 *f);
bool filter_hash_table(const struct nic *nic, u32 table, const u8 *mac);
int filter_rar(const struct nic *nic, const u8 *mac);
bool filter_vlan(const struct nic *nic, const struct pkt *p);

/* pool.c */
bool pool_enabled(const struct nic *nic);
void pool_filter(const struct nic *nic, const u8 *f, const struct pkt *p,
		 int from, struct rx_dest *dest);
unsigned int pool_queue(const struct nic *nic, unsigned int pool, u32 index);
int pool_of_txq(const struct nic *nic, unsigned int q);

/* steer.c */
void steer(const struct nic *nic, const u8 *f, int len, const struct pkt *p,
	   int pool, struct rx_meta *m);
void steer_count(struct nic *nic, const struct rx_meta *m);

/* fdir.c */
void fdir_reset(struct nic *nic);
void fdir_free(struct nic *nic);
bool fdir_perfect(const struct nic *nic);
const struct fdir_filter *fdir_match(const struct nic *nic, const u8 *f,
				     int len, const struct pkt *p, int pool);
u32 fdir_reg_read(struct nic *nic, u32 addr);
void fdir_reg_write(struct nic *nic, u32 addr, u32 v);

/* pbuf.c */
bool pbuf_push(struct nic *nic, const u8 *f, size_t len, int from);
u8 *pbuf_peek(struct nic *nic, size_t *len, int *from);
void pbuf_pop(struct nic *nic);
void pbuf_reset(struct nic *nic);

/* rx.c */
bool rx_wire(struct nic *nic, const u8 *f, size_t len);
void rx_missed(struct nic *nic);
void rx_local(struct nic *nic, const u8 *f, size_t len, int from);
void rx_run(struct nic *nic);

/* rxq.c */
bool rxq_enabled(const struct nic *nic, unsigned int q);
bool rxq_drops(const struct nic *nic, unsigned int q);
bool rxq_has_room(const struct nic *nic, unsigned int q, size_t len);
u32 rxq_buffer(const struct nic *nic, unsigned int q);
u32 rxq_free(const struct nic *nic, unsigned int q);
void rxq_deliver(struct nic *nic, const u8 *f, size_t len,
		 const struct rx_meta *m, const struct rsc *rsc);
void rxq_reg_write(struct nic *nic, u32 addr, u32 v);

/* rsc.c */
bool rsc_add(struct nic *nic, const u8 *f, int len, const struct pkt *p,
	     const struct rx_meta *m);
void rsc_flush(struct nic *nic, unsigned int q);
void rsc_flush_all(struct nic *nic);
void rsc_drop(struct nic *nic, unsigned int q);
void rsc_reset(struct nic *nic);

/* txq.c */
void txq_kick(struct nic *nic, unsigned int q);
bool tx_run(struct nic *nic);
void txq_reset(struct nic *nic);
void txq_reg_write(struct nic *nic, u32 addr, u32 v);

/* tso.c */
void tso_send(struct nic *nic, unsigned int q, u8 *f, size_t len, u32 cmd,
	      u32 popts);

/* mac.c */
void mac_send(struct nic *nic, unsigned int q, u8 *f, size_t len);

#endif
