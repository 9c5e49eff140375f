# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# states.sh: what the NIC does while a case looks at it. The runner enters a
# state once and runs all cases in it that want it.
#
#   stock   the distribution's driver, idle: what ours is compared with
#   idle    our driver, link up, nothing arrives
#   frags   the same with mp-frags on
#   stack   our driver, frames arrive through the stack all the time
#   free    our driver; the case binds it as it likes
#   bound   a guest receives all the time, and checks every byte

# state_enter STATE: false, and a line that says why, when it cannot be had
state_enter() {
	STATE=$1
	export STATE
	case $1 in
	stock) state_stock ;;
	idle|free) state_ours ;;
	frags) state_ours && et --set-priv-flags mp-frags on && link_up ;;
	stack) state_ours && state_stack ;;
	bound) state_ours && state_bound ;;
	*) echo "no state $1"; return 1 ;;
	esac
}

# state_leave: what must still be good says so
# shellcheck disable=SC2034 # used by what is sourced
state_leave() {
	flood_stop
	rm -f "$WORK/flood"
	case $STATE in
	frags) et --set-priv-flags mp-frags off ;;
	bound)
		[ -n "$GUEST" ] || return 0
		CASE=bound/guest
		check "every byte that arrived was right" guest_quit
		check "nothing is left" assert_idle ;;
	esac
}

# state_ok: traffic flows, or state_again
state_ok() {
	case $STATE in
	bound) alive "$GUEST" && flows ;;
	*) flows ;;
	esac >/dev/null
}

state_again() {
	flood_stop
	guest_end
	state_enter "$STATE"
}

state_stack() {
	flood_start --dst "$(mac_of "$DEV")" --rate "$RATE"
	echo "$FLOOD" >"$WORK/flood"
	flowing 20 || { echo "nothing arrives"; return 1; }
}

# A full ring loses frames and so does what cases do; nothing else is allowed.
state_bound() {
	# shellcheck disable=SC2086
	guest_start rx --seconds 7200 --idle-timeout 0 --allow-loss \
		--allow-reorder --allow-tail $GUEST_MEM || return 1
	flood_start --rate "$RATE"
	echo "$FLOOD" >"$WORK/flood"
	flowing 20 || { echo "nothing arrives"; return 1; }
}

# --- modules ---

loaded_ours() {
	[ -d "/sys/module/mpassthru/holders/$1" ]
}

# module_swap stock|ours: takes the NIC away and brings it again; the rest of
# the modules stay, other NICs may stand on them
module_swap() {
	! mod_loaded "$NIC_DRV" || rmmod "$NIC_DRV" || return 1
	"insmod_$1" "$NIC_DRV" || return 1
	DEV=$(netdev_wait "$NIC_PCI") || return 1
	peer_again || return 1
	nic_quiet
}

nic_quiet() {
	# udev may be renaming it
	sleep "${SETTLE:-0}"
	DEV=$(netdev_wait "$NIC_PCI") || return 1
	echo 1 >"/proc/sys/net/ipv6/conf/$DEV/disable_ipv6"
	nic_up "$DEV"
}

# other_users: a NIC besides IFACE and PEER that would go with the driver
other_users() {
	for ou in /sys/class/net/*; do
		ou=${ou##*/}
		[ "$ou" != "$DEV" ] || continue
		[ -e "/sys/class/net/$ou/device" ] || continue
		[ "$(driver_of "$(pci_of "$ou")")" = "$NIC_DRV" ] || continue
		# up, or in a bridge: somebody wants it
		if ip -o link show dev "$ou" | grep -q '[<,]UP[,>]' ||
			! in_use "$ou" >/dev/null; then
			echo "$ou has the same driver and is in use"
			return 0
		fi
	done
	return 1
}

state_stock() {
	if other_users; then
		return 1
	elif [ -z "$(mod_stock_file "$NIC_DRV")" ]; then
		echo "no stock module $NIC_DRV for $KREL"
		return 1
	fi
	(module_swap stock)
}

state_ours() {
	loaded_ours "$NIC_DRV" || (module_swap ours) || return 1
	DEV=$(netdev_wait "$NIC_PCI")
	loaded_ours vhost_net || insmod_ours vhost_net || return 1
	nic_up "$DEV"
}
