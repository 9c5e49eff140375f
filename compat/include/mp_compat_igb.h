/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between the igb drivers of kernels, see mp_compat.h. */
#ifndef _MP_COMPAT_IGB_H
#define _MP_COMPAT_IGB_H

#include <linux/skbuff.h>

#include "mp_config.h"

/*
 * 5.12 (XDP came to igb) had the time stamp in front of a frame stored where the
 * caller wants it, rather than in an skb. Until 5.12.
 */
#ifdef MP_HAVE_IGB_STAMP_KTIME
static inline void mp_igb_rx_pktstamp(struct igb_q_vector *q_vector, void *va,
				      struct sk_buff *skb)
{
	igb_ptp_rx_pktstamp(q_vector, va, &skb_hwtstamps(skb)->hwtstamp);
}
#else
static inline void mp_igb_rx_pktstamp(struct igb_q_vector *q_vector, void *va,
				      struct sk_buff *skb)
{
	igb_ptp_rx_pktstamp(q_vector, va, skb);
}
#endif

#endif /* _MP_COMPAT_IGB_H */
