// SPDX-License-Identifier: GPL-2.0
/*
 * __account_locked_vm(mm, pages, inc, task, bypass), exported (since 5.3)
 * exports: __account_locked_vm
 */
#include <linux/mm.h>

int mp_probe(struct mm_struct *mm, struct task_struct *task);

int mp_probe(struct mm_struct *mm, struct task_struct *task)
{
	return __account_locked_vm(mm, 1UL, true, task, false);
}
