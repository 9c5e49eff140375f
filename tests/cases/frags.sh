# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: without a guest: mp-frags receives for the host as the stock path does
# kernels: 5.10
# kernels-full: all
# nics: e1000e igb@6.12
# nics-full: e1000e igb 82599 x540
# vm: --mem 1024
# group: fast
# timeout: 300
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

frags() {
	ethtool --set-priv-flags "$DEV" mp-frags "$1" && link_up
}

# addresses DEV ADDRESS-OF-OURS PEER-DEV ITS-ADDRESS
addresses() {
	ip addr add "$2" dev "$1"
	in_peer ip addr add "$4" dev "$3"
	ip link set "$1" up
	in_peer ip link set "$3" up
}

# pings ADDRESS SIZE...: none is lost, either way
pings() {
	to=$1
	shift
	for size; do
		pinged env 10 -i 0.02 -s "$size" "$to" || return 1
	done
}

serve() {
	ip netns exec peer iperf3 -s >$VG/iperf3.server 2>&1 &
	server=$!
	wait_for 10 serving in_peer 5201
}

# moved WHAT OPTION...: iperf3 moves bytes without an error; -R towards us
moved() {
	iperf3 -c 10.9.0.2 -J "$@" >$VG/iperf3.json || {
		jq -r .error $VG/iperf3.json
		return 1
	}
	jq -r '.end.sum_received.bits_per_second / 1e6 | floor |
		"\(.) Mb/s"' $VG/iperf3.json
}

# UDP at a rate that a busy machine manages
udp() {
	moved -u -b 4M -t 2 -l 1400 "$@" &&
		jq -e '.end.sum.lost_percent < 5' $VG/iperf3.json
}

# every byte of every frame, as a packet socket sees them
verified() {
	rm -f $VG/recv.ready
	wiregen recv --if "$DEV" --frames "$FRAMES" --idle-timeout $IDLE \
		--progress $VG/progress --ready $VG/recv.ready \
		>$VG/recv.txt 2>&1 &
	recv=$!
	wait_for 10 is_ready $VG/recv.ready $recv
	in_peer wiregen send --if p0 --dst "$(cat "/sys/class/net/$DEV/address")" \
		--count "$FRAMES" --window "$WINDOW" --progress $VG/progress \
		"$@" || return 1
	wait $recv || { cat $VG/recv.txt; return 1; }
}

# streamed EVENT: a stream towards us, and what passes that tracepoint
streamed() {
	traced "net/$1" moved -R -n 2M
}

# The stack must learn as much of a frame as from the stock path: what most
# frames of a stream have.
learned() {
	frags off && streamed napi_gro_receive_entry && most >$VG/stock || return 1
	frags on && streamed napi_gro_frags_entry && most >$VG/ours || return 1
	diff $VG/stock $VG/ours
}

most() {
	for f in ip_summed vlan_tagged l4_hash; do
		echo "$f $(grep -o " $f=[^ ]*" $VG/trace | sort | uniq -c |
			sort -rn | awk 'NR == 1 { print $2 }')"
	done
	echo "hash $(grep -c ' hash=0x0*[1-9a-f]' $VG/trace |
		awk '{ print $1 > 100 ? "yes" : "no" }')"
}

# all NAME: the same list for the stock path and for ours
all() {
	check "$1: ping" pings 10.9.0.2 0 16 56 1000 1472 1473 4000 8972
	check "$1: TCP from us" moved -n 10M
	check "$1: TCP to us" moved -R -n 10M
	check "$1: TCP to us, 4 streams" moved -R -P 4 -n 2M
	check "$1: UDP to us" udp -R
	check "$1: every byte" verified
	check "$1: every byte, UDP" verified --proto udp4 --flows 8
	ethtool -K "$DEV" gro off
	check "$1: TCP to us without GRO" moved -R -n 5M
	ethtool -K "$DEV" gro on
	check "$1: VLAN ping" pings 10.9.5.2 56 1472 4000
	ethtool -K "$DEV" rxvlan off
	link_up
	check "$1: VLAN ping, tags in band" pings 10.9.5.2 56 1472 4000
	ethtool -K "$DEV" rxvlan on
	link_up
}

jumbo() {
	ip link set "$DEV" mtu 9000 && in_peer ip link set p0 mtu 9000 &&
		link_up && nic_up p0 peer || return 1
	pings 10.9.0.2 56 4000 8972 20000 && moved -R -n 20M && moved -n 20M
}

normal() {
	ip link set "$DEV" mtu 1500 && in_peer ip link set p0 mtu 1500 && link_up
}

# switched six times while a stream runs: it goes on, with retransmissions
switched() {
	moved -R -t 20 -i 0 >$VG/switched.txt 2>&1 &
	stream=$!
	sleep 1
	for _ in 1 2 3; do
		frags on && sleep 0.5 && frags off && sleep 0.5 || return 1
	done
	alive $stream || { echo "the stream ended before we did"; return 1; }
	wait $stream || { cat $VG/switched.txt; return 1; }
}

modprobe 8021q
addresses "$DEV" 10.9.0.1/24 p0 10.9.0.2/24
ip link add link "$DEV" name v5 type vlan id 5
in_peer ip link add link p0 name v5 type vlan id 5
addresses v5 10.9.5.1/24 v5 10.9.5.2/24
serve

check "mp-frags off" frags off
all "stock path"
check "the counter stays 0" test "$(counter mp_frags_frames)" -eq 0
check "mp-frags on" frags on
before=$(counter mp_frags_frames)
all "mp-frags"
after=$(counter mp_frags_frames)
check "mp-frags: frames are counted" test $((after - before)) -gt $((2 * FRAMES))
check "mp-frags: none failed" test "$(counter mp_errors)" -eq 0
check "mp-frags: checksum verdict and hash as stock" learned
if grep -q 'hash no' $VG/stock; then
	skip "mp-frags: the hash is there" \
		"the emulated NIC reports none to the stock driver either"
fi
check "mp-frags: MTU 9000" jumbo
check "MTU 1500" normal
check "switched under traffic" switched
frags off
before=$(counter mp_frags_frames)
check "stock again" moved -R -n 5M
check "the counter stands" test "$(counter mp_frags_frames)" -eq "$before"
kill $server
ip link del v5
ip addr flush dev "$DEV"
in_peer ip link del v5
in_peer ip addr flush dev p0
