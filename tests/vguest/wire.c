// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "frame_hdr.h"
#include "util.h"
#include "wire.h"

#define STUCK_SECONDS 10
#define RCVBUF (64 << 20)

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

static void set_opt(const struct wire *w, int level, int name, int value,
		    const char *what)
{
	if (setsockopt(w->fd, level, name, &value, sizeof(value)))
		die_errno("%s: %s", w->ifname, what);
}

static void set_promisc(const struct wire *w)
{
	struct packet_mreq mr = {
		.mr_ifindex = w->ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};

	if (setsockopt(w->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr,
		       sizeof(mr)))
		die_errno("%s: promiscuous mode", w->ifname);
}

void wire_open(struct wire *w, const char *ifname, bool receive)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET,
		.sll_protocol = receive ? htons(ETH_P_ALL) : 0,
	};

	memset(w, 0, sizeof(*w));
	w->ifname = ifname;
	w->ifindex = if_nametoindex(ifname);
	if (!w->ifindex)
		die_errno("no interface %s", ifname);
	w->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		die_errno("cannot make a packet socket");
	a.sll_ifindex = w->ifindex;
	if (receive) {
		set_opt(w, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF, "SO_RCVBUF");
		set_opt(w, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
		setsockopt(w->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING,
			   &(int){ 1 }, sizeof(int));
		set_promisc(w);
	} else {
		set_opt(w, SOL_PACKET, PACKET_QDISC_BYPASS, 1,
			"PACKET_QDISC_BYPASS");
	}
	if (bind(w->fd, (void *)&a, sizeof(a)))
		die_errno("cannot bind to %s", ifname);
}

void wire_close(struct wire *w)
{
	close(w->fd);
}

void wire_mac(const struct wire *w, uint8_t mac[6])
{
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, w->ifname, IFNAMSIZ - 1);
	if (ioctl(w->fd, SIOCGIFHWADDR, &ifr))
		die_errno("%s: SIOCGIFHWADDR", w->ifname);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
}

static bool running(const struct wire *w)
{
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, w->ifname, IFNAMSIZ - 1);
	if (ioctl(w->fd, SIOCGIFFLAGS, &ifr))
		die_errno("%s: SIOCGIFFLAGS", w->ifname);
	if (!(ifr.ifr_flags & IFF_UP))
		die("%s is down", w->ifname);
	return ifr.ifr_flags & IFF_RUNNING;
}

bool wire_wait_carrier(const struct wire *w, double seconds)
{
	uint64_t until = now_ns() + seconds_to_ns(seconds);

	while (!running(w)) {
		if (now_ns() > until)
			return false;
		sleep_ns(50000000);
	}
	return true;
}

/*
 * A full or stopped transmit queue answers ENOBUFS (the frame is not sent):
 * try that frame again. Anything accepted counts as sent.
 */
void wire_send(struct wire *w, uint8_t *const *frame, const uint32_t *len,
	       unsigned int n)
{
	uint64_t progress = now_ns();
	struct mmsghdr m[WIRE_BATCH];
	struct iovec iov[WIRE_BATCH];
	unsigned int i, done = 0;
	int rc;

	memset(m, 0, sizeof(m));
	for (i = 0; i < n; i++) {
		iov[i].iov_base = frame[i];
		iov[i].iov_len = len[i];
		m[i].msg_hdr.msg_iov = &iov[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n) {
		rc = sendmmsg(w->fd, m + done, n - done, 0);
		if (rc > 0) {
			done += rc;
			progress = now_ns();
			continue;
		}
		if (rc < 0 && errno != ENOBUFS && errno != EAGAIN &&
		    errno != EINTR && errno != ENOMEM)
			die_errno("%s: cannot send %u bytes", w->ifname,
				  len[done]);
		w->retries++;
		if (now_ns() - progress > STUCK_SECONDS * NSEC_PER_SEC)
			die("%s: nothing sent for %d s", w->ifname,
			    STUCK_SECONDS);
		sleep_ns(50000);
	}
}

static uint8_t *room(unsigned int i)
{
	static uint8_t *buf[WIRE_BATCH];

	if (!buf[i])
		buf[i] = xcalloc(1, WIRE_ROOM + VLAN_LEN);
	return buf[i];
}

/* Put the tag back between the addresses and the type. */
static void restore_tag(struct wire_frame *f,
			const struct tpacket_auxdata *aux)
{
	uint16_t tpid = aux->tp_status & TP_STATUS_VLAN_TPID_VALID ?
		aux->tp_vlan_tpid : ETHERTYPE_VLAN;

	f->data -= VLAN_LEN;
	f->len += VLAN_LEN;
	memmove(f->data, f->data + VLAN_LEN, 12);
	put16(f->data + 12, tpid);
	put16(f->data + 14, aux->tp_vlan_tci);
}

static void read_auxdata(struct msghdr *m, struct wire_frame *f)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		f->partial = aux.tp_status & TP_STATUS_CSUMNOTREADY;
		if ((aux.tp_status & TP_STATUS_VLAN_VALID) &&
		    f->len >= ETH_LEN)
			restore_tag(f, &aux);
	}
}

unsigned int wire_recv(struct wire *w, struct wire_frame *f, int ms)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct cmsghdr align;
	} ctl[WIRE_BATCH];
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	struct mmsghdr m[WIRE_BATCH];
	struct iovec iov[WIRE_BATCH];
	int i, n;

	if (poll(&p, 1, ms) <= 0)
		return 0;
	memset(m, 0, sizeof(m));
	for (i = 0; i < WIRE_BATCH; i++) {
		iov[i].iov_base = room(i) + VLAN_LEN;
		iov[i].iov_len = WIRE_ROOM;
		m[i].msg_hdr.msg_iov = &iov[i];
		m[i].msg_hdr.msg_iovlen = 1;
		m[i].msg_hdr.msg_control = &ctl[i];
		m[i].msg_hdr.msg_controllen = sizeof(ctl[i]);
	}
	n = recvmmsg(w->fd, m, WIRE_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die_errno("%s: recvmmsg", w->ifname);
	for (i = 0; i < n; i++) {
		f[i].data = room(i) + VLAN_LEN;
		f[i].len = m[i].msg_len;
		f[i].partial = false;
		read_auxdata(&m[i].msg_hdr, &f[i]);
	}
	return n < 0 ? 0 : n;
}

void wire_count_drops(struct wire *w)
{
	struct tpacket_stats st;
	socklen_t len = sizeof(st);

	if (!getsockopt(w->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len))
		w->drops += st.tp_drops;
}
