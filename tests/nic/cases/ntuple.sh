# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: filters: -N sends frames to another queue, by ethertype and by address
# requires: feature:ntuple-filters queues:2 tool:wiregen
# states: stock idle bound
# timeout: 90

# the test frames of wiregen; in a bound NIC others, which are not the guest's
PROTO=0x88b5
[ "$STATE" != bound ] || PROTO=0x88b6
ADDRESS=198.18.200.1

# kind ether|udp4: MATCH, words for ethtool, and SEND, for wiregen
kind() {
	KIND=$1 SEND=''
	case $1 in
	ether) MATCH="ether proto $PROTO" ;;
	udp4)
		MATCH="udp4 dst-ip $ADDRESS"
		SEND="--proto udp4 --daddr $ADDRESS" ;;
	esac
}

# rule QUEUE: ID is its number
rule() {
	# shellcheck disable=SC2086
	et -N flow-type $MATCH action "$1" >/run/rule || return 1
	ID=$(sed -n 's/.*ID \([0-9]*\).*/\1/p' /run/rule)
	[ -n "$ID" ]
}

shown() {
	et -n rule "$ID" | grep -qi "Action: Direct to queue $TO"
}

gone() {
	! et -n rule "$ID" >/dev/null 2>&1
}

packets() {
	et -S | sed -n 's/^ *rx_queue_\([0-9]*\)_packets: /\1 /p'
}

# lands: sets QUEUE to the one that gets 100 test frames
lands() {
	packets >/run/queues
	# shellcheck disable=SC2086
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count 100 --rate 1000 $SEND >/dev/null || return 1
	sleep 0.5
	QUEUE=$(packets | awk 'NR == FNR { was[$1] = $2; next }
		$2 >= was[$1] + 100 { print $1 }' /run/queues -)
	echo "100 frames in queue '$QUEUE'"
	[ -n "$QUEUE" ]
}

in_queue() {
	lands && [ "$QUEUE" = "$1" ]
}

# there: while the rule is
there() {
	check "$KIND: -n shows the rule" shown
	if [ "$STATE" = bound ]; then
		check "$KIND: the guest receives" flows
	else
		check "$KIND: its frames are in queue $TO" in_queue $TO
	fi
	check "$KIND: deleted" et -N delete "$ID"
	check "$KIND: and gone" gone
	[ "$STATE" = bound ] ||
		check "$KIND: frames are back in queue $BACK" in_queue "$BACK"
	# shellcheck disable=SC2086
	check "$KIND: a queue that is not there is refused" not et -N \
		flow-type $MATCH action 4000
}

# Another queue than where they go without it.
ours() {
	BACK=0
	if [ "$STATE" != bound ]; then
		check "$KIND: all in one queue without a rule" lands || return
		BACK=$QUEUE
	fi
	TO=1
	[ "$BACK" != 1 ] || TO=0
	if rule $TO; then
		there
	elif [ -e "$(stock_file "rule $KIND")" ]; then
		check "$KIND: a rule, as with stock" rule $TO
	else
		skip "$KIND: a rule" "the stock driver has none"
	fi
}

# stock: as it would be for ours
stock() {
	if rule 1; then
		touch "$(stock_file "rule $KIND")"
		result ok "$KIND: a rule"
		et -N delete "$ID"
	else
		skip "$KIND: a rule" "the stock driver has none"
	fi
}

was_on=$(et -k | sed -n 's/^ntuple-filters: //p')
same "-K ntuple on" et -K ntuple on
flows >/dev/null
for k in ether udp4; do
	kind $k
	if in_stock; then
		stock
	else
		ours
	fi
done
[ "${was_on%% *}" = on ] || et -K ntuple off
check "traffic" flows
