# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# nics.sh: what goes with a NIC under test. Sourced by who runs the lab's VMs.

# peer_of NIC: what drives the other end of its wire, which must be another
# driver than the one under test
peer_of() {
	case $1 in
	igb) echo e1000e ;;
	*) echo igb ;;
	esac
}

# driver_of NIC
driver_of() {
	case $1 in
	82599|x540) echo ixgbe ;;
	*) echo "$1" ;;
	esac
}
