# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: guests on two queues by a hardware filter, the host on a third: each its own
# kernels: 6.12
# kernels-full: all
# nics: igb
# vm: --smp 4 --hugepages 64
# group: fast
# timeout: 240
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

# mac QUEUE: of the guest there
mac() {
	printf '02:4d:50:00:00:%02x' "$1"
}

# What the hardware can tell guests apart by: their MAC address, or where it has
# rules for that, their IP address. FILTER, SEND: words for mpctl and wiregen.
aim() {
	case $NIC_DRV in
	ixgbe)
		FILTER="proto udp dst-ip 10.77.1.$1"
		SEND="--proto udp4 --daddr 10.77.1.$1" ;;
	*)
		FILTER="dst-mac $(mac "$1")"
		SEND='' ;;
	esac
}

# guest_on QUEUE: a guest of its own on that queue; its stream is the queue
guest_on() {
	rm -f "$VG/ready.$1" "$VG/out.$1.json" "$VG/progress.$1"
	aim "$1"
	# shellcheck disable=SC2086
	mpctl run "$DEV:$1" $FILTER -- vguest rx --fd '{fd}' \
		--hugepages --mem 32M --frames "$FRAMES" --stream "$1" \
		--idle-timeout 10 --progress "$VG/progress.$1" \
		--ready "$VG/ready.$1" --json "$VG/out.$1.json" \
		>"$VG/guest.$1.txt" 2>&1 &
	eval "GUEST_$1=$!"
	wait_for 20 is_ready "$VG/ready.$1" $!
	[ -e "$VG/ready.$1" ] || { cat "$VG/guest.$1.txt"; return 1; }
}

send_to() {
	aim "$1"
	# shellcheck disable=SC2086
	in_peer wiregen send --if p0 --dst "$(mac "$1")" --stream "$1" \
		--count "$FRAMES" --window "$WINDOW" $SEND \
		--progress "$VG/progress.$1" >"$VG/send.$1.txt" 2>&1
}

# Both streams and the host's traffic at once.
all_at_once() {
	send_to 1 &
	one=$!
	send_to 2 &
	two=$!
	rc=0
	in_peer ping -q -c 150 -i 0.02 -s 700 192.0.2.1 >$VG/ping.txt || rc=1
	grep -q ' 0% packet loss' $VG/ping.txt || rc=1
	[ $rc -eq 0 ] || cat $VG/ping.txt
	wait $one || { rc=1; cat $VG/send.1.txt; }
	wait $two || { rc=1; cat $VG/send.2.txt; }
	return $rc
}

# own QUEUE: the guest there got its frames, all of them, and no other's
own() {
	eval "wait \$GUEST_$1" || { cat "$VG/guest.$1.txt"; return 1; }
	jq -c '{frames: .rx.frames, unknown: .rx.unknown, port: .port}' \
		"$VG/out.$1.json"
	jq -e ".rx.received == $FRAMES and .rx.lost == 0 and
		.rx.corrupt == 0 and .rx.reordered == 0 and
		.rx.other_stream == 0 and
		.port.rx_zc_frames == .port.rx_frames" "$VG/out.$1.json" \
		>/dev/null
}

down_up() {
	ip link set "$DEV" down
	ip link set "$DEV" up
	link_up
}

# no guest's frames reached the host's stack, or another queue
queue_packets() {
	ethtool -S "$DEV" | awk -v n="rx_queue_$1_packets:" '$1 == n { print $2 }'
}

quiet_again() {
	ip -d link show "$DEV" | tee $VG/link.txt
	grep -q 'promiscuity 0 ' $VG/link.txt &&
		! grep -q 'allmulti 1' $VG/link.txt
}

# refused QUEUE FILTER...: by the kernel, and it says why
refused() {
	rf_queue=$1
	shift
	mpctl run "$DEV:$rf_queue" "$@" -- true '{fd}' 2>$VG/refused.txt
	rf_rc=$?
	cat $VG/refused.txt
	[ $rf_rc -eq 2 ]
}

ip addr add 192.0.2.1/24 dev "$DEV"
ip -n peer addr add 192.0.2.2/24 dev p0
queues=$(ethtool -l "$DEV" | awk '/^Combined:/ { n = $2 } END { print n }')
ethtool -L "$DEV" combined 4 || skip_case "$DEV cannot have four queues"
[ "$NIC_DRV" != ixgbe ] || ethtool -K "$DEV" ntuple on ||
	skip_case "$DEV has no ntuple filters"
link_up
assert "host, before" in_peer ping -q -c 3 192.0.2.1
assert "guest on queue 1" guest_on 1
assert "guest on queue 2" guest_on 2
link_up
check "bound twice" refused 1 dst-mac "$(mac 9)"
case $NIC_DRV in
ixgbe)
	check "no MAC filters" refused 3 dst-mac "$(mac 9)"
	check "a second kind of rule" refused 3 vlan 5 ;;
*)
	check "host's own queue" refused 0 dst-mac "$(mac 9)"
	check "an address twice" refused 3 dst-mac "$(mac 1)"
	check "the host's address" refused 3 dst-mac \
		"$(cat "/sys/class/net/$DEV/address")"
	check "no address beside those with one" refused 3
	check "no such rules" refused 3 vlan 5 ;;
esac
check "ethtool -L below a bound queue" not ethtool -L "$DEV" combined 2
# all that follows is after a reset
check "down and up" down_up
before=$(queue_packets 0)
check "two guests and the host at once" all_at_once
check "queue 1: its own frames" own 1
check "queue 2: its own frames" own 2
host=$(($(queue_packets 0) - before))
check "the host's queue: its own frames" [ $host -lt 400 ]
check "nothing is pinned" assert_idle
check "not promiscuous" quiet_again
check "host, after" in_peer ping -q -c 3 -i 0.2 192.0.2.1
check "ethtool -L again" ethtool -L "$DEV" combined "$queues"
[ "$NIC_DRV" != ixgbe ] || check "no rule is left" \
	sh -c "ethtool -n $DEV | grep -q 'Total 0 rules'"
ip addr del 192.0.2.1/24 dev "$DEV"
