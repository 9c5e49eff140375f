# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: features: -k as with stock, each changeable one switched by -K and back
# states: stock idle stack bound
# fast: stock bound
# timeout: 200

# changeable: NAME VALUE
changeable() {
	et -k | awk -F ': *' 'NR > 1 && $2 !~ /fixed/ {
		sub(/^[ \t]*/, "", $1)
		sub(/ .*/, "", $2)
		print $1, $2 }'
}

all_names() {
	et -k | awk -F ':' 'NR > 1 { sub(/^[ \t]*/, "", $1); print $1,
		($2 ~ /fixed/ ? "fixed" : "") }'
}

# what a bound NIC may not have; the core holds it off
bound_off() {
	case $1 in
	rx-vlan-offload|rx-vlan-filter|large-receive-offload|rx-all|rx-fcs|\
	rx-gro-hw)
		return 0 ;;
	esac
	return 1
}

state_of() {
	et -k | awk -F ': *' -v n="$1" '{ sub(/^[ \t]*/, "", $1)
		sub(/ .*/, "", $2) } $1 == n { print $2 }'
}

# switch NAME TO: and it reads back
switch() {
	et -K "$1" "$2" || return 1
	[ "$(state_of "$1")" = "$2" ] || {
		echo "$1 is $(state_of "$1") after -K $1 $2"
		return 1
	}
}

# Those the traffic of every state must live with, one after the other; the
# rest is tried without.
both() {
	to=on
	[ "$2" = off ] || to=off
	if [ "$STATE" = bound ] && bound_off "$1"; then
		et -K "$1" $to >/dev/null 2>&1
		sleep 0.5
		et -K "$1" "$2" >/dev/null 2>&1
		flows || { mpctl stats "$DEV"; echo "not in place any more"; return 1; }
		return
	fi
	switch "$1" $to || return 1
	case $1 in
	rx*|*receive*|ntuple*|tx-checksumming|tcp-seg*) flows || return 1 ;;
	esac
	switch "$1" "$2"
}

same "-k names, and which are fixed" all_names
[ "$STATE" = bound ] || same "-k values" et -k
if in_stock; then
	return
fi
changeable >/run/features
while read -r name value; do
	case $name in
	# on top of others, or of no use without them
	tx-checksum-*|tx-scatter-gather*|tx-tcp*|tx-gso-partial|tx-nocache-copy|\
	tx-udp-seg*|tx-gre*|tx-ip*|tx-sctp*|tx-esp*|highdma|hw-tc-offload|\
	esp-*|tls-*|l2-fwd*|loopback|tx-gso-list|rx-gro-list|rx-udp-gro*)
		continue ;;
	esac
	[ "$LEVEL" = full ] || case $name in
	rx-checksumming|rx-vlan-offload|receive-hashing|rx-all|generic-receive*|\
	ntuple*|tcp-segmentation-offload) ;;
	*) continue ;;
	esac
	survives "-K $name" both "$name" "$value"
done </run/features
# what goes with another does not always come back with it
while read -r name value; do
	[ "$(state_of "$name")" = "$value" ] || et -K "$name" "$value"
done </run/features
changeable >/run/features.now
check "all as before" differs_not /run/features /run/features.now
