# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: a NIC that writes to memory it lost is noticed: the proof for iommu.sh
# kernels: 6.12
# kernels-full: all
# vm: --iommu --hugepages 64
# group: fast
# timeout: 90
# allow-log: DMAR: (DRHD|\[DMA Write)
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

POKE=/mp/build/tests/modules/$KREL/mp_poke.ko

poke() {
	insmod "$POKE" pci="$NIC_PCI" what=stale-dma
}

# the address that mp_poke named, without the offset in its page
fault_logged() {
	at=$(dmesg | sed -n 's/.*mp_poke: .* receives to \(0x[0-9a-f]*\)000,.*/\1/p')
	[ -n "$at" ] && dmesg | grep "DMAR: \[DMA Write.*device \[${NIC_PCI#*:}\].*fault addr ${at}000"
}

assert "mp_poke is built (tests/modules/build)" test -f "$POKE"
rx "before" "$ALL_ZC" --hugepages
check "the log is clean" log_check
check "memory is taken away under a running NIC" poke
check "frames arrive" send --count 20 --rate 100
sleep 0.5
check "the IOMMU reports the write" fault_logged
check_not "a log with such a line does not pass" log_check
check "the module goes" rmmod mp_poke
ip link set "$DEV" down
ip link set "$DEV" up
log_mark
rx "after" "$ALL_ZC" --hugepages
check "the log is clean again" log_check
