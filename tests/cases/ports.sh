# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# ports.sh: what the ports of $DEV hold, and that it is nothing when they are gone.

# port_counter NAME: sum over the NIC's ports, from ethtool -S
port_counter() {
	ethtool -S "$DEV" | awk -v n="mp_$1:" '$1 == n { print $2 }'
}

# The guest heads and the memory that the NIC's ports hold: none.
idle() {
	for c in pinned_bytes memlock_bytes posted; do
		n=$(port_counter $c)
		[ "${n:-0}" = 0 ] || { echo "mp_$c is $n"; return 1; }
	done
	[ "$(port_counter pins)" = "$(port_counter unpins)" ] || {
		echo "pins $(port_counter pins)," \
			"unpins $(port_counter unpins)"
		return 1
	}
}

# assert_idle [SECONDS]: after a guest has gone, at once or within SECONDS
assert_idle() {
	wait_for "${1:-5}" idle >/dev/null || idle
}
