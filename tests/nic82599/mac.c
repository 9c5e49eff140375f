// SPDX-License-Identifier: GPL-2.0
/*
 * The transmit side of the MAC: padding, statistics, loopback, the switch
 * between pools. 82599 datasheet 7.2, 7.10.3.5 and HLREG0, 8.2.3.22.8.
 */
#include "nic.h"

#define CRC_BYTES	4
#define FRAME_MIN	60

static void mac_count(struct nic *nic, unsigned int q, const u8 *f, size_t len)
{
	stats_add(nic, R_GPTC, 1);
	stats_add(nic, R_TPT, 1);
	stats_add64(nic, R_GOTCL, len + CRC_BYTES);
	stats_size_bin(nic, R_PTC64, len + CRC_BYTES);
	if (filter_is_broadcast(f))
		stats_add(nic, R_BPTC, 1);
	else if (f[0] & 1)
		stats_add(nic, R_MPTC, 1);
	stats_tx_queue(nic, q, len);
}

/*
 * The switch: a frame for a pool's address stays inside, one for a group goes
 * both ways. Return: true when it must not go to the wire.
 */
static bool mac_switch(struct nic *nic, unsigned int q, const u8 *f,
		       size_t len)
{
	int pool = pool_of_txq(nic, q);
	bool inside;

	if (pool < 0 || !(nic_get(nic, R_PFDTXGSWC) & DTXGSWC_LBEN))
		return false;
	inside = !(f[0] & 1) && filter_rar(nic, f) >= 0;
	if (inside || (f[0] & 1))
		rx_local(nic, f, len, pool);
	return inside;
}

/* @f: room for padding behind it */
void mac_send(struct nic *nic, unsigned int q, u8 *f, size_t len)
{
	u32 hlreg0 = nic_get(nic, R_HLREG0);

	if (len < FRAME_MIN && (hlreg0 & HLREG0_TXPADEN)) {
		memset(f + len, 0, FRAME_MIN - len);
		len = FRAME_MIN;
	}
	nic->count.tx_frames++;
	mac_count(nic, q, f, len);
	if (hlreg0 & HLREG0_LPBK) {
		rx_local(nic, f, len, -1);
		return;
	}
	if (mac_switch(nic, q, f, len))
		return;
	if (nic->link)
		nic->host.send(nic->host.arg, f, len);
}
