// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util.h"

static const char *program = "vguest";

void util_set_name(const char *name)
{
	program = name;
}

static void message(const char *fmt, va_list ap, int err)
{
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, fmt, ap);
	if (err)
		fprintf(stderr, ": %s (errno %d)", strerror(err), err);
	fputc('\n', stderr);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap, 0);
	va_end(ap);
	exit(EXIT_SETUP);
}

_Noreturn void die_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap, err);
	va_end(ap);
	exit(EXIT_SETUP);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(fmt, ap, 0);
	va_end(ap);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		die("out of memory (%zu x %zu bytes)", n, size);
	return p;
}

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

void shuffle_u64(uint64_t *v, uint64_t n, uint64_t seed)
{
	uint64_t s = seed * 2 + 0x9e3779b97f4a7c15ull, i, j, t;

	for (i = n; i > 1; i--) {
		j = next_random(&s) % i;
		t = v[i - 1];
		v[i - 1] = v[j];
		v[j] = t;
	}
}

static uint64_t suffix_shift(const char *s)
{
	switch (*s) {
	case 'K':
	case 'k':
		return s[1] ? UINT64_MAX : 10;
	case 'M':
	case 'm':
		return s[1] ? UINT64_MAX : 20;
	case 'G':
	case 'g':
		return s[1] ? UINT64_MAX : 30;
	case '\0':
		return 0;
	default:
		return UINT64_MAX;
	}
}

uint64_t parse_num(const char *what, const char *s, uint64_t min, uint64_t max)
{
	unsigned long long v;
	uint64_t shift;
	char *end;

	errno = 0;
	v = strtoull(s, &end, 0);
	shift = suffix_shift(end);
	if (errno || end == s || *s == '-' || shift == UINT64_MAX ||
	    (v << shift) >> shift != v)
		die("%s: '%s' is not a number", what, s);
	v <<= shift;
	if (v < min || v > max)
		die("%s: %s is outside %llu..%llu", what, s,
		    (unsigned long long)min, (unsigned long long)max);
	return v;
}

double parse_seconds(const char *what, const char *s)
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end || !(v >= 0) || v > 1e6)
		die("%s: '%s' is not a number of seconds", what, s);
	return v;
}

void parse_mac(const char *s, uint8_t mac[6])
{
	unsigned int b[6];
	char extra;
	int i;

	if (sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2],
		   &b[3], &b[4], &b[5], &extra) != 6)
		die("'%s' is not a MAC address", s);
	for (i = 0; i < 6; i++)
		mac[i] = b[i];
}

uint32_t parse_ip4(const char *s)
{
	struct in_addr a;

	if (inet_pton(AF_INET, s, &a) != 1)
		die("'%s' is not an IPv4 address", s);
	return ntohl(a.s_addr);
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

uint64_t seconds_to_ns(double s)
{
	return (uint64_t)(s * 1e9);
}

void sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = ns / NSEC_PER_SEC,
		.tv_nsec = ns % NSEC_PER_SEC,
	};

	nanosleep(&ts, NULL);
}

void jput_u64(struct json_object *o, const char *key, uint64_t v)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)v));
}

void jput_bool(struct json_object *o, const char *key, bool v)
{
	json_object_object_add(o, key, json_object_new_boolean(v));
}

void jput_str(struct json_object *o, const char *key, const char *v)
{
	json_object_object_add(o, key, json_object_new_string(v));
}

void jwrite(struct json_object *o, const char *path)
{
	const char *s = json_object_to_json_string_ext(o,
						       JSON_C_TO_STRING_PRETTY);
	FILE *f = strcmp(path, "-") ? fopen(path, "w") : stdout;

	if (!f)
		die_errno("cannot write %s", path);
	fprintf(f, "%s\n", s);
	if (f == stdout ? fflush(f) : fclose(f))
		die_errno("cannot write %s", path);
	json_object_put(o);
}

void pace_init(struct pace *p, uint64_t rate)
{
	p->start_ns = now_ns();
	p->rate = rate;
	p->done = 0;
}

unsigned int pace_allow(struct pace *p, unsigned int want)
{
	uint64_t due, us;

	if (!p->rate)
		return want;
	us = (now_ns() - p->start_ns) / 1000;
	due = us * p->rate / 1000000 + 1;
	if (due <= p->done)
		return 0;
	/* After a stall go on at the rate, do not send a burst to catch up. */
	if (due - p->done > 2 * (uint64_t)want + p->rate / 100) {
		p->start_ns = now_ns();
		p->done = 0;
		due = 1;
	}
	return due - p->done < want ? due - p->done : want;
}

void pace_done(struct pace *p, unsigned int n)
{
	p->done += n;
}

uint64_t pace_delay(const struct pace *p)
{
	uint64_t due_ns, now;

	if (!p->rate)
		return 0;
	now = now_ns();
	due_ns = p->start_ns + p->done * 1000000 / p->rate * 1000;
	return due_ns > now ? due_ns - now : 0;
}
