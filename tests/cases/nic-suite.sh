# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the per-NIC suite, its short form
# kernels: 6.12
# kernels-full: all
# nics: e1000e@7.2 igb@7.3 82599@6.1
# nics-full: e1000e igb 82599 x540
# vm: --iommu --hugepages 64
# group: fast
# timeout: 900
# after: tests/nic/collect
# allow-log: NETDEV WATCHDOG|transmit queue .* timed out|WARNING:.* dev_watchdog
#
# The suite judges the log itself after each of its cases; that of the self
# tests may have these.
# shellcheck source=tests/cases/nic-lib.sh
. /mp/tests/cases/nic-lib.sh

nic_suite --level fast
