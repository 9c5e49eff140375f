// SPDX-License-Identifier: GPL-2.0
/*
 * The receive packet buffer: frames that passed the filters wait here until
 * their queue has descriptors. 82599 datasheet 7.1 and RXPBSIZE, 8.2.3.8.9.
 * All packet buffers are one queue: a frame that waits holds up those behind.
 */
#include "nic.h"

#include <stdlib.h>

#define PBUF_MEM	(1024 * 1024)	/* twice what the hardware has: */
#define PBUF_MAX	(512 * 1024)	/* the unused end never matters */
#define PBUF_COUNT	8

struct pbuf_frame {
	u32 len;	/* 0: go on at the beginning of the memory */
	int from;	/* pool that sent it, or -1 */
};

void pbuf_reset(struct nic *nic)
{
	struct pbuf *pb = &nic->pbuf;

	if (!pb->mem)
		pb->mem = calloc(1, PBUF_MEM);
	if (!pb->mem)
		abort();
	pb->head = 0;
	pb->used = 0;
	pb->frames = 0;
	pb->held = false;
}

static size_t pbuf_limit(const struct nic *nic)
{
	size_t sum = 0;
	int i;

	for (i = 0; i < PBUF_COUNT; i++)
		sum += field(nic_get(nic, R_RXPBSIZE + i * 4), 10, 10) * 1024;
	return min_size(sum, PBUF_MAX);
}

/* With its record, in whole ones, so that every record is in one piece. */
static size_t pbuf_space(size_t len)
{
	return sizeof(struct pbuf_frame) + ((len + 7) & ~(size_t)7);
}

static struct pbuf_frame *pbuf_at(struct pbuf *pb, size_t off)
{
	return (struct pbuf_frame *)(pb->mem + off % PBUF_MEM);
}

/* Return: false when there is no room. */
bool pbuf_push(struct nic *nic, const u8 *f, size_t len, int from)
{
	struct pbuf *pb = &nic->pbuf;
	size_t need = pbuf_space(len), tail, end;
	struct pbuf_frame *r;

	if (pb->used + need > pbuf_limit(nic))
		return false;
	tail = (pb->head + pb->used) % PBUF_MEM;
	end = PBUF_MEM - tail;
	if (end < need) {
		pbuf_at(pb, tail)->len = 0;
		pb->used += end;
		tail = 0;
	}
	r = pbuf_at(pb, tail);
	r->len = len;
	r->from = from;
	memcpy(r + 1, f, len);
	pb->used += need;
	pb->frames++;
	return true;
}

/* The frame that came first; it may be changed in place. */
u8 *pbuf_peek(struct nic *nic, size_t *len, int *from)
{
	struct pbuf *pb = &nic->pbuf;
	struct pbuf_frame *r;

	if (!pb->frames)
		return NULL;
	r = pbuf_at(pb, pb->head);
	if (!r->len) {
		pb->used -= PBUF_MEM - pb->head;
		pb->head = 0;
		r = pbuf_at(pb, 0);
	}
	*len = r->len;
	*from = r->from;
	return (u8 *)(r + 1);
}

/* Drop the frame that pbuf_peek() returned. */
void pbuf_pop(struct nic *nic)
{
	struct pbuf *pb = &nic->pbuf;
	size_t space = pbuf_space(pbuf_at(pb, pb->head)->len);

	pb->head = (pb->head + space) % PBUF_MEM;
	pb->used -= space;
	pb->frames--;
	if (!pb->frames) {
		pb->head = 0;
		pb->used = 0;
	}
}
