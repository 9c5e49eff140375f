// SPDX-License-Identifier: GPL-2.0
/*
 * proto_ops with sendmsg, recvmsg and peek_len of these types (since 4.16)
 * exports: sk_alloc sock_init_data sk_free
 */
#include <linux/net.h>
#include <net/sock.h>

int mp_sendmsg(struct socket *sock, struct msghdr *m, size_t total);
int mp_recvmsg(struct socket *sock, struct msghdr *m, size_t total, int flags);
int mp_peek_len(struct socket *sock);

const struct proto_ops mp_probe = {
	.sendmsg = mp_sendmsg,
	.recvmsg = mp_recvmsg,
	.peek_len = mp_peek_len,
};

struct proto mp_proto = {
	.name = "mp",
	.obj_size = sizeof(struct sock),
};
