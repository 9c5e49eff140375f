/* SPDX-License-Identifier: GPL-2.0 */
/* Command line options which describe test frames, for both programs. */
#ifndef VG_GENOPT_H
#define VG_GENOPT_H

#include <getopt.h>
#include <stdbool.h>

#include "frame.h"

enum genopt {
	GENOPT_SIZES = 1000, GENOPT_SEED, GENOPT_STREAM, GENOPT_PROTO,
	GENOPT_VLAN, GENOPT_FLOWS, GENOPT_DST, GENOPT_SRC, GENOPT_BAD_CSUM,
	GENOPT_SADDR, GENOPT_DADDR,
};

#define GENOPT_TABLE						\
	{ "sizes", required_argument, NULL, GENOPT_SIZES },	\
	{ "seed", required_argument, NULL, GENOPT_SEED },	\
	{ "stream", required_argument, NULL, GENOPT_STREAM },	\
	{ "proto", required_argument, NULL, GENOPT_PROTO },	\
	{ "vlan", required_argument, NULL, GENOPT_VLAN },	\
	{ "flows", required_argument, NULL, GENOPT_FLOWS },	\
	{ "dst", required_argument, NULL, GENOPT_DST },		\
	{ "src", required_argument, NULL, GENOPT_SRC },		\
	{ "bad-csum", required_argument, NULL, GENOPT_BAD_CSUM }, \
	{ "saddr", required_argument, NULL, GENOPT_SADDR },	\
	{ "daddr", required_argument, NULL, GENOPT_DADDR }

#define GENOPT_USAGE						\
"  --dst MAC --src MAC      Ethernet addresses\n"		\
"  --sizes A..B|LIST        frame sizes without FCS (60..1514)\n" \
"  --proto raw|udp4|tcp4    ethertype 0x88B5, or IPv4 (raw)\n"	\
"  --vlan ID                802.1Q tag; its 4 bytes count in the size\n" \
"  --flows N                source ports of udp4/tcp4 (1)\n"	\
"  --saddr IP --daddr IP    of udp4/tcp4 (10.77.0.1, 10.77.0.2)\n" \
"  --bad-csum N             every Nth UDP/TCP checksum is wrong\n" \
"  --seed S --stream ID     contents; 0..255 tells streams apart (1, 1)\n"

/* Take option @c; false when it is not one of these. */
bool genopt_parse(struct frame_spec *s, int c, const char *arg);

#endif
