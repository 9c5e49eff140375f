// SPDX-License-Identifier: GPL-2.0
/*
 * mmap_read_lock() (since 5.8)
 */
#include <linux/mm.h>

void mp_probe(struct mm_struct *mm);

void mp_probe(struct mm_struct *mm)
{
	mmap_read_lock(mm);
	mmap_read_unlock(mm);
}
