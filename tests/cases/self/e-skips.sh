# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: is not for this machine
# kernels: all
# timeout: 20
# setup: none

skip_case "no such hardware"
