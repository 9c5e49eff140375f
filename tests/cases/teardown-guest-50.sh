# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the guest goes away under full traffic: unbind, close, kill, stop; 50 rounds
# kernels: all
# vm: --hugepages 64
# group: full
# timeout: 2400
ROUNDS=50
# shellcheck source=tests/cases/teardown-guest.sh
. /mp/tests/cases/teardown-guest.sh
