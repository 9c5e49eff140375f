# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: PCI error recovery under full traffic: the NIC goes down and comes back
# kernels: 6.12
# kernels-full: all
# nics: e1000e igb
# vm: --hugepages 64 --qemu-arg -global --qemu-arg pcie-root-port.x-speed=2_5
# group: fast
# timeout: 300
#
# The kernel's own injector, aer_inject, lets the NIC's root port report an error;
# all that follows is real: a fatal one resets the bus. QEMU does not tell when the
# link is there again, which only faster ports have to. The 82599's model has no
# error reporting.
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

# Bits of the Uncorrectable Error Status Register (PCI Express base spec 4.0, 7.8.4.2)
DATA_LINK=4
COMPLETION_TIMEOUT=14

# le32 NUMBER: in printf's words
le32() {
	printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# inject BIT: a struct aer_error_inj (drivers/pci/pcie/aer_inject.c): bus, device
# and function, the uncorrectable and correctable status, a header log, the domain
inject() {
	in_bus=$((0x$(echo "$NIC_PCI" | cut -d: -f2)))
	in_slot=$(echo "$NIC_PCI" | cut -d: -f3)
	in_addr=$((in_bus | 0x${in_slot%.*} << 8 | ${in_slot#*.} << 16))
	in_words=
	for w in $in_addr $((1 << $1)) 0 0 0 0 0 0; do
		in_words=$in_words$(le32 "$w")
	done
	# shellcheck disable=SC2059 # the bytes are the format
	printf "$in_words" >/dev/aer_inject
}

recoveries() {
	dmesg | grep -c 'device recovery successful'
}

recovered_over() {
	[ "$(recoveries)" -gt "$1" ]
}

# recover BIT [COMMAND...]: the error, the command, until the kernel has recovered
recover() {
	had=$(recoveries)
	inject "$1" || return 1
	shift
	[ $# -eq 0 ] || "$@" || return 1
	wait_for 20 recovered_over "$had" || {
		dmesg | grep -i -e aer -e "$NIC_PCI" | tail
		return 1
	}
}

error_round() {
	recover "$1" && link_up && in_place
}

# Meanwhile the queue is restarted all the time.
restarts() {
	while [ -e $VG/restarts ]; do
		ethtool --set-priv-flags "$DEV" mp-frags on
		ethtool --set-priv-flags "$DEV" mp-frags off
		ethtool -K "$DEV" rxvlan on
		ethtool -K "$DEV" rxvlan off
	done
}

restarted_round() {
	touch $VG/restarts
	restarts >/dev/null 2>&1 &
	rr=$!
	recover "$1"
	rr_rc=$?
	rm $VG/restarts
	wait $rr
	# the last one may have come while there was no NIC
	ethtool -K "$DEV" rxvlan off
	ethtool --set-priv-flags "$DEV" mp-frags off
	[ $rr_rc -eq 0 ] && link_up && in_place
}

# The guest is killed while there is no NIC. What was the host's before comes back
# with it: the host receives, and gets VLAN tags as it had them.
absent() {
	! ethtool -g "$DEV" >/dev/null 2>&1
}

kill_absent() {
	ka_tries=1000
	until absent; do
		ka_tries=$((ka_tries - 1))
		[ $ka_tries -gt 0 ] || {
			echo "the NIC was never away"
			return 1
		}
	done
	kill -9 "$GUEST"
	wait "$GUEST"
	return 0
}

# early: it was unbound before the NIC was back, as far as one can tell afterwards
early() {
	dmesg | grep -e 'left promiscuous' -e 'device recovery successful' |
		tail -n 2 | head -n 1 | grep -q promiscuous
}

strips_tags() {
	ethtool -k "$DEV" | grep -q '^rx-vlan-offload: on'
}

host_receives() {
	in_peer ping -q -c 1 -W 1 192.0.2.1
}

killed_round() {
	flooded_receiver && recover "$1" kill_absent || return 1
	flood_stop
	! early || EARLY=$((EARLY + 1))
	link_up && wait_for 10 strips_tags && wait_for 20 host_receives &&
		assert_nothing
}

ip addr add 192.0.2.1/24 dev "$DEV"
ip -n peer addr add 192.0.2.2/24 dev p0
insmod_stock aer_inject || skip_case "$KREL has no aer_inject"
with_guest "fatal error" error_round $DATA_LINK
with_guest "error that is not fatal" error_round $COMPLETION_TIMEOUT
with_guest "fatal error between restarts" restarted_round $DATA_LINK
EARLY=0
without_guest "guest killed while there is no NIC" killed_round $DATA_LINK
check "so early that it matters" test $EARLY -gt 0
