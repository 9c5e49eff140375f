// SPDX-License-Identifier: GPL-2.0
/*
 * mmu_interval_notifier_insert(), exported (since 5.5)
 * exports: mmu_interval_notifier_insert mmu_interval_notifier_remove
 */
#include <linux/mmu_notifier.h>

int (*mp_probe)(struct mmu_interval_notifier *sub, struct mm_struct *mm,
		unsigned long start, unsigned long length,
		const struct mmu_interval_notifier_ops *ops) =
	mmu_interval_notifier_insert;
bool (*mp_probe2)(struct mmu_interval_notifier *sub,
		  const struct mmu_notifier_range *range, unsigned long seq);
struct mmu_interval_notifier_ops mp_ops = { .invalidate = NULL };
