// SPDX-License-Identifier: GPL-2.0
/*
 * From what a driver handed over to frames: checksums, segmentation, VLAN tag.
 * 82599 datasheet 7.2.4 and 7.2.5.
 */
#include "nic.h"

#define PROTO_TCP	6
#define PROTO_UDP	17
#define TAG_BYTES	4
#define FRAME_MIN	64
#define ETYPE_VLAN	0x8100
#define SEGMENTS_MAX	4096	/* more is a driver's mistake */

enum { L4T_UDP, L4T_TCP, L4T_SCTP };

/* What a context descriptor and the command of a packet say. */
struct tso {
	struct nic *nic;
	unsigned int q;
	int l3, l4;		/* offsets; MACLEN, MACLEN + IPLEN */
	u32 l4t;
	bool ipv4, segment, ip_csum, l4_csum, tag;
	u16 vlan;
	size_t mss, hdr;
};

static void tso_parse(struct tso *t, u32 cmd, u32 popts)
{
	const struct tx_ctx *c = &t->nic->txq[t->q].ctx[popts >> 4 & 1];

	t->l3 = field(c->lens, 9, 7);
	t->l4 = t->l3 + field(c->lens, 0, 9);
	t->vlan = c->lens >> 16;
	t->ipv4 = c->type & TXC_IPV4;
	t->l4t = field(c->type, 11, 2);
	t->mss = c->mss >> 16;
	t->segment = cmd & TXD_TSE;
	t->tag = cmd & TXD_VLE;
	t->ip_csum = popts & TXD_IXSM;
	t->l4_csum = popts & TXD_TXSM;
	if (t->segment)
		t->hdr = t->l4 + (t->l4t == L4T_TCP ? field(c->mss, 8, 8) : 8);
}

/* Do the offsets lie inside the packet? A driver's mistake, if not. */
static bool tso_valid(const struct tso *t, size_t len)
{
	size_t need = 0;

	if (t->ip_csum && t->ipv4)
		need = t->l3 + 20;
	if (t->l4_csum || t->segment)
		need = t->l4 + (t->l4t == L4T_TCP ? 20 :
				t->l4t == L4T_UDP ? 8 : 12);
	if (t->segment && (!t->mss || t->hdr < need || t->l4t == L4T_SCTP ||
			   t->l4 < t->l3 + (t->ipv4 ? 20 : 40)))
		return false;
	if (t->segment)
		need = t->hdr;
	return need <= len &&
	       !(t->segment && (len - need) / t->mss >= SEGMENTS_MAX);
}

static void tso_ip_csum(const struct tso *t, u8 *f)
{
	u8 *ip = f + t->l3;

	put16(ip + 10, 0);
	put16(ip + 10, csum_fold(csum_add(ip, t->l4 - t->l3, 0)));
}

/* Software has put the sum of the pseudo header in the checksum's place. */
static void tso_l4_csum(const struct tso *t, u8 *f, size_t len)
{
	u8 *l4 = f + t->l4;
	u16 sum;
	u32 crc;

	if (t->l4t == L4T_SCTP) {
		memset(l4 + 8, 0, 4);
		crc = csum_crc32c(l4, len - t->l4);
		memcpy(l4 + 8, &crc, 4);
		return;
	}
	sum = csum_fold(csum_add(l4, len - t->l4, 0));
	if (t->l4t == L4T_UDP && !sum)
		sum = 0xffff;
	put16(l4 + (t->l4t == L4T_TCP ? 16 : 6), sum);
}

/* In segments the sum that software has put there has no length. */
static void tso_segment_csum(const struct tso *t, u8 *f, size_t len)
{
	u8 proto = t->l4t == L4T_TCP ? PROTO_TCP : PROTO_UDP;
	u8 *at = f + t->l4 + (t->l4t == L4T_TCP ? 16 : 6);
	u32 sum;

	put16(at, 0);
	sum = csum_pseudo(f, t->l3, t->ipv4 ? 4 : 6, proto, len - t->l4);
	sum = csum_fold(csum_add(f + t->l4, len - t->l4, sum));
	if (proto == PROTO_UDP && !sum)
		sum = 0xffff;
	put16(at, sum);
}

