# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: MTU 9000: ping, TCP, every byte
# requires: mtu:9000 tool:iperf3 peer-tool:iperf3
# states: stock idle frags
# fast: none
# timeout: 180
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

mtu() {
	in_peer ip link set "$PEER_IF" mtu "$1" && ip link set "$DEV" mtu "$1" &&
		link_up && wait_for 20 peer_carrier
}

check "addresses" addresses
if check "MTU 9000" mtu 9000; then
	check "ping" pings "$PEER_IP" 56 4000 8972 20000
	check "every byte, to 9014" every_byte --sizes 60..9014
	if [ "$LEVEL" = full ]; then
		check "a server at the peer" serve 5201
		check "TCP to us" moved "TCP to us, MTU 9000" -R -n 8M
		check "TCP from us" moved "TCP from us, MTU 9000" -n 8M
	fi
fi
check "MTU 1500" mtu 1500
[ "$LEVEL" != full ] || check "ping at 1500" pings "$PEER_IP" 1472 4000
stack_end
