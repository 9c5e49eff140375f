# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: RSS to the four queues of one KVM guest, the order of each flow kept
# kernels: 6.12
# kernels-full: all
# nics: igb
# nics-full: igb 82599 x540
# vm: --smp 4 --rootfs --mem 3072 --hugepages 140
# group: fast
# timeout: 500
# shellcheck source=tests/kvm/kvm.sh
. /mp/tests/kvm/kvm.sh

QUEUES=4
FLOWS='1 2 3 4 5 6 7 8 9 10 11 12'
EACH=300

# The hash is over the addresses: one address for each flow, and a number that
# the frames of that flow alone bear. The NIC's key is random at each boot, and with
# one in eight, addresses that differ in the same four bits are on one or two queues:
# which bits to take is for find_spread to see.
FORMATS='10.77.9.N 10.77.N.9 10.N.7.9 N.77.7.9 10.77.9.M 10.77.M.9 10.M.7.9 M.77.7.9'
PROBES=3

# address FORMAT FLOW: N is the flow's number, M 16 times as much
address() {
	echo "$1" | sed "s/N/$2/; s/M/$(($2 * 16))/"
}

probed() {
	by_queue >/tmp/after
	jq -se "map([.[].frames] | add) | .[1] - .[0] >=
		$PROBES * $(echo "$FLOWS" | wc -w)" /tmp/before /tmp/after >/dev/null
}

# spread FORMAT: do a few frames of each flow come by all queues? Status 1 when
# they all came, but not by all; 2 when it cannot be told.
spread() {
	by_queue >/tmp/before
	for s in $FLOWS; do
		in_peer wiregen send --if p0 --dst $KVM_MAC --stream 99 \
			--proto udp4 --daddr "$(address "$1" "$s")" \
			--count $PROBES >/tmp/probe 2>&1 || {
			cat /tmp/probe
			return 2
		}
	done
	wait_for 20 probed || {
		cat /tmp/before /tmp/after
		return 2
	}
	jq -sc 'transpose | map(.[1].frames - .[0].frames)' /tmp/before /tmp/after |
		tee /tmp/spread
	jq -e "length == $QUEUES and all(.[]; . >= $PROBES)" /tmp/spread >/dev/null
}

# find_spread: FORMAT becomes the first that does
find_spread() {
	for FORMAT in $FORMATS; do
		echo "$FORMAT:"
		fs_rc=0
		spread "$FORMAT" || fs_rc=$?
		[ $fs_rc -eq 1 ] || break
	done
	return "$fs_rc"
}

receivers() {
	kvm_guest "rm -f /tmp/ready.* /tmp/flow.*"
	for s in $FLOWS; do
		kvm_guest "wiregen recv --if eth0 --stream $s --frames $EACH \
			--idle-timeout 60 --ready /tmp/ready.$s \
			--json=/tmp/flow.$s >/tmp/flow.$s.txt 2>&1 3>&- &" ||
			return 1
	done
	kvm_guest "for s in $FLOWS; do
		while [ ! -e /tmp/ready.\$s ]; do sleep 0.1; done
	done"
}

senders() {
	sd_pids=''
	for s in $FLOWS; do
		in_peer wiregen send --if p0 --dst $KVM_MAC --stream "$s" \
			--proto udp4 --daddr "$(address "$FORMAT" "$s")" \
			--count $EACH --rate 15 --burst 1 >"/tmp/send.$s" 2>&1 &
		sd_pids="$sd_pids $!"
	done
	sd_rc=0
	for p in $sd_pids; do
		wait "$p" || sd_rc=1
	done
	[ $sd_rc -eq 0 ] || cat /tmp/send.*
	return $sd_rc
}

# flows_done: the guest's receivers have ended
flows_done() {
	kvm_guest "for s in $FLOWS; do [ -s /tmp/flow.\$s ] || exit 1; done" \
		>/dev/null
}

# flows_intact: each flow complete, intact and in the order in which it was sent
flows_intact() {
	kvm_guest "cd /tmp; cat $(for s in $FLOWS; do printf 'flow.%s ' "$s"; done)" \
		>/tmp/flows
	jq -c '[.received, .lost, .reordered, .duplicates, .corrupt]' /tmp/flows
	jq -se "length == $(echo "$FLOWS" | wc -w) and all(.[];
		.received == $EACH and .lost == 0 and .reordered == 0 and
		.duplicates == 0 and .corrupt == 0)" /tmp/flows >/dev/null
}

# by_queue: the frames of each port
by_queue() {
	mpctl -j stats "$DEV" | jq -c '[.[] | {queue, frames: .stats.rx_frames,
		zc: .stats.rx_zc_frames, tx: .stats.tx_frames}] | sort_by(.queue)'
}

all_queues() {
	by_queue | tee /tmp/queues
	jq -e "length == $QUEUES and all(.[]; .frames >= $EACH / 2) and
		([.[].frames] | add) >= $EACH * $(echo "$FLOWS" | wc -w)" \
		/tmp/queues >/dev/null
}

# The guest picks a queue for each connection.
guest_sends() {
	in_peer iperf3 -s -1 >/tmp/iperf-server 2>&1 &
	gs_server=$!
	wait_for 10 serving in_peer 5201
	kvm_guest "iperf3 -c $KVM_PEER -P 8 -n 4M" >/tmp/iperf
	gs_rc=$?
	kill "$gs_server" 2>/dev/null
	[ $gs_rc -eq 0 ] || cat /tmp/iperf
	return $gs_rc
}

ports_sent() {
	by_queue | tee /tmp/queues
	jq -e '[.[] | select(.tx > 20)] | length >= 2' /tmp/queues >/dev/null
}

channels=$(ethtool -l "$DEV" | awk '/^Combined:/ { n = $2 } END { print n }')
ethtool -L "$DEV" combined $QUEUES || skip_case "$DEV cannot have $QUEUES queues"
ip -n peer addr add $KVM_PEER/24 dev p0
assert "what a KVM guest needs" kvm_setup wiregen
kvm_start "$DEV" hugepages mmio $QUEUES
assert "the guest boots" kvm_wait_boot 1
assert "its NIC comes up" kvm_guest "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
	ip addr add $KVM_ADDR/24 dev eth0 && ip link set eth0 up"
wait_for 20 has_link "$DEV"
wait_for 20 has_link p0 peer
check "it has $QUEUES queues" kvm_guest "ethtool -l eth0 |
	grep -q 'Combined:.*$QUEUES'"
check "ping" in_peer ping -q -c 5 -i 0.2 -W 5 $KVM_ADDR
assert "addresses that the NIC spreads over all queues" find_spread
assert "a receiver for each flow" receivers
check "the flows are sent" senders
wait_for 60 flows_done
check "each flow is intact and in order" flows_intact
check "each port has its share" all_queues
check "8 connections of the guest's" guest_sends
check "it sends by several ports" ports_sent
check "QEMU quits" kvm_quit
check "the ports are gone" kvm_no_port
check "nothing is pinned, charged or posted" assert_idle
check "ethtool -L again" ethtool -L "$DEV" combined "$channels"
ip -n peer addr flush dev p0