/* @f: room for a tag before it and padding behind it */
static void tso_out(const struct tso *t, u8 *f, size_t len)
{
	if (t->tag) {
		memmove(f - TAG_BYTES, f, 12);
		f -= TAG_BYTES;
		put16(f + 12, ETYPE_VLAN);
		put16(f + 14, t->vlan);
		len += TAG_BYTES;
	}
	mac_send(t->nic, t->q, f, len);
}

/* TCP flags of a segment, by the masks of DTXTCPFLGL and DTXTCPFLGH */
static u16 tso_flag_mask(const struct tso *t, bool first, bool last)
{
	u32 low = nic_get(t->nic, R_DTXTCPFLGL);

	if (last)
		return nic_get(t->nic, R_DTXTCPFLGH);
	return first ? low : low >> 16;
}

/* Make the headers at @f those of the segment at @off of the payload. */
static void tso_headers(const struct tso *t, u8 *f, size_t len, size_t off,
			unsigned int nr, bool last)
{
	u8 *ip = f + t->l3, *l4 = f + t->l4;
	u16 mask;

	if (t->ipv4) {
		put16(ip + 2, len - t->l3);
		put16(ip + 4, get16(ip + 4) + nr);
	} else {
		put16(ip + 4, len - t->l3 - 40);
	}
	if (t->l4t == L4T_UDP) {
		put16(l4 + 4, len - t->l4);
		return;
	}
	put32(l4 + 4, get32(l4 + 4) + off);
	mask = tso_flag_mask(t, !nr, last) & 0xfff;
	/* one segment only is first and last */
	if (!nr && last)
		mask = 0xfff;
	put16(l4 + 12, get16(l4 + 12) & (0xf000 | mask));
}

static void tso_segments(const struct tso *t, const u8 *f, size_t len)
{
	static u8 mem[TAG_BYTES + NIC_FRAME_MAX + FRAME_MIN];
	size_t payload = len - t->hdr, off = 0, n;
	u8 *seg = mem + TAG_BYTES;
	unsigned int nr = 0;

	do {
		n = min_size(t->mss, payload - off);
		if (t->hdr + n + TAG_BYTES > NIC_FRAME_MAX) {
			t->nic->count.tx_bad++;
			return;
		}
		memcpy(seg, f, t->hdr);
		memcpy(seg + t->hdr, f + t->hdr + off, n);
		tso_headers(t, seg, t->hdr + n, off, nr++, off + n == payload);
		if (t->ip_csum && t->ipv4)
			tso_ip_csum(t, seg);
		if (t->l4_csum)
			tso_segment_csum(t, seg, t->hdr + n);
		tso_out(t, seg, t->hdr + n);
		off += n;
	} while (off < payload);
}

/*
 * Send the packet of @len bytes at @f, of data descriptors with the given
 * command and options. @f has 64 bytes of room before and behind it.
 */
void tso_send(struct nic *nic, unsigned int q, u8 *f, size_t len, u32 cmd,
	      u32 popts)
{
	struct tso t = { .nic = nic, .q = q };

	tso_parse(&t, cmd, popts);
	if (!tso_valid(&t, len) || len < 14) {
		nic->count.tx_bad++;
		return;
	}
	if (t.segment) {
		nic->count.tx_tso++;
		tso_segments(&t, f, len);
		return;
	}
	if (len + TAG_BYTES > NIC_FRAME_MAX) {
		nic->count.tx_bad++;
		return;
	}
	if (t.ip_csum && t.ipv4)
		tso_ip_csum(&t, f);
	if (t.l4_csum)
		tso_l4_csum(&t, f, len);
	tso_out(&t, f, len);
}
