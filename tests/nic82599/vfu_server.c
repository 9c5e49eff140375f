// SPDX-License-Identifier: GPL-2.0
/* The socket that vfio-user messages come from. One client. */
#include "vfu.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SERVE_BATCH 32	/* messages before others get their turn */

int vfu_listen(struct vfu *v, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path))
		return ENAMETOOLONG;
	strcpy(a.sun_path, path);
	v->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->listen_fd < 0)
		return errno;
	unlink(path);
	if (bind(v->listen_fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(v->listen_fd, 1))
		return errno;
	return 0;
}

bool vfu_accept(struct vfu *v)
{
	v->fd = accept4(v->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	return v->fd >= 0;
}

static bool vfu_read(struct vfu *v, void *buf, size_t len)
{
	u8 *p = buf;
	ssize_t n;

	while (len) {
		n = read(v->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static void vfu_take_fds(struct vfu_msg *m, struct msghdr *mh)
{
	struct cmsghdr *c;
	int *fds, n, i;

	m->nfds = 0;
	for (c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		fds = (int *)CMSG_DATA(c);
		for (i = 0; i < n; i++) {
			if (m->nfds < VFU_FDS_MAX)
				m->fds[m->nfds++] = fds[i];
			else
				close(fds[i]);
		}
	}
}

enum recv { RECV_GONE, RECV_NOTHING, RECV_MESSAGE };

/* File descriptors come with the first byte of their message. */
static enum recv vfu_recv(struct vfu *v, struct vfu_msg *m)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(VFU_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov = { &m->hdr, sizeof(m->hdr) };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t n;

	n = recvmsg(v->fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return RECV_NOTHING;
	if (n <= 0)
		return RECV_GONE;
	vfu_take_fds(m, &mh);
	if (n < (ssize_t)sizeof(m->hdr) &&
	    !vfu_read(v, (u8 *)&m->hdr + n, sizeof(m->hdr) - n))
		return RECV_GONE;
	if (m->hdr.size < sizeof(m->hdr) ||
	    m->hdr.size - sizeof(m->hdr) > VFU_BODY_MAX)
		return RECV_GONE;
	m->len = m->hdr.size - sizeof(m->hdr);
	return vfu_read(v, m->body, m->len) ? RECV_MESSAGE : RECV_GONE;
}

static bool vfu_send(struct vfu *v, struct vfu_msg *m)
{
	struct iovec iov[2] = {
		{ &m->hdr, sizeof(m->hdr) }, { m->body, m->len },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	/* a blocking socket and no signal handler that returns: all or none */
	n = sendmsg(v->fd, &mh, MSG_NOSIGNAL);
	return n == (ssize_t)m->hdr.size;
}

/* Return: false when the client is gone or does not speak vfio-user. */
bool vfu_serve(struct vfu *v)
{
	struct vfu_msg *m = &v->msg;
	int i;

	for (i = 0; i < SERVE_BATCH; i++) {
		switch (vfu_recv(v, m)) {
		case RECV_GONE:
			return false;
		case RECV_NOTHING:
			return true;
		case RECV_MESSAGE:
			break;
		}
		if (vfu_handle(v, m) && !vfu_send(v, m))
			return false;
		/* an operation may have asked to drop the connection */
		if (v->fd < 0)
			return true;
	}
	return true;
}
