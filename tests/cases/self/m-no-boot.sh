# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the VM never comes as far as this
# kernels: all
# vm: --append rdinit=/none --append panic=0 --boot-timeout 3
# timeout: 20
# setup: none

check "true" true
