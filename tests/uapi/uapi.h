/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of /dev/net/mp from user space: every row of the tables of errors in
 * linux/mpassthru.h, and of what tun.c and sock.c promise. Runs as root in a
 * VM, built for 64 and for 32 bits.
 *
 *   uapi_test.c    command line and bookkeeping
 *   bind_cases.c   BIND and UNBIND
 *   info_cases.c   GET_STATS and GET_INFO
 *   life_cases.c   descriptors that are inherited, closed, killed; privileges
 *   tun_cases.c    TUN ioctls
 *   io_cases.c     read, write, poll
 *   gone_cases.c   the NIC is removed
 *   wire.c         a host that answers ping, made of read and write
 *   relay.c        a tap behind the port
 */
#ifndef UAPI_H
#define UAPI_H

#include <linux/mpassthru.h>
#include <stdbool.h>
#include <stddef.h>

extern const char *nic;		/* converted */
extern const char *other;	/* an interface that is not */

/* uapi_test.c */
void check(bool good, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void check_ok(int ret, const char *name);
void check_err(long ret, int err, const char *name);
void die(const char *what);
int open_mp(void);
struct mp_bind bind_arg(const char *ifname);
int bind_to(int fd, const char *ifname);
int bind_new(void);
void *guarded(size_t size);
void *read_only(size_t size);
void drop_net_admin(void);
int in_child(int (*fn)(int fd), int fd);

void bind_cases(void);
void info_cases(void);
void life_cases(void);
void tun_cases(void);
void io_cases(void);
void gone_cases(void);
void wire(int seconds);
void relay(const char *tap_name, bool offload, int seconds);

#endif
