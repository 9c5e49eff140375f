# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC vanishes under full traffic: PCI remove, rmmod, netns; 50 rounds
# kernels: all
# vm: --hugepages 64
# group: full
# timeout: 2400
ROUNDS=50
# shellcheck source=tests/cases/teardown-gone.sh
. /mp/tests/cases/teardown-gone.sh
