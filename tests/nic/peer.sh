# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# peer.sh: the other end of the wire.
#
#   IF            a port of this machine: moved to a namespace of its own, and
#                 back, with its addresses and MTU
#   ns:NETNS:IF   a port that is in a namespace already, and stays there
#   ssh:HOST:IF   a port of another machine, where we log in without a password
#                 as root and put wiregen in a temporary directory
#
# peer_parse SPEC, peer_check, peer_open, peer_close; in between commands run
# there with in_peer, or "$PEER_RUN CMD..." for one that gets killed.

# peer_parse SPEC
peer_parse() {
	case $1 in
	ns:*:*) PEER_KIND=ns PEER_NS=${1#ns:}; PEER_NS=${PEER_NS%%:*} ;;
	ssh:*:*) PEER_KIND=ssh PEER_HOST=${1#ssh:}
		PEER_HOST=${PEER_HOST%:*} ;;
	ns:*|ssh:*|*:*|'') return 1 ;;
	*) PEER_KIND=port PEER_NS=mp-peer ;;
	esac
	PEER_IF=${1##*:}
	[ -n "$PEER_IF" ] && [ -n "${PEER_NS-}${PEER_HOST-}" ] || return 1
	PEER_WAS=$WORK/peer
	export PEER_KIND PEER_NS PEER_HOST PEER_IF PEER_WAS
}

# peer_adopt: use the peer that the environment tells of
# shellcheck disable=SC2034 # used by what is sourced
peer_adopt() {
	case ${PEER_KIND-} in
	ns|port) PEER_RUN="ip netns exec $PEER_NS" ;;
	ssh) PEER_RUN=$NIC_TOP/tests/nic/peer-ssh
		# it cannot see how far our receiver is
		PACE="--rate ${RATE:-500}" ;;
	esac
	PEER_IF=${NIC_PEER_IF:-$PEER_IF}
}

# peer_check: one line for what is wrong with it
peer_check() {
	case $PEER_KIND in
	ns)
		[ -e "/run/netns/$PEER_NS" ] ||
			{ echo "no network namespace $PEER_NS"; return 1; }
		in_peer ip link show dev "$PEER_IF" >/dev/null 2>&1 || {
			echo "no interface $PEER_IF in namespace $PEER_NS"
			return 1
		} ;;
	port) peer_check_port ;;
	ssh) peer_check_ssh ;;
	esac
}

peer_check_port() {
	[ "$PEER_IF" != "$DEV" ] ||
		{ echo "$PEER_IF is the interface itself"; return 1; }
	[ -d "/sys/class/net/$PEER_IF" ] ||
		{ echo "no such interface: $PEER_IF"; return 1; }
	[ -e "/sys/class/net/$PEER_IF/device" ] || {
		echo "$PEER_IF is no port of a NIC"
		return 1
	}
	[ ! -e "/run/netns/$PEER_NS" ] || {
		echo "namespace $PEER_NS exists, of a run that was killed:" \
			"ip netns del $PEER_NS gives its port back"
		return 1
	}
	in_use "$PEER_IF"
}

peer_check_ssh() {
	command -v "${SSH:-ssh}" >/dev/null ||
		{ echo "no ssh on this machine"; return 1; }
	PEER_SSH_SHARE=$WORK/ssh "$NIC_TOP/tests/nic/peer-ssh" true \
		2>/run/peer.err || {
		echo "$PEER_HOST cannot be reached:" \
			"$(tail -n 1 /run/peer.err | tr -d '\r')"
		return 1
	}
	in_peer ip link show dev "$PEER_IF" >/dev/null 2>&1 ||
		{ echo "no interface $PEER_IF on $PEER_HOST"; return 1; }
	# this is the way that we control it by
	! in_peer ip -o route show default 2>/dev/null |
		grep -qE "dev $PEER_IF( |\$)" || {
		echo "$PEER_IF on $PEER_HOST carries its default route"
		return 1
	}
}

