// SPDX-License-Identifier: GPL-2.0
/*
 * A small fuzzer of its own: inputs are made of plausible records by a fixed
 * random sequence, then mutated. fuzz_main [ITERATIONS [SEED]], or files.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../regs.h"
#include "fuzz.h"

#define INPUT_MAX 8192

static u64 state;

static u32 rnd(u32 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

struct input {
	size_t len;
	u8 data[INPUT_MAX];
};

static void add(struct input *in, int kind, const void *body, size_t len)
{
	u8 *p = in->data + in->len;

	if (in->len + 3 + len > INPUT_MAX)
		return;
	p[0] = kind;
	p[1] = len;
	p[2] = len >> 8;
	memcpy(p + 3, body, len);
	in->len += 3 + len;
}

static void add_register(struct input *in, u32 addr, u32 v)
{
	u32 w[2] = { addr, v };

	add(in, FUZZ_REGISTER, w, 8);
}

/* A ring at @base whose descriptors and buffers lie in the first 256 KiB. */
static void add_ring(struct input *in, u32 a, u32 base)
{
	add_register(in, a, base);
	add_register(in, a + 8, 1024);
	add_register(in, a + 0x14, rnd(32) | rnd(64) << 8 | rnd(8) << 25);
	add_register(in, a + 0x2c, rnd(16));
	add_register(in, a + 0x28, DCTL_ENABLE | rnd(2) << 30 | rnd(65536));
}

static void add_descriptors(struct input *in, u32 base, bool tx)
{
	u32 w[1 + 16 * 4];
	int i;

	w[0] = base;
	for (i = 0; i < 16; i++) {
		u32 *d = w + 1 + i * 4;

		d[0] = rnd(0x40000);
		d[1] = 0;
		d[2] = tx ? rnd(2000) | (2 + rnd(2)) << 20 | rnd(256) << 24 |
			    TXD_DEXT : rnd(0x40000);
		d[3] = tx ? rnd(2) ? rnd(65536) : rnd(0x7fffffff) : 0;
		if (tx && field(d[2], 20, 4) == TXD_DTYP_CTX)
			d[0] = rnd(64) | 14 << 9 | rnd(65536) << 16;
	}
	add(in, FUZZ_MEMORY, w, sizeof(w));
}

static void add_frame(struct input *in)
{
	u8 f[2000];
	size_t len = 14 + rnd(1600), i;

	for (i = 0; i < len; i++)
		f[i] = rnd(4) ? 0 : rnd(256);
	memcpy(f, "\x52\x54\0\0\0\1", 6);
	if (rnd(4) && len > 60) {
		memcpy(f + 12, rnd(3) ? "\x08\0\x45\0\2\0\0\0\0\0\x40\6"
				      : "\x86\xdd\x60\0\0\0\1\0\6\x40\0\0", 12);
		f[46] = 0x50;
		f[47] = 0x10;
	}
	add(in, FUZZ_FRAME, f, len);
}

static void add_message(struct input *in)
{
	u32 w[12];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(w); i++)
		w[i] = rnd(3) ? rnd(64) : rnd(0xffffffff);
	((u8 *)w)[0] = rnd(15);
	((u8 *)w)[1] = rnd(2) ? 0 : 0x10;
	add(in, FUZZ_MESSAGE, w, 4 + rnd(sizeof(w) - 3));
}

static void add_command(struct input *in)
{
	static const char *const c[] = {
		"stats", "link down", "link up", "fault rx-error 3",
		"fault bad-length 2", "fault late-irq 10", "audit",
		"fault tx-hang on", "fault none", "reg 0x5080 0xffffffff",
	};
	const char *s = c[rnd(ARRAY_SIZE(c))];

	add(in, FUZZ_COMMAND, s, strlen(s));
}

static void make(struct input *in)
{
	static const u32 control[] = {
		R_MRQC, R_VT_CTL, R_RXCSUM, R_HLREG0, R_MAXFRS, R_PSRTYPE,
		R_FDIRCTRL, R_FDIRM, R_FDIRCMD, R_RXPBSIZE, R_ETQF, R_ETQS,
		R_VLNCTRL, R_PFDTXGSWC, R_PFVFRE, R_PFVML2FLT, R_MPSAR,
		R_IVAR, R_EIMS, R_CTRL, R_EITR, R_GPIE,
	};
	int n = 4 + rnd(30);

	in->len = 0;
	add_ring(in, R_RXQ, 0x1000);
	add_descriptors(in, 0x1000, false);
	add_ring(in, R_TXQ, 0x2000);
	add_descriptors(in, 0x2000, true);
	add_register(in, R_RXQ + 0x18, 1 + rnd(16));
	while (n--) {
		switch (rnd(8)) {
		case 0:
			add_message(in);
			break;
		case 1:
			add_register(in, R_TXQ + 0x18, rnd(17));
			break;
		case 2:
			add_register(in, control[rnd(ARRAY_SIZE(control))],
				     rnd(0xffffffff));
			break;
		case 3:
			add_register(in, rnd(0x8000) * 4, rnd(0xffffffff));
			break;
		case 4:
			add_command(in);
			break;
		case 5:
			add(in, FUZZ_TIME, "", 0);
			break;
		default:
			add_frame(in);
		}
	}
}

static void mutate(struct input *in)
{
	int n = rnd(8);

	while (n--)
		in->data[rnd(in->len)] ^= 1 << rnd(8);
	if (!rnd(8))
		in->len = rnd(in->len) + 1;
}

static int run_file(const char *path)
{
	static struct input in;
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		return 1;
	}
	in.len = fread(in.data, 1, sizeof(in.data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(in.data, in.len);
	return 0;
}

int main(int argc, char **argv)
{
	static struct input in;
	unsigned long i, n = 20000;
	char *end = "";

	if (argc > 1)
		n = strtoul(argv[1], &end, 0);
	if (*end)
		return run_file(argv[1]);
	state = argc > 2 ? strtoul(argv[2], NULL, 0) : 82599;
	for (i = 0; i < n; i++) {
		make(&in);
		mutate(&in);
		LLVMFuzzerTestOneInput(in.data, in.len);
	}
	printf("# %lu inputs\n", n);
	return 0;
}
