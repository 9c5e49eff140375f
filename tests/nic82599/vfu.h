/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The server side of the vfio-user protocol: the subset that QEMU's
 * vfio-user-pci uses for a device whose BARs are not mapped.
 */
#ifndef NIC82599_VFU_H
#define NIC82599_VFU_H

#include "util.h"

#define VFU_BODY_MAX	(1024 * 1024 + 64)
#define VFU_DATA_MAX	(1024 * 1024)
#define VFU_FDS_MAX	8
#define VFU_VECTORS	64

enum vfu_region {
	VFU_BAR0, VFU_BAR1, VFU_BAR2, VFU_BAR3, VFU_BAR4, VFU_BAR5, VFU_ROM,
	VFU_CONFIG, VFU_VGA, VFU_REGIONS,
};

enum vfu_irq {
	VFU_INTX, VFU_MSI, VFU_MSIX, VFU_ERR, VFU_REQ, VFU_IRQS,
};

struct vfu_hdr {
	u16 id;
	u16 cmd;
	u32 size;	/* of header and body */
	u32 flags;
	u32 error;	/* errno of a reply */
};

#define VFU_REPLY	0x01
#define VFU_NO_REPLY	0x10
#define VFU_ERROR	0x20

/* A message, and after vfu_handle() the reply to it. */
struct vfu_msg {
	struct vfu_hdr hdr;
	u32 len;		/* of body */
	int fds[VFU_FDS_MAX];	/* those that were kept are -1 */
	int nfds;
	_Alignas(8) u8 body[VFU_BODY_MAX];
};

struct vfu_ops {
	void (*read)(void *arg, int region, u64 off, void *buf, u32 len);
	void (*write)(void *arg, int region, u64 off, const void *buf, u32 len);
	void (*reset)(void *arg);
	/* errno values; @fd is closed by the caller */
	int (*map)(void *arg, u64 iova, u64 size, int fd, u64 offset, u32 prot);
	int (*unmap)(void *arg, u64 iova, u64 size);
	void (*unmap_all)(void *arg);
};

struct vfu {
	const struct vfu_ops *ops;
	void *arg;
	u64 region_size[VFU_REGIONS];
	u32 irq_count[VFU_IRQS];
	int eventfd[VFU_IRQS][VFU_VECTORS];
	bool ready;		/* versions were agreed on */
	int listen_fd, fd;
	u64 messages, errors;
	struct vfu_msg msg;
};

/* vfu_proto.c */
void vfu_init(struct vfu *v, const struct vfu_ops *ops, void *arg);
bool vfu_handle(struct vfu *v, struct vfu_msg *m);
void vfu_trigger(struct vfu *v, int irq, u32 vector);
void vfu_disconnect(struct vfu *v);

/* vfu_server.c */
int vfu_listen(struct vfu *v, const char *path);
bool vfu_accept(struct vfu *v);
bool vfu_serve(struct vfu *v);

#endif
