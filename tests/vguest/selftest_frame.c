// SPDX-License-Identifier: GPL-2.0
/* Sizes, frames, sequence numbers, checksums. */
#include <string.h>
#include <unistd.h>

#include "csum.h"
#include "frame.h"
#include "frame_hdr.h"
#include "selftest.h"
#include "track.h"
#include "util.h"
#include "window.h"

static uint8_t buf[FRAME_MAX + 1];
static uint64_t seen_seq, seen_count;

static void see(void *ctx, uint64_t seq, uint32_t len)
{
	(void)ctx;
	(void)len;
	seen_seq = seq;
	seen_count++;
}

static struct frame_check checker(const struct frame_spec *s)
{
	return (struct frame_check){
		.seed = s->seed, .stream = s->stream, .record = see,
	};
}

static struct frame_spec spec_of(enum frame_proto proto, int vlan)
{
	struct frame_spec s;

	frame_spec_default(&s);
	s.proto = proto;
	s.vlan = vlan;
	parse_mac("02:00:00:00:00:01", s.dst);
	parse_mac("02:00:00:00:00:02", s.src);
	sizes_range(&s.sizes, frame_min(&s), 1514);
	return s;
}

static enum frame_verdict verdict(const struct frame_check *c, uint32_t len)
{
	struct frame_result res;

	frame_verify(c, buf, len, &res);
	return res.verdict;
}

static void sizes_cover_range(void)
{
	uint8_t hit[1515] = { 0 };
	struct sizes s;
	uint32_t i;

	sizes_parse(&s, "60..1514");
	for (i = 0; i < 1455; i++)
		hit[sizes_at(&s, i)]++;
	for (i = 60; i <= 1514; i++)
		EXPECT(hit[i] == 1);
	EXPECT(sizes_at(&s, 0) == sizes_at(&s, 1455));
	sizes_parse(&s, "64,1514");
	EXPECT(sizes_at(&s, 0) == 64 && sizes_at(&s, 3) == 1514);
	EXPECT(sizes_min(&s) == 64 && sizes_max(&s) == 1514);
	sizes_parse(&s, "100");
	EXPECT(sizes_at(&s, 12345) == 100);
}

static void round_trip_of(enum frame_proto proto, int vlan,
			  enum frame_csum csum)
{
	struct frame_spec s = spec_of(proto, vlan);
	struct frame_check c = checker(&s);
	struct frame_layout lay;
	struct frame_gen g;
	uint32_t i;

	c.csum = csum;
	frame_gen_init(&g, &s);
	for (i = 0; i < 2000; i++) {
		frame_build(&g, buf, csum, &lay);
		EXPECT(lay.len == sizes_at(&s.sizes, i));
		EXPECT(verdict(&c, lay.len) == FRAME_GOOD);
		EXPECT(seen_seq == i);
	}
	frame_gen_free(&g);
}

static void round_trip(void)
{
	round_trip_of(PROTO_RAW, -1, CSUM_FULL);
	round_trip_of(PROTO_RAW, 5, CSUM_FULL);
	round_trip_of(PROTO_UDP4, -1, CSUM_FULL);
	round_trip_of(PROTO_UDP4, 7, CSUM_PARTIAL);
	round_trip_of(PROTO_TCP4, -1, CSUM_FULL);
	round_trip_of(PROTO_TCP4, -1, CSUM_PARTIAL);
}

static void flip_every_byte(enum frame_proto proto)
{
	struct frame_spec s = spec_of(proto, -1);
	struct frame_check c = checker(&s);
	struct frame_layout lay;
	struct frame_gen g;
	uint32_t i;

	sizes_range(&s.sizes, 300, 300);
	frame_gen_init(&g, &s);
	frame_build(&g, buf, CSUM_FULL, &lay);
	for (i = 0; i < lay.len; i++) {
		buf[i] ^= 0x10;
		EXPECT(verdict(&c, lay.len) != FRAME_GOOD);
		buf[i] ^= 0x10;
	}
	EXPECT(verdict(&c, lay.len) == FRAME_GOOD);
	frame_gen_free(&g);
}

static void flipped_byte_is_seen(void)
{
	flip_every_byte(PROTO_RAW);
	flip_every_byte(PROTO_UDP4);
	flip_every_byte(PROTO_TCP4);
}

static void wrong_place_is_seen(void)
{
	struct frame_spec s = spec_of(PROTO_RAW, -1);
	struct frame_check c = checker(&s);
	struct frame_layout lay;
	struct frame_gen g;

	sizes_range(&s.sizes, 400, 400);
	frame_gen_init(&g, &s);
	frame_build(&g, buf, CSUM_FULL, &lay);
	EXPECT(verdict(&c, lay.len - 1) == FRAME_CORRUPT);
	EXPECT(verdict(&c, lay.len + 1) == FRAME_CORRUPT);
	memmove(buf + 200, buf + 208, 100);
	EXPECT(verdict(&c, lay.len) == FRAME_CORRUPT);
	frame_build(&g, buf, CSUM_FULL, &lay);
	c.seed++;
	EXPECT(verdict(&c, lay.len) == FRAME_CORRUPT);
	c.seed--;
	c.stream++;
	EXPECT(verdict(&c, lay.len) == FRAME_OTHER);
	frame_gen_free(&g);
	memset(buf, 0xff, 60);
	EXPECT(verdict(&c, 60) == FRAME_UNKNOWN);
	EXPECT(verdict(&c, 3) == FRAME_UNKNOWN);
}

