# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: link down and up, and as often as one likes
# states: stock idle stack bound
# fast: bound
# timeout: 90

down_up() {
	ip link set "$DEV" down || return 1
	! has_carrier "$DEV" || { echo "still has a carrier"; return 1; }
	ip link set "$DEV" up
}

peer_down_up() {
	in_peer ip link set "$PEER_IF" down
	sleep 1
	in_peer ip link set "$PEER_IF" up && wait_for 20 peer_carrier
}

many() {
	for _ in 1 2 3 4 5; do
		down_up || return 1
	done
}

if in_stock; then
	check "link down and up" down_up
	check "has its link again" link_up
	return
fi
survives "link down and up" down_up
[ "$LEVEL" = full ] || return
survives "five times without a pause" many
survives "the peer's link down and up" peer_down_up
