# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: ethtool -i names the driver, our suffix, firmware and bus as stock does
# states: stock idle stack bound
# fast: stock idle

# the lines that do not depend on who built the module
info() {
	et -i | sed 's/^\(version: .*\)-mp[0-9.]*$/\1/'
}

suffix() {
	et -i | grep -E '^version: .*-mp0\.1$' || { et -i; return 1; }
}

same "-i" info
in_stock || check "version has our suffix" suffix
check "bus-info is its address" test "$(et -i | sed -n 's/^bus-info: //p')" = \
	"$NIC_PCI"
