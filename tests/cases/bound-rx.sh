# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: every byte arrives in the guest, whatever rings and buffers it has
# kernels: 6.12
# kernels-full: all
# nics: e1000e igb
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 400
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

SMALL=$(detours_only .small)
STACK=$(detours_only .stack)
# Memory in 4K pages: what crosses into a page elsewhere is copied, only that.
# vguest's pages are scattered, but for a few that are neighbours by chance.
CROSSING="$(detours_only .crossing) and .port.rx_zc_frames > 0 and
	.port.detours.crossing <= .rx.buffers_across_pages and
	.port.detours.crossing >= .rx.frames_across_pages * 0.98"

# vguest compares a page with what was logged up to now, or in the interval after.
LOG=--log
case $KREL in
*-debug) LOG='--log --log-interval 2000' ;;
esac

memory() {
	rx "hugepages" "$ALL_ZC" --hugepages
	rx "4K pages, shuffled" "$CROSSING" --order shuffled
	rx "4K pages, offset and gap" "$CROSSING" --offset 100 --gap 37
	rx "4K pages, none crosses" "$ALL_ZC" --bufsize 2048
	rx "4 regions" "$MOST_ZC" --hugepages --regions 4 --order shuffled
	rx "adjacent regions" .port.rx_zc_frames --regions 4 --hole 0 \
		--bufsize 1800
	rx "posted only" "$ALL_ZC and .port.pins > 100" --hugepages --posted-only
	rx "posted only, 4K pages" "$CROSSING" --posted-only --order shuffled
}

rings() {
	rx "event index" "$ALL_ZC" --hugepages --event-idx
	rx "polling" "$ALL_ZC" --hugepages --poll
	rx "busyloop" "$ALL_ZC" --hugepages --busyloop 50 --event-idx
	rx "busyloop, no event index" "$ALL_ZC" --hugepages --busyloop 50
	rx "busyloop, small heads" "$STACK and .rx.merged_heads > 100" \
		--hugepages --bufsize 256 --busyloop 50
	# a NIC that drops for want of buffers may do so with that few
	# and while a NIC has none, later frames overtake on the emulated wire
	rx "ring of 64" "$ALL_ZC and .rx.lost < $FRAMES / 10" --hugepages \
		--ring 64 --allow-loss --allow-reorder
	SEND='--stall 2' WINDOW=2 rx "ring of 4" "$ALL_ZC and .rx.lost < $FRAMES / 10" \
		--hugepages --ring 4 --allow-loss --allow-reorder
	rx "ring of 1024" "$MOST_ZC" --hugepages --ring 1024
	rx "not mergeable" "$ALL_ZC" --hugepages --no-mrg --bufsize 2048
	rx "indirect" "$ALL_ZC" --hugepages --indirect
	rx "chain of 2, the first holds a frame" "$ALL_ZC" --hugepages \
		--bufsize 2048 --chain 2
	rx "chain of 2" "$SMALL" --hugepages --bufsize 800 --chain 2
	rx "chain of 4, indirect" "$SMALL" --hugepages --bufsize 400 --chain 4 \
		--indirect
	rx "small heads" "$STACK and .rx.merged_heads > 100" --hugepages \
		--bufsize 256
}

# One frame at a time: the NIC's poll completes them, without the worker, but
# for what it cannot.
paced() {
	all=$FRAMES
	FRAMES=$((FRAMES > 1000 ? 1000 : FRAMES))
	# no bursts to catch up when the sender was not run for a while
	SEND='--rate 400 --burst 1'
	from_poll=".port.rx_wakeups < $FRAMES / 4"
	from_worker=".port.rx_wakeups > $FRAMES / 10"
	case $KREL in
	# nearly all of them arrive while the worker is on its way
	*-debug) from_worker='.port.rx_wakeups > 0' ;;
	esac
	rx "paced" "$ALL_ZC and $from_poll" --hugepages
	rx "paced, event index" "$ALL_ZC and $from_poll" --hugepages --event-idx
	rx "paced, polling" "$ALL_ZC and $from_poll" --hugepages --poll
	WINDOW=10 rx "paced, ring of 32" "$ALL_ZC and $from_poll" --hugepages --ring 32
	# it posts without a kick what nobody would look at again
	SEND='--rate 400 --burst 1 --stall 2'
	rx "paced, posting when empty" "$from_poll and
		.rx.lost < $FRAMES / 10" --hugepages --lazy --allow-loss \
		--allow-reorder
	rx "paced, posting when empty, event index" "$from_poll and
		.rx.lost < $FRAMES / 10" --hugepages --lazy --allow-loss \
		--allow-reorder --event-idx
	SEND='--rate 400 --burst 1'
	rx "paced, 4K pages" "$CROSSING" --order shuffled
	rx "paced, posted only" "$ALL_ZC and $from_worker" --hugepages \
		--posted-only
	# shellcheck disable=SC2086
	rx "paced, dirty log" "$ALL_ZC and $from_worker and
		.log.checked_pages > 10" --hugepages $LOG
	FRAMES=$all SEND=''
}

