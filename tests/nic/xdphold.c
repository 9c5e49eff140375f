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
#include <signal.h>

#include "../xdp.h"

/* return verdict; */
static int load(int verdict)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return xdp_load(insns, sizeof(insns) / sizeof(insns[0]));
}

int main(int argc, char **argv)
{
	unsigned int flags = 0, ifindex;
	sigset_t set;
	int prog, sig;

	if (argc < 3 || (strcmp(argv[2], "pass") && strcmp(argv[2], "drop"))) {
		fprintf(stderr, "usage: xdphold IFNAME pass|drop [native|generic] [READY-FILE]\n");
		return 1;
	}
	if (argc > 3 && !strcmp(argv[3], "native"))
		flags = XDP_FLAGS_DRV_MODE;
	else if (argc > 3 && !strcmp(argv[3], "generic"))
		flags = XDP_FLAGS_SKB_MODE;
	ifindex = interface(argv[1]);
	prog = load(strcmp(argv[2], "pass") ? XDP_DROP : XDP_PASS);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	xdp_attach(prog, ifindex, flags);
	say_ready(argc > 4 ? argv[4] : NULL);
	sigwait(&set, &sig);
	return 0;
}
