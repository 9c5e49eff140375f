# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: XDP programs attached and detached, native where the driver has that
# requires: tool:xdphold
# states: stock idle frags bound
# fast: stock frags bound
# timeout: 120

HOLD=''

# hold pass|drop native|generic
hold() {
	rm -f /run/xdp.ready
	xdphold "$DEV" "$1" "$2" /run/xdp.ready >/run/xdp.txt 2>&1 &
	HOLD=$!
	wait_for 20 is_ready /run/xdp.ready $HOLD
	[ -e /run/xdp.ready ] || { wait $HOLD; cat /run/xdp.txt; return 2; }
	link_up
}

let_go() {
	kill "$HOLD"
	wait "$HOLD" && link_up
}

# got SECONDS: how many of 100 frames the stack gets, as a packet socket sees them.
# It ends with the last of them, or that long after it began or got one.
got() {
	rm -f "$VG/recv.ready"
	wiregen recv --if "$DEV" --frames 100 --idle-timeout "$1" --json \
		--ready "$VG/recv.ready" >"$VG/recv.json" 2>/dev/null &
	recv=$!
	wait_for 10 is_ready "$VG/recv.ready" $recv
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count 100 --rate 500 >/dev/null
	wait $recv
	jq .received "$VG/recv.json"
}

gets() {
	n=$(got $(($1 ? 15 : 4)))
	[ "$n" = "$1" ] || { echo "$n of 100 came in, $1 expected"; return 1; }
}

# in the stack: what the program says happens
unbound() {
	check "$1: pass, attached" hold pass "$1" || return
	check "$1: pass, all come in" gets 100
	check "$1: pass, detached" let_go
	check "$1: drop, attached" hold drop "$1" || return
	check "$1: drop, none comes in" gets 0
	check "$1: drop, detached" let_go
	check "$1: all come in again" gets 100
}

# While bound: the guest's frames pass it by, whatever it says of them.
while_bound() {
	check "$1: drop, attached" hold drop "$1" || return
	check "$1: the guest receives" flows
	check "$1: detached" let_go
	check "$1: the guest receives after that" flows
}

# can_native: what comes of trying
can_native() {
	hold pass native || return
	echo "attached"
	let_go
}

same "native" can_native
modes='native generic'
grep -q '^attached' /run/same.out || modes=generic
[ "$modes" != generic ] || skip "native" "this driver has no XDP"
if in_stock && [ "$LEVEL" = fast ]; then
	return
fi
for mode in $modes; do
	if [ "$STATE" = bound ]; then
		while_bound "$mode"
	else
		unbound "$mode"
	fi
done
