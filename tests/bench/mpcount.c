// SPDX-License-Identifier: GPL-2.0
/*
 * mpcount: a plugin of QEMU's TCG that counts the instructions which an
 * emulated x86-64 kernel executes, by address.
 *
 *   qemu-system-x86_64 ... -plugin file=mpcount.so,out=/out/count
 *
 * Counting goes on between two marks, which a program inside sets (mark.h). The
 * second of each pair writes a file OUT.N, N from 1:
 *
 *   user COUNT			instructions outside of the kernel
 *   ADDRESS COUNT REP		16 bytes of kernel code, at a hexadecimal address;
 *				REP of the COUNT are repetitions of string
 *				instructions, which TCG executes one by one
 *
 * One CPU only, because marks are global.
 *
 * QEMU ships no header for plugins with its binary packages. The few
 * declarations that are needed stand here; the interface is version 7
 * (docs/devel/tcg-plugins in QEMU's manual), which QEMU checks.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

typedef struct {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus, max_vcpus;
		} system;
	};
} qemu_info_t;

enum { QEMU_PLUGIN_INLINE_ADD_U64 = 0 };
enum { QEMU_PLUGIN_CB_NO_REGS = 0 };

typedef void (*tb_trans_cb)(struct qemu_plugin_tb *tb, void *data);
typedef void (*vcpu_udata_cb)(unsigned int vcpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb,
					   void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    vcpu_udata_cb cb, int flags,
					    void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 int op,
							 qemu_plugin_u64 entry,
							 uint64_t imm);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t idx);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest,
			     size_t len);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score,
				  unsigned int vcpu);

EXPORT int qemu_plugin_version = 7;

/*
 * Where code of the kernel is without KASLR (Documentation/arch/x86/x86_64/mm):
 * its text and its modules. The rest of its half counts as one more place.
 */
#define TEXT_BASE	0xffffffff81000000ull
#define MODULES_BASE	0xffffffffc0000000ull
#define AREA_BYTES	(64ull << 20)
#define GRAIN		16
#define AREA_PLACES	(AREA_BYTES / GRAIN)
#define OTHER_PLACE	(2 * AREA_PLACES)
#define PLACES		(OTHER_PLACE + 1)
#define KERNEL_HALF	(1ull << 63)

/*
 * Only places where something is executed get a slot. QEMU makes room for 16
 * CPUs at once and clears all of it: with slots for every place that was 2 GiB.
 */
#define SLOTS		(1u << 19)

struct count {
	uint64_t all;
	uint64_t rep;
};

struct counts {
	uint64_t user;
	struct count slot[SLOTS];
};

static const uint8_t mark_start[MARK_BYTES] = { MARK_START };
static const uint8_t mark_stop[MARK_BYTES] = { MARK_STOP };

static struct qemu_plugin_scoreboard *board;
static const char *out;
static unsigned int n_dumps;
static uint32_t slot[PLACES];		/* slot + 1; 0: none yet */
static uint32_t n_slots;

static uint64_t place_of(uint64_t addr)
{
	if (addr - TEXT_BASE < AREA_BYTES)
		return (addr - TEXT_BASE) / GRAIN;
	if (addr - MODULES_BASE < AREA_BYTES)
		return AREA_PLACES + (addr - MODULES_BASE) / GRAIN;
	return OTHER_PLACE;
}

static uint64_t addr_of(uint64_t place)
{
	if (place < AREA_PLACES)
		return TEXT_BASE + place * GRAIN;
	if (place < OTHER_PLACE)
		return MODULES_BASE + (place - AREA_PLACES) * GRAIN;
	return KERNEL_HALF;
}

static uint32_t slot_of(uint64_t addr)
{
	uint64_t place = place_of(addr);

	if (slot[place])
		return slot[place] - 1;
	if (n_slots == SLOTS) {
		fprintf(stderr, "mpcount: more than %u places\n", SLOTS);
		exit(1);
	}
	slot[place] = ++n_slots;
	return n_slots - 1;
}

static void on_start(unsigned int vcpu, void *data)
{
	(void)data;
	memset(qemu_plugin_scoreboard_find(board, vcpu), 0,
	       sizeof(struct counts));
}

static void on_stop(unsigned int vcpu, void *data)
{
	const struct counts *c = qemu_plugin_scoreboard_find(board, vcpu);
	char name[4096];
	uint32_t n;
	uint64_t i;
	FILE *f;

	(void)data;
	snprintf(name, sizeof(name), "%s.%u", out, ++n_dumps);
	f = fopen(name, "w");
	if (!f) {
		fprintf(stderr, "mpcount: cannot write %s\n", name);
		exit(1);
	}
	fprintf(f, "user %" PRIu64 "\n", c->user);
	for (i = 0; i < PLACES; i++) {
		n = slot[i];
		if (n && c->slot[n - 1].all)
			fprintf(f, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n",
				addr_of(i), c->slot[n - 1].all,
				c->slot[n - 1].rep);
	}
	if (fclose(f)) {
		fprintf(stderr, "mpcount: cannot write %s\n", name);
		exit(1);
	}
}

static void count_insn(struct qemu_plugin_insn *insn, size_t offset)
{
	qemu_plugin_u64 entry = { board, offset };

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
							    QEMU_PLUGIN_INLINE_ADD_U64,
							    entry, 1);
}

/* f2 or f3, perhaps a REX prefix, movs (a4, a5) or stos (aa, ab) */
static bool is_rep(const uint8_t *code, size_t len)
{
	size_t i = 1;

	if (len < 2 || (code[0] != 0xf3 && code[0] != 0xf2))
		return false;
	if (len > 2 && (code[i] & 0xf0) == 0x40)
		i++;
	return (code[i] & 0xfe) == 0xa4 || (code[i] & 0xfe) == 0xaa;
}

static void on_insn(struct qemu_plugin_insn *insn)
{
	uint64_t addr = qemu_plugin_insn_vaddr(insn);
	uint8_t code[16];
	size_t len = qemu_plugin_insn_data(insn, code, sizeof(code)), base;

	if (addr < KERNEL_HALF) {
		if (len == MARK_BYTES && !memcmp(code, mark_start, len))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_start,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
		else if (len == MARK_BYTES && !memcmp(code, mark_stop, len))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_stop,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
		count_insn(insn, offsetof(struct counts, user));
		return;
	}
	base = offsetof(struct counts, slot[slot_of(addr)]);
	count_insn(insn, base + offsetof(struct count, all));
	if (is_rep(code, len))
		count_insn(insn, base + offsetof(struct count, rep));
}

static void on_translation(struct qemu_plugin_tb *tb, void *data)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)data;
	for (i = 0; i < n; i++)
		on_insn(qemu_plugin_tb_get_insn(tb, i));
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
			       int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = argv[i] + 4;
	if (!out) {
		fprintf(stderr, "mpcount: out=FILE is missing\n");
		return -1;
	}
	if (!info->system_emulation || strcmp(info->target_name, "x86_64") ||
	    info->system.smp_vcpus != 1) {
		fprintf(stderr, "mpcount: for a whole x86_64 machine with one CPU\n");
		return -1;
	}
	board = qemu_plugin_scoreboard_new(sizeof(struct counts));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation, NULL);
	return 0;
}
