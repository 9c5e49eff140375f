// SPDX-License-Identifier: GPL-2.0
/*
 * "mark start" and "mark stop" tell mpcount to count what happens
 * in between.
 */
#include <stdio.h>
#include <string.h>

#include "mark.h"

#define AS_TEXT_(...)	#__VA_ARGS__
#define AS_TEXT(...)	AS_TEXT_(__VA_ARGS__)

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "start")) {
		__asm__ volatile(".byte " AS_TEXT(MARK_START));
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "stop")) {
		__asm__ volatile(".byte " AS_TEXT(MARK_STOP));
		return 0;
	}
	fprintf(stderr, "usage: mark start|stop\n");
	return 2;
}
