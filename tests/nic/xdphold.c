// SPDX-License-Identifier: GPL-2.0
/*
 * xdphold: hold an XDP program of two instructions on an interface, as long as
 * this process lives.
 *
 *   xdphold IFNAME pass|drop [native|generic] [READY-FILE]
 *
 * Without native or generic the kernel chooses. Exit: 0 after SIGTERM or SIGINT,
 * 1 usage, 2 refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* return verdict; */
static int load(int verdict)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(insns[0]);
	attr.license = (unsigned long)"GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach(int prog, unsigned int ifindex, unsigned int flags)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = prog;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = flags;
	return bpf(BPF_LINK_CREATE, &attr);
}

static int refused(const char *what)
{
	fprintf(stderr, "xdphold: %s: %s\n", what, strerror(errno));
	return 2;
}

int main(int argc, char **argv)
{
	unsigned int flags = 0, ifindex;
	sigset_t set;
	int prog, fd, sig;

	if (argc < 3 || (strcmp(argv[2], "pass") && strcmp(argv[2], "drop"))) {
		fprintf(stderr, "usage: xdphold IFNAME pass|drop [native|generic] [READY-FILE]\n");
		return 1;
	}
	if (argc > 3 && !strcmp(argv[3], "native"))
		flags = XDP_FLAGS_DRV_MODE;
	else if (argc > 3 && !strcmp(argv[3], "generic"))
		flags = XDP_FLAGS_SKB_MODE;
	ifindex = if_nametoindex(argv[1]);
	if (!ifindex)
		return refused(argv[1]);
	prog = load(strcmp(argv[2], "pass") ? XDP_DROP : XDP_PASS);
	if (prog < 0)
		return refused("loading the program");

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (attach(prog, ifindex, flags) < 0)
		return refused("attaching");
	if (argc > 4) {
		fd = open(argv[4], O_CREAT | O_WRONLY, 0600);
		if (fd < 0)
			return refused(argv[4]);
		close(fd);
	}
	sigwait(&set, &sig);
	return 0;
}
