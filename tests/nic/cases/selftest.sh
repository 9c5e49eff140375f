# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the self tests, online and offline: none is worse than with stock
# requires: op:-i
# states: stock idle stack bound
# fast: stock bound
# timeout: 240
# allow-log: NETDEV WATCHDOG|transmit queue .* timed out|WARNING:.* dev_watchdog
#
# igb's offline test closes the device without waiting for the driver's own work,
# which may find the link up after that and turn the carrier on while the queues
# are stopped. The kernel takes that for a queue that hangs: one in ten tests on
# a slow machine, with the stock driver as with ours.

# run_test online|offline: "NAME<tab>RESULT" of each
run_test() {
	et -t "$1" >/run/selftest 2>&1
	sed -n 's/^\(.*[^ \t]\)[ \t][ \t]*\(-*[0-9][0-9]*\)$/\1\t\2/p' /run/selftest
	grep -q 'extra info\|test result' /run/selftest || cat /run/selftest
}

no_worse() {
	awk -F '\t' 'NR == FNR { stock[$1] = $2; next }
		!($1 in stock) { print $1 ": stock has no such test"; bad = 1 }
		($1 in stock) && stock[$1] == 0 && $2 != 0 {
			print $1 ": " $2 ", and 0 with stock"; bad = 1 }
		{ n++ }
		END { if (!n) print "no test ran"; exit bad || !n }' "$1" "$2"
}

# measured FILE: the tests wait milliseconds for an interrupt, which a busy
# emulator does not always keep; what is broken is so three times
measured() {
	for _ in 1 2 3; do
		# an emulated NIC in loopback mode takes frames from the wire too
		silent run_test "$mode" >"$1"
		[ -f "$ref" ] || return 0
		no_worse "$ref" "$1" && return 0
	done
	return 1
}

# the offline ones include those that are done online
modes='online offline'
[ "$LEVEL" = full ] || modes=offline
for mode in $modes; do
	ref=$(stock_file "$mode")
	if in_stock; then
		mkdir -p "${ref%/*}"
		run_test "$mode" >"$ref"
		check "$mode: there are tests" test -s "$ref"
		continue
	fi
	start=$(now)
	what='none worse than with stock'
	[ -f "$ref" ] || what='can be run'
	check "$mode: $what" measured /run/ours
	cat /run/ours
	figure "self test" "$mode" $(($(now) - start)) ms
	[ -f "$ref" ] || skip "$mode: compared with stock" "$(no_stock)"
	check "$mode: works afterwards" flows
done
# and what the tests do to a NIC under traffic, whatever they say then
case $STATE in
stack|bound)
	[ "$LEVEL" != full ] || et -t offline >/dev/null 2>&1
	check "offline under traffic: works afterwards" flows ;;
esac
