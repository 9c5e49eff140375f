// SPDX-License-Identifier: GPL-2.0
/* The vfio-user protocol, by its bytes on a real socket. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../vfu.h"

struct peer {
	struct vfu v;
	int fd;
	u32 last_write;
	int resets, maps, unmaps;
	int map_error;
	u64 map_size;
};

static void peer_read(void *arg, int region, u64 off, void *buf, u32 len)
{
	(void)arg;
	memset(buf, region + off, len);
}

static void peer_write(void *arg, int region, u64 off, const void *buf, u32 len)
{
	struct peer *p = arg;

	(void)region;
	(void)off;
	memcpy(&p->last_write, buf, min_size(len, 4));
}

static void peer_reset(void *arg)
{
	((struct peer *)arg)->resets++;
}

static int peer_map(void *arg, u64 iova, u64 size, int fd, u64 offset, u32 prot)
{
	struct peer *p = arg;

	(void)iova;
	(void)offset;
	p->maps += fd >= 0 && prot == 3;
	p->map_size = size;
	return p->map_error;
}

static int peer_unmap(void *arg, u64 iova, u64 size)
{
	(void)iova;
	(void)size;
	((struct peer *)arg)->unmaps++;
	return 0;
}

static void peer_unmap_all(void *arg)
{
	((struct peer *)arg)->unmaps += 100;
}

static const struct vfu_ops peer_ops = {
	.read = peer_read, .write = peer_write, .reset = peer_reset,
	.map = peer_map, .unmap = peer_unmap, .unmap_all = peer_unmap_all,
};

static struct peer *peer_new(bool ready)
{
	struct peer *p = calloc(1, sizeof(*p));
	int sv[2];

	vfu_init(&p->v, &peer_ops, p);
	p->v.region_size[VFU_BAR0] = 0x1000;
	p->v.region_size[VFU_CONFIG] = 0x1000;
	p->v.irq_count[VFU_MSIX] = 64;
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	p->v.fd = sv[0];
	p->fd = sv[1];
	p->v.ready = ready;
	return p;
}

static void peer_free(struct peer *p)
{
	vfu_disconnect(&p->v);
	close(p->fd);
	free(p);
}

static void peer_send(struct peer *p, struct vfu_hdr *h, const void *body,
		      size_t len, const int *fds, int nfds)
{
	union {
		struct cmsghdr c;
		char room[CMSG_SPACE(8 * sizeof(int))];
	} cm;
	struct iovec iov[2] = {
		{ h, sizeof(*h) }, { (void *)body, len },
	};
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };

	if (nfds) {
		m.msg_control = &cm;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cm.c.cmsg_level = SOL_SOCKET;
		cm.c.cmsg_type = SCM_RIGHTS;
		cm.c.cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(&cm.c), fds, nfds * sizeof(int));
	}
	EQUAL(sendmsg(p->fd, &m, 0), sizeof(*h) + len);
}

/* Ask, serve, read the reply. Return: its error; *len: bytes of @reply. */
static int ask_fds(struct peer *p, u16 cmd, const void *body, size_t len,
		   void *reply, size_t *rlen, const int *fds, int nfds)
{
	struct vfu_hdr h = { .id = 77, .cmd = cmd, .size = sizeof(h) + len };
	u8 buf[4096];
	ssize_t n;

	peer_send(p, &h, body, len, fds, nfds);
	CHECK(vfu_serve(&p->v));
	n = recv(p->fd, buf, sizeof(buf), MSG_DONTWAIT);
	CHECK(n >= (ssize_t)sizeof(h));
	memcpy(&h, buf, sizeof(h));
	EQUAL(h.id, 77);
	EQUAL(h.cmd, cmd);
	EQUAL(h.size, n);
	EQUAL(h.flags, VFU_REPLY | (h.error ? VFU_ERROR : 0));
	if (rlen) {
		*rlen = n - sizeof(h);
		memcpy(reply, buf + sizeof(h), *rlen);
	}
	return h.error;
}

static int ask(struct peer *p, u16 cmd, const void *body, size_t len,
	       void *reply, size_t *rlen)
{
	return ask_fds(p, cmd, body, len, reply, rlen, NULL, 0);
}

