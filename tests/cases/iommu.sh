# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: behind a strict IOMMU the NIC reaches posted memory and nothing else
# kernels: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --iommu --hugepages 64
# group: fast
# timeout: 240
#
# That a DMA to anything else would be noticed is shown by stale-dma.sh.
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

ROUNDS=${ROUNDS:-3}

translated() {
	[ -e "/sys/bus/pci/devices/$NIC_PCI/iommu_group" ] &&
		dmesg | grep -q 'DMAR: IOMMU enabled'
}

unbind_round() {
	ctl unbind || return 1
	idle && nothing_charged "$GUEST" || return 1
	ctl bind && flowing
}

stop_round() {
	ctl stop-backend && idle && ctl start-backend && flowing
}

kill_round() {
	flooded_receiver || return 1
	kill -9 "$GUEST"
	wait "$GUEST"
	assert_nothing
}

link_round() {
	ip link set "$DEV" down && ip link set "$DEV" up && flowing
}

ring_round() {
	ethtool -G "$DEV" rx 128 && ethtool -G "$DEV" rx 256 && flowing
}

remap_round() {
	ctl mem-remap posted && flowing
}

assert "the NIC is behind the IOMMU" translated
rx "hugepages" "$ALL_ZC" --hugepages
rx "4K pages, shuffled" "$(detours_only .crossing)" --order shuffled
rx "posted only" "$ALL_ZC" --hugepages --posted-only
rx "small heads" "$(detours_only .stack)" --hugepages --bufsize 256
tx "transmit" --hugepages
with_guest "unbind" unbind_round
with_guest "backend stopped" stop_round
with_guest "link down and up" link_round
with_guest "ring size" ring_round
with_guest "pages replaced" remap_round
without_guest "guest killed" kill_round
check "no DMA fault" log_check
