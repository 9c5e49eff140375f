# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: VLAN 5: ping and TCP, tags taken out by the NIC and not
# requires: tool:ping tool:iperf3 peer-tool:iperf3
# states: stock idle frags
# fast: none
# timeout: 120
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

vlans() {
	modprobe -q 8021q
	ip link add link "$DEV" name mpv5 type vlan id 5 &&
		ip addr add "$OUR_IP5"/24 dev mpv5 && ip link set mpv5 up &&
		in_peer ip link add link "$PEER_IF" name mpv5 type vlan id 5 &&
		in_peer ip addr add "$PEER_IP5"/24 dev mpv5 &&
		in_peer ip link set mpv5 up
}

offload() {
	et -K rxvlan "$1" && link_up
}

to_vlan() {
	PEER_IP="$PEER_IP5" moved "$@"
}

check "VLANs on both ends" vlans
check "ping" pings "$PEER_IP5" 56 1472 4000
check "tags in band" offload off
check "ping, tags in band" pings "$PEER_IP5" 56 1472 4000
check "tags taken out again" offload on
if [ "$LEVEL" = full ]; then
	check "a server at the peer" serve 5201
	check "TCP to us" to_vlan "TCP to us, VLAN" -R -n 4M
	check "TCP from us" to_vlan "TCP from us, VLAN" -n 4M
fi
stack_end
