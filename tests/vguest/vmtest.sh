#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vmtest.sh: vguest and wiregen against stock vhost_net, in a lab VM:
#
#   tests/lab/vm --kernel 6.12 --hugepages 64 --script tests/vguest/vmtest.sh
#
#    netns peer          this end
#   +----------+  wire  +-----+   bridge + tap, or macvtap passthru
#   | p0       +--------+ NIC +-- vhost_net -- vguest
#   | wiregen  |        +-----+
#   +----------+
#
# Arguments name the groups to run (tap macvtap bad); default: all of them.
# shellcheck disable=SC2086,SC2317 # option lists are to be split
set -u
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"

GUEST_MAC=02:4d:50:00:00:01
PEER_MAC=02:4d:50:00:00:02
FRAMES=${FRAMES:-20000}
# fewer in flight than the NIC's ring holds: a full ring of an emulated NIC
# makes the emulator's queues reorder
WINDOW='--window 128 --progress /tmp/vg/progress'
RESULTS=${RESULTS:-/out/results.txt}
FAILED=0

: >"$RESULTS"
mkdir -p /tmp/vg

# result NAME RC [TEXT]
result() {
	if [ "$2" -eq 0 ]; then
		echo "ok   $1 ${3-}"
	else
		echo "FAIL $1 (exit $2) ${3-}"
		FAILED=$((FAILED + 1))
	fi | tee -a "$RESULTS"
	[ "$2" -eq 0 ] || FAILED=1
}

# ready FILE PID: until the program says that it runs
is_ready() {
	[ -e "$1" ] || ! kill -0 "$2" 2>/dev/null
}

# in_background FILE CMD...: start, wait until ready; sets BG
in_background() {
	rm -f "$1"
	bg_file=$1
	shift
	"$@" --ready "$bg_file" >/tmp/vg/bg.txt 2>&1 &
	BG=$!
	wait_for 20 is_ready "$bg_file" "$BG"
}

send() {
	in_peer wiregen send --if p0 --dst "$GUEST_MAC" "$@" \
		>/tmp/vg/send.txt 2>&1 || cat /tmp/vg/send.txt
}

# finish NAME: collect the program in the background
finish() {
	wait "$BG"
	rc=$?
	result "$1" "$rc" "$(tail -n 3 /tmp/vg/bg.txt)"
	[ "$rc" -eq 0 ] || drops
}

# rx NAME OPTION...: receive all sizes; SEND has more options of wiregen
rx() {
	name=$1
	shift
	rm -f /tmp/vg/out.json /tmp/vg/peer.json
	in_background /tmp/vg/ready vguest rx $BACKEND --frames "$FRAMES" \
		--idle-timeout 5 --json /tmp/vg/out.json \
		--progress /tmp/vg/progress "$@"
	send --count "$FRAMES" $WINDOW ${SEND-}
	finish "$KIND rx $name"
}

# where frames may have gone: not a verdict, a hint
drops() {
	[ ! -e /tmp/vg/peer.json ] || jq -c . /tmp/vg/peer.json
	[ ! -e /tmp/vg/out.json ] || jq -c .tx,.rx /tmp/vg/out.json
	echo "  $DEV: $(ethtool -S "$DEV" | grep -E 'drop|miss|no_buf|err' |
		grep -v ': 0$' | tr -s ' \n' ' ')"
	echo "  p0: $(in_peer ethtool -S p0 | grep -E 'drop|miss|no_buf|err' |
		grep -v ': 0$' | tr -s ' \n' ' ')"
	tc -s qdisc show dev "$DEV" | grep -i drop
	cat /proc/net/softnet_stat
}

# tx NAME OPTION...: send, the peer checks; RECV has more options of wiregen
tx() {
	name=$1
	shift
	rm -f /tmp/vg/out.json /tmp/vg/peer.json
	in_background /tmp/vg/ready in_peer wiregen recv --if p0 \
		--frames "$FRAMES" --idle-timeout 5 --json=/tmp/vg/peer.json \
		--progress /tmp/vg/progress ${RECV-}
	vguest tx $BACKEND --src "$GUEST_MAC" --dst "$PEER_MAC" \
		--count "$FRAMES" --window 128 \
		--tx-progress /tmp/vg/progress --json /tmp/vg/out.json \
		"$@" >/tmp/vg/tx.txt 2>&1
	rc=$?
	result "$KIND tx $name" "$rc" "$(tail -n 3 /tmp/vg/tx.txt)"
	finish "$KIND tx $name at the peer"
}

