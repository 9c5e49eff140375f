// SPDX-License-Identifier: GPL-2.0
/*
 * xskhold: hold an AF_XDP socket on a receive queue, as long as this process
 * lives. It gives the queue no buffers and reads no frames.
 *
 *   xskhold IFNAME QUEUE zerocopy|copy [READY-FILE]
 *
 * Exit: 0 after SIGTERM or SIGINT, 1 usage, 2 refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES		64
#define FRAME_SIZE	4096

static int refused(const char *what)
{
	fprintf(stderr, "xskhold: %s: %s\n", what, strerror(errno));
	return 2;
}

/* Memory for frames, and all rings that an end of it needs. */
static int set_up(int fd)
{
	const int rings[] = { XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING,
			      XDP_RX_RING };
	struct xdp_umem_reg reg = {
		.len = FRAMES * FRAME_SIZE,
		.chunk_size = FRAME_SIZE,
	};
	int n = FRAMES;
	unsigned int i;
	void *mem;

	mem = mmap(NULL, reg.len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (mem == MAP_FAILED)
		return -1;
	reg.addr = (unsigned long)mem;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) < 0)
		return -1;
	for (i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		if (setsockopt(fd, SOL_XDP, rings[i], &n, sizeof(n)) < 0)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_xdp addr = { .sxdp_family = AF_XDP };
	sigset_t set;
	int fd, ready, sig;

	if (argc < 4 || (strcmp(argv[3], "zerocopy") && strcmp(argv[3], "copy"))) {
		fprintf(stderr, "usage: xskhold IFNAME QUEUE zerocopy|copy [READY-FILE]\n");
		return 1;
	}
	addr.sxdp_flags = strcmp(argv[3], "copy") ? XDP_ZEROCOPY : XDP_COPY;
	addr.sxdp_queue_id = strtoul(argv[2], NULL, 10);
	addr.sxdp_ifindex = if_nametoindex(argv[1]);
	if (!addr.sxdp_ifindex)
		return refused(argv[1]);
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fd < 0)
		return refused("socket");
	if (set_up(fd) < 0)
		return refused("setting it up");

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return refused("bind");
	if (argc > 4) {
		ready = open(argv[4], O_CREAT | O_WRONLY, 0600);
		if (ready < 0)
			return refused(argv[4]);
		close(ready);
	}
	sigwait(&set, &sig);
	return 0;
}
