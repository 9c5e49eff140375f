// SPDX-License-Identifier: GPL-2.0
/* read, write and poll; nobody else is on the wire. */
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>

#include "uapi.h"

#define HDR	10

static unsigned char buf[HDR + 70000];
static struct virtio_net_hdr *const hdr = (void *)buf;

/* a broadcast frame of an experimental type, behind an empty header */
static void new_frame(void)
{
	memset(buf, 0, sizeof(buf));
	memset(buf + HDR, 0xff, 6);
	buf[HDR + 6] = 2;
	buf[HDR + 12] = 0x88;
	buf[HDR + 13] = 0xb5;
}

static long send_frame(int fd, size_t len)
{
	return write(fd, buf, HDR + len);
}

static int set_link(bool up)
{
	struct ifreq ifr = {};
	int sock = socket(AF_INET, SOCK_DGRAM, 0), ret;

	strcpy(ifr.ifr_name, nic);
	ret = ioctl(sock, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags = up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP;
	ret = ret ?: ioctl(sock, SIOCSIFFLAGS, &ifr);
	close(sock);
	return ret;
}

static int poll_now(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static void unbound(void)
{
	int fd = open_mp();

	new_frame();
	check_err(send_frame(fd, 60), EBADFD, "write: not bound");
	check_err(read(fd, buf, sizeof(buf)), EBADFD, "read: not bound");
	check(poll_now(fd) == POLLERR, "poll: not bound");
	close(fd);
}

static void lengths(int fd)
{
	new_frame();
	check_err(write(fd, buf, 0), EINVAL, "write: nothing");
	check_err(write(fd, buf, HDR - 1), EINVAL, "write: half a header");
	check_err(send_frame(fd, 13), EINVAL, "write: half an Ethernet header");
	check(send_frame(fd, 14) == HDR + 14, "write: an Ethernet header");
	check(send_frame(fd, 60) == HDR + 60, "write: 60 bytes");
	check(send_frame(fd, 1514) == HDR + 1514, "write: 1514 bytes");
	check_err(send_frame(fd, 1515), EMSGSIZE, "write: 1515 bytes");
	check_err(send_frame(fd, 65000), EMSGSIZE, "write: 65000 bytes");
	check_err(send_frame(fd, 70000), EMSGSIZE, "write: 70000 bytes");
	buf[HDR + 12] = 0x81;
	buf[HDR + 13] = 0x00;
	check(send_frame(fd, 1518) == HDR + 1518, "write: 1518 with a VLAN tag");
	check_err(send_frame(fd, 1519), EMSGSIZE, "write: 1519 with a VLAN tag");
	check_err(write(fd, guarded(50), 100), EFAULT, "write: half unmapped");
}

static void headers(int fd)
{
	new_frame();
	hdr->hdr_len = 61;
	check_err(send_frame(fd, 60), EINVAL, "write: headers longer than frame");
	hdr->hdr_len = 60;
	check(send_frame(fd, 60) == HDR + 60, "write: headers only");
	hdr->hdr_len = 0;
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = 60;
	check_err(send_frame(fd, 60), EINVAL, "write: checksum behind the end");
	hdr->csum_start = 0xffff;
	hdr->csum_offset = 0xffff;
	check_err(send_frame(fd, 60), EINVAL, "write: checksum far behind");
	hdr->flags = 0;
	hdr->csum_start = hdr->csum_offset = 0;
	hdr->gso_type = 0x7f;
	hdr->gso_size = 100;
	check_err(send_frame(fd, 1000), EINVAL, "write: unknown GSO type");
	hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	hdr->gso_size = 0;
	check_err(send_frame(fd, 1000), EINVAL, "write: GSO size 0");
	hdr->gso_size = 100;
	check_err(send_frame(fd, 1000), EINVAL, "write: GSO of what is not TCP");
}

/* an IPv4 and TCP header in front of zeroes */
static void new_tcp(void)
{
	unsigned char *ip = buf + HDR + 14, *tcp = ip + 20;

	new_frame();
	buf[HDR + 12] = 0x08;
	buf[HDR + 13] = 0x00;
	ip[0] = 0x45;
	ip[8] = 64;
	ip[9] = 6;
	tcp[12] = 5 << 4;
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = 14 + 20;
	hdr->csum_offset = 16;
	hdr->hdr_len = 54;
	hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	hdr->gso_size = 1448;
}

static void segments(int fd)
{
	new_tcp();
	check(send_frame(fd, 54 + 4 * 1448) == HDR + 54 + 4 * 1448,
	      "write: four TCP segments");
	check(send_frame(fd, 65000) == HDR + 65000, "write: 65000 bytes of TCP");
	hdr->gso_size = 4000;
	check_err(send_frame(fd, 54 + 8000), EMSGSIZE,
		  "write: TCP segments longer than the MTU");
	hdr->gso_size = 1448;
	hdr->csum_offset = 6;
	check_err(send_frame(fd, 54 + 8000), EINVAL,
		  "write: TCP with the checksum of UDP");
	new_tcp();
	hdr->flags = 0;
	hdr->gso_type = VIRTIO_NET_HDR_GSO_UDP;
	check_err(send_frame(fd, 54 + 8000), EINVAL, "write: UFO of a TCP frame");
}

static void counters(int fd)
{
	struct mp_stats st = { .size = sizeof(st) }, after = { .size = sizeof(after) };

	new_frame();
	check_ok(ioctl(fd, MP_GET_STATS, &st), "GET_STATS");
	check(send_frame(fd, 100) == HDR + 100, "write: 100 bytes");
	check_err(send_frame(fd, 10), EINVAL, "write: 10 bytes");
	check_ok(ioctl(fd, MP_GET_STATS, &after), "GET_STATS");
	check(after.tx_frames == st.tx_frames + 1 &&
	      after.tx_bytes == st.tx_bytes + 100 &&
	      after.tx_dropped == st.tx_dropped + 1,
	      "counters of transmit follow");
}

static void link_down(int fd)
{
	check_ok(set_link(false), "link down");
	new_frame();
	check_err(send_frame(fd, 60), ENETDOWN, "write: link down");
	check(poll_now(fd) == POLLOUT, "poll: link down");
	check_ok(set_link(true), "link up");
}

static void nothing(int sig)
{
	(void)sig;
}

/* a reader that waits ends with a signal, and when the port is unbound */
static void *reader(void *arg)
{
	static long err;
	char byte[64];

	err = read(*(int *)arg, byte, sizeof(byte)) < 0 ? errno : 0;
	return &err;
}

/* May be sent before the reader waits: until one has ended it. */
static long interrupt(pthread_t thread)
{
	void *err;

	while (pthread_tryjoin_np(thread, &err)) {
		pthread_kill(thread, SIGUSR1);
		usleep(100000);
	}
	return *(long *)err;
}

static long wait_for(pthread_t thread)
{
	void *err;

	pthread_join(thread, &err);
	return *(long *)err;
}

static void blocking(int fd)
{
	struct sigaction act = { .sa_handler = nothing };
	pthread_t thread;

	sigaction(SIGUSR1, &act, NULL);
	fcntl(fd, F_SETFL, 0);
	pthread_create(&thread, NULL, reader, &fd);
	usleep(300000);
	check(interrupt(thread) == EINTR, "read: a signal ends the wait");
	pthread_create(&thread, NULL, reader, &fd);
	usleep(300000);
	check_ok(ioctl(fd, MP_UNBIND), "UNBIND while a reader waits");
	check(wait_for(thread) == EBADFD, "read: UNBIND ends the wait");
}

static bool wait_carrier(void)
{
	char path[64], c = 0;
	int fd, i;

	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", nic);
	for (i = 0; i < 100 && c != '1'; i++) {
		fd = open(path, O_RDONLY);
		if (read(fd, &c, 1) < 1)
			c = 0;
		close(fd);
		if (c != '1')
			usleep(100000);
	}
	return c == '1';
}

/* writers get on when the NIC is done with what they sent */
static void send_buffer(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n, waits = 0, size = 1, before;

	new_frame();
	check(wait_carrier(), "carrier");
	check_ok(ioctl(fd, TUNGETSNDBUF, &before), "TUNGETSNDBUF");
	check_ok(ioctl(fd, TUNSETSNDBUF, &size), "TUNSETSNDBUF: 1");
	for (n = 0; n < 500; n++) {
		if (send_frame(fd, 1514) > 0)
			continue;
		if (errno != EAGAIN || poll(&p, 1, 5000) != 1)
			break;
		waits++;
	}
	check(n == 500 && waits, "write, poll: %d of 500, waited %d times", n,
	      waits);
	fcntl(fd, F_SETFL, 0);
	alarm(20);
	for (n = 0; n < 500; n++)
		if (send_frame(fd, 1514) < 0)
			break;
	alarm(0);
	check(n == 500, "write: waits for room, %d of 500", n);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	check_ok(ioctl(fd, TUNSETSNDBUF, &before), "TUNSETSNDBUF: as before");
}

static void drain(int fd)
{
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

void io_cases(void)
{
	int fd;

	unbound();
	fd = bind_new();
	check_ok(set_link(true), "link up");
	lengths(fd);
	headers(fd);
	segments(fd);
	counters(fd);
	send_buffer(fd);
	drain(fd);
	check_err(read(fd, buf, sizeof(buf)), EAGAIN, "read: nothing there");
	check(read(fd, buf, 0) == 0, "read: no room");
	check(poll_now(fd) & POLLOUT, "poll: may write");
	link_down(fd);
	drain(fd);
	blocking(fd);
	close(fd);
}
