// SPDX-License-Identifier: GPL-2.0
/*
 * mark [PAIR]: "mark start" and "mark stop" tell mpcount to count what happens
 * in between.
 */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "start")) {
		__asm__ volatile(".byte 0x0f,0x1f,0x84,0x00,0x4d,0x50,0x53,0x01");
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "stop")) {
		__asm__ volatile(".byte 0x0f,0x1f,0x84,0x00,0x4d,0x50,0x53,0x02");
		return 0;
	}
	fprintf(stderr, "usage: mark start|stop\n");
	return 2;
}
