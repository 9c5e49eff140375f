// SPDX-License-Identifier: GPL-2.0
/* Internet checksums and CRC32c. 82599 datasheet 7.1.11 and 7.2.5. */
#include "nic.h"

#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_SCTP	132

u32 csum_add(const u8 *p, size_t len, u32 sum)
{
	for (; len > 1; len -= 2, p += 2)
		sum += get16(p);
	if (len)
		sum += p[0] << 8;
	return sum;
}

u16 csum_fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

u32 csum_pseudo(const u8 *f, int l3, u8 ip, u8 proto, u32 len)
{
	u32 sum = proto + (len >> 16) + (len & 0xffff);

	if (ip == 4)
		return csum_add(f + l3 + 12, 8, sum);
	return csum_add(f + l3 + 8, 32, sum);
}

static u32 csum_crc_byte(u32 crc, u8 b)
{
	static u32 table[256];
	u32 i, c;
	int k;

	if (!table[1]) {
		for (i = 0; i < 256; i++) {
			for (c = i, k = 0; k < 8; k++)
				c = c & 1 ? 0x82f63b78 ^ c >> 1 : c >> 1;
			table[i] = c;
		}
	}
	return table[(crc ^ b) & 255] ^ crc >> 8;
}

u32 csum_crc32c(const u8 *p, size_t len)
{
	u32 crc = ~0u;

	while (len--)
		crc = csum_crc_byte(crc, *p++);
	return ~crc;
}

/* SCTP's checksum is of the packet with four zeroes in its place. */
static bool csum_sctp_ok(const u8 *l4, int len)
{
	u32 crc = ~0u, want;
	int i;

	for (i = 0; i < len; i++)
		crc = csum_crc_byte(crc, i >= 8 && i < 12 ? 0 : l4[i]);
	memcpy(&want, l4 + 8, 4);
	return ~crc == want;
}

static u32 csum_l4_verdict(const u8 *f, int len, const struct pkt *p)
{
	const u8 *l4 = f + p->l4;
	u32 sum;

	if (p->l4 + p->l4_len > len)
		return 0;
	if (p->proto == PROTO_SCTP && p->l4_len >= 12)
		return csum_sctp_ok(l4, p->l4_len) ? RXD_L4I :
						     RXD_L4I | RXD_TCPE;
	if (p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return 0;
	if (p->l4_len < (p->proto == PROTO_TCP ? 20 : 8))
		return 0;
	/* a UDP checksum of zero is none */
	if (p->proto == PROTO_UDP && !get16(l4 + 6))
		return 0;
	sum = csum_pseudo(f, p->l3, p->ip, p->proto, p->l4_len);
	sum = csum_add(l4, p->l4_len, sum);
	return csum_fold(sum) ? RXD_L4I | RXD_TCPE : RXD_L4I;
}

/* Status and error bits of a received frame's checksums. */
u32 csum_verdict(const u8 *f, int len, const struct pkt *p)
{
	u32 status = 0;

	if (!p->ip)
		return 0;
	if (p->ip == 4) {
		status |= RXD_IPCS;
		if (csum_fold(csum_add(f + p->l3, p->l4 - p->l3, 0)))
			status |= RXD_IPE;
	}
	return status | csum_l4_verdict(f, len, p);
}
