# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: frames of 60 bytes to the MTU reach the guest, every byte, in order
# states: free
# fast: free
# timeout: 200
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

# sized SIZE
sized() {
	SEND="--sizes $1"
	# shellcheck disable=SC2086
	fps "bound: frames of a size" "$1" rx_run $GUEST_MEM
}

FRAMES=2000 list='60 64 127 256 508 1024 1514'
[ "$LEVEL" = full ] || FRAMES=1000 list='60 508 1514'
for size in $list; do
	check "$size bytes" sized "$size" &&
		check "$size bytes: in place" report "($EXPECT) and ($PORT_SANE)"
done
check "nothing is left" assert_idle
