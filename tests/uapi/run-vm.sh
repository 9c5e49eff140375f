#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# run-vm.sh: /dev/net/mp from user space, in a lab VM:
#   tests/lab/vm --kernel 6.12 --script tests/uapi/run-vm.sh
#
#   namespace of init        namespace "peer"
#   NIC under test (bound) === p0 192.0.2.2
#   d0 (dummy: not converted)
set -eu
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"

rc=0
: >/out/results.txt

# step NAME CMD...: its lines of result, each with NAME in front
step() {
	st_name=$1
	shift
	"$@" >/tmp/step 2>&1 || {
		rc=1
		echo "# $st_name: failed"
	}
	sed "s/ - / - $st_name: /" /tmp/step
	cat /tmp/step >>/out/results.txt
}

# refused WORD... : what the interface NIC says while "ip link" has enslaved it
enslaved() {
	kind=$1
	shift
	modprobe -q "$kind" 2>/dev/null || :
	if ! ip link add x0 "$@"; then
		echo "# $kind: this kernel of the lab has none"
		return
	fi
	case $kind in
	macvlan) ;;
	*)
		ip link set "$nic" down
		ip link set "$nic" master x0 ;;
	esac
	step "$kind" uapi_test refused "$nic" EBUSY "BIND: enslaved to a $kind"
	ip link del x0
}

# the other way: a bound NIC is not for others
bound_refuses() {
	mpctl bind "$nic" >/tmp/bind 2>&1 &
	holder=$!
	wait_for 10 grep -q bound /tmp/bind || fail "mpctl bind: $(cat /tmp/bind)"
	modprobe -q bridge || :
	if ip link add x0 type bridge; then
		if ip link set "$nic" master x0 2>/dev/null; then
			echo "not ok - a bound NIC went into a bridge"
			rc=1
		else
			echo "ok - a bound NIC is refused by a bridge"
		fi
		ip link del x0
	fi
	mpctl -j -p stats "$nic"
	mpctl stats "$nic"
	mpctl unbind "$nic" || fail "mpctl unbind"
	wait "$holder" || fail "mpctl bind ended with $?"
	! mpctl show "$nic" 2>/dev/null || fail "still bound"
	echo "ok - mpctl bind, show, unbind"
}

mpctl_messages() {
	for what in "nosuch0" "d0" "$nic:77"; do
		if mpctl bind "$what" 2>/tmp/msg; then
			fail "mpctl bind $what"
		elif [ $? -ne 2 ]; then
			fail "mpctl bind $what: wrong exit code"
		fi
		sed "s/^/# /" /tmp/msg
	done
	# shellcheck disable=SC2016
	mpctl run "$nic" -- sh -c 'test -e /proc/self/fd/{fd} && mpctl show "$0"' \
		"$nic" || fail "mpctl run"
	echo "ok - mpctl messages, run"
}

ping_through() {
	peer_setup 192.0.2.2/24
	nic_up "$nic"
	uapi_test wire "$nic" 20 >/tmp/wire 2>&1 &
	wire=$!
	wait_for 10 grep -q ready /tmp/wire || fail "wire: $(cat /tmp/wire)"
	for size in 56 1400 1472 8000; do
		if in_peer ping -q -c 5 -i 0.2 -W 3 -s $size 192.0.2.77 >/tmp/ping
		then
			echo "ok - ping of $size bytes"
		else
			echo "not ok - ping of $size bytes"
			cat /tmp/ping
			rc=1
		fi
	done
	wait $wire || rc=1
	cat /tmp/wire
}

log_mark
insmod_ours e1000e
insmod_stock igb
nic=$(netdev_wait "$NIC_PCI") || exit 1
modprobe -q dummy || :
ip link add d0 type dummy || fail "no dummy in this kernel"
ip link set d0 up

# a slow NIC fills the send buffer
nic_up "$nic"
tc qdisc add dev "$nic" root tbf rate 20mbit burst 16k limit 1m ||
	fail "no tbf in this kernel"
for prog in uapi_test uapi_test32; do
	step $prog $prog all "$nic" d0
done
tc qdisc del dev "$nic" root
enslaved bridge type bridge
enslaved bonding type bond
enslaved macvlan link "$nic" type macvlan
ip link set "$nic" down
ip link set "$nic" mtu 3000
step mtu uapi_test refused "$nic" EINVAL "BIND: MTU 3000"
ip link set "$nic" mtu 1500
bound_refuses
mpctl_messages
ping_through

# a TCP stack behind the port: t0 in the namespace "guest"
relay() {
	uapi_test relay "$nic" t0 "$1" 25 >/tmp/relay 2>&1 &
	relay=$!
	wait_for 10 grep -q ready /tmp/relay || fail "relay: $(cat /tmp/relay)"
	ip link set t0 netns guest address 02:6d:70:00:00:02
	ip -n guest addr add 192.0.2.3/24 dev t0
	ip -n guest link set t0 up
	ip netns exec guest iperf3 -s -D >/dev/null
	for dir in '' -R; do
		# shellcheck disable=SC2086
		if in_peer timeout 20 iperf3 -c 192.0.2.3 -n 3M $dir >/tmp/iperf
		then
			echo "ok - TCP, offloads $1 ${dir:-to the port}"
			grep sender /tmp/iperf
		else
			echo "not ok - TCP, offloads $1 ${dir:-to the port}"
			cat /tmp/iperf
			rc=1
		fi
	done
	wait $relay || rc=1
	cat /tmp/relay
	pkill iperf3 || :
}

# last: takes the NIC away and brings it back
gone() {
	uapi_test gone "$nic" >/tmp/gone 2>&1 &
	gone=$!
	wait_for 10 grep -q ready /tmp/gone || fail "gone: $(cat /tmp/gone)"
	echo 1 >"/sys/bus/pci/devices/$NIC_PCI/remove"
	wait $gone || rc=1
	cat /tmp/gone
	echo 1 >/sys/bus/pci/rescan
	nic=$(netdev_wait "$NIC_PCI") || exit 1
	mpctl run "$nic" -- true '{fd}' || fail "bind after rescan"
}

modprobe tun
ip netns add guest
relay off
relay on
gone

grep -q '^not ok\|^Bail' /out/results.txt && rc=1
# shellcheck disable=SC2119
log_check || rc=1
exit $rc
