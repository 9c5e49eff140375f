// SPDX-License-Identifier: GPL-2.0
/*
 * sock_init_data_uid(), __skb_recv_datagram() of five arguments (since 6.3 and its stable kernels)
 * exports: sock_init_data_uid __skb_recv_datagram sock_alloc_send_pskb skb_gso_validate_mac_len
 */
#include <linux/skbuff.h>
#include <net/sock.h>

void (*mp_probe)(struct socket *sock, struct sock *sk, kuid_t uid) =
	sock_init_data_uid;
struct sk_buff *(*mp_probe2)(struct sock *sk, struct sk_buff_head *queue,
			     unsigned int flags, int *off, int *err) =
	__skb_recv_datagram;
