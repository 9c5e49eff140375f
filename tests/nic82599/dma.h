/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device's view of memory: what the client mapped, and an audit of every
 * access. Nothing else in the model touches guest memory.
 */
#ifndef NIC82599_DMA_H
#define NIC82599_DMA_H

#include "util.h"

#define DMA_PROT_READ	BIT(0)
#define DMA_PROT_WRITE	BIT(1)
#define DMA_MAPS_MAX	65535
#define DMA_LOG		16
#define DMA_FILES	16

struct dma_map {
	u64 iova;
	u64 size;
	u8 *mem;	/* NULL: the client gave no file, cannot be reached */
	u32 prot;
};

/* One access that the audit refused. */
struct dma_fault {
	u64 iova;
	u64 len;	/* what was left of it at that address */
	bool write;
	const char *what;
};

/* A file that the client shared; mapped once however many ranges use it. */
struct dma_file {
	u64 dev, ino;
	u64 size;
	u8 *mem;
};

struct dma {
	struct dma_map *maps;	/* sorted, never overlapping */
	size_t n, room;
	struct dma_file files[DMA_FILES];
	size_t files_n;

	bool enabled;		/* bus master, and CTRL.GIO_DIS clear */
	u64 reads, writes;
	u64 read_bytes, write_bytes;
	u64 blocked;		/* tried while not enabled; not done */
	u64 faults;
	u64 mapped, unmapped;
	struct dma_fault log[DMA_LOG];	/* the first ones */
};

int dma_map(struct dma *d, u64 iova, u64 size, u8 *mem, u32 prot);
int dma_map_fd(struct dma *d, u64 iova, u64 size, int fd, u64 offset, u32 prot);
int dma_unmap(struct dma *d, u64 iova, u64 size);
void dma_unmap_all(struct dma *d);
void dma_release(struct dma *d);

/* True when all of it was done; a fault was counted otherwise. */
bool dma_read(struct dma *d, u64 iova, void *buf, size_t len, const char *what);
bool dma_write(struct dma *d, u64 iova, const void *buf, size_t len,
	       const char *what);

#endif
