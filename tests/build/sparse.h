/* SPDX-License-Identifier: GPL-2.0 */
/* What headers of 7.x use and sparse 0.6.4 does not know. */
#define __typeof_unqual__ __typeof__
#define _Static_assert(...)
