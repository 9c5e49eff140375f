# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the guest goes away under full traffic: unbind, close, kill, stop
# kernels: 6.12
# kernels-full: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 300
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

unbind_round() {
	ctl unbind || return 1
	idle && nothing_charged "$GUEST" || return 1
	has_promisc && { echo "still promiscuous"; return 1; }
	ctl bind && has_promisc && flowing
}

has_promisc() {
	ip -d link show "$DEV" | grep -q 'promiscuity [1-9]'
}

# by somebody else, who finds the descriptor in /proc
mpctl_round() {
	mpctl unbind "$DEV" || return 1
	idle && nothing_charged "$GUEST" || return 1
	ctl bind && flowing
}

close_round() {
	flooded_receiver && guest_quit && assert_nothing
}

kill_round() {
	flooded_receiver || return 1
	kill -9 "$GUEST"
	wait "$GUEST"
	assert_nothing
}

# vhost lets go while the port stays bound; the ring is back where it was used
stop_round() {
	ctl stop-backend || return 1
	idle && nothing_charged "$GUEST" || return 1
	ctl start-backend && flowing
}

with_guest "unbind" unbind_round
with_guest "unbind by another process" mpctl_round
with_guest "backend stopped" stop_round
without_guest "descriptors closed" close_round
without_guest "guest killed" kill_round
