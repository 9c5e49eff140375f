# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# lib.sh: what a case finds when it starts, and how it says what it saw; see
# README.md. Results go line by line to /out/results, never to the console, and
# are on the other side of the share as soon as they are known.
#
# A case may use: $NIC_DRV, $DEV (the NIC under test, up), the namespace "peer"
# with p0, $KREL, $CASE, and all of tests/lab/guest-lib.sh and wire.sh.

# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"
# shellcheck source=tests/lab/wire.sh
. "${LAB_LIB%/*}/wire.sh"

NIC_DRV=${NIC_DRV:-e1000e}
PEER_DRV=${PEER_DRV:-igb}
CASE=${CASE:-}
RESULT_LINES=/out/results
# shellcheck source=tests/cases/results.sh
. /mp/tests/cases/results.sh
# shellcheck source=tests/cases/ports.sh
. /mp/tests/cases/ports.sh

# --- modules ---

# A module is ours when it stands on our core: a stock one does not.
loaded_ours() {
	[ -d "/sys/module/mpassthru/holders/$1" ]
}

load_ours() {
	unload_stock
	insmod_ours mpassthru
	insmod_ours "$NIC_DRV"
	insmod_ours vhost_net
	for m in "$NIC_DRV" vhost_net; do
		loaded_ours "$m" || fail "the $m that got loaded is not ours:" \
			"$(modinfo -F filename "$m")"
	done
}

load_stock() {
	unload_all || return 1
	insmod_stock "$NIC_DRV" && insmod_stock vhost_net
}

unload_stock() {
	for m in vhost_net "$NIC_DRV"; do
		! mod_loaded "$m" || loaded_ours "$m" || rmmod "$m" || return 1
	done
}

# unload_all: in the order in which one stands on the other; any that does not
# go is a failure
unload_all() {
	for m in vhost_net "$NIC_DRV" mpassthru; do
		! mod_loaded "$m" || rmmod "$m" || return 1
	done
}

# --- the wire ---

# Neighbour discovery would be among the frames that are counted.
no_ipv6() {
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

peer_ready() {
	[ ! -e /run/netns/peer ] || return 0
	insmod_stock "$PEER_DRV" || return 1
	peer_setup
	in_peer sh -c 'echo 1 >/proc/sys/net/ipv6/conf/p0/disable_ipv6'
}

peer_gone() {
	[ ! -e /run/netns/peer ] || ip netns del peer
	! mod_loaded "$PEER_DRV" || rmmod "$PEER_DRV"
}

nic_ready() {
	DEV=$(netdev_wait "$NIC_PCI") || return 1
	no_ipv6 "$DEV"
	nic_up "$DEV"
}

# setup nic|stock|none: what "# setup:" of a case asks for. The modules stay
# loaded between cases that want the same.
setup() {
	case $1 in
	nic) loaded_ours vhost_net && loaded_ours "$NIC_DRV" || load_ours ;;
	stock) load_stock ;;
	none) unload_all && peer_gone; return ;;
	*) fail "setup '$1' is none of nic, stock, none" ;;
	esac || return 1
	peer_ready && nic_ready
}
