/* SPDX-License-Identifier: GPL-2.0 */
/* The Internet checksum (RFC 1071), over host-order 16-bit sums. */
#ifndef VG_CSUM_H
#define VG_CSUM_H

#include <stddef.h>
#include <stdint.h>

/* Add @len bytes to a running sum; only the last piece may be odd. */
uint32_t csum_add(uint32_t sum, const uint8_t *p, size_t len);
uint16_t csum_fold(uint32_t sum);
/* Sum of the IPv4 pseudo header for @len bytes of layer 4. */
uint32_t csum_pseudo4(uint32_t saddr, uint32_t daddr, uint8_t proto,
		      uint32_t len);

#endif