# in_order: split rings name one head for many, where the kernel can do it
in_order() {
	vguest rx --mp "$DEV:all" --in-order --seconds 0.1 >$VG/io.txt 2>&1
	if [ $? -eq 2 ] && grep -q VIRTIO_F_IN_ORDER $VG/io.txt; then
		skip "in order" "vhost_net of $KREL does not offer it"
		return
	fi
	rx "in order" "$ALL_ZC" --hugepages --in-order
	rx "in order, 4K pages" "$CROSSING" --in-order --order shuffled
}

# the log off and on again while frames arrive, for ten seconds
log_switched() {
	# shellcheck disable=SC2086
	guest_start rx --frames "$FRAMES" --idle-timeout $IDLE --hugepages \
		--progress $VG/progress $LOG || return 1
	send --count "$FRAMES" --window "$WINDOW" --progress $VG/progress \
		--rate $((FRAMES / 10 + 1)) &
	sender=$!
	ls_rc=0
	for _ in 1 2 3 4; do
		sleep 0.2
		ctl log off && ctl log on || ls_rc=1
	done
	wait $sender
	guest_wait && return $ls_rc
}

dirty_log() {
	# shellcheck disable=SC2086
	rx "dirty log" "$ALL_ZC and .log.checked_pages > 100" --hugepages $LOG
	# shellcheck disable=SC2086
	rx "dirty log, small heads" "$STACK" --hugepages $LOG --bufsize 700
	check "dirty log off and on" log_switched
	check "dirty log off and on: in place" report "$ALL_ZC"
}

frames() {
	SEND='--vlan 5 --sizes 64..1518' rx "VLAN tags in band" "$ALL_ZC" \
		--hugepages
	SEND='--sizes 60' rx "smallest frames" "$ALL_ZC" --hugepages
	SEND='--sizes 1514' rx "largest frames" "$ALL_ZC" --hugepages
	SEND='--proto udp4 --flows 8 --bad-csum 7' rx "checksums" \
		"$ALL_ZC" --hugepages
	check "checksums: verdict passed on" report "
		.rx.bad_csum >= ($FRAMES / 8 | floor) and .rx.bad_csum_valid == 0 and
		.rx.data_valid >= .rx.received - .rx.bad_csum - 100"
	SEND='--proto tcp4 --sizes 1514' rx "TCP" "$ALL_ZC" --hugepages
}

# What is longer than the NIC takes at this MTU must not reach any buffer.
oversize_run() {
	ip -n peer link set p0 mtu 3000
	guest_start rx --frames 2000 --idle-timeout $IDLE --hugepages \
		--progress $VG/progress || return 1
	send --count 300 --rate 1000 --sizes 1600..3000 --stream 9
	send --count 2000 --window "$WINDOW" --progress $VG/progress
	ip -n peer link set p0 mtu 1500
	link_up
	guest_wait
}

# Packet sockets on the bound NIC get copies of their own.
tapped_run() {
	copies=$(counter mp_tap_copies)
	rm -f $VG/tap.ready
	tcpdump -Z root -i "$DEV" -w $VG/tap.pcap 2>$VG/tcpdump.txt &
	dump=$!
	wiregen recv --if "$DEV" --frames 100000 --idle-timeout 0 --allow-loss \
		--json=$VG/tap.json --ready $VG/tap.ready >/dev/null 2>&1 &
	tap=$!
	wait_for 10 is_ready $VG/tap.ready $tap
	SEND='--rate 2000' rx_run --hugepages || { kill $tap $dump; return 1; }
	sleep 1
	kill -INT $tap
	wait $tap
	kill $dump
	wait $dump
	copies=$(($(counter mp_tap_copies) - copies))
	echo "$copies copies, $(jq -c . $VG/tap.json)"
	[ $copies -ge "$FRAMES" ] &&
		jq -e ".corrupt == 0 and .received > $FRAMES / 4" $VG/tap.json &&
		[ "$(stat -c %s $VG/tap.pcap)" -gt $((FRAMES * 100)) ]
}

memory
rings
paced
in_order
dirty_log
frames
check "oversize frames stay out" oversize_run
check "oversize frames: counted" report "$ALL_ZC and .rx.other_stream == 0"
check "packet taps get private copies" tapped_run
check "packet taps: in place for the guest" report "$ALL_ZC"
check "nothing is pinned" assert_idle
