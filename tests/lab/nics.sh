# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# nics.sh: the NICs that the lab can emulate, and what goes with each. Sourced by
# who runs the lab's VMs.

LAB_NICS='e1000e igb 82599 x540'

# nic_model NAME: the NIC of the lab that a user means; a driver's name will do.
# Status 1, and which there are, when there is none.
nic_model() {
	case $1 in
	ixgbe) echo 82599; return ;;
	esac
	# shellcheck disable=SC2086
	printf '%s\n' $LAB_NICS | grep -xF -e "$1" || {
		echo "NIC=$1: the lab has" $LAB_NICS "(ixgbe: 82599)" >&2
		return 1
	}
}

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

# outside_vm NIC: is its model a process of its own, which works in this machine's
# time?
outside_vm() {
	case $1 in
	82599|x540) ;;
	*) return 1 ;;
	esac
}
