// SPDX-License-Identifier: GPL-2.0
/* Receive side scaling: which hash and its value. 82599 datasheet 7.1.2.8. */
#include "nic.h"

#define PROTO_TCP	6
#define PROTO_UDP	17
#define KEY_BYTES	40

enum {
	RSS_NONE, RSS_IPV4_TCP, RSS_IPV4, RSS_IPV6_TCP, RSS_IPV6_EX, RSS_IPV6,
	RSS_IPV6_TCP_EX, RSS_IPV4_UDP, RSS_IPV6_UDP, RSS_IPV6_UDP_EX,
};

/* MRQC, "RSS Field Enable" */
#define MRQC_IPV4_TCP	BIT(16)
#define MRQC_IPV4	BIT(17)
#define MRQC_IPV6	BIT(20)
#define MRQC_IPV6_TCP	BIT(21)
#define MRQC_IPV4_UDP	BIT(22)
#define MRQC_IPV6_UDP	BIT(23)

/* @key: 40 bytes; @len: 36 at most, which uses the last bit of the key */
u32 rss_toeplitz(const u8 *key, const u8 *data, int len)
{
	u32 window = get32(key), hash = 0;
	int i, bit;

	for (i = 0; i < len; i++) {
		u8 next = i + 4 < KEY_BYTES ? key[i + 4] : 0;

		for (bit = 7; bit >= 0; bit--) {
			if (data[i] >> bit & 1)
				hash ^= window;
			window = window << 1 | (next >> bit & 1);
		}
	}
	return hash;
}

static u8 rss_type(u32 mrqc, const struct pkt *p)
{
	if (p->ip == 4) {
		if (p->proto == PROTO_TCP && mrqc & MRQC_IPV4_TCP)
			return RSS_IPV4_TCP;
		if (p->proto == PROTO_UDP && mrqc & MRQC_IPV4_UDP)
			return RSS_IPV4_UDP;
		return mrqc & MRQC_IPV4 ? RSS_IPV4 : RSS_NONE;
	}
	if (p->proto == PROTO_TCP && mrqc & MRQC_IPV6_TCP)
		return RSS_IPV6_TCP;
	if (p->proto == PROTO_UDP && mrqc & MRQC_IPV6_UDP)
		return RSS_IPV6_UDP;
	return mrqc & MRQC_IPV6 ? RSS_IPV6 : RSS_NONE;
}

static bool rss_has_ports(u8 type)
{
	return type == RSS_IPV4_TCP || type == RSS_IPV4_UDP ||
	       type == RSS_IPV6_TCP || type == RSS_IPV6_UDP;
}

/*
 * The RSS type as in the descriptor, 0 when the frame has no hash. Whether RSS
 * is on at all is for the caller to know.
 */
u8 rss_hash(const struct nic *nic, const u8 *f, const struct pkt *p, u32 *hash)
{
	u8 key[KEY_BYTES], data[36], type;
	int n;

	*hash = 0;
	if (!p->ip)
		return RSS_NONE;
	type = rss_type(nic_get(nic, R_MRQC), p);
	if (type == RSS_NONE)
		return type;
	memcpy(key, &nic->reg[R_RSSRK / 4], KEY_BYTES);
	n = p->ip == 4 ? 8 : 32;
	memcpy(data, f + p->l3 + (p->ip == 4 ? 12 : 8), n);
	if (rss_has_ports(type)) {
		memcpy(data + n, f + p->l4, 4);
		n += 4;
	}
	*hash = rss_toeplitz(key, data, n);
	return type;
}
