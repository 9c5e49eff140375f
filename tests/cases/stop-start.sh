# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the backend stops and starts, and memory changes, with heads posted
# kernels: 6.12
# kernels-full: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 240
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

# "ok" of stop-backend means: the ring is back exactly where it has been used
stop_round() {
	ctl stop-backend && ctl start-backend && flowing 20
}

# a new memory table takes all posted heads back, and gives them out again
table_round() {
	ctl mem-table && flowing 20 && ctl mem-table && flowing 20
}

# Pages under posted buffers are replaced: what the NIC wrote meanwhile is
# copied to where the guest looks, or was its own fault.
remap_round() {
	ctl mem-remap posted && flowing 20 && ctl mem-remap free && flowing 20
}

drop_round() {
	ctl mem-drop on || return 1
	sleep 0.2
	ctl mem-drop off && ctl stop-backend && ctl start-backend &&
		flowing 20
}

# run NAME FUNCTION OPTION...
run() {
	name=$1 fn=$2
	shift 2
	check "$name, $ROUNDS rounds" run_rounds "$fn" "$@"
	flood_stop
	check "$name: counters agree" report "$PORT_SANE and .stops.inexact == 0"
}

run_rounds() {
	fn=$1
	shift
	guest_start rx --seconds 3600 --idle-timeout 0 --allow-loss \
		--allow-reorder --allow-tail "$@" || return 1
	flood_start
	flowing && rounds "$fn"
	rr_rc=$?
	flood_stop
	guest_quit || rr_rc=1
	return $rr_rc
}

run "stop and start" stop_round --hugepages
run "stop and start, 4K pages, event index" stop_round --event-idx \
	--order shuffled
run "stop and start, dirty log" stop_round --hugepages --log
run "stop and start, small heads" stop_round --hugepages --bufsize 256
run "memory table" table_round --hugepages
run "memory table, 4 regions" table_round --regions 4 --order shuffled
run "pages replaced" remap_round --order shuffled
# what the NIC had written by then came from the old pages, and whole
check "pages replaced: copied to the new ones" report ".port.detours.stale > 0 and
	.rx.tainted > .rx.tainted_bad"
run "pages replaced, hugepages" remap_round --hugepages
run "pages replaced, posted only" remap_round --posted-only --bufsize 2048
run "region taken away" drop_round --regions 3 --order shuffled
works_again "all of it"
check "nothing is pinned" assert_idle
