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
#include <poll.h>
#include <signal.h>
#include <stddef.h>

#include "../xdp.h"

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
	map = bpf(BPF_MAP_CREATE, &attr, "making the map");

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (uintptr_t)&queue;
	attr.value = (uintptr_t)&value;
	bpf(BPF_MAP_UPDATE_ELEM, &attr, "filling the map");
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

	return xdp_load(insns, sizeof(insns) / sizeof(insns[0]));
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

/* A socket's rings; all of its memory is in the fill ring. */
static void set_up(int fd, struct ring *fill, struct ring *rx)
{
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	uint64_t i;

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
	struct sigaction action = { .sa_handler = end };
	struct pollfd p = { .events = POLLIN };
	struct ring fill, rx;
	unsigned int ifindex;
	uint64_t frames = 0;
	uint32_t queue;

	if (argc < 3) {
		fprintf(stderr, "usage: xskdrop IFNAME QUEUE [READY-FILE]\n");
		return 1;
	}
	queue = strtoul(argv[2], NULL, 10);
	ifindex = interface(argv[1]);
	p.fd = xsk_socket(FRAMES, FRAME_SIZE, RX_SIZE);
	set_up(p.fd, &fill, &rx);
	xdp_attach(load(socket_map(p.fd, queue)), ifindex, XDP_FLAGS_DRV_MODE);
	xsk_bind(p.fd, ifindex, queue, XDP_ZEROCOPY);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	say_ready(argc > 3 ? argv[3] : NULL);
	while (!over)
		if (poll(&p, 1, -1) > 0)
			frames += drop(&fill, &rx);
	printf("%llu\n", (unsigned long long)frames);
	return 0;
}
