// SPDX-License-Identifier: GPL-2.0
#include "dma.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Index of the last mapping that starts at or below @iova, or -1. */
static ssize_t dma_find(const struct dma *d, u64 iova)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (d->maps[mid].iova <= iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (ssize_t)lo - 1;
}

static bool dma_overlaps(const struct dma *d, ssize_t i, u64 iova, u64 size)
{
	const struct dma_map *m;

	if (i >= 0) {
		m = &d->maps[i];
		if (iova - m->iova < m->size)
			return true;
	}
	if ((size_t)(i + 1) < d->n) {
		m = &d->maps[i + 1];
		if (m->iova - iova < size)
			return true;
	}
	return false;
}

int dma_map(struct dma *d, u64 iova, u64 size, u8 *mem, u32 prot)
{
	ssize_t i = dma_find(d, iova);
	struct dma_map *maps;

	if (!size || iova + size - 1 < iova)
		return EINVAL;
	if (dma_overlaps(d, i, iova, size))
		return EEXIST;
	if (d->n == DMA_MAPS_MAX)
		return ENOSPC;
	if (d->n == d->room) {
		d->room = d->room ? d->room * 2 : 64;
		maps = realloc(d->maps, d->room * sizeof(*maps));
		if (!maps)
			abort();
		d->maps = maps;
	}
	memmove(&d->maps[i + 2], &d->maps[i + 1],
		(d->n - (i + 1)) * sizeof(*d->maps));
	d->maps[i + 1] = (struct dma_map){
		.iova = iova, .size = size, .mem = mem, .prot = prot,
	};
	d->n++;
	d->mapped++;
	return 0;
}

/*
 * With an IOMMU the client maps thousands of single pages of the same file:
 * mapping the file once keeps this process far from its limit of mappings.
 */
static struct dma_file *dma_file_get(struct dma *d, int fd)
{
	struct dma_file *f;
	struct stat st;
	void *mem;

	if (fstat(fd, &st) || st.st_size <= 0)
		return NULL;
	for (f = d->files; f < d->files + d->files_n; f++)
		if (f->dev == st.st_dev && f->ino == st.st_ino &&
		    f->size == (u64)st.st_size)
			return f;
	if (d->files_n == DMA_FILES)
		return NULL;
	mem = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return NULL;
	*f = (struct dma_file){
		.dev = st.st_dev, .ino = st.st_ino, .size = st.st_size,
		.mem = mem,
	};
	d->files_n++;
	return f;
}

/* @fd below 0: memory that cannot be shared, so every access is a fault. */
int dma_map_fd(struct dma *d, u64 iova, u64 size, int fd, u64 offset, u32 prot)
{
	struct dma_file *f;
	u8 *mem = NULL;

	if (fd >= 0) {
		f = dma_file_get(d, fd);
		/* read-only files, as of a ROM, are no memory for a NIC */
		if (f) {
			if (offset > f->size || size > f->size - offset)
				return EINVAL;
			mem = f->mem + offset;
		}
	}
	return dma_map(d, iova, size, mem, prot);
}

/* Whole mappings only, as the client made them; any number of them. */
int dma_unmap(struct dma *d, u64 iova, u64 size)
{
	size_t first, end;
	u64 last = iova + size - 1;

	if (!size || last < iova)
		return EINVAL;
	first = dma_find(d, iova) + 1;
	if (first && d->maps[first - 1].iova == iova)
		first--;
	else if (first && iova - d->maps[first - 1].iova <
		 d->maps[first - 1].size)
		return EINVAL;
	end = first;
	while (end < d->n && d->maps[end].iova <= last) {
		if (d->maps[end].iova + d->maps[end].size - 1 > last)
			return EINVAL;
		end++;
	}
	memmove(&d->maps[first], &d->maps[end],
		(d->n - end) * sizeof(*d->maps));
	d->n -= end - first;
	d->unmapped += end - first;
	return 0;
}

void dma_unmap_all(struct dma *d)
{
	d->unmapped += d->n;
	d->n = 0;
}

void dma_release(struct dma *d)
{
	dma_unmap_all(d);
	while (d->files_n) {
		d->files_n--;
		munmap(d->files[d->files_n].mem, d->files[d->files_n].size);
	}
	free(d->maps);
	d->maps = NULL;
	d->room = 0;
}

static void dma_fault(struct dma *d, u64 iova, size_t len, bool write,
		      const char *what)
{
	if (d->faults < DMA_LOG)
		d->log[d->faults] = (struct dma_fault){
			.iova = iova, .len = len, .write = write, .what = what,
		};
	d->faults++;
}

/* The memory at @iova, and in *@len how much of it is in one piece. */
static u8 *dma_at(struct dma *d, u64 iova, size_t *len, u32 prot)
{
	ssize_t i = dma_find(d, iova);
	struct dma_map *m;
	u64 off;

	if (i < 0)
		return NULL;
	m = &d->maps[i];
	off = iova - m->iova;
	if (off >= m->size || !m->mem || !(m->prot & prot))
		return NULL;
	if (*len > m->size - off)
		*len = m->size - off;
	return m->mem + off;
}

bool dma_read(struct dma *d, u64 iova, void *buf, size_t len, const char *what)
{
	u8 *to = buf;

	if (!d->enabled) {
		d->blocked++;
		memset(buf, 0xff, len);
		return false;
	}
	d->reads++;
	d->read_bytes += len;
	while (len) {
		size_t n = len;
		u8 *mem = dma_at(d, iova, &n, DMA_PROT_READ);

		if (!mem) {
			dma_fault(d, iova, len, false, what);
			memset(to, 0xff, len);
			return false;
		}
		memcpy(to, mem, n);
		to += n;
		iova += n;
		len -= n;
	}
	return true;
}

bool dma_write(struct dma *d, u64 iova, const void *buf, size_t len,
	       const char *what)
{
	const u8 *from = buf;

	if (!d->enabled) {
		d->blocked++;
		return false;
	}
	d->writes++;
	d->write_bytes += len;
	while (len) {
		size_t n = len;
		u8 *mem = dma_at(d, iova, &n, DMA_PROT_WRITE);

		if (!mem) {
			dma_fault(d, iova, len, true, what);
			return false;
		}
		memcpy(mem, from, n);
		from += n;
		iova += n;
		len -= n;
	}
	return true;
}
