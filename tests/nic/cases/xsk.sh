# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: AF_XDP sockets: as with stock, and a queue has a guest or such a socket
# requires: tool:xskhold tool:mpctl
# states: stock idle frags free bound
# fast: stock free bound
# timeout: 120
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

XSK=''

# xsk QUEUE zerocopy|copy: a socket there, until xsk_end
xsk() {
	rm -f /run/xsk.ready
	xskhold "$DEV" "$1" "$2" /run/xsk.ready >/run/xsk.txt 2>&1 &
	XSK=$!
	wait_for 20 is_ready /run/xsk.ready $XSK
	[ -e /run/xsk.ready ] || { wait $XSK; cat /run/xsk.txt; return 2; }
	link_up
}

xsk_end() {
	kill "$XSK"
	wait "$XSK" && link_up
}

# try QUEUE zerocopy|copy: what comes of it
try() {
	xsk "$@" || return
	echo "queue $1, $2: has a socket"
	xsk_end
}

busy() {
	! xsk "$@" || { xsk_end; return 1; }
	cat /run/xsk.txt
	grep -q 'Device or resource busy' /run/xsk.txt
}

# bind_refused PORT: because of the socket
bind_refused() {
	timeout 5 mpctl bind "$1" >/run/xsk.bind 2>&1
	br_rc=$?
	cat /run/xsk.bind
	[ $br_rc -eq 2 ] && dmesg | tail -n 5 |
		grep 'queue 0 refused: an AF_XDP socket has it'
}

# beside MODE: a guest has queue 0, while a socket and its program have queue 1
beside() {
	rm -f /run/xdp.ready
	xdphold "$DEV" pass native /run/xdp.ready >/run/xdp.txt 2>&1 &
	prog=$!
	wait_for 20 is_ready /run/xdp.ready $prog
	[ -e /run/xdp.ready ] || { cat /run/xdp.txt; return 1; }
	bs_rc=1
	if link_up && xsk 1 zerocopy; then
		# shellcheck disable=SC2086
		FRAMES=1000 rx_run $GUEST_MEM && bs_rc=0
		xsk_end || bs_rc=1
	fi
	kill $prog
	wait $prog
	link_up && return $bs_rc
}

modes=copy
! grep -q 'has a socket' "$(stock_file 'zerocopy, queue 0')" 2>/dev/null ||
	modes='zerocopy copy'

case $STATE in
stock|idle|frags)
	for mode in zerocopy copy; do
		same "$mode, queue 0" try 0 $mode
	done
	same "zerocopy, a queue that it has not" try 4095 zerocopy ;;
free)
	for mode in $modes; do
		check "$mode, queue 0" xsk 0 "$mode" || continue
		check "$mode: the NIC cannot be bound" bind_refused "$DEV"
		check "$mode: nor can that queue" bind_refused "$DEV:0"
		check "$mode: ends" xsk_end
	done
	if [ "$modes" = copy ]; then
		skip "a guest beside a socket without a copy" \
			"the stock driver has none"
	elif [ "$(rx_queues)" -lt 2 ]; then
		skip "a guest beside a socket without a copy" "one queue"
	elif check "a guest beside a socket without a copy" beside; then
		check "that: in place" report "($EXPECT) and ($PORT_SANE)"
	fi
	check "nothing is left" assert_idle
	# shellcheck disable=SC2086
	FRAMES=500 rx "binds now" "$EXPECT" $GUEST_MEM ;;
bound)
	case $modes in
	zerocopy*) check "zerocopy on the bound queue is refused" busy 0 zerocopy ;;
	*) check_not "zerocopy is refused" xsk 0 zerocopy ;;
	esac
	# nothing comes to it; that is not our doing
	check "copy" try 0 copy
	check "the guest receives" flows ;;
esac
