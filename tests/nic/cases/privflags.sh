# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: private flags: stock's are there, and mp-frags, which switches both ways
# requires: op:-i
# states: stock idle stack bound
# fast: stack bound
# timeout: 60

stock_flags() {
	et --show-priv-flags | grep -v mp-frags
	return 0
}

frags_is() {
	et --show-priv-flags | grep -qE "^mp-frags *: $1\$"
}

frags() {
	et --set-priv-flags mp-frags "$1" && frags_is "$1"
}

frames() {
	[ "$(counter mp_frags_frames)" -gt "$1" ]
}

# without --show-priv-flags of its own, stock prints an error
[ -n "$(et --show-priv-flags 2>/dev/null)" ] && same "--show-priv-flags" \
	stock_flags
if in_stock; then
	check "a look" true
	return
fi
check "mp-frags is off" frags_is off
counted=$(counter mp_frags_frames)
survives "mp-frags on" frags on
case $STATE in
stack) check "frames are counted" wait_for 10 frames "$counted" ;;
bound) check "the guest's are not counted" not frames "$counted" ;;
esac
survives "mp-frags off" frags off
