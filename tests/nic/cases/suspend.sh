# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC is suspended to D3 and resumed, as when the machine sleeps
# requires: poke
# states: stock idle frags stack bound
# fast: bound
# timeout: 60

# refused with ECANCELED when all went well: it does not stay
sleep_wake() {
	insmod "$NIC_TOP/build/tests/modules/$KREL/mp_poke.ko" pci="$NIC_PCI" \
		what=suspend 2>/run/poke
	cat /run/poke
	grep -qi 'canceled' /run/poke
}

if in_stock; then
	check "suspend and resume" sleep_wake
	check "has its link again" link_up
	return
fi
survives "suspend and resume" sleep_wake
survives "again" sleep_wake
survives "a third time" sleep_wake
