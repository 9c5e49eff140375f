# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: what ethtool only reads is there as with stock: -T -m -P -x -n --show-eee
# states: stock idle bound
# fast: stock idle

quietly() {
	"$@" >/dev/null 2>&1
}

# -n counts rules, which are nobody's here
for op in -T -P -n --show-eee --show-fec --show-rxfh --get-phy-tunable \
	--show-channels --show-module; do
	case $op in
	--get-phy-tunable) same "$op" et $op downshift ;;
	*) same "$op" et $op ;;
	esac
done
if et -m >/dev/null 2>&1; then
	same "-m" et -m
	same "-m, raw" et -m raw on length 128
else
	same "-m: no module, status" quietly et -m
	skip "-m" "no module in this port"
fi
