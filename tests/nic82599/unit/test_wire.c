// SPDX-License-Identifier: GPL-2.0
/* The stream of frames, and the control socket's commands. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../control.h"

static u8 f[NIC_FRAME_MAX];

static struct wire *wire_new(struct rig *r, int *peer)
{
	struct wire *w = calloc(1, sizeof(*w));
	int sv[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	w->nic = r->nic;
	w->mode = WIRE_LISTEN;
	w->listen_fd = -1;
	w->fd = sv[0];
	w->hold_ns = 1000000;
	*peer = sv[1];
	return w;
}

static void wire_free(struct wire *w, int peer)
{
	if (w->fd >= 0)
		close(w->fd);
	close(peer);
	free(w->out);
	free(w);
}

static void put_frame(int fd, const u8 *frame, size_t len)
{
	u8 n[4];

	put32(n, len);
	EQUAL(send(fd, n, 4, 0), 4);
	EQUAL(send(fd, frame, len, 0), len);
}

static const struct frame_spec udp4 = { .ip = 4, .proto = 17, .payload = 50 };

TEST(wire_frames_in_any_pieces)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4), i;
	int fd;
	struct wire *w = wire_new(r, &fd);
	u8 n[4];

	rig_rx_queue(r, 0, 20);
	put_frame(fd, f, len);
	put_frame(fd, f, len);
	wire_receive(w);
	EQUAL(r->nic->count.rx_delivered, 2);
	put32(n, len);
	for (i = 0; i < 4 + len; i++) {
		EQUAL(r->nic->count.rx_delivered, 2);
		EQUAL(send(fd, i < 4 ? &n[i] : &f[i - 4], 1, 0), 1);
		wire_receive(w);
	}
	EQUAL(r->nic->count.rx_delivered, 3);
	/* a short one is padded */
	put_frame(fd, f, 20);
	wire_receive(w);
	EQUAL(rig_rxd(r, 0, 3).len, 60);
	wire_free(w, fd);
	rig_free(r);
}

TEST(wire_holds_frames_and_then_loses_them)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	int fd, i;
	struct wire *w = wire_new(r, &fd);

	regs_write(r->nic, R_RXPBSIZE, 1 << 10);
	rig_rx_queue(r, 0, 0);
	for (i = 0; i < 20; i++)
		put_frame(fd, f, len);
	wire_receive(w);
	CHECK(!wire_wants_read(w));
	EQUAL(wire_deadline(w), r->now + w->hold_ns);
	EQUAL(regs_read(r->nic, R_RXMPC), 0);
	EQUAL(regs_read(r->nic, R_TPR), r->nic->pbuf.frames + 1);
	/* descriptors in time: nothing is lost */
	rig_rx_give(r, 0, 4);
	wire_deliver(w);
	EQUAL(r->nic->count.rx_delivered, 4);
	CHECK(!wire_wants_read(w));
	r->now += w->hold_ns;
	wire_deliver(w);
	CHECK(wire_wants_read(w));
	EQUAL(r->nic->pbuf.frames + regs_read(r->nic, R_RXMPC), 16);
	EQUAL(wire_deadline(w), 0);
	wire_free(w, fd);
	rig_free(r);
}

TEST(wire_gathers_frames)
{
	struct rig *r = rig_new(NIC_82599);
	size_t len = frame_make(f, &udp4);
	int fd, i;
	struct wire *w = wire_new(r, &fd);

	w->gather = 3;
	rig_rx_queue(r, 0, 20);
	for (i = 0; i < 7; i++) {
		put_frame(fd, f, len);
		wire_receive(w);
		EQUAL(r->nic->count.rx_delivered, (i + 1) / 3 * 3);
	}
	/* the last one waits, but not forever */
	EQUAL(wire_deadline(w), r->now + w->hold_ns);
	CHECK(wire_wants_read(w));
	r->now += w->hold_ns;
	wire_deliver(w);
	EQUAL(r->nic->count.rx_delivered, 7);
	EQUAL(wire_deadline(w), 0);
	/* many at once are not kept to that number */
	for (i = 0; i < 4; i++)
		put_frame(fd, f, len);
	wire_receive(w);
	EQUAL(r->nic->count.rx_delivered, 11);
	wire_free(w, fd);
	rig_free(r);
}

TEST(wire_out_is_bounded)
{
	struct rig *r = rig_new(NIC_82599);
	int fd, i;
	struct wire *w = wire_new(r, &fd);

	memset(f, 1, 1500);
	for (i = 0; i < 1000 && !wire_busy(w); i++)
		wire_send(w, f, 1500);
	CHECK(i < 1000 && wire_busy(w));
	EQUAL(w->dropped, 0);
	r->now += w->hold_ns;
	CHECK(!wire_busy(w));
	wire_send(w, f, 1500);
	EQUAL(w->dropped, 1);
	wire_free(w, fd);
	rig_free(r);
}

TEST(wire_ends_on_a_bad_length)
{
	struct rig *r = rig_new(NIC_82599);
	int fd;
	struct wire *w = wire_new(r, &fd);

	EQUAL(send(fd, "\377\377\377\377", 4, 0), 4);
	wire_receive(w);
	EQUAL(w->fd, -1);
	wire_free(w, fd);
	rig_free(r);
}

