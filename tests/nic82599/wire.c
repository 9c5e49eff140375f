// SPDX-License-Identifier: GPL-2.0
/*
 * Neither side of a wire may wait for the other forever: while the NIC has no
 * room, frames stay in the stream for hold_ns and are then lost; the same on
 * the way out.
 */
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PREFIX		4
#define FRAME_MIN	60

/* "listen:PATH", "connect:PATH", "loop" or "none" */
int wire_parse(struct wire *w, const char *arg)
{
	w->path = strchr(arg, ':');
	if (!strcmp(arg, "none"))
		w->mode = WIRE_NONE;
	else if (!strcmp(arg, "loop"))
		w->mode = WIRE_LOOP;
	else if (!strncmp(arg, "listen:", 7))
		w->mode = WIRE_LISTEN;
	else if (!strncmp(arg, "connect:", 8))
		w->mode = WIRE_CONNECT;
	else
		return EINVAL;
	if (w->path)
		w->path++;
	return 0;
}

int wire_open(struct wire *w)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	w->listen_fd = -1;
	w->fd = -1;
	if (w->mode == WIRE_NONE || w->mode == WIRE_LOOP)
		return 0;
	if (strlen(w->path) >= sizeof(a.sun_path))
		return ENAMETOOLONG;
	strcpy(a.sun_path, w->path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	if (w->mode == WIRE_CONNECT) {
		w->fd = fd;
		return connect(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
	}
	w->listen_fd = fd;
	unlink(w->path);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
		return errno;
	return 0;
}

void wire_accept(struct wire *w)
{
	int size = 1024 * 1024;

	w->fd = accept4(w->listen_fd, NULL, NULL,
			SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (w->fd >= 0)
		setsockopt(w->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* The other end is gone; one that listens takes another. */
static void wire_close(struct wire *w, const char *why)
{
	fprintf(stderr, "nic82599: wire closed: %s\n", why);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->in_len = 0;
	w->in_full = false;
	w->in_since = 0;
	w->nic->pbuf.full = false;
	w->out_from = 0;
	w->out_len = 0;
}

static u64 wire_now(const struct wire *w)
{
	return w->nic->host.now(w->nic->host.arg);
}

static bool wire_backlog(const struct wire *w)
{
	return w->out_len - w->out_from > WIRE_BACKLOG;
}

bool wire_busy(struct wire *w)
{
	if (!wire_backlog(w))
		return false;
	wire_flush(w);
	return wire_backlog(w) && wire_now(w) - w->out_moved < w->hold_ns;
}

static void wire_out_reserve(struct wire *w, size_t len)
{
	if (w->out_from) {
		memmove(w->out, w->out + w->out_from, w->out_len - w->out_from);
		w->out_len -= w->out_from;
		w->out_from = 0;
	}
	if (w->out_len + len <= w->out_room)
		return;
	w->out_room = (w->out_len + len) * 2;
	w->out = realloc(w->out, w->out_room);
	if (!w->out)
		abort();
}

/* A frame comes back; as on a full wire it is lost when there is no room. */
static void wire_loop(struct wire *w, const u8 *f, size_t len)
{
	if (w->in_len + PREFIX + len > WIRE_IN) {
		w->dropped++;
		return;
	}
	put32(w->in + w->in_len, len);
	memcpy(w->in + w->in_len + PREFIX, f, len);
	w->in_len += PREFIX + len;
	w->sent++;
}

void wire_send(struct wire *w, const u8 *f, size_t len)
{
	if (w->mode == WIRE_LOOP) {
		wire_loop(w, f, len);
		return;
	}
	/* over the backlog a whole segmented packet may go, but no more */
	if (w->fd < 0 || w->out_len - w->out_from > 16 * WIRE_BACKLOG ||
	    (wire_backlog(w) && wire_now(w) - w->out_moved >= w->hold_ns)) {
		w->dropped++;
		return;
	}
	if (w->out_from == w->out_len)
		w->out_moved = wire_now(w);
	if (w->out_len + PREFIX + len > w->out_room)
		wire_out_reserve(w, PREFIX + len);
	put32(w->out + w->out_len, len);
	memcpy(w->out + w->out_len + PREFIX, f, len);
	w->out_len += PREFIX + len;
	w->sent++;
}

bool wire_wants_write(const struct wire *w)
{
	return w->fd >= 0 && w->out_len > w->out_from;
}

bool wire_wants_read(const struct wire *w)
{
	return w->fd >= 0 && !w->in_full;
}

void wire_flush(struct wire *w)
{
	ssize_t n;

	while (wire_wants_write(w)) {
		n = send(w->fd, w->out + w->out_from, w->out_len - w->out_from,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				wire_close(w, strerror(errno));
			return;
		}
		w->out_from += n;
		w->out_moved = wire_now(w);
	}
	w->out_from = 0;
	w->out_len = 0;
}

/* Return: false when the frame has to wait. */
static bool wire_give(struct wire *w, u8 *f, size_t len)
{
	static u8 padded[FRAME_MIN];

	if (len < FRAME_MIN) {
		/* what the sender's MAC would have done */
		memset(padded, 0, sizeof(padded));
		memcpy(padded, f, len);
		f = padded;
		len = FRAME_MIN;
		w->padded++;
	}
	w->in_full = false;
	if (rx_wire(w->nic, f, len)) {
		w->in_since = 0;
		return true;
	}
	rx_run(w->nic);
	if (rx_wire(w->nic, f, len)) {
		w->in_since = 0;
		return true;
	}
	/* while it stays full, only the first frame waits */
	if (!w->in_since)
		w->in_since = wire_now(w);
	w->in_full = wire_now(w) - w->in_since < w->hold_ns;
	if (w->in_full)
		return false;
	rx_missed(w->nic);
	return true;
}

/* Complete frames that have arrived. */
static unsigned int wire_frames(const struct wire *w)
{
	unsigned int n = 0;
	size_t at = 0;

	while (w->in_len - at >= PREFIX &&
	       w->in_len - at >= PREFIX + get32(w->in + at)) {
		at += PREFIX + get32(w->in + at);
		n++;
	}
	return n;
}

/* Do frames wait for others to come? Not forever, nor for want of room. */
static bool wire_gathers(const struct wire *w)
{
	return w->gather > 1 && w->in_len && !w->in_since &&
	       w->in_len + WIRE_FRAME_MAX <= WIRE_IN &&
	       wire_now(w) - w->in_first < w->hold_ns &&
	       wire_frames(w) < w->gather;
}

/* Give the NIC what has arrived, as far as it has room. */
void wire_deliver(struct wire *w)
{
	size_t at = 0, len;

	if (wire_gathers(w))
		return;
	while (w->in_len - at >= PREFIX) {
		len = get32(w->in + at);
		if (len > WIRE_FRAME_MAX) {
			wire_close(w, "no frame has that length");
			return;
		}
		if (w->in_len - at < PREFIX + len)
			break;
		if (!wire_give(w, w->in + at + PREFIX, len))
			break;
		w->received++;
		at += PREFIX + len;
	}
	if (!at)
		return;
	memmove(w->in, w->in + at, w->in_len - at);
	w->in_len -= at;
	w->in_first = wire_now(w);
	rx_run(w->nic);
}

void wire_receive(struct wire *w)
{
	ssize_t n;

	n = recv(w->fd, w->in + w->in_len, WIRE_IN - w->in_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		wire_close(w, n ? strerror(errno) : "end of stream");
		return;
	}
	if (!w->in_len)
		w->in_first = wire_now(w);
	w->in_len += n;
	wire_deliver(w);
}

/* When waiting for the other side is over, 0 when nothing waits. */
u64 wire_deadline(const struct wire *w)
{
	u64 in = w->in_full ? w->in_since + w->hold_ns :
		 wire_gathers(w) ? w->in_first + w->hold_ns : 0;
	u64 out = wire_backlog(w) ? w->out_moved + w->hold_ns : 0;

	if (!in || (out && out < in))
		return out;
	return in;
}
