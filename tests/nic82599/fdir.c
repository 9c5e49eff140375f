// SPDX-License-Identifier: GPL-2.0
/*
 * Flow director, perfect match filters for IPv4. Signature filters are taken
 * and counted, but never match. 82599 datasheet 7.1.2.7.
 */
#include "nic.h"

#include <stdlib.h>

#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_SCTP	132

enum { CMD_NONE, CMD_ADD, CMD_REMOVE, CMD_QUERY };
enum { L4_OTHER, L4_UDP, L4_TCP, L4_SCTP };

void fdir_reset(struct nic *nic)
{
	struct fdir *fd = &nic->fdir;

	if (!fd->filter)
		fd->filter = calloc(FDIR_FILTERS, sizeof(*fd->filter));
	if (!fd->filter)
		abort();
	memset(fd->filter, 0, fd->top * sizeof(*fd->filter));
	fd->top = 0;
	fd->used = 0;
}

void fdir_free(struct nic *nic)
{
	free(nic->fdir.filter);
}

/* The mask registers of ports are reversed bit by bit in either half. */
static u32 fdir_port_mask(u32 reg)
{
	u32 v = 0;
	int i;

	for (i = 0; i < 16; i++) {
		v |= (reg >> i & 1) << (15 - i);
		v |= (reg >> (16 + i) & 1) << (31 - i);
	}
	return ~v;
}

static u32 fdir_l4(const struct pkt *p)
{
	switch (p->proto) {
	case PROTO_UDP:
		return L4_UDP;
	case PROTO_TCP:
		return L4_TCP;
	case PROTO_SCTP:
		return L4_SCTP;
	}
	return L4_OTHER;
}

/* A frame in the layout of the filter registers, with the masks to apply. */
struct fdir_key {
	u32 l4;
	u32 sip, dip, port, vlan;
	u32 sip_mask, dip_mask, port_mask, vlan_mask;
	bool any_l4, any_pool;
	u32 pool;
};

static u32 fdir_port_mask_of(const struct nic *nic, u32 l4)
{
	switch (l4) {
	case L4_UDP:
		return fdir_port_mask(nic_get(nic, R_FDIRUDPM));
	case L4_TCP:
		return fdir_port_mask(nic_get(nic, R_FDIRTCPM));
	case L4_SCTP:
		return fdir_port_mask(nic_get(nic, R_FDIRSCTPM));
	}
	return 0;
}

static void fdir_key_fill(const struct nic *nic, const u8 *f, int len,
			  const struct pkt *p, int pool, struct fdir_key *k)
{
	u32 flex = field(nic_get(nic, R_FDIRCTRL), 16, 5) * 2;
	u32 m = nic_get(nic, R_FDIRM);

	memset(k, 0, sizeof(*k));
	k->l4 = fdir_l4(p);
	k->any_l4 = m & FDIRM_L4P;
	k->any_pool = pool < 0 || (m & FDIRM_POOL);
	k->pool = pool;
	/* addresses are as in memory, first byte lowest; ports are not */
	memcpy(&k->sip, f + p->l3 + 12, 4);
	memcpy(&k->dip, f + p->l3 + 16, 4);
	k->sip_mask = ~nic_get(nic, R_FDIRSIP4M);
	k->dip_mask = ~nic_get(nic, R_FDIRDIP4M);
	if (k->l4 != L4_OTHER) {
		k->port = (u32)get16(f + p->l4 + 2) << 16 | get16(f + p->l4);
		k->port_mask = fdir_port_mask_of(nic, k->l4);
	}
	k->vlan = p->tagged ? p->vlan : 0;
	if ((int)flex + 2 <= len)
		k->vlan |= (u32)f[flex] << 16 | (u32)f[flex + 1] << 24;
	k->vlan_mask = (m & FDIRM_VLANID ? 0 : 0x0fff) |
		       (m & FDIRM_VLANP ? 0 : 0xe000) |
		       (m & FDIRM_FLEX ? 0 : 0xffff0000);
}

static bool fdir_equal(const struct fdir_filter *e, const struct fdir_key *k)
{
	if (!k->any_l4) {
		if (field(e->cmd, 5, 2) != k->l4)
			return false;
		if ((e->port ^ k->port) & k->port_mask)
			return false;
	}
	if (!k->any_pool && field(e->cmd, 24, 6) != k->pool)
		return false;
	return !((e->sip ^ k->sip) & k->sip_mask) &&
	       !((e->dip ^ k->dip) & k->dip_mask) &&
	       !((e->vlan ^ k->vlan) & k->vlan_mask);
}

