# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: PCI error recovery under full traffic: the NIC goes down and comes back
# kernels: 6.12
# kernels-full: all
# nics: igb
# nics-full: e1000e igb
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

# recover BIT: the error, until the kernel has recovered from it
recover() {
	had=$(recoveries)
	inject "$1" || return 1
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

insmod_stock aer_inject || skip_case "$KREL has no aer_inject"
with_guest "fatal error" error_round $DATA_LINK
with_guest "error that is not fatal" error_round $COMPLETION_TIMEOUT
with_guest "fatal error between restarts" restarted_round $DATA_LINK
