// SPDX-License-Identifier: GPL-2.0
/* What the MAC sees of a frame's headers. 82599 datasheet 7.1.6.2. */
#include "nic.h"

#define ETH_HDR		14
#define ETYPE_IPV4	0x0800
#define ETYPE_IPV6	0x86DD
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_SCTP	132
#define PROTO_FRAGMENT	44
#define PROTO_NONE	255

static bool pkt_ipv4(const u8 *f, int len, struct pkt *p)
{
	const u8 *ip = f + p->l3;
	int hdr;

	if (len < p->l3 + 20 || ip[0] >> 4 != 4)
		return false;
	hdr = (ip[0] & 15) * 4;
	if (hdr < 20 || len < p->l3 + hdr)
		return false;
	p->ip = 4;
	p->proto = ip[9];
	p->fragment = get16(ip + 6) & 0x3fff;
	p->l4 = p->l3 + hdr;
	p->l4_len = get16(ip + 2) - hdr;
	p->ptype = hdr > 20 ? PT_IPV4E : PT_IPV4;
	return true;
}

static bool pkt_is_extension(u8 proto)
{
	return proto == 0 || proto == 43 || proto == 60;
}

static bool pkt_ipv6(const u8 *f, int len, struct pkt *p)
{
	const u8 *ip = f + p->l3;

	if (len < p->l3 + 40 || ip[0] >> 4 != 6)
		return false;
	p->ip = 6;
	p->proto = ip[6];
	p->l4 = p->l3 + 40;
	p->l4_len = get16(ip + 4);
	p->ptype = PT_IPV6;
	while (pkt_is_extension(p->proto) && p->l4 + 8 <= len) {
		int n = (f[p->l4 + 1] + 1) * 8;

		p->ptype = PT_IPV6E;
		p->proto = f[p->l4];
		p->l4 += n;
		p->l4_len -= n;
	}
	if (p->proto == PROTO_FRAGMENT) {
		p->ptype = PT_IPV6E;
		p->fragment = true;
	}
	return true;
}

static void pkt_l4(const u8 *f, int len, struct pkt *p)
{
	int room = len - p->l4, hdr = 0;

	if (p->fragment || p->l4_len < 0 || room < 0) {
		p->proto = PROTO_NONE;
		return;
	}
	if (p->proto == PROTO_TCP && room >= 20) {
		p->ptype |= PT_TCP;
		hdr = (f[p->l4 + 12] >> 4) * 4;
		if (hdr < 20 || hdr > room)
			hdr = 20;
	} else if (p->proto == PROTO_UDP && room >= 8) {
		p->ptype |= PT_UDP;
		hdr = 8;
	} else if (p->proto == PROTO_SCTP && room >= 12) {
		p->ptype |= PT_SCTP;
		hdr = 12;
	} else {
		p->proto = PROTO_NONE;
	}
	p->payload = p->l4 + hdr;
}

void pkt_parse(const u8 *f, int len, u16 vlan_type, struct pkt *p)
{
	bool ip = false;

	memset(p, 0, sizeof(*p));
	p->proto = PROTO_NONE;
	if (len < ETH_HDR)
		return;
	p->etype = get16(f + 12);
	p->l3 = ETH_HDR;
	if (p->etype == vlan_type && len >= ETH_HDR + 4) {
		p->tagged = true;
		p->vlan = get16(f + 14);
		p->etype = get16(f + 16);
		p->l3 += 4;
	}
	p->payload = p->l3;
	if (p->etype == ETYPE_IPV4)
		ip = pkt_ipv4(f, len, p);
	else if (p->etype == ETYPE_IPV6)
		ip = pkt_ipv6(f, len, p);
	if (!ip) {
		p->ip = 0;
		return;
	}
	p->payload = p->l4 <= len ? p->l4 : len;
	pkt_l4(f, len, p);
}
