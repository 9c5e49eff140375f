// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "fakedev.h"

void fakedev_init(struct fakedev *d, const struct mem *m,
		  const struct ring *r)
{
	memset(d, 0, sizeof(*d));
	d->mem = m;
	d->num = r->o.num;
	d->desc = (void *)mem_ptr(m, r->desc_gpa, d->num * 16);
	d->avail = (void *)mem_ptr(m, r->avail_gpa, ring_avail_size(d->num));
	d->used = (void *)mem_ptr(m, r->used_gpa, ring_used_size(d->num));
}

int fakedev_pop(struct fakedev *d, uint16_t *head, struct ring_seg *seg,
		unsigned int max)
{
	struct vring_desc *t = d->desc;
	unsigned int n = 0;
	uint16_t i;

	if (d->last_avail == d->avail->idx)
		return -1;
	*head = d->avail->ring[d->last_avail++ % d->num];
	i = *head;
	if (t[i].flags & VRING_DESC_F_INDIRECT) {
		t = (void *)mem_ptr(d->mem, t[i].addr, t[i].len);
		i = 0;
	}
	while (n < max) {
		seg[n].gpa = t[i].addr;
		seg[n].len = t[i].len;
		seg[n++].write = t[i].flags & VRING_DESC_F_WRITE;
		if (!(t[i].flags & VRING_DESC_F_NEXT))
			break;
		i = t[i].next;
	}
	return n;
}

void fakedev_push(struct fakedev *d, uint16_t head, uint32_t len)
{
	struct vring_used_elem *e;

	e = &d->used->ring[(uint16_t)(d->used_idx + d->pending++) % d->num];
	e->id = head;
	e->len = len;
}

void fakedev_publish(struct fakedev *d)
{
	d->used_idx += d->pending;
	d->pending = 0;
	d->used->idx = d->used_idx;
}

static uint32_t scatter(struct fakedev *d, const struct ring_seg *seg, int n,
			const uint8_t *data, uint32_t len)
{
	uint32_t done = 0, k;
	int i;

	for (i = 0; i < n && done < len; i++) {
		k = seg[i].len < len - done ? seg[i].len : len - done;
		mem_write(d->mem, seg[i].gpa, data + done, k);
		done += k;
	}
	return done;
}

unsigned int fakedev_deliver(struct fakedev *d, const void *data,
			     uint32_t len, uint32_t per)
{
	struct ring_seg seg[RING_SEGS_MAX];
	const uint8_t *p = data;
	unsigned int heads = 0;
	uint16_t head;
	uint32_t k;
	int n;

	while (len) {
		n = fakedev_pop(d, &head, seg, RING_SEGS_MAX);
		if (n < 0)
			break;
		k = scatter(d, seg, n, p, len < per ? len : per);
		fakedev_push(d, head, k);
		p += k;
		len -= k;
		heads++;
	}
	fakedev_publish(d);
	return heads;
}
