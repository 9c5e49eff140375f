# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh

# cell_dir NIC PATH SIZE BATCH KERNEL GUEST: where the results of a cell are
cell_dir() {
	cd_guest=
	case $2$6 in
	stack*|xsk*|*[a-z]--hugepages) ;;
	*) cd_guest=-$(echo "${6:-4k}" | tr -s ' -' - | sed 's/^-//') ;;
	esac
	echo "build/results/bench/$1-$2-$3-$4-$5$cd_guest"
}

# vm_dir DIR: where the VM that counts it leaves what it says
vm_dir() {
	echo "$(dirname "$1")/vm/$(basename "$1")"
}
