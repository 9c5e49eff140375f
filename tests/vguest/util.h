/* SPDX-License-Identifier: GPL-2.0 */
/* Small helpers that both programs share: errors, numbers, time, JSON. */
#ifndef VG_UTIL_H
#define VG_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NSEC_PER_SEC 1000000000ull

enum exit_code {
	EXIT_OK = 0,
	EXIT_VERIFY = 1,	/* something received or counted is wrong */
	EXIT_SETUP = 2,		/* usage, or the run could not be set up */
};

void util_set_name(const char *name);

/* Print "name: message" (with ": strerror" for die_errno) and exit 2. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die_errno(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void *xcalloc(size_t n, size_t size);

/* The same order for the same @seed. */
void shuffle_u64(uint64_t *v, uint64_t n, uint64_t seed);

/* Numbers with an optional K, M or G; exits 2 naming @what on nonsense. */
uint64_t parse_num(const char *what, const char *s, uint64_t min, uint64_t max);
double parse_seconds(const char *what, const char *s);
void parse_mac(const char *s, uint8_t mac[6]);
uint32_t parse_ip4(const char *s);

uint64_t now_ns(void);
uint64_t seconds_to_ns(double s);

void jput_u64(struct json_object *o, const char *key, uint64_t v);
void jput_bool(struct json_object *o, const char *key, bool v);
void jput_str(struct json_object *o, const char *key, const char *v);
/* Write to @path ("-" is stdout) and drop the object. */
void jwrite(struct json_object *o, const char *path);

/* Bounded rate: how many frames may go now, and when the next one may. */
struct pace {
	uint64_t start_ns;
	uint64_t rate;		/* frames per second, 0: no bound */
	uint64_t done;
};

void pace_init(struct pace *p, uint64_t rate);
unsigned int pace_allow(struct pace *p, unsigned int want);
void pace_done(struct pace *p, unsigned int n);
/* Nanoseconds until another frame may go, 0: at once. */
uint64_t pace_delay(const struct pace *p);
void sleep_ns(uint64_t ns);

#endif
