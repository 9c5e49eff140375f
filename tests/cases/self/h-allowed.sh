# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: provokes what it says that it provokes
# kernels: all
# timeout: 20
# setup: none
# allow-log: seeded, and expected

echo "WARNING: seeded, and expected" >/dev/kmsg
check "true" true
