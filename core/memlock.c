// SPDX-License-Identifier: GPL-2.0
/*
 * RLIMIT_MEMLOCK of the process whose memory is pinned.
 *
 * account_locked_vm() is no use here: it charges current, and the vhost worker
 * that pins is a kernel thread with limits and capabilities of its own on older
 * kernels.  So the owner is named: its mm carries the charge, its task the
 * limit, which is read at every charge and may therefore change at any time.
 *
 * The charge outlives the owner: locked_vm of an mm without users is only a
 * number in memory that our reference keeps, so giving it back stays right.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>

#include "mp_compat.h"
#include "mp_core.h"

static int mp_memlock_account(struct mm_struct *mm, struct task_struct *task,
			      unsigned long pages, bool inc, bool bypass)
{
	int err;

	if (!pages)
		return 0;

	mmap_write_lock(mm);
	err = __account_locked_vm(mm, pages, inc, task, bypass);
	mmap_write_unlock(mm);
	return err;
}

/**
 * mp_memlock_charge() - charge pages to the owner's RLIMIT_MEMLOCK
 * @mm: address space of the owner; a reference suffices, it may have no users
 * @task: task whose limit counts
 * @bypass: charge even over the limit (the owner has CAP_IPC_LOCK)
 * @pages: how many; 0 does nothing
 *
 * Context: may sleep; takes mmap_lock of @mm for writing.
 * Return: 0, or -ENOMEM if the limit does not allow it; nothing is then
 * charged.
 */
int mp_memlock_charge(struct mm_struct *mm, struct task_struct *task,
		      bool bypass, unsigned long pages)
{
	return mp_memlock_account(mm, task, pages, true, bypass);
}

/**
 * mp_memlock_uncharge() - give back what mp_memlock_charge() took
 * @mm: address space of the owner
 * @task: the same task as at the charge; may be dead
 * @pages: how many; 0 does nothing
 *
 * Context: may sleep; takes mmap_lock of @mm for writing.
 */
void mp_memlock_uncharge(struct mm_struct *mm, struct task_struct *task,
			 unsigned long pages)
{
	mp_memlock_account(mm, task, pages, false, false);
}