TEST(vfu_version_comes_first)
{
	struct peer *p = peer_new(false);
	static const char v[] = "\0\0\0\0{\"capabilities\":{}}";
	char reply[4096];
	u32 info[4] = { 16 };
	size_t n;

	EQUAL(ask(p, 4, info, 16, NULL, NULL), EINVAL);
	EQUAL(ask(p, 1, "\1\0\0\0", 4, NULL, NULL), EINVAL);
	EQUAL(ask(p, 1, v, sizeof(v), reply, &n), 0);
	CHECK(n > 5 && !reply[n - 1]);
	CHECK(strstr(reply + 4, "\"max_msg_fds\":8") != NULL);
	CHECK(strstr(reply + 4, "write_multiple") == NULL);
	EQUAL(ask(p, 4, info, 16, info, &n), 0);
	EQUAL(info[1], 3);
	EQUAL(info[2], 9);
	EQUAL(info[3], 5);
	peer_free(p);
}

TEST(vfu_region_and_irq_info)
{
	struct peer *p = peer_new(true);
	u32 w[8] = { 32, 0, VFU_CONFIG };
	size_t n;

	EQUAL(ask(p, 5, w, 32, w, &n), 0);
	EQUAL(n, 32);
	EQUAL(w[1], 3);
	EQUAL(w[4], 0x1000);
	w[2] = VFU_ROM;
	EQUAL(ask(p, 5, w, 32, w, &n), 0);
	EQUAL(w[1] | w[4], 0);
	w[2] = 9;
	EQUAL(ask(p, 5, w, 32, w, &n), EINVAL);
	w[2] = VFU_MSIX;
	EQUAL(ask(p, 7, w, 16, w, &n), 0);
	EQUAL(w[3], 64);
	EQUAL(w[1], 9);
	EQUAL(ask(p, 7, w, 12, w, &n), EINVAL);
	w[2] = 5;
	EQUAL(ask(p, 7, w, 16, w, &n), EINVAL);
	peer_free(p);
}

static void put_access(u8 *b, u64 off, u32 region, u32 count)
{
	memcpy(b, &off, 8);
	memcpy(b + 8, &region, 4);
	memcpy(b + 12, &count, 4);
}

TEST(vfu_region_access_and_its_bounds)
{
	struct peer *p = peer_new(true);
	u8 b[64], reply[4096];
	size_t n;

	put_access(b, 0x10, VFU_BAR0, 4);
	EQUAL(ask(p, 9, b, 16, reply, &n), 0);
	EQUAL(n, 20);
	EQUAL(reply[16], 0x10);
	put_access(b, 0xffd, VFU_BAR0, 4);
	EQUAL(ask(p, 9, b, 16, reply, &n), EINVAL);
	put_access(b, ~0ull, VFU_BAR0, 4);
	EQUAL(ask(p, 9, b, 16, reply, &n), EINVAL);
	put_access(b, 0, VFU_BAR1, 4);
	EQUAL(ask(p, 9, b, 16, reply, &n), EINVAL);
	put_access(b, 0, 99, 4);
	EQUAL(ask(p, 9, b, 16, reply, &n), EINVAL);
	put_access(b, 0, VFU_BAR0, 0xffffffff);
	EQUAL(ask(p, 9, b, 16, reply, &n), EINVAL);
	put_access(b, 8, VFU_BAR0, 4);
	memcpy(b + 16, "\1\2\3\4", 4);
	EQUAL(ask(p, 10, b, 20, reply, &n), 0);
	EQUAL(n, 16);
	EQUAL(p->last_write, 0x04030201);
	/* says more than it brings */
	put_access(b, 8, VFU_BAR0, 8);
	EQUAL(ask(p, 10, b, 20, reply, &n), EINVAL);
	peer_free(p);
}

TEST(vfu_posted_writes_have_no_reply)
{
	struct peer *p = peer_new(true);
	struct vfu_hdr h = { .cmd = 10, .size = 36, .flags = VFU_NO_REPLY };
	u8 b[20];

	put_access(b, 8, VFU_BAR0, 4);
	memcpy(b + 16, "\5\0\0\0", 4);
	peer_send(p, &h, b, 20, NULL, 0);
	peer_send(p, &h, b, 20, NULL, 0);
	CHECK(vfu_serve(&p->v));
	EQUAL(p->last_write, 5);
	EQUAL(p->v.messages, 2);
	EQUAL(recv(p->fd, b, 1, MSG_DONTWAIT), -1);
	peer_free(p);
}

