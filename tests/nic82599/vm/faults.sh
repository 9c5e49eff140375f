# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2016,SC2317
# Stock ixgbe while the model misbehaves; pools; the NIC vanishes at the end.
# shellcheck source=tests/nic82599/vm/lib.sh
. /mp/tests/nic82599/vm/lib.sh

test_write_back() {
	nic_ctl fault rx-error 3
	ping -c 4 -i 0.2 -W 1 192.0.2.2 >/dev/null
	ok "frames with errors are over" pings
	nic_ctl fault bad-csum 20
	ok "bad checksum verdicts do no harm" tcp -R
	ok "and are counted" [ "$(stat_of rx_csum_offload_errors)" -gt 0 ]
}

test_irqs() {
	nic_ctl fault late-irq 30000
	ping -c 4 -i 0.2 192.0.2.2 >/tmp/late
	ok "late interrupts" \
		awk -F/ '/^rtt/ { exit !($5 > 25) }' /tmp/late
	nic_ctl fault none
	nic_ctl fault lost-irq 2
	# the vector stays masked: the driver's watchdog has to notice
	ok "lost interrupts" wait_for 60 ping -c 1 -W 1 192.0.2.2
	for _ in 1 2 3; do
		nic_ctl link down
		sleep 0.3
		nic_ctl link up
		sleep 0.3
	done
	ok "link flaps" both_up
}

# Nobody refills the ring while no interrupt comes.
test_starved() {
	ethtool -G "$DEV" rx 64
	both_up >/dev/null
	nic_ctl fault lost-irq 1000000
	in_peer timeout 10 ping -i 0.001 -c 1500 -s 1400 -W 1 192.0.2.1 \
		>/dev/null
	nic_ctl stats >/tmp/stats
	ok "frames wait in the packet buffer, then are missed" \
		awk '/^rx.held|^rx.missed/ && $2 > 0 { n++ }
		     END { exit n != 2 }' /tmp/stats
	nic_ctl fault none
	ok "starved, and back" wait_for 60 ping -c 1 -W 1 192.0.2.2
	ok "the driver sees it" [ "$(stat_of rx_missed_errors)" -gt 0 ]
	ethtool -G "$DEV" rx 512
	both_up >/dev/null
}

test_hang() {
	nic_ctl fault tx-hang on
	ping -c 10 -W 1 192.0.2.2 >/dev/null
	nic_ctl fault none
	ok "transmit hang" both_up
}

# macvlan offload gives each macvlan a pool of the hardware
test_pools() {
	ethtool -K "$DEV" l2-fwd-offload on
	both_up >/dev/null
	ip netns add m
	ip link add link "$DEV" name mv0 type macvlan mode bridge
	ip link set mv0 netns m
	ip -n m addr add 192.0.2.3/24 dev mv0
	ip -n m link set mv0 up
	both_up >/dev/null
	ok "pools are on" nic_ctl reg 0x51b0
	ok "a pool receives" ip netns exec m ping -c 3 -i 0.3 192.0.2.2
	ok "a pool's TCP" ip netns exec m iperf3 -c 192.0.2.2 -t 1 -R
	ok "the default pool receives" tcp -R
	ip -n m link del mv0
	ethtool -K "$DEV" l2-fwd-offload off
	ok "pools are off" both_up
}

test_gone() {
	nic_ctl surprise
	sleep 3
	ok "the NIC is gone" no ping -c 1 -W 1 192.0.2.2
	ok "the driver unloads" rmmod ixgbe
}

setup
test_write_back
test_irqs
test_starved
test_pools
test_hang
nic_ctl stats >/out/stats
test_gone
exit "$BAD"