bool fdir_perfect(const struct nic *nic)
{
	u32 ctrl = nic_get(nic, R_FDIRCTRL);

	return (ctrl & FDIRCTRL_PBALLOC) && (ctrl & FDIRCTRL_PERFECT);
}

const struct fdir_filter *fdir_match(const struct nic *nic, const u8 *f,
				     int len, const struct pkt *p, int pool)
{
	const struct fdir *fd = &nic->fdir;
	struct fdir_key k;
	unsigned int i;

	if (p->ip != 4 || !fd->used)
		return NULL;
	fdir_key_fill(nic, f, len, p, pool, &k);
	for (i = 0; i < fd->top; i++)
		if (fd->filter[i].used && fdir_equal(&fd->filter[i], &k))
			return &fd->filter[i];
	return NULL;
}

/* Room in the part of the packet buffer that PBALLOC sets aside. */
static unsigned int fdir_capacity(const struct nic *nic)
{
	u32 alloc = nic_get(nic, R_FDIRCTRL) & FDIRCTRL_PBALLOC;

	return alloc ? (1024u << alloc) - 2 : 0;
}

static struct fdir_filter *fdir_find(struct nic *nic, u32 hash)
{
	struct fdir *fd = &nic->fdir;
	unsigned int i;

	for (i = 0; i < fd->top; i++)
		if (fd->filter[i].used && fd->filter[i].hash == hash)
			return &fd->filter[i];
	return NULL;
}

static struct fdir_filter *fdir_new(struct nic *nic)
{
	struct fdir *fd = &nic->fdir;
	unsigned int i;

	if (fd->used >= fdir_capacity(nic))
		return NULL;
	for (i = 0; i < fd->top; i++)
		if (!fd->filter[i].used)
			break;
	if (i == fd->top)
		fd->top++;
	fd->used++;
	return &fd->filter[i];
}

static void fdir_add(struct nic *nic, u32 cmd)
{
	u32 hash = nic_get(nic, R_FDIRHASH);
	struct fdir_filter *e = fdir_find(nic, hash);

	if (!e)
		e = fdir_new(nic);
	if (!e) {
		stats_add(nic, R_FDIRFSTAT, 1);
		return;
	}
	*e = (struct fdir_filter){
		.used = true,
		.hash = hash,
		.sip = nic_get(nic, R_FDIRIPSA),
		.dip = nic_get(nic, R_FDIRIPDA),
		.port = nic_get(nic, R_FDIRPORT),
		.vlan = nic_get(nic, R_FDIRVLAN),
		.cmd = cmd,
	};
	stats_add(nic, R_FDIRUSTAT, 1);
}

static void fdir_remove(struct nic *nic)
{
	struct fdir_filter *e = fdir_find(nic, nic_get(nic, R_FDIRHASH));

	if (!e) {
		stats_add(nic, R_FDIRFSTAT, 1 << 8);
		return;
	}
	e->used = false;
	nic->fdir.used--;
	stats_add(nic, R_FDIRUSTAT, 1 << 16);
}

/* Commands complete at once: the CMD field reads zero. */
static void fdir_command(struct nic *nic, u32 cmd)
{
	bool perfect = fdir_perfect(nic);

	if (cmd & FDIRCMD_CLEARHT)
		fdir_reset(nic);
	switch (cmd & 3) {
	case CMD_ADD:
		if (perfect)
			fdir_add(nic, cmd);
		else
			stats_add(nic, R_FDIRUSTAT, 1);
		break;
	case CMD_REMOVE:
		if (perfect)
			fdir_remove(nic);
		break;
	case CMD_QUERY:
		cmd &= ~FDIRCMD_VALID;
		if (fdir_find(nic, nic_get(nic, R_FDIRHASH)))
			cmd |= FDIRCMD_VALID;
		break;
	}
	*nic_reg(nic, R_FDIRCMD) = cmd & ~3u;
}

u32 fdir_reg_read(struct nic *nic, u32 addr)
{
	u32 v = nic_get(nic, addr);

	if (addr == R_FDIRCTRL && (v & FDIRCTRL_PBALLOC))
		v |= FDIRCTRL_INIT_DONE;
	if (addr == R_FDIRFREE)
		v = fdir_capacity(nic) - nic->fdir.used;
	return v;
}

void fdir_reg_write(struct nic *nic, u32 addr, u32 v)
{
	if (addr == R_FDIRCMD)
		fdir_command(nic, v);
	else
		*nic_reg(nic, addr) = v;
}
