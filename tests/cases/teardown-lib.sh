# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# teardown-lib.sh: under full traffic, take away what a guest receives through,
# again and again. $ROUNDS says how often (5, 2 on debug kernels; the long cases 50).
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

case $KREL in
*-debug) ROUNDS=${ROUNDS:-2} ;;
*) ROUNDS=${ROUNDS:-5} ;;
esac

# rounds FUNCTION [ARG]...: call it $ROUNDS times
rounds() {
	round=0
	while [ $round -lt "$ROUNDS" ]; do
		round=$((round + 1))
		"$@" >$VG/round.txt 2>&1 || {
			cat $VG/round.txt
			dmesg | tail -n 5
			echo "round $round: $(tail -n 1 $VG/round.txt)"
			return 1
		}
	done
}

# A full ring of the emulated NIC loses and reorders frames, and so does what
# is done to it here. A frame that was in its buffer when the NIC was stopped is
# lost, but its bytes are there, behind the end of what comes next (the tail).
# Nothing else may be wrong.
receiver() {
	guest_start rx --seconds 3600 --idle-timeout 0 --allow-loss \
		--allow-reorder --allow-tail --hugepages "$@"
}

# under FUNCTION: a guest that lives through all rounds of it under traffic
under_run() {
	receiver || return 1
	flood_start
	flowing && rounds "$@"
	u_rc=$?
	flood_stop
	guest_quit || u_rc=1
	return $u_rc
}

# in_place: what arrives now does so without a copy
zc_over() {
	[ "$(port_counter rx_zc_frames)" -gt "$1" ]
}

in_place() {
	wait_for 15 zc_over $(($(port_counter rx_zc_frames) + 50)) || {
		ethtool -S "$DEV" | grep mp_
		echo "nothing is received in place"
		return 1
	}
}

# works_again: a verified run
works_again() {
	check "$1: works again" rx_run --hugepages &&
		check "$1: in place again" report "$ALL_ZC and $PORT_SANE"
}

# with_guest NAME FUNCTION [ARG]...
with_guest() {
	wg_name=$1
	shift
	check "$wg_name, $ROUNDS rounds" under_run "$@"
	flood_stop
	check "$wg_name: nothing left" assert_idle
	works_again "$wg_name"
}

# without_guest NAME FUNCTION: each round starts and ends a guest of its own, by
# flooded_receiver. The flood begins when the guest has: a flood that the host has to
# throw away itself can keep a process from its CPU for minutes on 6.1, and how
# long that takes is not what is tested here.
flooded_receiver() {
	receiver "$@" && flood_start && flowing
}

alone_round() {
	"$@"
	a_rc=$?
	flood_stop
	return $a_rc
}

alone_run() {
	rounds alone_round "$@"
}

without_guest() {
	wg_name=$1
	shift
	check "$wg_name, $ROUNDS rounds" alone_run "$@"
	flood_stop
	check "$wg_name: nothing left" assert_idle
	works_again "$wg_name"
}

# gone: the process has ended and nothing is left of it
assert_nothing() {
	idle || return 1
	[ "$(mpctl -j show | jq length)" -eq 0 ] || {
		mpctl show
		return 1
	}
}
