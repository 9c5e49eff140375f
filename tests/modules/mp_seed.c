// SPDX-License-Identifier: GPL-2.0
/*
 * mp_seed: has one defect of each class that a debug kernel must report. A
 * clean log of such a kernel is worth something only because of this module.
 * For tests only.
 *
 *   insmod mp_seed.ko defect=NAME
 *	NAME: see seeds[]. The module does not stay: insmod reports ECANCELED;
 *	EINVAL for a name that is none.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define SEED_BYTES	100

static char *defect = "";
module_param(defect, charp, 0);
MODULE_PARM_DESC(defect, "kasan, use-after-free, lockdep, rcu, atomic, dma or leak");

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static DEFINE_SPINLOCK(lock_c);
static int __rcu *shared;

/* one byte behind an object; volatile, or the compiler sees it first */
static void seed_kasan(void)
{
	volatile char *p = kmalloc(SEED_BYTES, GFP_KERNEL);
	int past = SEED_BYTES;

	OPTIMIZER_HIDE_VAR(past);
	if (p)
		p[past] = 1;
	kfree((void *)p);
}

static void seed_use_after_free(void)
{
	volatile char *p = kmalloc(SEED_BYTES, GFP_KERNEL);

	kfree((void *)p);
	OPTIMIZER_HIDE_VAR(p);
	if (p)
		p[0] = 1;
}

/* two locks in both orders, which never meet here */
static void seed_lockdep(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);

	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

/* neither in a read-side section nor with a lock that would do */
static void seed_rcu(void)
{
	int *p = rcu_dereference(shared);

	OPTIMIZER_HIDE_VAR(p);
}

static void seed_atomic(void)
{
	spin_lock(&lock_c);
	msleep(1);
	spin_unlock(&lock_c);
}

/* released, but never mapped */
static void seed_dma(void)
{
	struct platform_device *dev;

	dev = platform_device_register_simple("mp_seed", -1, NULL, 0);
	if (IS_ERR(dev))
		return;
	if (!dma_coerce_mask_and_coherent(&dev->dev, DMA_BIT_MASK(64)))
		dma_unmap_single(&dev->dev, 0x1000, SEED_BYTES, DMA_FROM_DEVICE);
	platform_device_unregister(dev);
}

static void seed_leak(void)
{
	int i;

	/* several: the last pointer may stay in a register or on a stack */
	for (i = 0; i < 16; i++) {
		char *p = kmalloc(SEED_BYTES, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
	}
}

static const struct {
	const char *name;
	void (*sow)(void);
} seeds[] = {
	{ "kasan", seed_kasan },
	{ "use-after-free", seed_use_after_free },
	{ "lockdep", seed_lockdep },
	{ "rcu", seed_rcu },
	{ "atomic", seed_atomic },
	{ "dma", seed_dma },
	{ "leak", seed_leak },
};

static int __init seed_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seeds); i++) {
		if (strcmp(defect, seeds[i].name))
			continue;
		seeds[i].sow();
		return -ECANCELED;
	}
	pr_err("mp_seed: defect=%s: no such one\n", defect);
	return -EINVAL;
}
module_init(seed_init);

MODULE_DESCRIPTION("One defect of each class that a debug kernel must report");
MODULE_LICENSE("GPL");