ctl() {
	vguest ctl /tmp/vg/ctl "$@" >/tmp/vg/ctl.txt 2>&1
	rc=$?
	[ "$rc" -eq 0 ] || result "$KIND ctl $*" "$rc" "$(cat /tmp/vg/ctl.txt)"
}

# counted NAME FIELD MIN: a field of the last JSON is at least MIN
counted() {
	n=$(jq "$2" /tmp/vg/out.json)
	[ "$n" -ge "$3" ]
	result "$KIND $1" $? "$2 is $n, expected at least $3"
}

test_rx_memory() {
	rx 4k
	rx hugepages --hugepages
	rx "thp shuffled" --thp --order shuffled
	rx "4k event-idx" --event-idx
	rx "hugepages event-idx" --hugepages --event-idx
	rx "4 regions" --regions 4 --order shuffled
	rx "adjacent regions" --regions 4 --hole 0 --bufsize 1800
	rx "offset and gap" --offset 100 --gap 37
}

test_rx_rings() {
	rx "merged heads" --bufsize 256
	counted "merged heads seen" .rx.merged_heads 1000
	rx "chain of 4" --bufsize 400 --chain 4 --order shuffled
	rx "indirect" --bufsize 400 --chain 4 --indirect
	rx "not mergeable" --no-mrg --bufsize 2048
	rx "ring of 1024" --ring 1024
	rx "polling" --poll
	rx "busyloop" --busyloop 50 --event-idx
	rx "dirty log" --log --bufsize 700
	counted "dirty log checked" .log.checked_pages 100
	rx "count only" --count-only
}

test_rx_frames() {
	SEND='--vlan 5 --sizes 64..1518' rx vlan
	SEND='--proto udp4 --flows 8 --bad-csum 7' rx "udp4, bad checksums"
	counted "bad checksums seen" .rx.bad_csum $((FRAMES / 7))
	SEND='--proto tcp4 --sizes 1514' rx "tcp4 merged by GRO"
	counted "valid checksums seen" '.rx.data_valid + .rx.needs_csum' 100
}

test_tx() {
	tx 4k
	tx "hugepages event-idx" --hugepages --event-idx
	tx "chain of 3" --tx-chain 3
	tx indirect --tx-chain 3 --indirect
	tx "udp4, checksum offload" --proto udp4 --csum
	tx "tcp4 segmentation" --proto tcp4 --sizes 1514 --gso=30
	tx "dirty log" --log
}

test_bidir() {
	in_background /tmp/vg/ready2 in_peer wiregen recv --if p0 --frames \
		"$FRAMES" --idle-timeout 8 --stream 9 \
		--progress /tmp/vg/progress2
	peer=$BG
	mv /tmp/vg/bg.txt /tmp/vg/bg2.txt
	in_background /tmp/vg/ready vguest bidir $BACKEND --frames "$FRAMES" \
		--count "$FRAMES" --window 64 --tx-progress /tmp/vg/progress2 \
		--src "$GUEST_MAC" --dst "$PEER_MAC" --stream 9 \
		--progress /tmp/vg/progress --json /tmp/vg/out.json
	send --count "$FRAMES" $WINDOW --stream 9
	finish "$KIND bidir"
	wait "$peer"
	result "$KIND bidir at the peer" $? "$(tail -n 2 /tmp/vg/bg2.txt)"
}

# Steer under traffic. What arrives while the backend is stopped may be lost;
# nothing else may be wrong.
test_ctl() {
	in_background /tmp/vg/ready vguest rx $BACKEND --seconds 120 \
		--idle-timeout 0 --allow-loss --ctl /tmp/vg/ctl --log \
		--json /tmp/vg/out.json "$@"
	send --count "$FRAMES" --rate 3000 &
	sender=$!
	for _ in 1 2 3 4 5; do
		sleep 0.2
		ctl stop-backend
		ctl start-backend
		ctl log off
		ctl mem-table
		ctl log on
		ctl mem-remap free
	done
	ctl pause-post
	sleep 1
	ctl resume-post
	ctl rlimit 65536
	wait "$sender"
	sleep 1
	ctl stats
	ctl quit
	finish "$KIND steered $*"
	counted "stopped" .stops.count 6
	counted "received, while steered" .rx.received $((FRAMES / 2))
}

# Where vhost offers it. It names one head for many, so lengths are at stake.
test_in_order() {
	vguest rx $BACKEND --in-order --seconds 0.1 >/tmp/vg/bg.txt 2>&1
	if [ $? -eq 2 ]; then
		grep -q VIRTIO_F_IN_ORDER /tmp/vg/bg.txt
		result "$KIND in order: not offered, and said so" $?
		return
	fi
	rx "in order" --in-order
	rx "in order, merged heads" --in-order --bufsize 256
	rx "in order, chains" --in-order --bufsize 400 --chain 4 --log
	rx "in order, indirect" --in-order --bufsize 400 --chain 4 --indirect
	tx "in order" --in-order
	tx "in order, chains" --in-order --tx-chain 3
	test_ctl --in-order
}

