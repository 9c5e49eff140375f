# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: -r negotiates the link again
# requires: op:-i
# states: stock idle stack bound
# fast: none
# timeout: 60

same "-r" et -r
link_up
in_stock || survives "-r" et -r
