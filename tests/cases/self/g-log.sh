# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: passes, but the kernel complains
# kernels: all
# timeout: 20
# setup: none

check "true" true
echo "WARNING: seeded" >/dev/kmsg
