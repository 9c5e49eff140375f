# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: never ends
# kernels: all
# timeout: 20
# setup: none

check "true" true
sleep 1000
