// SPDX-License-Identifier: GPL-2.0
/*
 * The host page constructor: receive into pages of our own and hand the frames
 * to the stack through napi_gro_frags().
 *
 * Where the largest frame leaves room for it, a buffer has headroom in front and
 * struct skb_shared_info behind, and the skb is built around it: no head has to be
 * allocated, no header to be pulled.  Else, and for a frame in several buffers,
 * they become fragments of an skb from napi_get_frags().
 *
 * A page stays mapped and is used in halves when the buffer size allows: while
 * the stack holds one half the NIC fills the other.  Every buffer owns a large
 * number of references on its page from the start (the bias) and gives one away
 * with each frame, so a frame costs no atomic operation; the page can be used
 * again as long as nobody else holds more than the half just given away.
 */
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/busy_poll.h>

#include "mp_compat.h"
#include "mp_core.h"

/* Frames up to this size are copied to the skb's own head, and the page stays. */
#define MP_COPYBREAK	128

/*
 * What a NIC may write beyond the frame that is longest for a guest: a time stamp
 * in front or behind, of 16 bytes at most (i350), and more tags (igb: 14 bytes).
 */
#define MP_HOST_SLACK	32U

#define MP_HEADROOM	(NET_SKB_PAD + NET_IP_ALIGN)

#define MP_BIAS_MAX	USHRT_MAX

static struct device *mp_ring_dma_dev(const struct mp_ring *ring)
{
	return ring->nd->dma_dev;
}

/* Where in its page the NIC puts a frame. */
static unsigned int mp_host_buf_start(const struct mp_ring *ring,
				      const struct mp_host_buf *buf)
{
	return buf->offset + ring->host.headroom;
}

static bool mp_host_buf_alloc(struct mp_ring *ring, struct mp_host_buf *buf)
{
	struct page *page = dev_alloc_page();
	dma_addr_t dma;

	if (unlikely(!page))
		goto err;
	dma = dma_map_page(mp_ring_dma_dev(ring), page, 0, PAGE_SIZE,
			   DMA_FROM_DEVICE);
	if (dma_mapping_error(mp_ring_dma_dev(ring), dma))
		goto err_free;
	page_ref_add(page, MP_BIAS_MAX - 1);
	buf->page = page;
	buf->dma = dma;
	buf->bias = MP_BIAS_MAX;
	buf->offset = 0;
	ring->stats.frags_pages++;
	return true;

err_free:
	__free_page(page);
err:
	ring->stats.no_page++;
	return false;
}

static void mp_host_buf_free(struct mp_ring *ring, struct mp_host_buf *buf)
{
	if (!buf->page)
		return;
	/* what is ours to read was synced; skbs may live in the page by now */
	dma_unmap_page_attrs(mp_ring_dma_dev(ring), buf->dma, PAGE_SIZE,
			     DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	__page_frag_cache_drain(buf->page, buf->bias);
	buf->page = NULL;
}

/* Can an skb be built around a buffer that holds the largest frame? */
static void mp_host_set_room(struct mp_host_ring *host,
			     const struct mp_ring_params *p)
{
	unsigned int room = SKB_WITH_OVERHEAD(p->buf_size);

	host->headroom = 0;
	host->room = p->buf_size;
	if (p->buf_size <= PAGE_SIZE / 2 &&
	    MP_HEADROOM + p->max_frame + MP_HOST_SLACK <= room) {
		host->headroom = MP_HEADROOM;
		host->room = room - MP_HEADROOM;
	}
}

/* Set up for @ring->params; ring->lock held, NAPI off. */
int mp_host_ring_init(struct mp_ring *ring)
{
	u32 size = roundup_pow_of_two(ring->params.count);
	struct mp_host_ring *host = &ring->host;

	lockdep_assert_held(&ring->lock);
	memset(host, 0, sizeof(*host));
	host->bufs = kvcalloc(size, sizeof(*host->bufs), GFP_KERNEL);
	if (!host->bufs)
		return -ENOMEM;
	host->mask = size - 1;
	mp_host_set_room(host, &ring->params);
	return 0;
}

/* Undo mp_host_ring_init(); the hardware has stopped, no poll is running. */
void mp_host_ring_free(struct mp_ring *ring)
{
	struct mp_host_ring *host = &ring->host;
	u32 i;

	lockdep_assert_held(&ring->lock);
	for (i = 0; i <= host->mask; i++)
		mp_host_buf_free(ring, &host->bufs[i]);
	kvfree(host->bufs);
	host->bufs = NULL;
}

/*
 * mp_ring_get_bufs() in HOST mode.  Buffers of a frame whose last one is still to
 * come are not free yet, although the driver has cleaned their descriptors.
 */
unsigned int mp_host_get_bufs(struct mp_ring *ring, dma_addr_t *dma,
			      unsigned int max)
{
	struct mp_host_ring *host = &ring->host;
	const u32 mask = host->mask, first = host->taken;
	struct mp_host_buf *buf;
	unsigned int n;

	max = min(max, mask + 1 - (first - (host->cleaned - host->pending)));
	for (n = 0; n < max; n++) {
		buf = &host->bufs[(first + n) & mask];
		if (unlikely(!buf->page) && !mp_host_buf_alloc(ring, buf))
			break;
		dma[n] = buf->dma + mp_host_buf_start(ring, buf);
	}
	host->taken = first + n;
	return n;
}

/*
 * One part of the page was given to an skb, and a reference with it: can the NIC
 * use the page again?
 */
static __always_inline void mp_host_buf_given(struct mp_ring *ring,
					      struct mp_host_buf *buf)
{
	unsigned int others = page_ref_count(buf->page) - --buf->bias;
	unsigned int size = ring->params.buf_size;

	if (size < PAGE_SIZE) {
		buf->offset ^= size;
		others--;	/* the half just given away may be in use */
	}
	if (others || page_is_pfmemalloc(buf->page) ||
	    page_to_nid(buf->page) != numa_mem_id()) {
		mp_host_buf_free(ring, buf);
		return;
	}
	if (buf->bias == 1) {
		page_ref_add(buf->page, MP_BIAS_MAX - 1);
		buf->bias = MP_BIAS_MAX;
	}
	dma_sync_single_range_for_device(mp_ring_dma_dev(ring), buf->dma,
					 buf->offset, size, DMA_FROM_DEVICE);
}

static void mp_host_sync(struct mp_ring *ring, const struct mp_host_buf *buf)
{
	dma_sync_single_range_for_cpu(mp_ring_dma_dev(ring), buf->dma,
				      mp_host_buf_start(ring, buf), buf->len,
				      DMA_FROM_DEVICE);
}

static void mp_host_add_frag(struct mp_ring *ring, struct sk_buff *skb,
			     struct mp_host_buf *buf)
{
	mp_host_sync(ring, buf);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, buf->page,
			mp_host_buf_start(ring, buf), buf->len,
			ring->params.buf_size);
	mp_host_buf_given(ring, buf);
}

