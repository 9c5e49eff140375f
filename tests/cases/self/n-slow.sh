# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: takes its time
# kernels: all
# group: full
# timeout: 90
# setup: none

check "slow" sleep 40
