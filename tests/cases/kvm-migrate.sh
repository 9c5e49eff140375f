# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: a KVM guest is migrated from one NIC's port to another's while it receives
# kernels: 6.12
# nics: e1000e
# vm: --rootfs --mem 3072 --hugepages 280 --qemu-arg -netdev --qemu-arg hubport,id=n2,hubid=0 --qemu-arg -device --qemu-arg pcie-root-port,id=rp2,bus=pcie.0,addr=10.0,chassis=3,slot=3 --qemu-arg -device --qemu-arg e1000e,id=dst,netdev=n2,bus=rp2,mac=52:54:00:00:00:03
# group: full
# timeout: 600
#
# Both NICs and the peer are on one wire, as hosts on a switch are. What the NIC
# writes into the guest while its memory is on its way must be in the dirty log, or
# the guest finds something else there when it has arrived: a program in it takes no
# byte of a TCP stream until then, so that the kernel's buffers are all that has it.

# shellcheck source=tests/kvm/kvm.sh
. /mp/tests/kvm/kvm.sh

DST_PCI=0000:03:00.0
STREAM='seq 1 300000'

# source_qmp COMMAND: to the QEMU that is left, descriptor 6
source_qmp() {
	echo "{\"execute\": $1}" >&6
}

# parameters NAME=NUMBER...: of the migration
parameters() {
	source_qmp "\"migrate-set-parameters\", \"arguments\": {$(
		echo "$*" | sed 's/\([a-z-]*\)=\([0-9]*\)/"\1": \2/g; s/ "/, "/g')}"
}

# told PATTERN: by the source's QMP; or its QEMU has ended
told() {
	grep -q "$1" "$KVM_ROOT_DIR/qmp.out" || ! kill -0 "$SOURCE" 2>/dev/null
}

# said PATTERN: it has
said() {
	if wait_for 120 told "$1" && grep -q "$1" "$KVM_ROOT_DIR/qmp.out"; then
		return 0
	fi
	tail -n 3 "$KVM_ROOT_DIR/qmp.out" /out/qemu.log /out/qemudst.log
	return 1
}

# in_place DEV PID: its port is that QEMU's and the NIC writes into the guest
in_place() {
	mpctl -j show "$1" | jq -e ".[0] | .owner_pid == $2 and
		(.state | index(\"direct\")) != null" || {
		mpctl show
		return 1
	}
}

ping_guest() {
	in_peer ping -q -c 5 -i 0.2 -W 5 -s 1400 $KVM_ADDR >/tmp/ping
	grep -q ' 0% packet loss' /tmp/ping || { cat /tmp/ping; return 1; }
}

# The guest listens, and reads when /tmp/go is there. It writes meanwhile, more than
# the migration may send, so that this has no end before it is told.
# shellcheck disable=SC2016
listen() {
	kvm_guest 'ip addr add '$KVM_ADDR'/24 dev eth0
		ip link set eth0 up
		echo 16777216 >/proc/sys/net/core/rmem_max
		echo "4096 8388608 16777216" >/proc/sys/net/ipv4/tcp_rmem
		echo "until [ -e /tmp/go ]; do sleep 0.2; done; md5sum >/tmp/sum" >/tmp/late
		nc -l -p 5001 -e sh /tmp/late 3>&- &
		while [ ! -e /tmp/go ]; do
			dd if=/bin/busybox of=/tmp/busy bs=64k conv=notrunc
			sleep 0.02
		done 2>/dev/null 3>&- &'
}

# stream: it begins now; the sender ends when the guest has acknowledged all
stream() {
	before=$(port_counter rx_bytes)
	in_peer sh -c "$STREAM | nc $KVM_ADDR 5001" >/tmp/stream 2>&1 &
	SENDER=$!
	wait_for 120 received_more || {
		cat /tmp/stream
		echo "$(($(port_counter rx_bytes) - before)) bytes came"
		return 1
	}
}

received_more() {
	[ "$(port_counter rx_bytes)" -gt $((before + 200000)) ]
}

# stream_arrived: the guest reads what it was sent, at its new place
stream_arrived() {
	kvm_guest 'touch /tmp/go'
	wait "$SENDER"
	sa_want=$($STREAM | md5sum)
	# shellcheck disable=SC2016
	kvm_guest 'for i in $(seq 100); do [ ! -s /tmp/sum ] || break; sleep 0.2; done
		cat /tmp/sum' >/tmp/sum
	cat /tmp/sum
	[ "$(cat /tmp/sum)" = "$sa_want" ]
}

# announcement: the frame by which switches learn where the guest is now, its own
# gratuitous ARP or QEMU's RARP
announcement() {
	in_peer tcpdump -Z root -i p0 -nn -c 1 "ether src $KVM_MAC and ether broadcast and
		(rarp or (arp and arp[14:4] == arp[24:4]))" >/tmp/announced 2>/tmp/tcpdump &
	TCPDUMP=$!
	wait_for 20 grep -q listening /tmp/tcpdump
}

announced() {
	wait_for 20 not kill -0 $TCPDUMP 2>/dev/null
	kill $TCPDUMP 2>/dev/null
	grep . /tmp/announced || { cat /tmp/tcpdump; return 1; }
}

no_port_of() {
	[ -z "$(mpctl show "$1")" ] || { mpctl show; return 1; }
}

DST=$(netdev_wait "$DST_PCI")
no_ipv6 "$DST"
nic_up "$DST"
ip -n peer addr add $KVM_PEER/24 dev p0
assert "what a KVM guest needs" kvm_setup

kvm_start "$DEV" hugepages mmio
assert "the guest boots" kvm_wait_boot 1
SOURCE=$KVM_PID
assert "it listens" listen
check "ping" ping_guest
check "in place" in_place "$DEV" "$SOURCE"

exec 5>&7 6>&8
kvm_name dst
KVM_MORE="-incoming unix:$KVM_DIR/stream"
kvm_start "$DST" hugepages mmio
wait_for 30 [ -S $KVM_ROOT_DIR/stream ] || fail "nobody waits for the guest"

source_qmp '"migrate-set-capabilities", "arguments": {"capabilities":
	[{"capability": "events", "state": true}]}'
parameters downtime-limit=0 max-bandwidth=16000000
source_qmp "\"migrate\", \"arguments\": {\"uri\": \"unix:$KVM_DIR/stream\"}"
# all of it has been sent once when the second pass begins
assert "the guest's memory is on its way" said '"pass": 2'
parameters max-bandwidth=1000000
assert "a TCP stream to the guest begins" stream
check "still in place" in_place "$DEV" "$SOURCE"
check "the guest has not moved yet" kill -0 "$SOURCE"
check "the guest is still here" not grep -q '"completed"' "$KVM_ROOT_DIR"/qmp.out
announcement
parameters downtime-limit=5000 max-bandwidth=1000000000
assert "migration ends" said '"status": "completed"'
source_qmp '"quit"'
exec 5>&- 6>&-
check "the source's QEMU ends" wait "$SOURCE"
check "its port is gone" no_port_of "$DEV"
check "the guest lives on" kvm_guest true
check "switches are told where it is" announced
check "the stream is intact" stream_arrived
check "in place at the other NIC" in_place "$DST" "$KVM_PID"
check "ping to there" ping_guest
check "QEMU quits" kvm_quit
check "nothing is pinned, charged or posted" assert_idle
DEV=$DST
check "nor at the other NIC" assert_idle
ip -n peer addr flush dev p0
