# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: spreading over queues: -x as with stock, -X one queue, two, and refused while bound
# requires: op:-x queues:2 tool:wiregen
# states: stock idle stack bound
# fast: stock idle bound
# timeout: 90

# the lines of its key look alike, but for the space in front
table() {
	et -x | sed -n 's|^ \{1,\}[0-9]\{1,\}: *||p'
}

# entries: how many different queues it names
entries() {
	table | grep -o '[0-9]*' | sort -u | wc -l
}

equal() {
	et -X equal "$1" || return 1
	[ "$(entries)" = "$1" ] || { et -x; return 1; }
}

can_set() {
	et -X equal 1 && et -X default
}

# queues: of 1024 TCP flows, how many queues got some. They differ in ten bits of
# a port, of which the hash is a sum: with few flows it may be the same for all.
queues() {
	et -S | sed -n 's/^ *rx_queue_\([0-9]*\)_packets: /\1 /p' >/run/queues
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count 1024 --rate 2500 --proto tcp4 --flows 1024 \
		--sizes 72..1514 >/dev/null || return 1
	sleep 0.5
	et -S | sed -n 's/^ *rx_queue_\([0-9]*\)_packets: /\1 /p' |
		awk 'NR == FNR { was[$1] = $2; next }
			$2 > was[$1] { n++ } END { print n + 0 }' /run/queues -
}

reach() {
	n=$(queues)
	[ "$n" = "$1" ] || { echo "$n queues, $1 expected"; return 1; }
}

same "-x" et -x
same "-n rx-flow-hash tcp4" et -n rx-flow-hash tcp4
if in_stock; then
	same "-X" can_set
	return
elif [ -e "$(stock_file -X)" ] && ! grep -q '^status 0' "$(stock_file -X)"; then
	# ethtool that knows symmetric-xor sets a field which older kernels
	# want to be 0
	skip "-X" "nor with the stock driver: $(head -n 1 "$(stock_file -X)")"
	return
fi
if [ "$(et -l | awk '/^Current/ { now = 1 }
	now && $1 == "Combined:" { print $2 }')" -lt 2 ]; then
	skip "-X" "one queue is in use"
	return
fi
was=$(entries)
if [ "$STATE" = bound ]; then
	check_not "-X is refused while a guest has all frames" et -X equal 1
	check "the log says why" sh -c "dmesg | tail -n 5 |
		grep 'indirection table refused'"
	check "the guest receives" flows
else
	survives "-X equal 1" equal 1
	[ "$STATE" != idle ] || check "all in one queue" reach 1
	survives "-X equal 2" equal 2
	[ "$STATE" != idle ] || check "in two queues" reach 2
	et -X default
fi
# drivers have tables of their own, -X default is the kernel's
check "as many queues as before" test "$(entries)" = "$was"
