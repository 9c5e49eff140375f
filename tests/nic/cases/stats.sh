# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: -S grows by exactly what was sent, by the counters that grow with stock
# requires: tool:wiregen
# states: stock idle frags free
# fast: stock idle frags free
# timeout: 90

N=600

snapshot() {
	et -S | sed -n 's/^ *\([^:]*[^ :]\): *\([0-9][0-9]*\)$/\1\t\2/p'
}

# grown: counter<tab>by how much, of the NIC's own
grown() {
	snapshot | awk -F '\t' 'NR == FNR { was[$1] = $2; next }
		$2 != was[$1] { print $1 "\t" $2 - was[$1] }' /run/stats.before -
}

of() {
	awk -F '\t' -v n="$1" '$1 == n { print $2; f = 1 }
		END { if (!f) print 0 }' /run/stats.grown
}

# Interrupts, queues, and when a ring was looked at are not the frames' doing.
own() {
	grep -E '^[rt]x_(packets|bytes|broadcast|multicast|errors|crc|length|long|short|missed)' \
		/run/stats.grown | grep -v long_byte | sort
}

# traffic MAC OPTION...: N frames, from 60 to 1514 bytes
traffic() {
	t_mac=$1
	shift
	rm -f "$VG/send.json"
	in_peer wiregen send --if "$PEER_IF" --dst "$t_mac" --count $N \
		--rate 1500 "$@" --json >"$VG/send.json"
	SENT=$(jq .bytes "$VG/send.json")
}

arrived() {
	[ "$(net_counter rx_packets)" -ge $((PACKETS + N)) ]
}

is() {
	[ "$(of "$1")" = "$2" ] || {
		echo "$1 grew by $(of "$1"), not $2"
		return 1
	}
}

# with the FCS, or without: as the NIC counts
is_bytes() {
	is "$1" "$2" >/dev/null || is "$1" $(($2 + 4 * N))
}

drivers_own() {
	PACKETS=$(net_counter rx_packets)
	snapshot >/run/stats.before
	traffic "$(mac_of "$DEV")"
	wait_for 10 arrived
	# what the driver reads from the NIC it may read every other second
	sleep 0.3
	net_counter rx_bytes >/dev/null
	grown >/run/stats.grown
	check "rx_packets" is rx_packets $N
	check "rx_bytes" is_bytes rx_bytes "$SENT"
	check "rx_errors" is rx_errors 0
	same "which counters grow, and how far" own
}

mp_counters() {
	case $STATE in
	idle)
		check "no mp counter moves" no_mp ;;
	frags)
		check "mp_frags_frames" is mp_frags_frames $N
		check "mp_frags_bytes" is mp_frags_bytes "$SENT" ;;
	esac
}

no_mp() {
	! grep ^mp_ /run/stats.grown
}

# A guest of its own, which reports what it got.
bound() {
	# shellcheck disable=SC2086
	guest_start rx --frames $N --idle-timeout $IDLE --progress $VG/progress \
		$GUEST_MEM || return 1
	snapshot >/run/stats.before
	# shellcheck disable=SC2046
	traffic "$GUEST_MAC" $(pace) || return 1
	guest_wait
	b_rc=$?
	grown >/run/stats.grown
	return $b_rc
}

if [ "$STATE" = free ]; then
	check "a guest gets $N frames" bound
	check "rx_packets" is rx_packets $N
	check "mp_rx_frames" is mp_rx_frames $N
	check "mp_rx_bytes" is mp_rx_bytes "$SENT"
	check "in place and detours are all" is mp_rx_zc_frames \
		$((N - $(of mp_detour_crossing) - $(of mp_detour_stack)))
	check "nothing dropped" is mp_rx_dropped 0
	check "the port's report agrees" report ".port.rx_frames == $N and
		.port.rx_bytes == $SENT"
	check "nothing is left" assert_idle
else
	drivers_own
	mp_counters
fi
