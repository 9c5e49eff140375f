# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# guest.sh: what the demo does inside the emulated host. Each run streams the
# same frames from the peer to a guest and leaves its figures as JSON:
#
#    netns peer          this end
#   +----------+  wire  +-----+   macvtap, stock modules            +--------+
#   | wiregen  +--------+ NIC +-----------------------------+ vhost +-+ vguest |
#   | on p0    |        +-----+   a port, modules of the pack  _net +--------+
#   +----------+
#
# Both paths run in the same VM, one after the other: first the stock modules,
# which are then removed, so that nothing of one is left when the other runs.
set -eu
# shellcheck source=../lab/guest-lib.sh
. "$LAB_LIB"

GUEST_MAC=02:4d:50:00:00:01
MEM=$((48 << 20))	# of the guest, bytes
RING=1024		# heads that the guest posts
# Frames in flight. They fit the NIC's ring (256 descriptors, refilled by 16):
# nothing needs to be dropped, however slow this machine is, and QEMU's hub,
# which reorders what a full ring makes it keep, never has to keep any.
WINDOW=192

say() {
	echo "$*" >>/out/progress
}

# --- counting copies ---

# What the stock path copies is counted where it copies: the length argument
# (the fourth) of skb_copy_datagram_iter(), in the vhost worker.
copies_begin() {
	trace=/sys/kernel/tracing
	[ -d $trace/events ] || trace=/sys/kernel/debug/tracing
	echo 'p:demo/copy skb_copy_datagram_iter len=%cx:s32' \
		>$trace/kprobe_events 2>/dev/null || return 0
	copy=$trace/events/demo/copy
	echo 'hist:keys=common_pid:vals=len if comm ~ "vhost-*"' \
		>$copy/trigger && echo 1 >$copy/enable
}

# copies_end: the sum, or nothing where the kernel has no such probes
copies_end() {
	[ -d "$copy" ] || return 0
	echo 0 >"$copy/enable"
	cp "$copy/hist" /tmp/copies
	echo '!hist:keys=common_pid:vals=len if comm ~ "vhost-*"' \
		>"$copy/trigger"
	echo >$trace/kprobe_events
	awk '/hitcount:/ { sum += $NF } END { printf "%d", sum }' /tmp/copies
}

# --- one stream ---

# shellcheck disable=SC2317
is_ready() {
	[ -e /tmp/ready ] || ! kill -0 "$1" 2>/dev/null
}

# bounded CMD...: with a limit that the guest's memory just fits in, and without
# the capability that lifts it
bounded() {
	prlimit --memlock=$((MEM + (4 << 20))) setpriv --inh-caps=-ipc_lock \
		--bounding-set=-ipc_lock "$@"
}

memory_args() {
	[ "$1" = 4k ] || echo --hugepages
}

# stream NAME MEMORY BACKEND...: 0 when every frame arrived intact
stream() {
	name=$1 memory=$2
	shift 2
	rm -f /tmp/ready "/out/$name.json"
	copies_begin
	# shellcheck disable=SC2046
	bounded vguest rx "$@" --mem $MEM --idle-timeout 30 \
		--ring $RING $(memory_args "$memory") --frames "$FRAMES" \
		--ready /tmp/ready --progress /tmp/arrived --json "/out/$name.json" \
		>"/out/$name.txt" 2>&1 &
	guest=$!
	wait_for 30 is_ready $guest || fail "$name: the guest does not start"
	wait_for 20 has_carrier "$DEV" || fail "$name: no carrier on $DEV"
	in_peer wiregen send --if p0 --dst $GUEST_MAC --sizes 60..1514 \
		--count "$FRAMES" --window $WINDOW --progress /tmp/arrived \
		--json="/out/$name.sent.json" >/dev/null || true
	rc=0
	wait $guest || rc=$?
	copied=$(copies_end)
	echo "{\"memory\": \"$memory\", \"skb_copied\": ${copied:-null}}" \
		>"/out/$name.more.json"
	[ $rc -eq 0 ] || cat "/out/$name.txt"
	return $rc
}

# --- the two paths ---

stock_begin() {
	modprobe macvtap
	insmod_stock "$NIC_DRV"
	insmod_stock vhost_net
	DEV=$(netdev_wait "$NIC_PCI")
	quiet_stack "$DEV"
	nic_up "$DEV"
	ip link add link "$DEV" name mv0 address $GUEST_MAC type macvtap \
		mode passthru
	# room for what arrives while the guest is not scheduled
	ip link set mv0 txqueuelen 20000
	ip link set mv0 up
}

# What the second path needs again, it loads by itself.
stock_end() {
	ip link del mv0
	rmmod vhost_net "$NIC_DRV"
}

pack_begin() {
	modprobe mpassthru
	insmod_ours "$NIC_DRV"
	insmod_ours vhost_net
	DEV=$(netdev_wait "$NIC_PCI")
	quiet_stack "$DEV"
	nic_up "$DEV"
}

pack_end() {
	rmmod vhost_net "$NIC_DRV" mpassthru
}

# quiet_stack DEV: no neighbour discovery among the frames that are counted
quiet_stack() {
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

peer_begin() {
	insmod_stock "$PEER"
	peer_setup ""
	in_peer sh -c 'echo 1 >/proc/sys/net/ipv6/conf/p0/disable_ipv6'
}

# measure PATH BACKEND...: both kinds of memory; a stream that is not intact
# shows in its figures
measure() {
	path=$1
	shift
	for memory in hugepages 4k; do
		say "$FRAMES frames through $path, memory in $memory"
		stream "$path-$memory" $memory "$@" || FAILED=1
	done
}

stock_path() {
	stock_begin
	measure macvtap --macvtap mv0
	stock_end
}

pack_path() {
	pack_begin
	measure mpassthru --mp "$DEV:all"
	say "removing the modules"
	pack_end
}

FAILED=0
copy=''
peer_begin
for path in "$@"; do
	case $path in
	stock) stock_path ;;
	pack) pack_path ;;
	esac
done
exit $FAILED
