# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: leaves a program behind
# kernels: all
# timeout: 20
# setup: none

check "true" true
busybox setsid iperf3 -s >/dev/null 2>&1 &
sleep 1