static void stripped_tag_is_seen(void)
{
	struct frame_spec s = spec_of(PROTO_RAW, 5);
	struct frame_check c = checker(&s);
	struct frame_layout lay;
	struct frame_gen g;

	frame_gen_init(&g, &s);
	frame_build(&g, buf, CSUM_FULL, &lay);
	memmove(buf + 12, buf + 16, lay.len - 16);
	EXPECT(verdict(&c, lay.len - 4) == FRAME_CORRUPT);
	frame_gen_free(&g);
}

static void bad_checksums(void)
{
	struct frame_spec s = spec_of(PROTO_UDP4, -1);
	struct frame_check c = checker(&s);
	struct frame_result res;
	struct frame_layout lay;
	struct frame_gen g;
	uint32_t i, bad = 0;

	s.bad_csum_every = 5;
	frame_gen_init(&g, &s);
	for (i = 0; i < 100; i++) {
		frame_build(&g, buf, CSUM_FULL, &lay);
		frame_verify(&c, buf, lay.len, &res);
		EXPECT(res.verdict == FRAME_GOOD);
		bad += res.bad_csum;
	}
	EXPECT(bad == 20);
	/* The last one was bad: repairing it is a change, too. */
	put16(buf + lay.l4_off + 6, 0);
	put16(buf + lay.l4_off + 6, ~csum_fold(csum_add(csum_pseudo4(
		s.saddr, s.daddr, 17, lay.len - lay.l4_off),
		buf + lay.l4_off, lay.len - lay.l4_off)));
	EXPECT(verdict(&c, lay.len) == FRAME_CORRUPT);
	frame_gen_free(&g);
}

static void segmentation(void)
{
	struct frame_spec s = spec_of(PROTO_TCP4, -1);
	struct frame_check c = checker(&s);
	struct frame_layout lay;
	struct frame_gen g;

	c.csum = CSUM_PARTIAL;
	frame_gen_init(&g, &s);
	frame_build_gso(&g, buf, 20, &lay);
	seen_count = 0;
	EXPECT(lay.mss == 1460 && lay.len == 54 + 20 * 1460);
	EXPECT(verdict(&c, lay.len) == FRAME_GOOD);
	EXPECT(seen_count == 20 && seen_seq == 19);
	buf[54 + 13 * 1460 + 100] ^= 1;
	EXPECT(verdict(&c, lay.len) == FRAME_CORRUPT);
	frame_gen_free(&g);
}

static void checksum_known_values(void)
{
	/* The example of RFC 1071, section 3. */
	static const uint8_t p[] = { 0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7 };

	EXPECT(csum_fold(csum_add(0, p, 8)) == 0xddf2);
	EXPECT(csum_fold(csum_add(0, p, 3)) == 0xf201);
}

static void sequence_tracking(void)
{
	struct track t;
	uint64_t i;

	track_init(&t, 1000);
	for (i = 0; i < 1000; i++)
		if (i != 500 && i != 600)
			track_seen(&t, i);
	EXPECT(t.received == 998 && track_lost(&t) == 2);
	EXPECT(!t.reordered && !t.duplicates);
	track_seen(&t, 500);
	EXPECT(t.reordered == 1 && track_lost(&t) == 1);
	track_seen(&t, 500);
	EXPECT(t.duplicates == 1 && track_lost(&t) == 1);
	track_seen(&t, 1000);
	EXPECT(t.beyond == 1);
	track_free(&t);
	track_init(&t, 0);
	track_seen(&t, 70000);
	EXPECT(track_lost(&t) == 70000);
	track_free(&t);
}

static void pacing(void)
{
	uint64_t start = now_ns(), sent = 0;
	struct pace p;

	pace_init(&p, 10000);
	while (sent < 1000) {
		unsigned int n = pace_allow(&p, 32);

		EXPECT(n <= 32);
		if (!n)
			sleep_ns(pace_delay(&p));
		pace_done(&p, n);
		sent += n;
	}
	EXPECT(now_ns() - start > 90 * 1000000ull);
	pace_init(&p, 0);
	EXPECT(pace_allow(&p, 7) == 7 && !pace_delay(&p));
}

static void window(void)
{
	const char *path = "/tmp/vguest-selftest.progress";
	struct window w = { 0 };
	uint64_t *count;

	EXPECT(window_allow(&w, 1000, 7) == 7);
	count = progress_create(path);
	window_open(&w, path, 100, 0.2);
	EXPECT(window_allow(&w, 0, 32) == 32);
	EXPECT(window_allow(&w, 90, 32) == 10);
	EXPECT(window_allow(&w, 100, 32) == 0);
	progress_set(count, 50);
	EXPECT(window_allow(&w, 100, 64) == 50);
	EXPECT(window_allow(&w, 150, 32) == 0);
	sleep_ns(250000000);
	EXPECT(window_allow(&w, 150, 32) == 32 && w.stalls == 1);
	progress_set(count, 150);		/* late, not lost */
	EXPECT(window_allow(&w, 150, 200) == 100);
	unlink(path);
}

const struct selftest frame_tests[] = {
	{ "sizes cover their range", sizes_cover_range },
	{ "frames survive a round trip", round_trip },
	{ "a flipped byte is seen", flipped_byte_is_seen },
	{ "bytes in the wrong place are seen", wrong_place_is_seen },
	{ "a stripped VLAN tag is seen", stripped_tag_is_seen },
	{ "wrong checksums stay wrong", bad_checksums },
	{ "frames to be segmented", segmentation },
	{ "the Internet checksum", checksum_known_values },
	{ "lost, duplicate and reordered numbers", sequence_tracking },
	{ "pacing", pacing },
	{ "a window of frames in flight", window },
	{ NULL, NULL }
};
