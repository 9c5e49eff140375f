# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# settings.sh: whether an interface may be taken for tests, what it was set to
# before, and how it gets that again. For the runner and for peer.sh.

pci_of() {
	basename "$(readlink -f "/sys/class/net/$1/device")"
}

# below DEV IF: does IF stand on DEV (or is it)? A VLAN, bridge, bond, ...
below() {
	[ "$1" != "$2" ] || return 0
	for be in "/sys/class/net/$2"/lower_*; do
		[ -e "$be" ] || continue
		(below "$1" "${be##*/lower_}") && return 0
	done
	return 1
}

# route_devs: interfaces of default routes, and of the way to who is logged in
route_devs() {
	{
		ip -o -4 route show default
		ip -o -6 route show default
		[ -z "${SSH_CONNECTION-}" ] ||
			ip -o route get "${SSH_CONNECTION%% *}"
	} 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | sort -u
}

# in_use DEV: false, and one line that says why, when tests on it would hurt
in_use() {
	for iu in $(route_devs); do
		below "$1" "$iu" || continue
		[ "$1" = "$iu" ] || iu="$iu, on top of it,"
		echo "$1 is in use: ${iu} carries a default route or this login"
		return 1
	done
	for iu in "/sys/class/net/$1"/upper_*; do
		[ -e "$iu" ] || continue
		echo "$1 is in use by ${iu##*/upper_}"
		return 1
	done
}

# addr_save DEV, addr_restore DEV <FILE: addresses and routes, which a NIC that
# goes away or changes its namespace loses
addr_save() {
	ip -o addr show dev "$1" scope global 2>/dev/null | awk '
		!/dynamic/ { printf "addr add %s", $4
			if ($5 == "brd") printf " brd %s", $6
			print "" }'
	for as in -4 -6; do
		ip $as route show dev "$1" 2>/dev/null |
			awk -v f=$as '!/proto kernel/ && !/linkdown$/ {
				print f " route add " $0 }'
	done
}

addr_restore() {
	while read -r ar; do
		# shellcheck disable=SC2086
		ip $ar dev "$1" 2>/dev/null || true
	done
}

# --- what ethtool sets ---

# A line "LETTER WORDS": to be set by "ethtool -LETTER DEV WORDS". In the order
# in which they must be set.
settings_get() {
	ethtool --show-priv-flags "$1" 2>/dev/null |
		awk -F ' *: *' 'NF == 2 && $2 ~ /^o/ {
			printf "-set-priv-flags %s %s\n", $1, $2 }'
	settings_current -l "$1" | awk '{ print "L " $0 }'
	settings_current -g "$1" | awk '{ print "G " $0 }'
	ethtool -c "$1" 2>/dev/null | awk -F ': *' '
		/^[rt]x-usecs:/ && $2 ~ /^[0-9]/ { print "C " $1 " " $2 }'
	ethtool -a "$1" 2>/dev/null | awk '
		tolower($1) ~ /^(autonegotiate|rx|tx):$/ {
			sub(/:/, "", $1)
			n = tolower($1)
			s = s " " (n == "autonegotiate" ? "autoneg" : n) " " $2 }
		END { if (s) print "A" s }'
	ethtool -k "$1" | awk -F ': *' '
		NR > 1 && $2 !~ /fixed/ && $1 !~ /^[a-z-]*(segmentation-offload|checksumming|scatter-gather)$/ {
			sub(/ .*/, "", $2)
			sub(/^[ \t]*/, "", $1)
			print "K " $1 " " $2 }
		/^(rx-checksumming|generic-segmentation-offload): / &&
		$2 !~ /fixed/ { print "K " $1 " " $2 }'
	ethtool -x "$1" 2>/dev/null | awk '/^[ \t]*[0-9]+:/ {
		for (i = 2; i <= NF; i++) if ($i > m) m = $i
		n = 1 } END { if (n) print "X equal " m + 1 }'
}

# settings_current OPTION DEV: "rx N", "tx N", ... of what is set now
settings_current() {
	ethtool "$1" "$2" 2>/dev/null | awk -F ':[ \t]*' '
		/^Current hardware settings/ { now = 1 }
		now && $2 ~ /^[0-9]/ && $1 ~ /^(RX|TX|Other|Combined)$/ {
			print tolower($1) " " $2 }'
}

# settings_set DEV <FILE: only what differs
settings_set() {
	settings_get "$1" >"$WORK/settings.now"
	while read -r ss_op ss_words; do
		! grep -qxF -e "$ss_op $ss_words" "$WORK/settings.now" || continue
		# shellcheck disable=SC2086
		ethtool "-$ss_op" "$1" $ss_words >/dev/null 2>&1 || true
	done
	# setting one may change another
	settings_get "$1" >"$WORK/settings.now"
}

# dev_save DEV DIR, dev_restore DEV DIR: all of it
dev_save() {
	mkdir -p "$2"
	addr_save "$1" >"$2/addr"
	cat "/sys/class/net/$1/mtu" >"$2/mtu"
	cat "/proc/sys/net/ipv6/conf/$1/disable_ipv6" >"$2/ipv6" 2>/dev/null
	ip -o link show dev "$1" >"$2/link"
	settings_get "$1" >"$2/settings"
}

dev_restore() {
	ip addr flush dev "$1" scope global to 198.18.0.0/15
	ip link set "$1" mtu "$(cat "$2/mtu")"
	for dr in promisc allmulticast; do
		ip link set "$1" $dr off
	done
	settings_set "$1" <"$2/settings"
	[ ! -s "$2/ipv6" ] ||
		cat "$2/ipv6" >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
	if grep -q '[<,]UP[,>]' "$2/link"; then
		ip link set "$1" up
	else
		ip link set "$1" down
	fi
	addr_restore "$1" <"$2/addr"
	rc=0
	grep -vxF -f "$WORK/settings.now" "$2/settings" && rc=1
	return $rc
}
