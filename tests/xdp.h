/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What small programs need that hold an XDP program or an AF_XDP socket, for as
 * long as they live: xdphold and xskhold of the per-NIC suite, xskdrop of the
 * bench. Whatever is refused ends them with status 2.
 */
#ifndef TESTS_XDP_H
#define TESTS_XDP_H

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void __attribute__((noreturn)) refused(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(errno));
	exit(2);
}

static inline unsigned int interface(const char *name)
{
	unsigned int ifindex = if_nametoindex(name);

	if (!ifindex)
		refused(name);
	return ifindex;
}

/* The file that says so to whoever waits; none if @path is NULL. */
static inline void say_ready(const char *path)
{
	int fd;

	if (!path)
		return;
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		refused(path);
	close(fd);
}

/* --- XDP programs --- */

static inline int bpf(int cmd, union bpf_attr *attr, const char *what)
{
	int fd = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	if (fd < 0)
		refused(what);
	return fd;
}

static inline int xdp_load(const struct bpf_insn *insns, unsigned int n)
{
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	return bpf(BPF_PROG_LOAD, &attr, "loading the program");
}

/* @flags: XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE or 0 */
static inline void xdp_attach(int prog, unsigned int ifindex,
			      unsigned int flags)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = prog;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = flags;
	bpf(BPF_LINK_CREATE, &attr, "attaching");
}

/* --- AF_XDP sockets --- */

/* @fd: of a socket's ring, or -1 for memory */
static inline void *map_pages(int fd, size_t len, off_t offset)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, flags | MAP_POPULATE,
		       fd, offset);

	if (p == MAP_FAILED)
		refused("mmap");
	return p;
}

static inline void xsk_option(int fd, int name, const void *value,
			      socklen_t len)
{
	if (setsockopt(fd, SOL_XDP, name, value, len) < 0)
		refused("setting up the socket");
}

/* A socket with memory for @frames, and rings of @frames and @rx entries. */
static inline int xsk_socket(unsigned int frames, unsigned int frame_size,
			     unsigned int rx)
{
	struct xdp_umem_reg reg = {
		.len = (uint64_t)frames * frame_size,
		.chunk_size = frame_size,
	};
	int fd = socket(AF_XDP, SOCK_RAW, 0);

	if (fd < 0)
		refused("socket");
	reg.addr = (uintptr_t)map_pages(-1, reg.len, 0);
	xsk_option(fd, XDP_UMEM_REG, &reg, sizeof(reg));
	xsk_option(fd, XDP_UMEM_FILL_RING, &frames, sizeof(frames));
	xsk_option(fd, XDP_UMEM_COMPLETION_RING, &frames, sizeof(frames));
	xsk_option(fd, XDP_RX_RING, &rx, sizeof(rx));
	return fd;
}

/* @flags: XDP_ZEROCOPY or XDP_COPY */
static inline void xsk_bind(int fd, unsigned int ifindex, unsigned int queue,
			    unsigned int flags)
{
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = flags,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
	};

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		refused("bind");
}

#endif /* TESTS_XDP_H */
