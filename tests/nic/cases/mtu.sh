# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: MTU 1400 and 1500, and what cannot be is refused
# states: stock idle stack bound
# fast: none
# timeout: 90

mtu() {
	ip link set "$DEV" mtu "$1" && [ "$(cat "/sys/class/net/$DEV/mtu")" = "$1" ]
}

limits() {
	ip -d -o link show dev "$DEV" | grep -o 'm[a-z]*mtu [0-9]*'
}

same "limits" limits
if in_stock; then
	return
fi
survives "MTU 1400" mtu 1400
survives "MTU 1500" mtu 1500
check_not "MTU 60000 is refused" mtu 60000
if [ "$STATE" = bound ]; then
	check_not "MTU 9000 is refused while bound" mtu 9000
	check "MTU is still 1500" test "$(cat "/sys/class/net/$DEV/mtu")" = 1500
fi
check "traffic" flows
