# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC vanishes under full traffic: PCI remove, rmmod, netns
# kernels: 5.10
# kernels-full: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 300
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

# gone: the port has lost its NIC, and nothing of the guest's memory is held. The
# worker gives posted heads back when it comes to it.
nothing_held() {
	mpctl -j stats >$VG/show.json &&
		jq -e 'length == 1 and (.[0].state | index("gone")) and
			(.[0].stats | .pinned_bytes == 0 and
			.memlock_bytes == 0 and .posted == 0 and
			.pins == .unpins)' $VG/show.json >/dev/null
}

gone() {
	wait_for 5 nothing_held || {
		cat $VG/show.json
		return 1
	}
	nothing_charged "$GUEST"
}

# back: a NIC is there again, and the guest binds to it
back() {
	DEV=$(netdev_wait "$NIC_PCI") || return 1
	nic_ready || return 1
	ctl unbind && ctl bind && flowing && idle_others
}

# the driver's counters start anew with the device: nothing may hang from before
idle_others() {
	[ "$(mpctl -j show | jq length)" -eq 1 ]
}

pci_round() {
	echo 1 >"/sys/bus/pci/devices/$NIC_PCI/remove" || return 1
	gone || return 1
	echo 1 >/sys/bus/pci/rescan
	back
}

unbind_driver_round() {
	drv=/sys/bus/pci/drivers/$NIC_DRV
	echo "$NIC_PCI" >"$drv/unbind" || return 1
	gone || return 1
	echo "$NIC_PCI" >"$drv/bind" || return 1
	back
}

# The driver may go under a port; what has open descriptors may not.
rmmod_round() {
	if rmmod vhost_net || rmmod mpassthru; then
		echo "a module in use was removed"
		return 1
	fi
	rmmod "$NIC_DRV" || return 1
	gone || return 1
	insmod_ours "$NIC_DRV" || return 1
	back
}

netns_round() {
	ip link set "$DEV" netns other || return 1
	gone || return 1
	ip -n other link set "$DEV" netns 1 || return 1
	back
}

# gone_case NAME FUNCTION: the NIC must be there for the next one, whatever came
gone_case() {
	with_guest "$@"
	[ -d "/sys/bus/pci/devices/$NIC_PCI" ] || echo 1 >/sys/bus/pci/rescan
	mod_loaded "$NIC_DRV" || insmod_ours "$NIC_DRV"
	DEV=$(netdev_wait "$NIC_PCI") && nic_ready
}

ip netns add other
gone_case "PCI device removed" pci_round
gone_case "driver unbound" unbind_driver_round
gone_case "driver removed" rmmod_round
gone_case "moved to another netns" netns_round
ip netns del other
