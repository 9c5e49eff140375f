# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: uses a command that is not there
# kernels: all
# timeout: 20
# setup: none

check "true" true
set -e
no_such_command
