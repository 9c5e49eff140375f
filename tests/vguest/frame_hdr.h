/* SPDX-License-Identifier: GPL-2.0 */
/* What builder and checker of test frames share: offsets, big-endian access. */
#ifndef VG_FRAME_HDR_H
#define VG_FRAME_HDR_H

#include <stdint.h>

#define ETH_LEN 14
#define VLAN_LEN 4
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IP4 0x0800
#define IP4_LEN 20
#define UDP_LEN 8
#define TCP_LEN 20
#define IPPROTO_TCP_ 6
#define IPPROTO_UDP_ 17
#define UDP_CSUM_OFF 6
#define TCP_CSUM_OFF 16

#define RECORD_MAGIC 0x6d70
#define RECORD_BAD_CSUM 0x01	/* flag: checksum of this frame is wrong */

/* Fields of a record's header. */
struct record {
	uint8_t stream, flags;
	uint16_t len;
	uint32_t addr_hash;
	uint64_t seq;
};

static inline uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static inline void put64(uint8_t *p, uint64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v);
}

uint64_t record_key(const struct record *r, uint64_t seed);
/* Hash of MAC addresses, VLAN tag, type, IP addresses and ports. */
uint32_t frame_addr_hash(const uint8_t *buf, uint32_t l3, uint32_t l4);

#endif
