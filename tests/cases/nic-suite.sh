# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the per-NIC suite, its short form
# kernels: 6.12
# kernels-full: all
# vm: --hugepages 64
# group: fast
# timeout: 400
# after: tests/nic/collect
# shellcheck source=tests/cases/nic-lib.sh
. /mp/tests/cases/nic-lib.sh

nic_suite --level fast
