// SPDX-License-Identifier: GPL-2.0
/*
 * pin_user_pages_remote() and unpin_user_pages_dirty_lock() (since 5.6)
 * exports: pin_user_pages_remote unpin_user_pages_dirty_lock
 */
#include <linux/mm.h>

void *mp_probe = pin_user_pages_remote;
void (*mp_probe2)(struct page **pages, unsigned long npages,
		  bool make_dirty) = unpin_user_pages_dirty_lock;
unsigned int mp_probe3 = FOLL_WRITE | FOLL_LONGTERM;
