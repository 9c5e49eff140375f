/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types and byte order helpers. Registers and descriptors are little endian
 * and so are the machines that the model runs on; frames are big endian.
 */
#ifndef NIC82599_UTIL_H
#define NIC82599_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "registers and descriptors are kept in host byte order"
#endif

#define BIT(n)		(1u << (n))
#define BIT64(n)	(1ull << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static inline u32 field(u32 v, unsigned int shift, unsigned int bits)
{
	return v >> shift & ((1u << bits) - 1);
}

static inline u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

static inline void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
