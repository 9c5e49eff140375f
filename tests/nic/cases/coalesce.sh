# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: interrupt moderation: -c as with stock, values set by -C, silly ones refused
# requires: op:-c
# states: stock idle stack bound
# fast: stock bound
# timeout: 60

now_of() {
	et -c | sed -n 's/^rx-usecs:[ \t]*//p'
}

set_usecs() {
	et -C rx-usecs "$1" || return 1
	echo "reads $(now_of)"
	# drivers round, and some values are modes
	[ "$(now_of)" -ge $(($1 - 2)) ] && [ "$(now_of)" -le $(($1 + 2)) ]
}

same "-c" et -c
for n in 10000000 -1; do
	same "-C rx-usecs $n" et -C rx-usecs $n
done
if in_stock; then
	return
fi
was=$(now_of)
for n in 50 200 "$was"; do
	survives "-C rx-usecs $n" set_usecs "$n"
done
check "as before" test "$(now_of)" = "$was"
