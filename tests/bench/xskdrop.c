// SPDX-License-Identifier: GPL-2.0
/*
 * xskdrop: receive from a NIC's queue through an AF_XDP socket without a copy, and
 * look at no frame: what a ring shared with user space costs at least.
 *
 *   xskdrop IFNAME QUEUE [READY-FILE]
 *
 * Prints the number of frames at the end. Exit: 0 after SIGTERM or SIGINT, 1 usage,
 * 2 refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMES		1024	/* all of them in the fill ring or on the way */
#define FRAME_SIZE	4096
#define RX_SIZE		256	/* as the ring of the bench's guest */

/* One ring shared with the kernel: of addresses, or of descriptors. */
struct ring {
	uint32_t *producer;
	uint32_t *consumer;
	void *entry;
	uint32_t mask;
};

static volatile sig_atomic_t over;

static void end(int sig)
{
	(void)sig;
	over = 1;
}

static int refused(const char *what)
{
	fprintf(stderr, "xskdrop: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int bpf(int cmd, union bpf_attr *attr)
{
	int fd = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return fd < 0 ? refused("bpf") : fd;
}

/* A map with the socket at its queue's place. */
static int socket_map(int xsk, uint32_t queue)
{
	union bpf_attr attr = { 0 };
	uint32_t value = xsk;
	int map;

	attr.map_type = BPF_MAP_TYPE_XSKMAP;
	attr.key_size = sizeof(queue);
	attr.value_size = sizeof(value);
	attr.max_entries = queue + 1;
	map = bpf(BPF_MAP_CREATE, &attr);

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)&queue;
	attr.value = (uintptr_t)&value;
	bpf(BPF_MAP_UPDATE_ELEM, &attr);
	return map;
}

/* return bpf_redirect_map(map, ctx->rx_queue_index, XDP_PASS); */
static int load(int map)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1,
		  .off = offsetof(struct xdp_md, rx_queue_index) },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3,
		  .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (uintptr_t)"GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

/* For as long as this process lives. */
static void attach(int prog, unsigned int ifindex)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = prog;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = XDP_FLAGS_DRV_MODE;
	bpf(BPF_LINK_CREATE, &attr);
}

static void *map_pages(int fd, size_t len, off_t offset)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, flags | MAP_POPULATE,
		       fd, offset);

	if (p == MAP_FAILED)
		refused("mmap");
	return p;
}

static struct ring map_ring(int fd, const struct xdp_ring_offset *off,
			    uint32_t size, size_t entry, off_t where)
{
	char *p = map_pages(fd, off->desc + size * entry, where);

	return (struct ring) {
		.producer = (uint32_t *)(p + off->producer),
		.consumer = (uint32_t *)(p + off->consumer),
		.entry = p + off->desc,
		.mask = size - 1,
	};
}

static void set_option(int fd, int name, const void *value, socklen_t len)
{
	if (setsockopt(fd, SOL_XDP, name, value, len) < 0)
		refused("setting up the socket");
}

/* The socket's memory and rings; all of the memory is in the fill ring. */
static void set_up(int fd, struct ring *fill, struct ring *rx)
{
	struct xdp_umem_reg reg = {
		.len = FRAMES * FRAME_SIZE,
		.chunk_size = FRAME_SIZE,
	};
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	int frames = FRAMES, size = RX_SIZE;
	uint64_t i;

	reg.addr = (uintptr_t)map_pages(-1, reg.len, 0);
	set_option(fd, XDP_UMEM_REG, &reg, sizeof(reg));
	set_option(fd, XDP_UMEM_FILL_RING, &frames, sizeof(frames));
	set_option(fd, XDP_UMEM_COMPLETION_RING, &frames, sizeof(frames));
	set_option(fd, XDP_RX_RING, &size, sizeof(size));
	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len) < 0)
		refused("asking where its rings are");
	*fill = map_ring(fd, &off.fr, FRAMES, sizeof(uint64_t),
			 XDP_UMEM_PGOFF_FILL_RING);
	*rx = map_ring(fd, &off.rx, RX_SIZE, sizeof(struct xdp_desc),
		       XDP_PGOFF_RX_RING);
	for (i = 0; i < FRAMES; i++)
		((uint64_t *)fill->entry)[i] = i * FRAME_SIZE;
	__atomic_store_n(fill->producer, FRAMES, __ATOMIC_RELEASE);
}

/* Give all frames that arrived back to the fill ring; how many there were. */
static uint32_t drop(struct ring *fill, struct ring *rx)
{
	uint32_t last = __atomic_load_n(rx->producer, __ATOMIC_ACQUIRE);
	uint32_t first = *rx->consumer, to = *fill->producer, i;
	const struct xdp_desc *desc = rx->entry;
	uint64_t *addr = fill->entry;

	for (i = first; i != last; i++)
		addr[to++ & fill->mask] = desc[i & rx->mask].addr &
					  ~(uint64_t)(FRAME_SIZE - 1);
	__atomic_store_n(fill->producer, to, __ATOMIC_RELEASE);
	__atomic_store_n(rx->consumer, last, __ATOMIC_RELEASE);
	return last - first;
}

int main(int argc, char **argv)
{
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_ZEROCOPY,
	};
	struct sigaction action = { .sa_handler = end };
	struct pollfd p = { .events = POLLIN };
	struct ring fill, rx;
	uint64_t frames = 0;
	int ready;

	if (argc < 3) {
		fprintf(stderr, "usage: xskdrop IFNAME QUEUE [READY-FILE]\n");
		return 1;
	}
	addr.sxdp_queue_id = strtoul(argv[2], NULL, 10);
	addr.sxdp_ifindex = if_nametoindex(argv[1]);
	if (!addr.sxdp_ifindex)
		refused(argv[1]);
	p.fd = socket(AF_XDP, SOCK_RAW, 0);
	if (p.fd < 0)
		refused("socket");
	set_up(p.fd, &fill, &rx);
	attach(load(socket_map(p.fd, addr.sxdp_queue_id)), addr.sxdp_ifindex);
	if (bind(p.fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		refused("bind");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc > 3) {
		ready = open(argv[3], O_CREAT | O_WRONLY, 0600);
		if (ready < 0)
			refused(argv[3]);
		close(ready);
	}
	while (!over)
		if (poll(&p, 1, -1) > 0)
			frames += drop(&fill, &rx);
	printf("%llu\n", (unsigned long long)frames);
	return 0;
}