test_starve() {
	rm -f /tmp/vg/out.json
	in_background /tmp/vg/ready vguest rx $BACKEND --frames "$FRAMES" \
		--idle-timeout 4 --allow-loss --no-post-for 2 \
		--json /tmp/vg/out.json
	send --count "$FRAMES" --rate 5000
	finish "$KIND starved for 2 s"
	counted "received after starvation" .rx.received 1000
}

# A region vanishes with posted buffers in it: errors, then all is well again.
test_drop() {
	in_background /tmp/vg/ready vguest rx $BACKEND --seconds 120 \
		--idle-timeout 0 --allow-loss --ctl /tmp/vg/ctl --regions 3 \
		--order shuffled --json /tmp/vg/out.json
	send --count "$FRAMES" --rate 5000 &
	sender=$!
	for _ in 1 2 3; do
		sleep 0.3
		ctl mem-drop on
		sleep 0.3
		ctl mem-drop off
		ctl stop-backend
		ctl start-backend
	done
	wait "$sender"
	sleep 1
	ctl quit
	finish "$KIND region taken away"
	counted "received, with a region away" .rx.received $((FRAMES / 4))
}

# misused NAME OPTION...: must be refused with status 2
misused() {
	name=$1
	shift
	vguest rx "$@" >/tmp/vg/bg.txt 2>&1
	rc=$?
	result "$name" $((rc != 2)) "$(cat /tmp/vg/bg.txt)"
}

test_misuse() {
	misused "usage error" --tap
	misused "no such tap" --tap doesnotexist/ --seconds 1
}

test_bad() {
	ip netns exec peer wiregen send --if p0 --dst "$GUEST_MAC" \
		--sizes 60..1000 \
		--rate 400 --count 0 --seconds 900 >/dev/null 2>&1 &
	sender=$!
	mkdir -p /out/bad
	vguest bad --list | while read -r c _; do echo "$c"; done >/tmp/vg/list
	while read -r c; do
		vguest bad --case "$c" $BACKEND --seconds 0.3 \
			--json "/out/bad/$c.json" >/tmp/vg/bg.txt 2>&1
		result "$KIND bad" $? "$(cat /tmp/vg/bg.txt)"
	done </tmp/vg/list
	kill "$sender"
	wait "$sender"
}

tap_up() {
	ip link add br0 type bridge
	ip tuntap add tap0 mode tap vnet_hdr
	ip link set tap0 txqueuelen 20000
	ip link set "$DEV" master br0
	ip link set tap0 master br0
	ip link set tap0 up
	ip link set br0 up
	nic_up "$DEV"
	BACKEND='--tap tap0' KIND=tap
}

tap_down() {
	ip link del tap0
	ip link del br0
}

macvtap_up() {
	nic_up "$DEV"
	ip link add link "$DEV" name mv0 address "$GUEST_MAC" type macvtap \
		mode passthru
	ip link set mv0 txqueuelen 20000
	ip link set mv0 up
	BACKEND='--macvtap mv0' KIND=macvtap
}

macvtap_down() {
	ip link del mv0
}

all_tests() {
	test_rx_memory
	test_rx_rings
	test_rx_frames
	test_tx
	test_bidir
	test_ctl
	test_ctl --hugepages
	test_in_order
	test_starve
	test_drop
	test_misuse
}

for p in vguest wiregen; do
	command -v "$p" >/dev/null || fail "no $p: make -C tests/vguest"
done
modprobe tun
modprobe macvtap
modprobe bridge
insmod_stock "$(driver_of "$NIC_PCI" | sed 's/^none$/e1000e/')"
insmod_stock igb
insmod_stock vhost_net
peer_setup ''
DEV=$(netdev_wait "$NIC_PCI")
[ $# -gt 0 ] || set -- tap bad macvtap
for group in "$@"; do
	case $group in
	tap) tap_up; all_tests; tap_down ;;
	macvtap) macvtap_up; all_tests; macvtap_down ;;
	bad) tap_up; test_bad; tap_down ;;
	*) fail "no group $group" ;;
	esac
done
echo "$(grep -c ^ok "$RESULTS") ok, $(grep -c ^FAIL "$RESULTS") failed"
exit "$FAILED"
