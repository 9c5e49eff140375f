# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC is reset or reconfigured under full traffic: link, MTU, rings; 50 rounds
# kernels: all
# vm: --hugepages 64
# group: full
# timeout: 3200
ROUNDS=50
# shellcheck source=tests/cases/teardown-nic.sh
. /mp/tests/cases/teardown-nic.sh
