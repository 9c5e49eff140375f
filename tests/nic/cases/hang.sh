# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the driver's reset task, as after a hang of the transmitter
# requires: poke
# states: stock idle frags stack bound
# fast: none
# timeout: 60

hang() {
	insmod "$NIC_TOP/build/tests/modules/$KREL/mp_poke.ko" pci="$NIC_PCI" \
		what=tx-timeout 2>/run/poke
	cat /run/poke
	grep -qi 'canceled' /run/poke
}

if in_stock; then
	check "reset" hang
	check "has its link again" link_up
	return
fi
survives "reset" hang
[ "$LEVEL" != full ] || survives "again" hang
