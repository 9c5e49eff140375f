# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: malformed rings are signalled as stock vhost_net does, and harm nobody
# kernels: 6.12
# kernels-full: all
# nics: e1000e
# vm: --hugepages 64 --qemu-arg -netdev --qemu-arg hubport,id=n2,hubid=0 --qemu-arg -device --qemu-arg e1000e,netdev=n2,bus=pcie.0,addr=9,mac=52:54:00:00:00:03
# group: fast
# timeout: 600
# setup: stock
#
# First through a tap and the stock modules, then through a port of ours, with
# another guest on a second NIC that must not notice anything.
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

PCI2=0000:00:09.0
MAC2=02:4d:50:00:00:03

# What a guest or its monitor can see. Where stock loses count (it drops a
# malformed head that is the first of a frame and goes on with the next), ours
# stays at that head: only the signalling is compared then.
seen() {
	jq -cS --argjson exact "$2" '{signalled: (.errs > 0), errno, recovered,
		busy: (.errs > 500)} +
		if $exact then {used, exact} else {} end' "$1" 2>&1
}

# cases DIR RX-SECONDS BACKEND...: run each once. A restarted NIC has no link at
# first, so what has to wait for a frame takes longer with ours.
cases() {
	dir=$1 rx_seconds=$2
	shift 2
	mkdir -p "/out/bad/$dir"
	vguest bad --list | while read -r c _; do
		seconds=1
		[ "${c#rx-}" = "$c" ] || seconds=$rx_seconds
		vguest bad --case "$c" "$@" --seconds "$seconds" \
			--json "/out/bad/$dir/$c.json" \
			>"/out/bad/$dir/$c.txt" 2>&1 ||
			echo "$c: status $?: $(tail -n 1 "/out/bad/$dir/$c.txt")"
	done
}

same() {
	exact=$(jq '.exact != false' "/out/bad/stock/$1.json") || return 1
	stock=$(seen "/out/bad/stock/$1.json" "$exact")
	ours=$(seen "/out/bad/mp/$1.json" "$exact")
	[ "$stock" = "$ours" ] || {
		echo "stock $stock, ours $ours"
		return 1
	}
}

stock_cases() {
	ip link add br0 type bridge
	ip tuntap add tap0 mode tap vnet_hdr
	ip link set "$DEV" master br0
	ip link set tap0 master br0
	ip link set tap0 up
	ip link set br0 up
	link_up
	# a bounded send buffer: else a tap takes batches, which a port does not
	cases stock 1 --tap tap0 --sndbuf 1048576
	ip link del tap0
	ip link del br0
}

# neighbour: a guest on the other NIC, which gets frames all the time
neighbour_start() {
	dev2=$(netdev_wait $PCI2) || return 1
	no_ipv6 "$dev2"
	nic_up "$dev2"
	vguest rx --mp "$dev2" --seconds 3600 --idle-timeout 0 --hugepages \
		--stream 7 --ctl $VG/ctl2 --json $VG/neighbour.json \
		--ready $VG/ready2 >$VG/neighbour.txt 2>&1 &
	neighbour=$!
	wait_for 20 is_ready $VG/ready2 $neighbour
	wait_for 20 has_link "$dev2"
	ip netns exec peer wiregen send --if p0 --dst $MAC2 --count 0 \
		--rate 200 --stream 7 >/dev/null 2>&1 &
	sender2=$!
}

neighbour_end() {
	kill "$sender2"
	wait "$sender2"
	sleep 0.5
	vguest ctl $VG/ctl2 quit
	wait "$neighbour" || { cat $VG/neighbour.txt; return 1; }
	cat $VG/neighbour.txt
	jq -e '.rx.received > 1000 and .rx.lost == 0 and
		.port.rx_zc_frames == .port.rx_frames' $VG/neighbour.json
}

modprobe tun
modprobe bridge
flood_start --sizes 60..1000 --rate 400
stock_cases
flood_stop
load_ours
nic_ready
check "a second guest" neighbour_start
flood_start --sizes 60..1000 --rate 400
cases mp 4 --mp "$DEV"
flood_stop
vguest bad --list | while read -r c _; do echo "$c"; done >$VG/list
while read -r c; do
	check "$c" same "$c"
done <$VG/list
check "the second guest did not notice" neighbour_end
rx "traffic after it" "$ALL_ZC" --hugepages
