# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: takes the kernel with it
# kernels: all
# timeout: 20
# setup: none

check "true" true
echo c >/proc/sysrq-trigger
sleep 10
