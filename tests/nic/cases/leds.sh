# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: -p blinks the port's LED for a second
# requires: op:-i
# states: stock idle stack bound
# fast: none
# timeout: 30

same "-p 1" et -p 1
in_stock || check "traffic" flows
