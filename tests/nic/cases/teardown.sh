# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: ways in which a guest or its port ends under traffic; nothing stays
# requires: tool:mpctl
# states: free
# fast: free
# timeout: 300
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

ROUNDS=3
[ "$LEVEL" = full ] || ROUNDS=1

start() {
	# shellcheck disable=SC2086
	guest_start rx --seconds 3600 --idle-timeout 0 --allow-loss \
		--allow-reorder --allow-tail $GUEST_MEM && wait_for 20 some
}

some() {
	[ "$(ctl stats | tr ' ' '\n' | sed -n 's/^received=//p')" -gt 20 ]
}

no_port() {
	[ "$(mpctl -j show "$DEV" 2>/dev/null | jq length)" = 0 ] ||
		[ -z "$(mpctl -j show "$DEV" 2>/dev/null)" ]
}

# stack_flows: the host has its NIC back
stack_flows() {
	flood_stop
	was=$(net_counter rx_packets)
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count 100 --rate 1000 >/dev/null || return 1
	wait_for 5 rx_over $((was + 99))
}

rx_over() {
	[ "$(net_counter rx_packets)" -gt "$1" ]
}

by_kill() {
	start || return 1
	kill -9 "$GUEST"
	wait "$GUEST"
	GUEST=''
	:
}

by_quit() {
	start && guest_quit
}

by_unbind() {
	start && ctl unbind && guest_quit
}

by_mpctl() {
	start && mpctl unbind "$DEV" && sleep 0.2 && guest_quit
}

by_stop() {
	start && ctl stop-backend && ctl start-backend && guest_quit
}

by_down() {
	start && ip link set "$DEV" down && guest_quit
	bd_rc=$?
	ip link set "$DEV" up && link_up && return $bd_rc
}

rounds() {
	r=0
	while [ $r -lt $ROUNDS ]; do
		r=$((r + 1))
		flood_start --rate 2000
		"by_$1" || { echo "round $r"; flood_stop; guest_end; return 1; }
	done
	flood_stop
	assert_idle
}

ways='kill quit unbind mpctl stop down'
[ "$LEVEL" = full ] || ways='kill mpctl down'
for how in $ways; do
	check "by $how" rounds "$how"
	check "by $how: no port is left" wait_for 5 no_port
	check "by $how: the host receives" stack_flows
done
# shellcheck disable=SC2086
FRAMES=1000 rx "works as before" "$EXPECT" $GUEST_MEM
