# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: TCP both ways, the bytes of a file compared; GRO on and off
# requires: tool:iperf3 peer-tool:iperf3
# states: stock idle frags
# fast: stock idle frags
# timeout: 180
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

SIZE=${TCP_SIZE:-4}
CSUM='TcpInCsumErrors'

# the same bytes arrive: one end reads a file, the other writes one
file_to_us() {
	rm -f "$VG/got"
	iperf3 -s -1 -p 5207 -F "$VG/got" >/run/iperf3.ours 2>&1 &
	ours=$!
	wait_for 10 serving env 5207
	in_peer dd if=/dev/urandom of=/run/mp-sent bs=64k count=32 2>/dev/null
	in_peer iperf3 -c "$OUR_IP" -p 5207 -n 2M -F /run/mp-sent >/run/iperf3.peer ||
		{ tail -n 2 /run/iperf3.peer; kill $ours; return 1; }
	wait $ours
	equal "$(in_peer cat /run/mp-sent | md5sum)" "$(md5sum <"$VG/got")"
}

file_from_us() {
	in_peer rm -f /run/mp-got
	$PEER_RUN iperf3 -s -1 -p 5208 -F /run/mp-got >/run/iperf3.peer 2>&1 &
	theirs=$!
	wait_for 10 serving in_peer 5208
	dd if=/dev/urandom of="$VG/sent" bs=64k count=32 2>/dev/null
	iperf3 -c "$PEER_IP" -p 5208 -n 2M -F "$VG/sent" >/run/iperf3.ours ||
		{ tail -n 2 /run/iperf3.ours; kill $theirs; return 1; }
	wait $theirs
	equal "$(md5sum <"$VG/sent")" "$(in_peer cat /run/mp-got | md5sum)"
}

equal() {
	[ "$1" = "$2" ] || { echo "sent $1, got $2"; return 1; }
}

gro() {
	et -K gro "$1" && moved "$2" -R -n "${SIZE}M"
	gro_rc=$?
	et -K gro on
	return $gro_rc
}

check "addresses" addresses
check "a server at the peer" serve 5201 || { stack_end; return; }
check "from us" clean "$CSUM" moved "TCP from us" -n "${SIZE}M"
check "to us" clean "$CSUM" moved "TCP to us" -R -n "${SIZE}M"
if [ "$LEVEL" = full ]; then
	check "to us, 4 streams" clean "$CSUM" moved "TCP to us, 4 streams" \
		-R -P 4 -n 2M
	check "to us, GRO off" clean "$CSUM" gro off "TCP to us, GRO off"
	check "a file to us" file_to_us
	check "a file from us" file_from_us
fi
in_peer rm -f /run/mp-sent /run/mp-got
stack_end
