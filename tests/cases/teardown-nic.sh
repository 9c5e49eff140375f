# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC is reset or reconfigured under full traffic: link, MTU, rings
# kernels: 6.12
# kernels-full: all
# nics: e1000e
# nics-full: e1000e igb 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 400
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

POKE=/mp/build/tests/modules/$KREL/mp_poke.ko

link_round() {
	ip link set "$DEV" down || return 1
	# every other time while it is really down for a moment
	[ $((round % 2)) -eq 0 ] || sleep 0.2
	ip link set "$DEV" up && flowing && in_place
}

mtu_round() {
	ip link set "$DEV" mtu 1400 && flowing 20 || return 1
	ip link set "$DEV" mtu 1500 && flowing && in_place
}

# Frames of this size do not fit a guest's buffer; the NIC has the MTU for a
# moment before the kernel asks us, and then loses it again.
jumbo_round() {
	if ip link set "$DEV" mtu 9000; then
		echo "MTU 9000 was taken"
		return 1
	fi
	[ "$(cat "/sys/class/net/$DEV/mtu")" -eq 1500 ] && flowing && in_place
}

ring_round() {
	for n in 80 512 256; do
		ethtool -G "$DEV" rx $n || return 1
	done
	flowing && in_place
}

reset_round() {
	ethtool -r "$DEV" && flowing && in_place
}

# What the transmit watchdog does when the NIC hangs: the driver's reset task.
hang_round() {
	# it never stays: ECANCELED says that it did what it was to do
	insmod "$POKE" pci="$NIC_PCI" what=tx-timeout 2>&1 | tee $VG/poke.txt
	grep -qi cancel $VG/poke.txt || return 1
	sleep 0.1
	flowing && in_place
}

# offline tests close the NIC, use its rings for a loopback, and open it again
selftest_round() {
	# QEMU's e1000e does not pass them all; stock fails the same ones
	ethtool -t "$DEV" offline
	flowing && in_place
}

frags_round() {
	ethtool --set-priv-flags "$DEV" mp-frags on || return 1
	ethtool --set-priv-flags "$DEV" mp-frags off || return 1
	flowing && in_place
}

# With tags taken out of frames the NIC cannot receive for a guest: the stack
# does, until the tags stay in again.
vlan_round() {
	stack=$(port_counter detour_stack)
	ethtool -K "$DEV" rxvlan on && flowing || return 1
	[ "$(port_counter detour_stack)" -gt "$stack" ] || {
		echo "nothing came through the stack"
		return 1
	}
	idle || return 1
	ethtool -K "$DEV" rxvlan off && flowing && in_place
}

csum_round() {
	ethtool -K "$DEV" rx off && flowing 20 || return 1
	ethtool -K "$DEV" rx on && flowing && in_place
}

with_guest "link down and up" link_round
with_guest "MTU" mtu_round
with_guest "MTU too large" jumbo_round
with_guest "ring size" ring_round
with_guest "restarted by ethtool -r" reset_round
check "mp_poke is built (tests/modules/build)" test -f "$POKE" &&
	with_guest "reset task" hang_round
with_guest "mp-frags switched" frags_round
with_guest "rx-vlan-offload switched" vlan_round
with_guest "rx-checksumming switched" csum_round
# The offline test of igb and ixgbe leaves one buffer of its test ring mapped and
# allocated, whoever drives it: igb_clean_test_rings() and its twin fill the entry
# that the driver's own clean-up ends at. A debug kernel complains when the driver goes.
case $NIC_DRV,$KREL in
igb,*-debug|ixgbe,*-debug)
	skip "offline self test" "$NIC_DRV leaves a page mapped, debug kernels see it" ;;
*) ROUNDS=$(((ROUNDS + 24) / 25)) with_guest "offline self test" selftest_round ;;
esac
