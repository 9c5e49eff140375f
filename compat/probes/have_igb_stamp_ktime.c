// SPDX-License-Identifier: GPL-2.0
/* igb_ptp_rx_pktstamp() stores a ktime_t, since 5.12; before, into an skb */
#include "../src/igb/igb.h"

int (*mp_probe)(struct igb_q_vector *q_vector, void *va, ktime_t *stamp) =
	igb_ptp_rx_pktstamp;
