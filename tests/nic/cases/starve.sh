# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: a guest that posts nothing for a while receives again at once
# states: free
# fast: none
# timeout: 120
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

starve() {
	# shellcheck disable=SC2086
	guest_start rx --seconds 3600 --idle-timeout 0 --allow-loss \
		--allow-reorder $GUEST_MEM || return 1
	flood_start
	STATE=bound
	flowing 50 || return 1
	for _ in 1 2 3; do
		starved=$(port_counter rx_starved)
		ctl pause-post || return 1
		wait_for 10 starved_over "$starved" || {
			echo "starving was not counted"
			return 1
		}
		before=$(received)
		ctl resume-post || return 1
		wait_for 3 received_over $((before + 50)) || {
			echo "no frames after posting again"
			return 1
		}
	done
	flood_stop
	guest_quit
}

starved_over() {
	[ "$(port_counter rx_starved)" -gt "$1" ]
}

check "starves and recovers, three times" starve
flood_stop
guest_end
check "nothing is left" assert_idle
# shellcheck disable=SC2086
FRAMES=1000 rx "works as before" "$EXPECT" $GUEST_MEM
