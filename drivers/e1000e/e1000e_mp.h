/* SPDX-License-Identifier: GPL-2.0 */
/* e1000e: hooks of mpassthru; what they do is in e1000e_mp.c. */
#ifndef _E1000E_MP_H_
#define _E1000E_MP_H_

#include <linux/mpassthru.h>

void e1000e_mp_register(struct net_device *netdev);
void e1000e_mp_unregister(struct net_device *netdev);
u32 e1000e_mp_setup_rctl(struct e1000_adapter *adapter, u32 rctl);
void e1000e_mp_configure_rx(struct e1000_adapter *adapter);
void e1000e_mp_clean_rx_ring(struct e1000_ring *rx_ring);

#endif /* _E1000E_MP_H_ */
