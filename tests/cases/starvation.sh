# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: a guest that posts nothing for seconds receives again at once
# kernels: 6.12
# kernels-full: all
# nics: igb
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 120
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

# Frames that the NIC counted as lost for want of buffers. QEMU's e1000e holds
# them back before the NIC instead, so there only mp_rx_starved tells.
dropped() {
	ethtool -S "$DEV" | awk '/rx_(missed|fifo)_errors|rx_no_buffer/ {
		n += $2 } END { print n + 0 }'
}

starve_first() {
	starved=$(port_counter rx_starved)
	guest_start rx --seconds 3600 --idle-timeout 0 --hugepages --allow-loss \
		--allow-reorder --no-post-for 4 "$@" || return 1
	flood_start
	sleep 4
	flowing 500 || return 1
	echo "starved $(($(port_counter rx_starved) - starved))"
	[ "$(port_counter rx_starved)" -gt "$starved" ]
}

# again and again under traffic; frames must flow within a second of the post
starve_again() {
	for _ in 1 2 3 4 5; do
		starved=$(port_counter rx_starved)
		ctl pause-post || return 1
		sleep 2
		[ "$(port_counter posted)" -eq 0 ] || {
			echo "$(port_counter posted) heads still posted"
			return 1
		}
		before=$(received)
		ctl resume-post || return 1
		wait_for 2 received_over $((before + 50)) || {
			echo "no frames after posting again"
			return 1
		}
		[ "$(port_counter rx_starved)" -gt "$starved" ] || {
			echo "starving was not counted"
			return 1
		}
	done
}

end_of() {
	flood_stop
	sleep 0.5
	guest_quit
}

drops=$(dropped)
for how in "--ring 256" --event-idx "--busyloop 50"; do
	# shellcheck disable=SC2086
	check "posts late, ${how#--}" starve_first $how
	check "starves under traffic, ${how#--}" starve_again
	check "nothing corrupt, ${how#--}" end_of
	check "counters agree, ${how#--}" report "$PORT_SANE and $ALL_ZC"
done
if [ "$(dropped)" -eq "$drops" ]; then
	skip "the NIC counts drops" "nothing dropped: the emulator held it back"
else
	result ok "the NIC counts drops"
fi
rx "traffic after it" "$ALL_ZC" --hugepages
check "nothing is pinned" assert_idle