peer_open() {
	mkdir -p "$PEER_WAS"
	case $PEER_KIND in
	port) peer_take_port || return 1 ;;
	ssh) peer_put_wiregen || return 1 ;;
	esac
	in_peer ip -o link show dev "$PEER_IF" | grep -q '[<,]UP[,>]' &&
		touch "$PEER_WAS/up"
	in_peer cat "/sys/class/net/$PEER_IF/mtu" >"$PEER_WAS/mtu"
	in_peer sysctl -n "net/ipv6/conf/$PEER_IF/disable_ipv6" \
		>"$PEER_WAS/ipv6" 2>/dev/null
	touch "$PEER_WAS/open"
	peer_ready
}

# The port keeps its name in the namespace.
peer_take_port() {
	addr_save "$PEER_IF" >"$PEER_WAS/addr"
	ip -o link show dev "$PEER_IF" | grep -q '[<,]UP[,>]' &&
		touch "$PEER_WAS/host-up"
	pci_of "$PEER_IF" >"$PEER_WAS/pci"
	ip netns add "$PEER_NS" || return 1
	touch "$PEER_WAS/taken"
	ip link set "$PEER_IF" netns "$PEER_NS" &&
		ip -n "$PEER_NS" link set lo up
}

peer_put_wiregen() {
	in_peer mkdir -p "$PEER_DIR" || return 1
	"$NIC_TOP/tests/nic/peer-ssh" -i sh -c \
		"cat >$PEER_DIR/wiregen && chmod +x $PEER_DIR/wiregen" \
		<"$(command -v wiregen)" || return 1
	in_peer "$PEER_DIR/wiregen" --help 2>&1 | grep -q '^wiregen send' || {
		echo "wiregen does not run on $PEER_HOST"
		return 1
	}
}

# peer_ready: up, and quiet: what is counted must be ours
peer_ready() {
	in_peer ip link set "$PEER_IF" up || return 1
	in_peer sysctl -qw "net/ipv6/conf/$PEER_IF/disable_ipv6=1" 2>/dev/null
	return 0
}

# peer_again: the driver was unloaded, and it is the peer's driver too
peer_again() {
	[ "$PEER_KIND" = port ] || [ "$PEER_KIND" = ns ] || return 0
	! in_peer ip link show dev "$PEER_IF" >/dev/null 2>&1 || return 0
	pa_dev=$(netdev_wait "$(cat "$PEER_WAS/pci")") || return 1
	ip link set "$pa_dev" down
	ip link set "$pa_dev" netns "$PEER_NS" name "$PEER_IF" && peer_ready
}

peer_carrier() {
	in_peer ip -o link show dev "$PEER_IF" | is_linked
}

peer_close() {
	[ -e "$PEER_WAS/open" ] || [ -e "$PEER_WAS/taken" ] || return 0
	in_peer ip addr flush dev "$PEER_IF" scope global to 198.18.0.0/15
	[ ! -s "$PEER_WAS/mtu" ] ||
		in_peer ip link set "$PEER_IF" mtu "$(cat "$PEER_WAS/mtu")"
	[ ! -s "$PEER_WAS/ipv6" ] || in_peer sysctl -qw \
		"net/ipv6/conf/$PEER_IF/disable_ipv6=$(cat "$PEER_WAS/ipv6")"
	[ -e "$PEER_WAS/up" ] || in_peer ip link set "$PEER_IF" down
	case $PEER_KIND in
	port) peer_give_back ;;
	ssh) in_peer rm -rf "$PEER_DIR" ;;
	esac
	rm -f "$PEER_WAS/open" "$PEER_WAS/taken"
}

peer_give_back() {
	ip -n "$PEER_NS" link set "$PEER_IF" netns $$
	# a port that is still inside goes back by itself, a little later
	ip netns del "$PEER_NS"
	wait_for 10 test -d "/sys/class/net/$PEER_IF" || {
		echo "nic: $PEER_IF did not come back" >&2
		return 1
	}
	[ ! -e "$PEER_WAS/host-up" ] || ip link set "$PEER_IF" up
	addr_restore "$PEER_IF" <"$PEER_WAS/addr"
}
