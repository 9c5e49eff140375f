# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# cell.sh: one cell of the bench, inside the VM: frames from pktgen at the peer
# arrive by one path, and each run of them is counted between two marks. The
# runs, in this order, one file of mpcount each:
#
#    1..3	the same frames while the NIC filters them by their MAC address:
#		what the sender costs
#    4		one batch, to warm up
#    5..7	they arrive
#
# BENCH_PATH	ours, macvtap; stack, stack-frags (ours, unbound), stack-stock
# SIZE, BATCH	bytes of a frame without FCS, frames of a batch
# N1 N2 N3	frames of the runs
# GUEST		options of vguest
set -eu
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"

# Not ...:00:01: the NIC's hash filter, of the last two bytes, lets it pass as it
# does 224.0.0.1 (82576 datasheet, 7.1.2.1).
GUEST_MAC=02:4d:50:00:5a:a5
# between two batches: all that one causes has ended by then
GAP_NS=${GAP_NS:-4000000}

is_ready() {
	[ -e /run/ready ] || ! kill -0 "$1" 2>/dev/null
}

quiet() {
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

# --- the sender ---

# pktgen is told in the namespace of its device
sender() {
	modprobe pktgen
	# shellcheck disable=SC2016
	in_peer dash -c '
		set -eu
		pg() { echo "$2" >"/proc/net/pktgen/$1"; }
		pg kpktgend_0 "add_device p0"
		pg p0 "pkt_size $1"
		pg p0 "burst $2"
		pg p0 "delay $3"
		pg p0 "dst_mac $4"
		pg p0 "dst_min 198.18.0.1"
		pg p0 "dst_max 198.18.0.1"
		' sender "$SIZE" "$BATCH" "$GAP_NS" $GUEST_MAC
}

# run N: N frames, counted
run() {
	# shellcheck disable=SC2016
	in_peer dash -c '
		set -eu
		echo "count $1" >/proc/net/pktgen/p0
		mark start
		echo start >/proc/net/pktgen/pgctrl
		sleep 0.1
		mark stop
		grep -E "Result|pkts-sofar" /proc/net/pktgen/p0
		' run "$1"
}

# --- the paths ---

filtered() {
	for n in $N1 $N2 $N3; do
		run "$n" || fail "pktgen"
	done
}

# guest BACKEND...
guest() {
	# shellcheck disable=SC2086,SC2153
	vguest rx "$@" --ring 256 --mem 32M $GUEST --count-only --frames 1000000 \
		--idle-timeout 0 --ready /run/ready --json /out/guest.json \
		--ctl /run/ctl >/out/guest.txt 2>&1 &
	VGUEST=$!
	wait_for 60 is_ready $VGUEST
	[ -e /run/ready ] || fail "vguest: $(cat /out/guest.txt)"
	wait_for 60 has_carrier "$DEV"
}

ours() {
	for m in mpassthru "$NIC_DRV" vhost_net; do
		insmod_ours "$m"
	done
}

stock() {
	insmod_stock "$NIC_DRV"
	insmod_stock vhost_net
}

up() {
	DEV=$(netdev_wait "$NIC_PCI")
	quiet "$DEV"
	nic_up "$DEV"
	insmod_stock "$PEER_DRV"
	peer_setup ''
	in_peer dash -c 'echo 1 >/proc/sys/net/ipv6/conf/p0/disable_ipv6'
}

arrives() {
	case $BENCH_PATH in
	ours) guest --mp "$DEV:0" ;;
	macvtap)
		modprobe macvtap
		ip link add link "$DEV" name mv0 address $GUEST_MAC \
			type macvtap mode passthru
		ip link set mv0 up
		quiet mv0
		guest --macvtap mv0 ;;
	stack-frags) ethtool --set-priv-flags "$DEV" mp-frags on
		ip link set "$DEV" promisc on ;;
	stack*) ip link set "$DEV" promisc on ;;
	esac
	wait_for 60 has_carrier "$DEV"
	wait_for 60 has_carrier p0 peer
}

# rx_packets: what the NIC has received
rx_packets() {
	ethtool -S "$DEV" | awk '$1 == "rx_packets:" { print $2 }'
}

case $BENCH_PATH in
*stock|macvtap) stock ;;
*) ours ;;
esac
up
sender
filtered
arrives
run "$BATCH" >/dev/null	# warm up: not counted for anything but its file
before=$(rx_packets)
for n in $N1 $N2 $N3; do
	run "$n"
done
echo "received $(($(rx_packets) - before)) of $((N1 + N2 + N3))"
cat /proc/kallsyms >/out/kallsyms
cat /proc/interrupts >/out/interrupts
if [ -n "${VGUEST-}" ]; then
	vguest ctl /run/ctl quit || true
	wait "$VGUEST" || true
	ethtool -S "$DEV" >/out/ethtool-S
fi
