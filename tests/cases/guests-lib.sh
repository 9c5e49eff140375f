# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# guests-lib.sh: guests on two queues of one NIC and the host on a third. How the
# hardware tells them apart is the case's: aim QUEUE sets FILTER, words for mpctl,
# and SEND, words for wiregen. ONE and TWO are the queues.
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

# mac QUEUE: of the guest there; OTHERS, a number, makes it another guest
OTHERS=0
mac() {
	printf '02:4d:50:00:00:%02x' $(($1 + OTHERS))
}

# guests_setup QUEUES: that many, and an address for the host
guests_setup() {
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip -n peer addr add 192.0.2.2/24 dev p0
	CHANNELS=$(ethtool -l "$DEV" |
		awk '/^Combined:/ { n = $2 } END { print n }')
	ethtool -L "$DEV" combined "$1" ||
		skip_case "$DEV cannot have $1 queues"
	link_up
	assert "host, before" in_peer ping -q -c 3 192.0.2.1
}

guests_end() {
	check "nothing is pinned" assert_idle
	check "not promiscuous" quiet_again
	check "host, after" in_peer ping -q -c 3 -i 0.2 192.0.2.1
	check "ethtool -L again" ethtool -L "$DEV" combined "$CHANNELS"
	link_up
	ip addr del 192.0.2.1/24 dev "$DEV"
}

# guest_on QUEUE [STREAM]: a guest of its own there, for frames of that stream; the
# queue's number by default. It stays when it has them, until own() tells it to go:
# with the last guest the 82599 changes how it gives frames to queues, which it can only
# while it receives none, and some of the host's may be lost.
guest_on() {
	rm -f "$VG/ready.$1" "$VG/out.$1.json" "$VG/progress.$1"
	aim "$1"
	# shellcheck disable=SC2086
	mpctl run "$DEV:$1" $FILTER -- vguest rx --fd '{fd}' \
		--hugepages --mem 32M --frames "$FRAMES" --stream "${2:-$1}" \
		--idle-timeout 60 --linger 600 --progress "$VG/progress.$1" \
		--ctl "$VG/ctl.$1" \
		--ready "$VG/ready.$1" --json "$VG/out.$1.json" \
		>"$VG/guest.$1.txt" 2>&1 &
	eval "GUEST_$1=$!"
	wait_for 20 is_ready "$VG/ready.$1" $!
	[ -e "$VG/ready.$1" ] || { cat "$VG/guest.$1.txt"; return 1; }
}

both_guests() {
	guest_on "$ONE" "${1-}" && guest_on "$TWO" "${1-}" && link_up
}

# wiregen_to NAME OPTION...: output is kept by that name
wiregen_to() {
	wt_out=$VG/send.$1.txt
	shift
	in_peer wiregen send --if p0 --count "$FRAMES" "$@" >"$wt_out" 2>&1 ||
		{ cat "$wt_out"; return 1; }
}

# send_to QUEUE OPTION...: its guest's stream
send_to() {
	st_queue=$1
	shift
	aim "$st_queue"
	# shellcheck disable=SC2086
	wiregen_to "$st_queue" --dst "$(mac "$st_queue")" --stream "$st_queue" \
		--window "$WINDOW" --progress "$VG/progress.$st_queue" $SEND "$@"
}

# Both streams, one in a VLAN, and the host's traffic at once.
all_at_once() {
	eval "alive \$GUEST_$ONE && alive \$GUEST_$TWO" ||
		{ echo "a guest has ended before"; return 1; }
	send_to "$ONE" &
	one=$!
	send_to "$TWO" --vlan 7 --sizes 64..1518 &
	two=$!
	rc=0
	pinged in_peer 150 -i 0.02 -s 700 192.0.2.1 || { rc=1; drops; }
	wait $one || rc=1
	wait $two || rc=1
	return $rc
}

# has_all QUEUE: the guest there has its frames, or has ended
has_all() {
	eval "alive \$GUEST_$1" || return 0
	vguest ctl "$VG/ctl.$1" stats | grep " received=$FRAMES "
}

