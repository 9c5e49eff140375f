# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: all sizes, VLAN tags, checksums; in order, none lost
# states: free
# fast: none
# timeout: 200
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

FRAMES=3000
[ "$LEVEL" = full ] || FRAMES=1500
# shellcheck disable=SC2086
{
	rx "60 to 1514 bytes" "$EXPECT" $GUEST_MEM
	SEND='--vlan 5 --sizes 64..1518' rx "VLAN tags in band" "$EXPECT" \
		$GUEST_MEM
	SEND='--proto udp4 --flows 8 --bad-csum 7' rx "UDP, 8 flows" "$EXPECT" \
		$GUEST_MEM
	check "wrong checksums are not called right" report "
		.rx.bad_csum > 0 and .rx.bad_csum_valid == 0"
	[ "$LEVEL" != full ] || SEND='--proto tcp4 --flows 8' \
		rx "TCP, 8 flows" "$EXPECT" $GUEST_MEM
}
check "nothing is left" assert_idle
