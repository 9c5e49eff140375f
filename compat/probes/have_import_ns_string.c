// SPDX-License-Identifier: GPL-2.0
/*
 * MODULE_IMPORT_NS() takes a string, since 6.13; it took a bare word, and
 * turned a string into one with quotes inside
 */
#include <linux/build_bug.h>
#include <linux/module.h>

#undef MODULE_INFO
#define MODULE_INFO(tag, info) static_assert(sizeof(info) == sizeof("AB"))

MODULE_IMPORT_NS("AB");
