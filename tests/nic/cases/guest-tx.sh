# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: what the guest sends arrives, every byte
# requires: peer:local
# states: free
# fast: none
# timeout: 120
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

FRAMES=2000
# shellcheck disable=SC2086
{
	tx "60 to 1514 bytes" $GUEST_MEM
	tx "checksums by the NIC" --csum --proto udp4 --flows 4 $GUEST_MEM
}
check "nothing is left" assert_idle