static void mp_host_copy_small(struct mp_ring *ring, struct sk_buff *skb,
			       struct mp_host_buf *buf)
{
	mp_host_sync(ring, buf);
	skb_put_data(skb, page_address(buf->page) +
		     mp_host_buf_start(ring, buf), buf->len);
	dma_sync_single_range_for_device(mp_ring_dma_dev(ring), buf->dma,
					 buf->offset, ring->params.buf_size,
					 DMA_FROM_DEVICE);
}

/*
 * The skb around a buffer, where napi_gro_frags() looks for it: in place of that
 * of napi_get_frags(), and set up like it.
 */
static struct sk_buff *mp_host_build_around(struct mp_ring *ring,
					    struct mp_host_buf *buf)
{
	struct napi_struct *napi = ring->napi;
	struct sk_buff *skb;

	skb = napi_build_skb(page_address(buf->page) + buf->offset,
			     ring->params.buf_size);
	if (unlikely(!skb))
		return NULL;
	mp_host_sync(ring, buf);
	skb_reserve(skb, MP_HEADROOM);
	__skb_put(skb, buf->len);
	skb->dev = napi->dev;
	skb_mark_napi_id(skb, napi);
	napi->skb = skb;
	mp_host_buf_given(ring, buf);
	return skb;
}

/* The skb of a frame that lies in the @n oldest pending buffers as fragments. */
static struct sk_buff *mp_host_build_frags(struct mp_ring *ring, u32 n)
{
	struct mp_host_ring *host = &ring->host;
	struct sk_buff *skb = napi_get_frags(ring->napi);
	struct mp_host_buf *buf;
	u32 first = host->cleaned - n;
	u32 i;

	if (unlikely(!skb))
		return NULL;
	buf = &host->bufs[first & host->mask];
	if (n == 1 && buf->len <= MP_COPYBREAK) {
		mp_host_copy_small(ring, skb, buf);
	} else {
		for (i = 0; i < n; i++)
			mp_host_add_frag(ring, skb,
					 &host->bufs[(first + i) & host->mask]);
	}
	return skb;
}

/*
 * Build the skb of a frame that lies in the @n oldest pending buffers.  One that
 * GRO left in napi->skb, after it had merged a frame's fragments, is used first.
 */
static struct sk_buff *mp_host_build(struct mp_ring *ring, u32 n)
{
	struct mp_host_ring *host = &ring->host;
	struct sk_buff *skb;

	if (n == 1 && host->headroom && !ring->napi->skb)
		skb = mp_host_build_around(ring, &host->bufs[(host->cleaned - 1) &
							     host->mask]);
	else
		skb = mp_host_build_frags(ring, n);
	if (unlikely(!skb)) {
		ring->stats.no_page++;
		return NULL;
	}
	skb_record_rx_queue(skb, ring->queue);
	return skb;
}

/*
 * mp_ring_receive() in HOST mode.  Buffers of a frame that is not delivered
 * stay where they are and are used again.
 */
struct sk_buff *mp_host_receive(struct mp_ring *ring,
				const struct mp_rx_desc *desc)
{
	struct mp_host_ring *host = &ring->host;
	bool runt;
	u32 n;

	host->bufs[host->cleaned & host->mask].len = desc->len;
	host->cleaned++;
	n = ++host->pending;
	/* nor is there a frame in what the NIC cannot have written */
	if (unlikely(desc->flags & MP_RX_ERROR || desc->len > host->room))
		ring->discard = true;
	if (!(desc->flags & MP_RX_EOP))
		return NULL;
	host->pending = 0;
	runt = n == 1 && desc->len < ETH_HLEN;
	if (unlikely(ring->discard || runt || n > MAX_SKB_FRAGS)) {
		ring->discard = false;
		ring->stats.errors++;
		return NULL;
	}
	return mp_host_build(ring, n);
}
