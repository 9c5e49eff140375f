# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: what the guest sends arrives at the peer, with its checksums and segments
# kernels: 6.12
# kernels-full: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 200
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

# what the peer's report must say
peer_report() {
	jq -e "$1" $VG/peer.json >/dev/null || {
		jq -c . $VG/peer.json
		return 1
	}
}

# Both directions at once: no frame is lost or mistaken for another's.
bidir_run() {
	rm -f $VG/peer.ready
	ip netns exec peer wiregen recv --if p0 --frames "$FRAMES" \
		--idle-timeout $IDLE --stream 9 --json=$VG/peer.json \
		--ready $VG/peer.ready --progress $VG/progress.tx \
		>$VG/peer.txt 2>&1 &
	peer=$!
	wait_for 20 is_ready $VG/peer.ready $peer
	guest_start bidir --frames "$FRAMES" --count "$FRAMES" --window 32 \
		--tx-progress $VG/progress.tx --src $GUEST_MAC --dst $PEER_MAC \
		--stream 9 --progress $VG/progress --hold "$@" &&
		ctl send || return 1
	send --count "$FRAMES" --window "$WINDOW" --progress $VG/progress \
		--stream 9
	guest_wait
	rc=$?
	wait $peer || { cat $VG/peer.txt; return 1; }
	return $rc
}

tx "4K pages"
tx "hugepages, event index" --hugepages --event-idx
tx "chain of 3" --tx-chain 3
tx "indirect" --tx-chain 3 --indirect
tx "dirty log" --log
RECV='--proto udp4' tx "UDP, the NIC sums" --proto udp4 --csum
check "UDP, the NIC sums: right" peer_report ".bad_csum == 0"
RECV='--proto tcp4' tx "TCP segmented" --proto tcp4 --sizes 1514 --gso=30
check "TCP segmented: by the NIC" report ".port.tx_frames < $FRAMES"
check "TCP segmented: right" peer_report ".bad_csum == 0"
tx "VLAN" --vlan 7 --sizes 64..1518
check "both ways" bidir_run --hugepages
check "both ways: in place" report "$ALL_ZC and $PORT_SANE"
check "both ways, 4K pages, event index" bidir_run --event-idx --order shuffled
check "both ways: counters agree" report "$PORT_SANE"
check "nothing is pinned" assert_idle
