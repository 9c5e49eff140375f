# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: what cannot be bound is refused, with a reason, and changes nothing
# requires: tool:mpctl
# states: free
# fast: none
# timeout: 60
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

refused() {
	timeout 5 mpctl bind "$@" >/run/refused 2>&1
	re_rc=$?
	cat /run/refused
	[ $re_rc -eq 2 ] && [ -s /run/refused ]
}

bound_mtu() {
	ip link set "$DEV" mtu 9000 || return 1
	if refused "$DEV"; then bm_rc=0; else bm_rc=1; fi
	ip link set "$DEV" mtu 1500
	return $bm_rc
}

bridged() {
	ip link add mpbr type bridge && ip link set "$DEV" master mpbr || return 1
	if refused "$DEV"; then br_rc=0; else br_rc=1; fi
	ip link del mpbr
	return $br_rc
}

# with queue 1 bound there must be two
channels_below() {
	mpctl run "$DEV:1" -- sleep 60 &
	holder=$!
	cb_rc=1
	if wait_for 10 has_port; then
		et -L combined 1 >/run/channels 2>&1 || cb_rc=0
		cat /run/channels
		grep -qi 'busy' /run/channels || cb_rc=1
		dmesg | tail -n 5 | grep 'channels refused: queue 1' || cb_rc=1
	fi
	kill $holder
	wait $holder
	return $cb_rc
}

has_port() {
	[ "$(mpctl -j show "$DEV" | jq length)" -gt 0 ]
}

if [ "$(ip -d -o link show dev "$DEV" |
	sed -n 's/.* maxmtu \([0-9]*\).*/\1/p')" -ge 9000 ]; then
	check "with MTU 9000" bound_mtu
	skip "jumbo frames into a guest" "the core binds at MTU 1500 only"
fi
check "a queue that it has not" refused "$DEV:4095"
if modprobe -q bridge; then
	check "in a bridge" bridged
else
	skip "in a bridge" "no module bridge"
fi
if [ "$(rx_queues)" -ge 2 ]; then
	check "fewer channels than the bound queue needs" channels_below
else
	skip "fewer channels than the bound queue needs" "one queue"
fi
link_up
check "mp_posted is 0" assert_idle
# shellcheck disable=SC2086
FRAMES=500 rx "binds now" "$EXPECT" $GUEST_MEM
