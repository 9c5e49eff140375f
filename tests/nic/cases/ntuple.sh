# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: filters: -N sends an ethertype to another queue, -n shows it, and it goes
# requires: feature:ntuple-filters queues:2 tool:wiregen
# states: stock idle bound
# timeout: 90

# the test frames of wiregen in queue 1; in a bound NIC others, which are not
# the guest's
PROTO=0x88b5
[ "$STATE" != bound ] || PROTO=0x88b6

rule() {
	et -N flow-type ether proto $PROTO action 1 >/run/rule || return 1
	ID=$(sed -n 's/.*ID \([0-9]*\).*/\1/p' /run/rule)
	[ -n "$ID" ]
}

shown() {
	et -n rule "$ID" | grep -qi "Action: Direct to queue 1"
}

gone() {
	! et -n rule "$ID" >/dev/null 2>&1
}

in_queue() {
	was=$(counter "rx_queue_$1_packets")
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count 100 --rate 1000 >/dev/null
	sleep 0.5
	n=$(($(counter "rx_queue_$1_packets") - was))
	[ $n -eq 100 ] || { echo "$n of 100 in queue $1"; return 1; }
}

was_on=$(et -k | sed -n 's/^ntuple-filters: //p')
same "-K ntuple on" et -K ntuple on
flows >/dev/null
if in_stock; then
	if rule; then
		touch "$(stock_file rule)"
		check "a rule" shown
		et -N delete "$ID"
	else
		skip "a rule" "the stock driver has none by ethertype"
	fi
elif rule; then
	check "-n shows the rule" shown
	if [ "$STATE" = bound ]; then
		check "the guest receives" flows
	else
		check "its frames are in queue 1" in_queue 1
	fi
	check "deleted" et -N delete "$ID"
	check "and gone" gone
	[ "$STATE" = bound ] || check "frames are back in queue 0" in_queue 0
	check "a queue that is not there is refused" not et -N flow-type \
		ether proto $PROTO action 4000
elif [ -e "$(stock_file rule)" ]; then
	check "a rule, as with stock" rule
else
	skip "a rule" "the stock driver has none by ethertype"
fi
[ "${was_on%% *}" = on ] || et -K ntuple off
check "traffic" flows
