# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Helpers for scripts that run in a lab VM: . "$LAB_LIB"
# The per-NIC suite uses them on real machines too.
#
# The environment names both ends of the wire: NIC_PCI, the NIC under test,
# and PEER_PCI, its peer (empty when the VM has none).

# shellcheck source=log.sh
. "${LAB_LIB%/*}/log.sh"

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# wait_for SECONDS CMD...: until CMD succeeds. SLOWER says how many times slower
# than a machine that does nothing else this one is.
wait_for() {
	wf_end=$(($(date +%s) + $1 * ${SLOWER:-1}))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$wf_end" ] || return 1
		sleep 0.1
	done
}

# --- modules ---

mod_loaded() {
	[ -d "/sys/module/$(echo "$1" | tr - _)" ]
}

# mod_stock_file NAME: the stock module's file, whichever of - and _ it uses
mod_stock_file() {
	find "/lib/modules/$KREL/kernel" -name "$(echo "$1" | tr _- '??').ko*" |
		head -n 1
}

# insmod_stock NAME [PARAM=VALUE]...: load the stock module although one of
# ours has its name, with what it depends on
insmod_stock() {
	if mod_loaded "$1"; then
		return 0
	fi
	set -- "$(mod_stock_file "$1")" "$@"
	[ -n "$1" ] || fail "no stock module $2 in the initramfs of $KREL"
	for dep in $(modinfo -F depends "$1" | tr , ' '); do
		(insmod_stock "$dep") || return 1
	done
	is_file=$1
	shift 2
	insmod "$is_file" "$@"
}

# insmod_ours NAME [PARAM=VALUE]...: load a module of ours; fails when the
# stock one would be taken
insmod_ours() {
	[ -f "/lib/modules/$KREL/updates/mpassthru/$1.ko" ] ||
		fail "no $1 of ours in the initramfs: make modules"
	modprobe "$@"
}

# --- network devices ---

# netdev_of PCI: its name in this network namespace
netdev_of() {
	for nd in "/sys/bus/pci/devices/$1/net"/*; do
		[ ! -d "$nd" ] || { echo "${nd##*/}"; return; }
	done
	return 1
}

# netdev_wait PCI: the same, once the driver has registered it
netdev_wait() {
	wait_for 10 netdev_of "$1" >/dev/null ||
		fail "no network device at $1 (driver: $(driver_of "$1"))"
	netdev_of "$1"
}

driver_of() {
	basename "$(readlink "/sys/bus/pci/devices/$1/driver" || echo none)"
}

# has_carrier DEV [NETNS]
has_carrier() {
	ip ${2:+-n "$2"} -o link show dev "$1" | grep -q '<.*LOWER_UP'
}

# nic_up DEV [NETNS]: up, with its link established
nic_up() {
	ip ${2:+-n "$2"} link set "$1" up || fail "$1 does not come up"
	wait_for 20 has_carrier "$@" || fail "no carrier on $1"
}

# peer_setup [ADDRESS]: move the peer NIC into the namespace "peer" as p0, up
peer_setup() {
	dev=$(netdev_wait "$PEER_PCI") || exit 1
	ip netns add peer
	ip link set "$dev" netns peer name p0
	ip -n peer link set lo up
	[ -z "${1-}" ] || ip -n peer addr add "$1" dev p0
	nic_up p0 peer
}

# in_peer CMD...: run it at the other end of the wire, where PEER_IF is
PEER_RUN='ip netns exec peer'
# shellcheck disable=SC2034 # used by scripts
PEER_IF=p0
in_peer() {
	$PEER_RUN "$@"
}

# nic_ctl CMD...: a command for the model of the NIC under test (vm --nic 82599
# or x540; tests/nic82599/README.md has the commands). Prints its answer; true
# when that ends with ok.
nic_ctl() {
	stty -F /dev/ttyS1 raw -echo
	exec 9<>/dev/ttyS1
	echo "$*" >&9
	while read -r nc_line <&9; do
		case $nc_line in
		ok) exec 9>&-; return 0 ;;
		error:*) exec 9>&-; echo "$nc_line" >&2; return 1 ;;
		*) echo "$nc_line" ;;
		esac
	done
}

# --- kernel log ---

# log_mark: start a stretch of the log for log_check
log_mark() {
	echo "lab: mark" >/dev/kmsg
}

# log_check [ALLOW]: true when nothing bad was logged since the mark
log_check() {
	dmesg | awk '/lab: mark$/ { n = 0; next } { line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }' >/run/log_check
	log_scan /run/log_check "$@"
}

# leak_scan: let a kernel with kmemleak, if it is one, say in its log what
# nothing points to. It looks at objects older than 5 s only.
leak_scan() {
	[ -w /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak
}

# --- lab root (vm --rootfs) ---

# in_lab CMD...: run it in the lab root, with this machine's devices; /out and
# /mp are there too
in_lab() {
	if ! grep -q ' /lab/proc ' /proc/mounts; then
		for d in /proc /sys /dev; do
			mount --rbind "$d" "/lab$d"
		done
		mount -t tmpfs tmpfs /lab/tmp
		mount -t tmpfs tmpfs /lab/run
		mount --rbind /mp /lab/mp
		mount --rbind /out /lab/out
	fi
	chroot /lab /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
