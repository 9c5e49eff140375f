// SPDX-License-Identifier: GPL-2.0
/*
 * mp_poke: does to a NIC what nothing else provokes at will. For tests only.
 *
 *   insmod mp_poke.ko pci=0000:01:00.0 what=tx-timeout
 *	The transmit watchdog barks: the driver runs its reset task. The module
 *	does not stay: insmod reports ECANCELED.
 *
 *   insmod mp_poke.ko pci=0000:01:00.0 what=suspend
 *	The NIC alone is suspended to D3 and resumed, by the calls that the PM
 *	core makes when the machine sleeps. Does not stay either.
 *
 *   insmod mp_poke.ko pci=0000:01:00.0 what=stale-dma
 *	An e1000e receives into a buffer that was mapped for it and is not any
 *	more, as it would if a driver released memory under a running NIC. The
 *	NIC gets a ring of ours with that buffer behind every descriptor, for up to
 *	63 frames. rmmod stops receiving; setting the link down and up brings the
 *	driver's ring back. Refused without an IOMMU.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>
#include <linux/rtnetlink.h>

/* 82574 datasheet, chapter 10: receive registers */
#define POKE_RCTL	0x0100
#define POKE_RCTL_EN	BIT(1)
#define POKE_RDBAL	0x2800
#define POKE_RDBAH	0x2804
#define POKE_RDLEN	0x2808
#define POKE_RDH	0x2810
#define POKE_RDT	0x2818

#define POKE_DESCS	64	/* of 16 bytes, address first */

static char *pci = "";
module_param(pci, charp, 0);
MODULE_PARM_DESC(pci, "address of the NIC");

static char *what = "";
module_param(what, charp, 0);
MODULE_PARM_DESC(what, "tx-timeout, suspend or stale-dma");

static struct pci_dev *pdev;
static void __iomem *regs;
static __le64 *ring;
static dma_addr_t ring_dma;

static struct pci_dev *poke_find(void)
{
	unsigned int domain, bus, dev, fn;

	if (sscanf(pci, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return NULL;
	return pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(dev, fn));
}

/* The net device whose parent is the NIC; RTNL held. */
static struct net_device *poke_netdev(void)
{
	struct net_device *dev;

	for_each_netdev(&init_net, dev)
		if (dev->dev.parent == &pdev->dev)
			return dev;
	return NULL;
}

static int poke_tx_timeout(void)
{
	struct net_device *dev;
	int err = -ENODEV;

	rtnl_lock();
	dev = poke_netdev();
	if (dev && netif_running(dev) && dev->netdev_ops->ndo_tx_timeout) {
		netif_tx_lock_bh(dev);
		dev->netdev_ops->ndo_tx_timeout(dev, 0);
		netif_tx_unlock_bh(dev);
		err = -ECANCELED;
	}
	rtnl_unlock();
	return err;
}

/* Each step of the PM core undoes what came before it when it fails. */
static int poke_sleep(const struct dev_pm_ops *pm, struct device *dev)
{
	int err, err2;

	err = pm->suspend(dev);
	if (err)
		return err;
	err = pm->suspend_late(dev);
	if (err)
		goto resume;
	err = pm->suspend_noirq(dev);
	if (!err) {
		msleep(200);
		err = pm->resume_noirq(dev);
	}
	err2 = pm->resume_early(dev);
	err = err ?: err2;
resume:
	err2 = pm->resume(dev);
	return err ?: err2;
}

static int poke_suspend(void)
{
	struct device *dev = &pdev->dev;
	const struct dev_pm_ops *pm = dev->bus->pm;
	int err;

	pm_runtime_get_sync(dev);
	device_lock(dev);
	/* positive: it would sleep on, were it asleep */
	err = pm->prepare(dev);
	if (err >= 0) {
		err = poke_sleep(pm, dev);
		pm->complete(dev);
	}
	device_unlock(dev);
	pm_runtime_put(dev);
	return err ?: -ECANCELED;
}

/* A bus address that was good a moment ago. */
static int poke_stale_address(dma_addr_t *dma)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	*dma = dma_map_page(&pdev->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(&pdev->dev, *dma)) {
		__free_page(page);
		return -EIO;
	}
	dma_unmap_page(&pdev->dev, *dma, PAGE_SIZE, DMA_FROM_DEVICE);
	__free_page(page);
	return 0;
}

static void poke_receive(bool on)
{
	u32 rctl = readl(regs + POKE_RCTL) & ~POKE_RCTL_EN;

	writel(on ? rctl | POKE_RCTL_EN : rctl, regs + POKE_RCTL);
	readl(regs + POKE_RCTL);
	msleep(20);
}

static void poke_set_ring(void)
{
	writel(lower_32_bits(ring_dma), regs + POKE_RDBAL);
	writel(upper_32_bits(ring_dma), regs + POKE_RDBAH);
	writel(POKE_DESCS * 16, regs + POKE_RDLEN);
	writel(0, regs + POKE_RDH);
	writel(POKE_DESCS - 1, regs + POKE_RDT);
}

static int poke_stale_dma(void)
{
	dma_addr_t stale;
	unsigned int i;
	int err = -EIO;

	if (!device_iommu_mapped(&pdev->dev))	/* it would really be written */
		return -EOPNOTSUPP;
	ring = dma_alloc_coherent(&pdev->dev, POKE_DESCS * 16, &ring_dma,
				  GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	regs = pci_ioremap_bar(pdev, 0);
	if (!regs)
		goto err_free;
	/* last, so that nothing of ours gets the same address */
	err = poke_stale_address(&stale);
	if (err)
		goto err_unmap;
	for (i = 0; i < POKE_DESCS; i++) {
		ring[2 * i] = cpu_to_le64(stale);
		ring[2 * i + 1] = 0;
	}
	poke_receive(false);
	poke_set_ring();
	poke_receive(true);
	pr_info("mp_poke: %s receives to 0x%llx, which is not mapped\n", pci,
		(unsigned long long)stale);
	return 0;

err_unmap:
	iounmap(regs);
err_free:
	dma_free_coherent(&pdev->dev, POKE_DESCS * 16, ring, ring_dma);
	return err;
}

static int __init poke_init(void)
{
	int err = -EINVAL;

	pdev = poke_find();
	if (!pdev)
		return -ENODEV;
	if (!strcmp(what, "tx-timeout"))
		err = poke_tx_timeout();
	else if (!strcmp(what, "suspend"))
		err = poke_suspend();
	else if (!strcmp(what, "stale-dma"))
		err = poke_stale_dma();
	if (err)
		pci_dev_put(pdev);
	return err;
}
module_init(poke_init);

static void __exit poke_exit(void)
{
	poke_receive(false);
	iounmap(regs);
	dma_free_coherent(&pdev->dev, POKE_DESCS * 16, ring, ring_dma);
	pci_dev_put(pdev);
}
module_exit(poke_exit);

MODULE_DESCRIPTION("Provokes what tests of NIC drivers have to survive");
MODULE_LICENSE("GPL");
