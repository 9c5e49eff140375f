// SPDX-License-Identifier: GPL-2.0
/*
 * xskhold: hold an AF_XDP socket on a receive queue, as long as this process
 * lives. It gives the queue no buffers and reads no frames.
 *
 *   xskhold IFNAME QUEUE zerocopy|copy [READY-FILE]
 *
 * Exit: 0 after SIGTERM or SIGINT, 1 usage, 2 refused.
 */
#include <signal.h>

#include "../xdp.h"

#define FRAMES		64
#define FRAME_SIZE	4096

int main(int argc, char **argv)
{
	unsigned int ifindex;
	sigset_t set;
	int fd, sig;

	if (argc < 4 || (strcmp(argv[3], "zerocopy") && strcmp(argv[3], "copy"))) {
		fprintf(stderr, "usage: xskhold IFNAME QUEUE zerocopy|copy [READY-FILE]\n");
		return 1;
	}
	ifindex = interface(argv[1]);
	fd = xsk_socket(FRAMES, FRAME_SIZE, FRAMES);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	xsk_bind(fd, ifindex, strtoul(argv[2], NULL, 10),
		 strcmp(argv[3], "copy") ? XDP_ZEROCOPY : XDP_COPY);
	say_ready(argc > 4 ? argv[4] : NULL);
	sigwait(&set, &sig);
	return 0;
}
