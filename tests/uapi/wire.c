// SPDX-License-Identifier: GPL-2.0
/*
 * A host on the wire made of read() and write(): answers ARP and ping for any
 * address. ping's exit code at the other end is the verdict.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <linux/if_tun.h>
#include <unistd.h>

#include "uapi.h"

#define HDR	12	/* with num_buffers */

static const unsigned char my_mac[6] = { 2, 0x6d, 0x70, 0, 0, 1 };
static unsigned char buf[HDR + 2000];

static unsigned int be16(const unsigned char *p)
{
	return p[0] << 8 | p[1];
}

/* turn the frame around; false if it is not for us */
static bool answer_arp(unsigned char *arp)
{
	unsigned char ip[4];

	if (be16(arp + 6) != 1)
		return false;
	arp[7] = 2;
	memcpy(ip, arp + 24, 4);
	memcpy(arp + 18, arp + 8, 10);
	memcpy(arp + 8, my_mac, 6);
	memcpy(arp + 14, ip, 4);
	return true;
}

static bool answer_ip(unsigned char *ip)
{
	unsigned char *icmp = ip + (ip[0] & 15) * 4, addr[4];
	unsigned int sum;

	if (ip[9] != 1)
		return false;
	memcpy(addr, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, addr, 4);
	if (be16(ip + 6) & 0x1fff)
		return true;	/* a later fragment has no ICMP header */
	if (icmp[0] != 8)
		return false;
	icmp[0] = 0;
	sum = be16(icmp + 2) + 0x800;
	sum = (sum & 0xffff) + (sum >> 16);
	icmp[2] = sum >> 8;
	icmp[3] = sum;
	return true;
}

static bool answer(unsigned char *eth)
{
	bool yes = false;

	if (be16(eth + 12) == 0x806)
		yes = answer_arp(eth + 14);
	else if (be16(eth + 12) == 0x800 && !memcmp(eth, my_mac, 6))
		yes = answer_ip(eth + 14);
	memcpy(eth, eth + 6, 6);
	memcpy(eth + 6, my_mac, 6);
	return yes;
}

static int serve(int fd, int seconds)
{
	time_t end = time(NULL) + seconds;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int answers = 0;
	ssize_t len;

	while (time(NULL) < end) {
		if (poll(&p, 1, 200) < 1)
			continue;
		len = read(fd, buf, sizeof(buf));
		if (len < HDR + 60 - 4)
			continue;
		if (buf[10] != 1 || buf[11])
			printf("# num_buffers %d\n", buf[10] | buf[11] << 8);
		if (!answer(buf + HDR))
			continue;
		memset(buf, 0, HDR);
		if (write(fd, buf, len) == len)
			answers++;
	}
	return answers;
}

/* wire() - answer for @seconds */
void wire(int seconds)
{
	struct mp_stats st = { .size = sizeof(st) };
	int fd = bind_new(), size = HDR, answers;

	if (ioctl(fd, TUNSETVNETHDRSZ, &size))
		die("TUNSETVNETHDRSZ");
	puts("# ready");
	fflush(stdout);
	answers = serve(fd, seconds);
	check(answers > 0, "wire: %d answers", answers);
	check_ok(ioctl(fd, MP_GET_STATS, &st), "wire: GET_STATS");
	check(st.rx_frames >= (unsigned int)answers &&
	      st.detour[MP_DETOUR_STACK] == st.rx_frames &&
	      st.rx_copied_bytes == st.rx_bytes,
	      "wire: counters: %llu frames, %llu bytes, %llu copied",
	      (unsigned long long)st.rx_frames, (unsigned long long)st.rx_bytes,
	      (unsigned long long)st.rx_copied_bytes);
	close(fd);
}
