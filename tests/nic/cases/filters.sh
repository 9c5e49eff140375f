# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: multicast and foreign addresses: only what was asked for gets in
# requires: tool:wiregen
# states: stock idle frags
# fast: frags
# timeout: 60

GROUP=01:00:5e:12:34:56
FOREIGN=02:aa:bb:cc:dd:ee

# got ADDRESS: how many of 50 frames to it the net device counts
got() {
	before=$(net_counter rx_packets)
	in_peer wiregen send --if "$PEER_IF" --dst "$1" --count 50 --rate 500 \
		>/dev/null || return 1
	sleep 0.5
	echo $(($(net_counter rx_packets) - before))
}

gets() {
	n=$(got "$2")
	[ "$n" = "$1" ] || { echo "$n of 50 came in, $1 expected"; return 1; }
}

check "own address" gets 50 "$(mac_of "$DEV")"
check "broadcast" gets 50 ff:ff:ff:ff:ff:ff
check "a foreign address stays out" gets 0 $FOREIGN
check "a group that nobody joined stays out" gets 0 $GROUP
ip maddr add "$GROUP" dev "$DEV"
check "a joined group" gets 50 $GROUP
ip maddr del "$GROUP" dev "$DEV"
check "and not after leaving it" gets 0 $GROUP
ip link set "$DEV" promisc on
check "promiscuous: a foreign address" gets 50 $FOREIGN
ip link set "$DEV" promisc off
check "and not after that" gets 0 $FOREIGN
if [ "$LEVEL" = full ]; then
	ip link set "$DEV" allmulticast on
	check "allmulticast" gets 50 $GROUP
	ip link set "$DEV" allmulticast off
	check "a foreign address again" gets 0 $FOREIGN
fi
