# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: every byte of every frame, as a packet socket sees them
# states: stock idle frags
# fast: none
# timeout: 120
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

check "raw, 60 to 1514 bytes" every_byte
check "UDP, 8 flows" every_byte --proto udp4 --flows 8
[ "$LEVEL" != full ] || check "TCP" every_byte --proto tcp4
