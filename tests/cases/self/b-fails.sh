# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: one of its checks fails
# kernels: all
# timeout: 20
# setup: none

check "true" true
check "false" false
check "true again" true
