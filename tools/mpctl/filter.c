// SPDX-License-Identifier: GPL-2.0
/* What of a NIC's frames a queue gets: words of the command line. */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "mpctl.h"

static bool parse_u16(const char *s, uint16_t *v)
{
	unsigned long n;
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	n = strtoul(s, &end, 10);
	if (*end || n > UINT16_MAX)
		return false;
	*v = n;
	return true;
}

static bool parse_dst_mac(struct mp_filter *f, const char *s)
{
	struct ether_addr *mac = ether_aton(s);

	if (mac)
		memcpy(f->dst_mac, mac, sizeof(f->dst_mac));
	return mac && !(f->dst_mac[0] & 1);
}

static bool parse_vlan(struct mp_filter *f, const char *s)
{
	return parse_u16(s, &f->vlan) && f->vlan >= 1 && f->vlan <= 4094;
}

static bool parse_proto(struct mp_filter *f, const char *s)
{
	if (!strcmp(s, "tcp"))
		f->proto = IPPROTO_TCP;
	else if (!strcmp(s, "udp"))
		f->proto = IPPROTO_UDP;
	else if (!strcmp(s, "sctp"))
		f->proto = IPPROTO_SCTP;
	return f->proto;
}

/* both addresses are of one family */
static bool parse_ip(struct mp_filter *f, const char *s, void *ip)
{
	int family = inet_pton(AF_INET, s, ip) == 1 ? 4 :
		     inet_pton(AF_INET6, s, ip) == 1 ? 6 : 0;

	if (!family || (f->family && f->family != family))
		return false;
	f->family = family;
	return true;
}

static bool parse_src_ip(struct mp_filter *f, const char *s)
{
	return parse_ip(f, s, f->src_ip);
}

static bool parse_dst_ip(struct mp_filter *f, const char *s)
{
	return parse_ip(f, s, f->dst_ip);
}

static bool parse_src_port(struct mp_filter *f, const char *s)
{
	return parse_u16(s, &f->src_port);
}

static bool parse_dst_port(struct mp_filter *f, const char *s)
{
	return parse_u16(s, &f->dst_port);
}

static const struct word {
	const char *name;
	unsigned int match;
	bool (*parse)(struct mp_filter *f, const char *s);
	const char *want;
} words[] = {
	{ "dst-mac", MP_MATCH_DST_MAC, parse_dst_mac, "a unicast MAC address" },
	{ "vlan", MP_MATCH_VLAN, parse_vlan, "a VLAN ID, 1..4094" },
	{ "proto", MP_MATCH_PROTO, parse_proto, "tcp, udp or sctp" },
	{ "src-ip", MP_MATCH_SRC_IP, parse_src_ip,
	  "an IP address, of the same family as dst-ip" },
	{ "dst-ip", MP_MATCH_DST_IP, parse_dst_ip,
	  "an IP address, of the same family as src-ip" },
	{ "src-port", MP_MATCH_SRC_PORT, parse_src_port, "a port, 0..65535" },
	{ "dst-port", MP_MATCH_DST_PORT, parse_dst_port, "a port, 0..65535" },
};

/*
 * filter_parse() - take a word of a filter and its value. Returns 1; 0 if the
 * word is none; -1 with a complaint if the value is wrong.
 */
int filter_parse(struct mp_filter *f, char ***argv)
{
	const char *value = **argv ? (*argv)[1] : NULL;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(**argv, words[i].name))
			continue;
		if (!value || !words[i].parse(f, value)) {
			complain("%s wants %s", words[i].name, words[i].want);
			return -1;
		}
		f->match |= words[i].match;
		++*argv;
		return 1;
	}
	return 0;
}

/* filter_finish() - false with a complaint if the words do not go together */
bool filter_finish(struct mp_filter *f)
{
	if (f->match & MP_MATCH_DST_MAC && f->match != MP_MATCH_DST_MAC) {
		complain("dst-mac goes with no other match");
		return false;
	}
	if (f->match & (MP_MATCH_SRC_PORT | MP_MATCH_DST_PORT) &&
	    !(f->match & MP_MATCH_PROTO)) {
		complain("a port wants its protocol: proto tcp, udp or sctp");
		return false;
	}
	return true;
}
