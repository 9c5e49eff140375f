# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: ends well, with one check that cannot be made
# kernels: all
# timeout: 20
# setup: none

check "true" true
check_not "false" false
skip "never" "not on this hardware"
