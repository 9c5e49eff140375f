/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The marks between which mpcount counts: no-ops that no compiler makes, "nopl
 * disp32(%rax,%rax,1)" with a displacement of ours (Intel SDM volume 2, NOP).
 */
#ifndef MP_BENCH_MARK_H
#define MP_BENCH_MARK_H

#define MARK_BYTES 8
#define MARK_START 0x0f, 0x1f, 0x84, 0x00, 0x4d, 0x50, 0x53, 0x01
#define MARK_STOP 0x0f, 0x1f, 0x84, 0x00, 0x4d, 0x50, 0x53, 0x02

#endif