TEST(wire_loop)
{
	struct rig *r = rig_new(NIC_82599);
	struct wire *w = calloc(1, sizeof(*w));
	size_t len = frame_make(f, &udp4);

	w->nic = r->nic;
	EQUAL(wire_parse(w, "loop"), 0);
	EQUAL(wire_open(w), 0);
	rig_rx_queue(r, 0, 20);
	wire_send(w, f, len);
	wire_deliver(w);
	EQUAL(r->nic->count.rx_delivered, 1);
	free(w);
	rig_free(r);
}

TEST(wire_two_ports_back_to_back)
{
	struct rig *a = rig_new(NIC_82599), *b = rig_new(NIC_X540);
	struct wire *wa = calloc(1, sizeof(*wa)), *wb = calloc(1, sizeof(*wb));
	char path[64], arg[80];
	size_t len = frame_make(f, &udp4);

	snprintf(path, sizeof(path), "/tmp/nic82599-unit-%d", getpid());
	wa->nic = a->nic;
	wb->nic = b->nic;
	snprintf(arg, sizeof(arg), "listen:%s", path);
	EQUAL(wire_parse(wa, arg), 0);
	EQUAL(wire_open(wa), 0);
	memcpy(arg, "connect:", 8);
	snprintf(arg + 8, sizeof(arg) - 8, "%s", path);
	EQUAL(wire_parse(wb, arg), 0);
	EQUAL(wire_open(wb), 0);
	wire_accept(wa);
	rig_rx_queue(b, 0, 20);
	wire_send(wa, f, len);
	CHECK(wire_wants_write(wa));
	wire_flush(wa);
	CHECK(!wire_wants_write(wa));
	wire_receive(wb);
	EQUAL(b->nic->count.rx_delivered, 1);
	CHECK(!memcmp(rig_mem(b, RX_BUF(0, 0)), f, len));
	EQUAL(wire_parse(wa, "listen"), EINVAL);
	unlink(path);
	close(wa->listen_fd);
	wire_free(wa, wb->fd);
	free(wb->out);
	free(wb);
	rig_free(a);
	rig_free(b);
}

/* Run a command. Return: its whole answer, to be freed. */
static char *command(struct control *c, const char *text)
{
	char line[CONTROL_LINE], *out = NULL;
	size_t n;
	FILE *o = open_memstream(&out, &n);

	strcpy(line, text);
	control_exec(c, line, o);
	fclose(o);
	return out;
}

static bool answers(struct control *c, const char *text, const char *want)
{
	char *out = command(c, text);
	bool ok = !strcmp(out, want);

	if (!ok)
		printf("# %s: %s", text, out);
	free(out);
	return ok;
}

TEST(control_commands)
{
	struct rig *r = rig_new(NIC_82599);
	struct wire *w = calloc(1, sizeof(*w));
	struct vfu *v = calloc(1, sizeof(*v));
	struct control c = { .nic = r->nic, .wire = w, .vfu = v };
	char *out;

	CHECK(answers(&c, "link down", "ok\n"));
	CHECK(!r->nic->link);
	CHECK(answers(&c, " link\tup \r", "ok\n"));
	CHECK(r->nic->link);
	CHECK(answers(&c, "link", "error: argument missing\n"));
	CHECK(answers(&c, "link maybe", "error: link up or link down\n"));
	CHECK(answers(&c, "bogus", "error: no such command\n"));
	CHECK(answers(&c, "", ""));
	CHECK(answers(&c, "fault rx-error 3", "ok\n"));
	EQUAL(r->nic->faults.rx_error, 3);
	CHECK(answers(&c, "fault late-irq 20", "ok\n"));
	EQUAL(r->nic->faults.late_irq_ns, 20000);
	CHECK(answers(&c, "fault bad-length 2 9999", "ok\n"));
	EQUAL(r->nic->faults.bad_length_value, 9999);
	CHECK(answers(&c, "fault rx-error -1", "error: no number\n"));
	CHECK(answers(&c, "fault what 1", "error: no such fault\n"));
	CHECK(answers(&c, "fault tx-hang on", "ok\n"));
	CHECK(r->nic->faults.tx_hang);
	CHECK(answers(&c, "fault none", "ok\n"));
	EQUAL(r->nic->faults.rx_error + r->nic->faults.tx_hang, 0);
	CHECK(answers(&c, "reg 0x5080", "0x00000400\nok\n"));
	CHECK(answers(&c, "reg 0x5080 0x100", "ok\n"));
	CHECK(answers(&c, "reg 0x5080", "0x00000100\nok\n"));
	CHECK(answers(&c, "reg 0x5081", "error: no such register\n"));
	CHECK(answers(&c, "fault stray-dma 0x42", "ok\n"));
	out = command(&c, "audit");
	CHECK(strstr(out, "dma.faults 1\ndma.fault stray write 0x42 8\n") ==
	      out);
	free(out);
	rig_rx_queue(r, 2, 5);
	CHECK(answers(&c, "queues", "rx 2 ring 0x10002000 size 32 head 0 "
		      "tail 5 free 5 buffer 2048\nok\n"));
	out = command(&c, "stats");
	CHECK(strstr(out, "rx.missed 0\n") != NULL);
	free(out);
	CHECK(answers(&c, "quit", "ok\n"));
	CHECK(c.quit);
	free(w);
	free(v);
	rig_free(r);
}
