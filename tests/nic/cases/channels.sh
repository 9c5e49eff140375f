# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: channels: -l as with stock, -L one, two and all, and none refused
# requires: op:-l
# states: stock idle stack bound
# fast: stock bound
# timeout: 90

now_of() {
	et -l | awk '/^Current/ { now = 1 }
		now && $1 == "Combined:" { print $2 }'
}

set_channels() {
	et -L combined "$1" || return 1
	[ "$(now_of)" = "$1" ] || { et -l; return 1; }
}

same "-l" et -l
if in_stock; then
	return
fi
was=$(now_of)
max=$(et -l | awk '$1 == "Combined:" { print $2; exit }')
if [ "$max" = n/a ] || [ "$max" -lt 2 ]; then
	skip "-L" "one queue"
	return
fi
some="1 2 $max $was"
[ "$LEVEL" = full ] || some="1 $was"
for n in $some; do
	[ "$n" = "$(now_of)" ] || survives "-L combined $n" set_channels "$n"
done
check_not "-L combined 0 is refused" et -L combined 0
check_not "-L combined $((max + 1)) is refused" et -L combined $((max + 1))
check "as before" test "$(now_of)" = "$was"
check "traffic" flows
