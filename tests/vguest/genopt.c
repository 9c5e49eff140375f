// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "genopt.h"
#include "util.h"

static enum frame_proto parse_proto(const char *arg)
{
	if (!strcmp(arg, "raw"))
		return PROTO_RAW;
	if (!strcmp(arg, "udp4"))
		return PROTO_UDP4;
	if (!strcmp(arg, "tcp4"))
		return PROTO_TCP4;
	die("--proto: '%s' is none of raw, udp4, tcp4", arg);
}

bool genopt_parse(struct frame_spec *s, int c, const char *arg)
{
	switch (c) {
	case GENOPT_SIZES:
		sizes_parse(&s->sizes, arg);
		return true;
	case GENOPT_SEED:
		s->seed = parse_num("--seed", arg, 0, UINT64_MAX);
		return true;
	case GENOPT_STREAM:
		s->stream = parse_num("--stream", arg, 0, 255);
		return true;
	case GENOPT_PROTO:
		s->proto = parse_proto(arg);
		return true;
	case GENOPT_VLAN:
		s->vlan = parse_num("--vlan", arg, 0, 4094);
		return true;
	case GENOPT_FLOWS:
		s->flows = parse_num("--flows", arg, 1, FRAME_FLOWS_MAX);
		return true;
	case GENOPT_DST:
		parse_mac(arg, s->dst);
		return true;
	case GENOPT_SRC:
		parse_mac(arg, s->src);
		return true;
	case GENOPT_BAD_CSUM:
		s->bad_csum_every = parse_num("--bad-csum", arg, 1, 1u << 30);
		return true;
	case GENOPT_SADDR:
		s->saddr = parse_ip4(arg);
		return true;
	case GENOPT_DADDR:
		s->daddr = parse_ip4(arg);
		return true;
	default:
		return false;
	}
}
