# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2016,SC2317
# Stock ixgbe on the model: what it uses of the hardware, one after the other.
# shellcheck source=tests/nic82599/vm/lib.sh
. /mp/tests/nic82599/vm/lib.sh

test_traffic() {
	ok "ping, IPv4" pings
	ok "ping, IPv6" pings 2001:db8::2
	ok "TCP, transmit" tcp
	ok "TCP, receive" tcp -R
	ok "TCP over IPv6, transmit" tcp -c 2001:db8::2
	ok "TCP over IPv6, receive" tcp -c 2001:db8::2 -R
	ok "no bad checksums" sh -c \
		'nstat -az TcpInCsumErrors UdpInCsumErrors |
		 awk "/Csum/ && \$2 > 0 { exit 1 }"'
}

test_vlan() {
	ip link add link "$DEV" name v5 type vlan id 5
	ip addr add 198.51.100.1/24 dev v5
	ip link set v5 up
	ip -n peer link add link p0 name v5 type vlan id 5
	ip -n peer addr add 198.51.100.2/24 dev v5
	ip -n peer link set v5 up
	ok "VLAN, tags in the descriptor" pings 198.51.100.2
	ok "VLAN, TCP" tcp -c 198.51.100.2
	ethtool -K "$DEV" rxvlan off txvlan off
	ok "VLAN, tags in the frame" pings 198.51.100.2
	ethtool -K "$DEV" rxvlan on txvlan on
	ip link del v5
	ip -n peer link del v5
}

# the driver looks at it every other second
aggregated() {
	[ "$(stat_of hw_rsc_aggregated)" -gt 0 ]
}

test_rsc() {
	in_peer ethtool -K p0 tso off gso off >/dev/null
	ok "RSC on" ethtool -K "$DEV" lro on
	both_up >/dev/null
	ok "RSC, TCP" tcp -R
	ok "RSC aggregated" wait_for 5 aggregated
	ethtool -K "$DEV" lro off
	in_peer ethtool -K p0 tso on gso on >/dev/null
	both_up >/dev/null
}

# to_queue N: the filter for port 5201 leads there, and frames do
to_queue() {
	ethtool -N "$DEV" flow-type tcp4 dst-ip 192.0.2.1 dst-port 5201 \
		action "$1" || return 1
	a=$(stat_of "rx_queue_$1_packets")
	o=$(stat_of "rx_queue_$((1 - $1))_packets")
	tcp_in 5201
	[ $(($(stat_of "rx_queue_$1_packets") - a)) -gt 100 ] || return 1
	[ $(($(stat_of "rx_queue_$((1 - $1))_packets") - o)) -lt 50 ]
}

filters_delete() {
	for id in $(ethtool -n "$DEV" | awk '/^Filter:/ { print $2 }'); do
		ethtool -N "$DEV" delete "$id"
	done
}

test_filters() {
	ok "filters on" ethtool -K "$DEV" ntuple on
	both_up >/dev/null
	ok "filter to queue 0" to_queue 0
	filters_delete
	ok "filter to queue 1" to_queue 1
	filters_delete
	ethtool -N "$DEV" flow-type tcp4 dst-port 5300 action -1 >/dev/null
	ok "filter drops" no in_peer timeout 3 iperf3 -c 192.0.2.1 -p 5300 -t 1
	ok "and nothing else" tcp_in 5201
	filters_delete
	ok "filter gone" tcp_in 5300
	ethtool -K "$DEV" ntuple off
	both_up >/dev/null
}

test_mtu() {
	ip link set "$DEV" mtu 9000
	ip -n peer link set p0 mtu 9000
	both_up >/dev/null
	ok "MTU 9000, ping" ping -M "do" -s 8900 -c 2 -i 0.2 192.0.2.2
	ok "MTU 9000, transmit" tcp
	ok "MTU 9000, receive" tcp -R
	ip link set "$DEV" mtu 1500
	both_up >/dev/null
	in_peer ping -s 8000 -M "do" -c 2 -W 1 192.0.2.1 >/dev/null
	ok "long frames are dropped" [ "$(stat_of rx_long_length_errors)" -gt 0 ]
	ip -n peer link set p0 mtu 1500
	both_up >/dev/null
}

test_rss() {
	a=$(stat_of rx_queue_0_packets)
	b=$(stat_of rx_queue_1_packets)
	tcp -P 8 -R
	a=$(($(stat_of rx_queue_0_packets) - a))
	b=$(($(stat_of rx_queue_1_packets) - b))
	ok "RSS uses both queues ($a, $b)" [ $((a > 50 && b > 50)) = 1 ]
}

test_life() {
	ok "ethtool -t offline" ethtool -t "$DEV" offline
	both_up >/dev/null
	nic_ctl link down
	ok "link down" wait_for 5 no has_carrier "$DEV"
	nic_ctl link up
	ok "link up" both_up
	ok "rings of 4096" ethtool -G "$DEV" rx 4096 tx 4096
	ok "and of 64" ethtool -G "$DEV" rx 64 tx 64
	ok "traffic with these" tcp -R
	rmmod ixgbe
	insmod_stock ixgbe
	DEV=$(netdev_wait "$NIC_PCI")
	ip addr add 192.0.2.1/24 dev "$DEV"
	ok "module reloaded" both_up
	echo 1 >"/sys/bus/pci/devices/$NIC_PCI/remove"
	echo 1 >/sys/bus/pci/rescan
	DEV=$(netdev_wait "$NIC_PCI")
	ip addr add 192.0.2.1/24 dev "$DEV"
	ok "removed and found again" both_up
}

setup
test_traffic
test_vlan
test_rsc
test_filters
test_mtu
test_rss
test_life
nic_ctl stats >/out/stats
exit "$BAD"
