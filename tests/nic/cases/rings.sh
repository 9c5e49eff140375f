# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: rings: -g as with stock, sizes set by -G, more than the maximum refused
# requires: op:-g
# states: stock idle stack bound
# fast: stock bound
# timeout: 90

ring() {
	et -g | awk -v which="$1" -v n="$2:" '/^Pre-set/ { s = "max" }
		/^Current/ { s = "now" } s == which && $1 == n { print $2 }'
}

set_ring() {
	et -G "$1" "$2" || return 1
	[ "$(ring now RX)/$(ring now TX)" = "$3" ] ||
		{ et -g; return 1; }
}

same "-g" et -g
if in_stock; then
	return
fi
rx=$(ring now RX) tx=$(ring now TX) max=$(ring max RX)
if [ "$LEVEL" = full ]; then
	survives "-G rx 96" set_ring rx 96 "96/$tx"
	survives "-G rx 512" set_ring rx 512 "512/$tx"
fi
survives "-G rx $max" set_ring rx "$max" "$max/$tx"
survives "-G rx $rx" set_ring rx "$rx" "$rx/$tx"
survives "-G tx 512" set_ring tx 512 "$rx/512"
survives "-G tx $tx" set_ring tx "$tx" "$rx/$tx"
check_not "-G rx $((max + 1)) is refused" et -G rx $((max + 1))
check "as before" test "$(ring now RX)/$(ring now TX)" = "$rx/$tx"
check "traffic" flows
