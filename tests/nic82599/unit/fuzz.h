/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NIC82599_FUZZ_H
#define NIC82599_FUZZ_H

#include "../util.h"

/* Kinds of records in an input; each is kind, length in 16 bits, bytes. */
enum {
	FUZZ_MESSAGE, FUZZ_MEMORY, FUZZ_REGISTER, FUZZ_FRAME, FUZZ_COMMAND,
	FUZZ_TIME, FUZZ_KINDS,
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif
