// SPDX-License-Identifier: GPL-2.0
/* The receive path, fed by the device in this process, and each defect. */
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/virtio_net.h>

#include "backend.h"
#include "fakedev.h"
#include "rx.h"
#include "selftest.h"
#include "util.h"

static struct mem mem;
static struct vhost_vq vq;
static struct rx rx;
static struct fakedev dev;
static struct frame_gen gen;
static uint8_t buf[VNET_HDR_LEN + FRAME_MAX];
static uint32_t per_head;

static void open_rx(uint32_t bufsize, uint32_t chain, bool shuffle)
{
	const struct mem_opts mo = {
		.size = 4 << 20, .regions = 2, .hole = 1 << 20,
	};
	const struct ring_opts ro = { .num = 64, .chain_max = chain };
	struct rx_opts o = {
		.pool = { .bufsize = bufsize, .chain = chain, .align = 1,
			  .groups = 100, .shuffle = shuffle, .seed = 3 },
		.mrg = true, .stream = 1, .seed = 1,
	};
	struct frame_spec s;

	mem_create(&mem, &mo);
	vq.kick_fd = eventfd(0, EFD_NONBLOCK);
	ring_init(&vq.ring, &mem, &ro);
	mem_ring_done(&mem);
	rx_init(&rx, &o, &vq, &mem, NULL, mem.buf_start);
	fakedev_init(&dev, &mem, &vq.ring);
	frame_spec_default(&s);
	frame_gen_init(&gen, &s);
	per_head = bufsize * chain;
	rx_post(&rx, true);
}

static void close_rx(void)
{
	rx_free(&rx);
	ring_free(&vq.ring);
	close(vq.kick_fd);
	frame_gen_free(&gen);
	mem_destroy(&mem);
}

/* The next frame with its header in buf; returns the length of both. */
static uint32_t make(void)
{
	struct virtio_net_hdr_v1 h = { 0 };
	struct frame_layout lay;

	frame_build(&gen, buf + VNET_HDR_LEN, CSUM_FULL, &lay);
	h.num_buffers = (VNET_HDR_LEN + lay.len + per_head - 1) / per_head;
	memcpy(buf, &h, VNET_HDR_LEN);
	return VNET_HDR_LEN + lay.len;
}

static void take(void)
{
	while (rx_drain(&rx, 8))
		;
	rx_post(&rx, true);
}

static void deliver(uint32_t len)
{
	fakedev_deliver(&dev, buf, len, per_head);
	take();
}

static bool clean(void)
{
	return !rx.st.corrupt && !rx.st.bad_header && !rx.st.tail_touched &&
	       !rx.track.duplicates && !rx.track.reordered &&
	       !track_lost(&rx.track) && !vq.ring.errors;
}

static void receive_with(uint32_t bufsize, uint32_t chain, bool shuffle)
{
	unsigned int i;

	open_rx(bufsize, chain, shuffle);
	for (i = 0; i < 3000; i++)
		deliver(make());
	rx_scan(&rx);
	EXPECT(rx.track.received == 3000 && clean());
	EXPECT(!rx.outside && !rx.posted_touched);
	EXPECT((rx.st.merged > 0) == (bufsize * chain < 1526));
	close_rx();
}

static void receive(void)
{
	receive_with(1536, 1, false);
	receive_with(1536, 1, true);
	receive_with(200, 1, true);
	receive_with(512, 3, true);
	receive_with(100, 2, false);
}

static void flipped_byte(void)
{
	uint32_t len;

	open_rx(1536, 1, false);
	len = make();
	buf[len - 1] ^= 1;
	deliver(len);
	EXPECT(rx.st.corrupt == 1 && !rx.track.received);
	close_rx();
}

static void sequence(void)
{
	static uint8_t held[sizeof(buf)];
	uint32_t len, hlen;

	open_rx(1536, 1, false);
	deliver(make());
	make();					/* lost */
	hlen = make();
	memcpy(held, buf, hlen);
	len = make();
	deliver(len);
	deliver(len);				/* duplicate */
	memcpy(buf, held, hlen);
	deliver(hlen);				/* reordered */
	EXPECT(rx.track.received == 3 && track_lost(&rx.track) == 1);
	EXPECT(rx.track.duplicates == 1 && rx.track.reordered == 1);
	EXPECT(!rx.st.corrupt);
	close_rx();
}

static void overrun(void)
{
	struct ring_seg seg[4];
	uint16_t head;
	uint32_t len;

	open_rx(1536, 1, false);
	len = make();
	EXPECT(fakedev_pop(&dev, &head, seg, 4) == 1);
	mem_write(&mem, seg[0].gpa, buf, len);
	*mem_ptr(&mem, seg[0].gpa + len + 9, 1) ^= 1;
	fakedev_push(&dev, head, len);
	fakedev_publish(&dev);
	take();
	EXPECT(rx.st.tail_touched == 1 && rx.track.received == 1);
	close_rx();
}

static void stray_write(void)
{
	uint64_t gpa;

	open_rx(1536, 1, false);
	deliver(make());
	gpa = mem_end(&mem) - 77;
	*mem_ptr(&mem, gpa, 1) ^= 0x80;
	rx_scan(&rx);
	EXPECT(rx.outside == 1 && rx.first_outside == gpa);
	close_rx();
}

static void write_to_posted(void)
{
	struct ring_seg seg[4];
	uint16_t head;

	open_rx(1536, 1, false);
	EXPECT(fakedev_pop(&dev, &head, seg, 4) == 1);
	*mem_ptr(&mem, seg[0].gpa + 3, 1) ^= 1;
	rx_scan(&rx);
	EXPECT(rx.posted_touched == 1 && !rx.outside);
	close_rx();
}

static void spoil_header(uint32_t offset, uint8_t value)
{
	uint32_t len;

	open_rx(1536, 1, false);
	len = make();
	buf[offset] = value;
	deliver(len);
	deliver(make());
	EXPECT(rx.st.bad_header);
	close_rx();
}

static void empty_head(void)
{
	struct ring_seg seg[4];
	uint16_t head;

	open_rx(1536, 1, false);
	EXPECT(fakedev_pop(&dev, &head, seg, 4) == 1);
	fakedev_push(&dev, head, 0);
	fakedev_publish(&dev);
	take();
	deliver(make());
	EXPECT(rx.st.empty == 1 && rx.track.received == 1 && clean());
	EXPECT(vq.ring.outstanding == 64);
	close_rx();
}

static void headers(void)
{
	spoil_header(0, 0x80);		/* unknown flag */
	spoil_header(0, 1);		/* checksum not negotiated */
	spoil_header(1, 1);		/* segmentation not negotiated */
	spoil_header(4, 9);		/* stray segment size */
	spoil_header(6, 9);		/* stray checksum start */
	spoil_header(10, 0);		/* num_buffers 0 */
	open_rx(1536, 1, false);
	make();
	deliver(7);			/* not even a header */
	EXPECT(rx.st.bad_header == 1);
	close_rx();
}

static void length_beyond_buffer(void)
{
	struct ring_seg seg[4];
	uint16_t head;

	open_rx(1536, 1, false);
	EXPECT(fakedev_pop(&dev, &head, seg, 4) == 1);
	fakedev_push(&dev, head, 1537);
	fakedev_publish(&dev);
	take();
	EXPECT(rx.st.bad_length == 1);
	close_rx();
}

static void bad_checksum_called_right(void)
{
	uint32_t len;

	open_rx(1536, 1, false);
	gen.spec.proto = PROTO_UDP4;
	gen.spec.bad_csum_every = 1;
	sizes_range(&gen.spec.sizes, 200, 300);
	len = make();
	buf[0] = VIRTIO_NET_HDR_F_DATA_VALID;
	deliver(len);
	EXPECT(rx.st.bad_csum == 1 && rx.st.bad_csum_valid == 1);
	deliver(make());
	EXPECT(rx.st.bad_csum == 2 && rx.st.bad_csum_valid == 1);
	close_rx();
}

static void posting(void)
{
	open_rx(1536, 1, false);
	EXPECT(vq.ring.outstanding == 64);
	rx.paused = true;
	deliver(make());
	EXPECT(vq.ring.outstanding == 63);
	rx.paused = false;
	rx_post(&rx, true);
	EXPECT(vq.ring.outstanding == 64);
	close_rx();
}

/* Replaced pages hold the canary; posted buffers on them are excused. */
static void remapping(void)
{
	unsigned int i;

	open_rx(1536, 1, true);
	EXPECT(pool_remap(&rx.pool, false) > 0);
	for (i = 0; i < 500; i++)
		deliver(make());
	rx_scan(&rx);
	EXPECT(rx.track.received == 500 && clean() && !rx.outside);
	fakedev_deliver(&dev, buf, make(), per_head);
	EXPECT(pool_remap(&rx.pool, true) > 0);
	take();
	EXPECT(rx.st.tainted == 1 && clean());
	close_rx();
}

const struct selftest rx_tests[] = {
	{ "frames are received", receive },
	{ "receive: a flipped byte is seen", flipped_byte },
	{ "receive: lost, duplicate, reordered", sequence },
	{ "receive: a write behind the end is seen", overrun },
	{ "receive: a write elsewhere is seen", stray_write },
	{ "receive: a write to a posted buffer is seen", write_to_posted },
	{ "receive: wrong virtio-net headers are seen", headers },
	{ "receive: an empty head is seen", empty_head },
	{ "receive: an impossible length is seen", length_beyond_buffer },
	{ "receive: wrong checksum, called right", bad_checksum_called_right },
	{ "receive: posting pauses", posting },
	{ "receive: memory is replaced", remapping },
	{ NULL, NULL }
};
