# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: checks nothing
# kernels: all
# timeout: 20
# setup: none

:
