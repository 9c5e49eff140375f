# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: ping of 0 to 8972 bytes
# requires: tool:ping
# states: stock idle frags
# fast: none
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

sizes='0 16 56 1000 1472 1473 4000 8972'
[ "$LEVEL" = full ] || sizes='16 1472 4000'
check "addresses" addresses
# shellcheck disable=SC2086
check "ping $sizes" pings "$PEER_IP" $sizes
stack_end