TEST(vfu_dma_map_takes_a_descriptor)
{
	struct peer *p = peer_new(true);
	u64 q[4] = { 32 | 3ull << 32, 0, 0x1000, 0x2000 };
	int fd = memfd_create("unit", 0);

	EQUAL(ask_fds(p, 2, q, 32, NULL, NULL, &fd, 1), 0);
	EQUAL(p->maps, 1);
	EQUAL(p->map_size, 0x2000);
	p->map_error = EEXIST;
	EQUAL(ask(p, 2, q, 32, NULL, NULL), EEXIST);
	EQUAL(ask(p, 2, q, 31, NULL, NULL), EINVAL);
	EQUAL(p->maps, 1);
	q[0] = 24;
	EQUAL(ask(p, 3, q, 24, NULL, NULL), 0);
	EQUAL(p->unmaps, 1);
	q[0] = 24 | 2ull << 32;
	EQUAL(ask(p, 3, q, 24, NULL, NULL), 0);
	EQUAL(p->unmaps, 101);
	close(fd);
	peer_free(p);
}

TEST(vfu_eventfds)
{
	struct peer *p = peer_new(true);
	/* trigger by eventfd, MSI-X vectors 62 and 63 */
	u32 w[5] = { 20, 0x24, VFU_MSIX, 62, 2 };
	int fds[2] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK) };
	u64 v;

	EQUAL(ask_fds(p, 8, w, 20, NULL, NULL, fds, 2), 0);
	vfu_trigger(&p->v, VFU_MSIX, 63);
	EQUAL(read(fds[1], &v, 8), 8);
	EQUAL(read(fds[0], &v, 8), -1);
	/* by hand */
	w[1] = 0x21;
	EQUAL(ask(p, 8, w, 20, NULL, NULL), 0);
	EQUAL(read(fds[0], &v, 8), 8);
	EQUAL(read(fds[1], &v, 8), 8);
	/* beyond the vectors */
	w[4] = 3;
	EQUAL(ask(p, 8, w, 20, NULL, NULL), EINVAL);
	w[3] = 0xffffffff;
	EQUAL(ask(p, 8, w, 20, NULL, NULL), EINVAL);
	/* all away */
	w[3] = 0;
	w[4] = 0;
	EQUAL(ask(p, 8, w, 20, NULL, NULL), 0);
	vfu_trigger(&p->v, VFU_MSIX, 63);
	EQUAL(read(fds[1], &v, 8), -1);
	close(fds[0]);
	close(fds[1]);
	peer_free(p);
}

TEST(vfu_too_many_descriptors_are_closed)
{
	struct peer *p = peer_new(true);
	u32 w[5] = { 20, 0x24, VFU_MSIX, 0, 1 };
	int fds[2] = { eventfd(0, 0), eventfd(0, 0) };

	EQUAL(ask_fds(p, 8, w, 20, NULL, NULL, fds, 2), 0);
	CHECK(p->v.eventfd[VFU_MSIX][0] >= 0);
	EQUAL(p->v.eventfd[VFU_MSIX][1], -1);
	close(fds[0]);
	close(fds[1]);
	peer_free(p);
}

TEST(vfu_rest_of_the_commands)
{
	struct peer *p = peer_new(true);

	EQUAL(ask(p, 13, NULL, 0, NULL, NULL), 0);
	EQUAL(p->resets, 1);
	EQUAL(ask(p, 6, NULL, 0, NULL, NULL), EOPNOTSUPP);
	EQUAL(ask(p, 0, NULL, 0, NULL, NULL), EOPNOTSUPP);
	EQUAL(ask(p, 0xffff, NULL, 0, NULL, NULL), EOPNOTSUPP);
	peer_free(p);
}

TEST(vfu_bad_sizes_end_the_connection)
{
	static const u32 sizes[] = { 0, 15, 0x7fffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct peer *p = peer_new(true);
		struct vfu_hdr h = { .cmd = 1, .size = sizes[i] };

		peer_send(p, &h, NULL, 0, NULL, 0);
		CHECK(!vfu_serve(&p->v));
		peer_free(p);
	}
}

TEST(vfu_client_hangs_up)
{
	struct peer *p = peer_new(true);

	CHECK(vfu_serve(&p->v));
	shutdown(p->fd, SHUT_WR);
	CHECK(!vfu_serve(&p->v));
	peer_free(p);
}
