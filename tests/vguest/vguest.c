// SPDX-License-Identifier: GPL-2.0
/*
 * vguest: a guest's virtio-net driver without a guest.
 *
 * It owns rings and memory like a guest's driver does and gives them to the
 * real /dev/vhost-net, as a virtual machine monitor does. What arrives was
 * made by wiregen on the other end of the wire, so every byte is known.
 *
 *    wiregen send                                    vguest rx
 *   +-------------+                     +-------------------------------+
 *   | seq 0,1,2.. |                     | posts buffers, checks frames  |
 *   +------+------+                     |  memory    rings    eventfds  |
 *          | AF_PACKET                  +-----+--------+---------+------+
 *     peer's NIC                              |        |         |   user
 *   ~~~~~~~|~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|~~~~~~~~|~~~~~~~~~|~~~~~~~~
 *          | wire    +-----+    +---------+   |    +---+---------+--+
 *          +---------+ NIC +----+ tap,    +---+----+   vhost_net    |
 *                    +-----+    | macvtap,|  sock  +----------------+
 *                               | mp port |
 *                               +---------+
 *
 *   vguest rx --macvtap mv0 --hugepages --frames 20000 --json out.json
 *   vguest tx --tap tap0 --dst 02:00:00:00:00:02 --count 20000 --rate 20000
 *   vguest bidir --tap tap0 --frames 10000 --count 10000 --ctl /run/vg
 *   vguest ctl /run/vg stop-backend
 *   vguest bad --case rx-loop --tap tap0
 *
 * What is checked: every byte of every test frame; sequence, duplicates and
 * order; the virtio-net header; that nothing outside posted buffers and behind
 * the end of a frame is written; the dirty log; that stopping the backend
 * leaves the rings exactly at what has been used.
 *
 * Commands of "vguest ctl" (one line back, "ok ..." or "error ..."):
 *   stop-backend         take the backend away; an error unless the base is
 *                        then exactly the number of heads used
 *   start-backend        and give it back
 *   unbind, bind         MP_UNBIND, MP_BIND of a port
 *   pause-post, resume-post, send
 *   mem-remap free       fresh pages wherever nothing is posted
 *   mem-remap posted     and where something is: those frames are not judged
 *   mem-table            add a region to the table; again: take it out
 *   mem-drop on, off     take out the last region, with what is posted in it
 *   rlimit BYTES         RLIMIT_MEMLOCK of this process
 *   log on, log off      the dirty log; off says what was missing
 *   stats, quit
 *
 * How to see no loss: a tap's queue holds txqueuelen frames (1000), a NIC's
 * ring 256. Let the receiver count (--progress FILE) and the sender keep less
 * than that in flight (wiregen send --progress FILE --window 128); or raise
 * txqueuelen and bound the sender's rate (--rate). Emulated NICs reorder when
 * their ring was full: the window avoids that, too.
 */
#include <string.h>

#include "util.h"
#include "vguest.h"

static struct guest guest;

int main(int argc, char **argv)
{
	int rc;

	util_set_name("vguest");
	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return ctl_client(argc - 2, argv + 2);
	options_parse(&guest.o, argc, argv);
	if (guest.o.mode == MODE_BAD) {
		rc = bad_run(&guest);
	} else {
		guest_setup(&guest);
		guest_run(&guest);
		rc = guest_report(&guest);
	}
	guest_teardown(&guest);
	return rc;
}