# own QUEUE: the guest there got its frames, all of them, and no other's; it goes
own() {
	wait_for 20 has_all "$1"
	vguest ctl "$VG/ctl.$1" quit
	eval "wait \$GUEST_$1" || { cat "$VG/guest.$1.txt"; return 1; }
	jq -c '{frames: .rx.frames, unknown: .rx.unknown, port: .port}' \
		"$VG/out.$1.json"
	jq -e ".rx.received == $FRAMES and .rx.lost == 0 and
		.rx.corrupt == 0 and .rx.reordered == 0 and
		.rx.other_stream == 0 and
		.port.rx_zc_frames == .port.rx_frames" "$VG/out.$1.json" \
		>/dev/null
}

# each_its_own WHEN: the frames of both guests and of the host at once
each_its_own() {
	before=$(queue_packets 0)
	check "$1: two guests and the host at once" all_at_once
	check "$1: queue $ONE: its own frames" own "$ONE"
	check "$1: queue $TWO: its own frames" own "$TWO"
	host=$(($(queue_packets 0) - before))
	check "$1: the host's queue: its own frames" [ $host -lt 400 ]
}

down_up() {
	ip link set "$DEV" down
	ip link set "$DEV" up
	link_up
}

# queue_packets QUEUE: received there, or on all that match the expression
queue_packets() {
	ethtool -S "$DEV" | awk -v n="^rx_queue_${1}_packets:" '
		$1 ~ n { sum += $2 } END { print sum + 0 }'
}

# spread: sets SPREAD to how many of 1024 frames of the host's flows are not on its
# queue 0: of 320 all had the same hash with one of 512 random keys
spread() {
	sp_others=$(queue_packets '[1-9][0-9]*')
	sp_all=$(queue_packets '[0-9]*')
	in_peer wiregen send --if p0 --dst "$(cat "/sys/class/net/$DEV/address")" \
		--proto tcp4 --flows 1024 --count 1024 --sizes 100 \
		--rate 1000 >/dev/null || return 1
	sleep 1
	SPREAD=$(($(queue_packets '[1-9][0-9]*') - sp_others))
	sp_all=$(($(queue_packets '[0-9]*') - sp_all))
	echo "$sp_all frames, $SPREAD of them not on queue 0"
	[ $sp_all -ge 1024 ]
}

rss_on() {
	spread && [ "$SPREAD" -gt 20 ]
}

rss_off() {
	spread && [ "$SPREAD" -eq 0 ]
}

quiet_again() {
	ip -d link show "$DEV" | tee $VG/link.txt
	grep -q 'promiscuity 0 ' $VG/link.txt &&
		! grep -q 'allmulti 1' $VG/link.txt
}

# refused QUEUE FILTER...: by the kernel, and it says why; QUEUE '' is all of them
refused() {
	rf_queue=$1
	shift
	mpctl run "$DEV${rf_queue:+:$rf_queue}" "$@" -- true '{fd}' 2>$VG/refused.txt
	rf_rc=$?
	cat $VG/refused.txt
	[ $rf_rc -eq 2 ]
}

# refused_as TEXT QUEUE FILTER...: refused, and mpctl or the log say it so
refused_as() {
	ra_text=$1
	shift
	refused "$@" || return 1
	grep -F -- "$ra_text" $VG/refused.txt || logged "$ra_text"
}

# busy COMMAND...: says that something is
busy() {
	"$@" 2>&1 | tee $VG/busy.txt
	grep -i busy $VG/busy.txt
}

# keeps FEATURE on|off: whatever ethtool -K says, and the log tells why
keeps() {
	kp_to=on
	[ "$2" = off ] || kp_to=off
	ethtool -K "$DEV" "$1" $kp_to
	link_up
	ethtool -k "$DEV" | grep "^$1.*: $2" &&
		logged "$1 $kp_to refused: a queue is bound"
}

# logged TEXT: the kernel's log has it
logged() {
	dmesg | grep -F -- "$1"
}
