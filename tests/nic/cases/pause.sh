# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: flow control: -a as with stock, every setting of -A
# requires: op:-a
# states: stock idle stack bound
# fast: none
# timeout: 120

params() {
	et -a | awk 'tolower($1) ~ /^(autonegotiate|rx|tx):$/ { print $1 $2 }'
}

set_pause() {
	et -A "$@" >/dev/null 2>&1
	# 79 of old ethtools: nothing to change
	case $? in 0|79|80) ;; *) return 1 ;; esac
}

same "-a" params
if in_stock; then
	return
fi
params >/run/pause
autoneg=$(sed -n 's/^Autonegotiate://p' /run/pause)
rx=$(sed -n 's/^RX://p' /run/pause) tx=$(sed -n 's/^TX://p' /run/pause)
for p in "off off" "on off" "off on" "$rx $tx"; do
	[ "$LEVEL" = full ] || [ "$p" = "off off" ] || [ "$p" = "$rx $tx" ] ||
		continue
	survives "-A rx ${p% *} tx ${p#* }" set_pause autoneg off \
		rx "${p% *}" tx "${p#* }"
done
set_pause autoneg "$autoneg"
set_pause rx "$rx" tx "$tx"
params >/run/pause.now
check "as before" differs_not /run/pause /run/pause.now
check "traffic" flows
