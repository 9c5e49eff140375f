# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# cell.sh: cells of the bench, inside the VM: frames from pktgen at the peer
# arrive by one path, and each run of them is counted between two marks. The
# runs of each cell, in this order, one file of mpcount each:
#
#    3		the same frames while the NIC filters them by their MAC address:
#		what the sender costs; for all cells
#    3		they arrive; for all cells
#
# So many frames as the shortest has go before each three, to warm up: rings are
# used all around.
#
# BENCH_PATH	ours, macvtap, bridge, xsk (an AF_XDP socket, stock driver); stack,
#		stack-frags (ours, unbound), stack-stock
# CELLS		of each, SIZE:BATCH:GAP:N1:N2:N3: bytes of a frame without FCS,
#		frames of a batch, nanoseconds between two batches, in which all
#		that one causes ends, and frames of the runs
# WINDOW	seconds for which a run is counted; pktgen takes up to 104 ms to begin
# GUEST		options of vguest, and two of this script: --flows N, batches of so many
#		UDP flows in turn; --ports N, batches for so many guests in turn, each
#		with a queue of its own behind that of the host
set -eu
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"

# Not ...:00:01: the NIC's hash filter, of the last two bytes, lets it pass as it
# does 224.0.0.1 (82576 datasheet, 7.1.2.1).
GUEST_MAC=02:4d:50:00:5a:a5
# what takes frames in user space: pids
RECEIVERS=''
is_ready() {
	[ -e /run/ready ] || ! kill -0 "$1" 2>/dev/null
}

quiet() {
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

# --- the sender ---

# polls: does the guest?
polls() {
	# shellcheck disable=SC2153
	[ "${GUEST%--spin*}" != "$GUEST" ]
}

# pktgen is told in the namespace of its device. Where a guest polls nothing takes the
# CPU from it: which of three the scheduler prefers would depend on what they have had.
# Each namespace has a thread of that name.
sender() {
	modprobe pktgen
	# shellcheck disable=SC2016
	in_peer dash -c 'echo "add_device p0" >/proc/net/pktgen/kpktgend_0'
	polls || return 0
	pids=$(pgrep -x kpktgend_0) || fail "no thread of pktgen"
	for pid in $pids; do
		chrt --fifo --pid 1 "$pid"
	done
}

# option NAME DEFAULT: the number behind that option of GUEST
option() {
	# shellcheck disable=SC2153
	n=${GUEST##*"$1 "}
	[ "$n" != "$GUEST" ] || n=$2
	echo "${n%% *}"
}

# mac N: of the N-th guest, the first of whom is 0
mac() {
	printf '%s%02x' "${GUEST_MAC%??}" $((0x${GUEST_MAC##*:} + $1))
}

# sends SIZE BATCH GAP
sends() {
	# shellcheck disable=SC2016
	in_peer dash -c '
		set -eu
		pg() { echo "$1" >/proc/net/pktgen/p0; }
		pg "pkt_size $1"
		pg "burst $2"
		pg "delay $3"
		pg "dst_mac $4"
		pg "dst_min 198.18.0.1"
		pg "dst_max 198.18.0.1"
		pg "udp_src_min 1024"
		pg "udp_src_max $((1024 + $5))"
		pg "dst_mac_count $6"
		' sends "$@" $GUEST_MAC "$(option --flows 1)" "$(option --ports 1)"
}

# send N [SECONDS]: N frames, and all that they cause. It is counted with SECONDS, for
# that long, however many there are.
send() {
	# shellcheck disable=SC2016
	in_peer dash -c '
		set -eu
		spin=
		echo "count $1" >/proc/net/pktgen/p0
		if [ -n "$3" ]; then mark spin & spin=$!; fi
		if [ -n "$2" ]; then
			mark for "$2" /proc/net/pktgen/pgctrl start
		else
			echo start >/proc/net/pktgen/pgctrl
			sleep 0.1
		fi
		[ -z "$spin" ] || kill $spin
		grep Result /proc/net/pktgen/p0
		grep "pkts-sofar: $1 " /proc/net/pktgen/p0
		' send "$1" "${2-}" "$(is_spinning && echo spin)" || fail "pktgen"
}

# run N: N frames, counted. It begins just after the start of a second, where the
# kernel's timers that need not be exact expire, as those of the NICs' watchdogs,
# and what is left of processes that are gone goes in between.
run() {
	sleep "$(awk '{ print 1.35 - ($1 + 0.3) % 1 }' /proc/uptime)"
	send "$1" "$WINDOW"
}

# each CMD: CMD NAME N1 N2 N3 for each cell, when all is set for it
each() {
	for cell in $CELLS; do
		# shellcheck disable=SC2046
		set -- "$1" $(echo "$cell" | tr : ' ')
		sends "$2" "$3" "$4"
		send "$5"
		"$1" "$2-$3" "$5" "$6" "$7"
	done
}

# --- the paths ---

# sent NAME N...: each $REPEAT times; tests/bench/run takes those in the middle
sent() {
	shift
	for n; do
		i=0
		while [ $i -lt "$REPEAT" ]; do
			run "$n"
			i=$((i + 1))
		done
	done
}

# is_spinning: does a process take the CPU that nobody else wants? Where a guest
# polls that is it, and something else before it is there, for what the sender
# costs then to be the same.
#
# The model of the 82599 runs beside the VM. Where the CPU idles the VM's time
# jumps to the next timer, and nothing has arrived yet: there it always spins.
is_spinning() {
	# shellcheck disable=SC2153
	[ "$NIC_DRV" = ixgbe ] || { [ -z "$RECEIVERS" ] && polls; }
}

# snapshot NAME: counters of the NIC, its interrupts
snapshot() {
	ethtool -S "$DEV" >"/out/ethtool-S.$1"
	grep "$DEV" /proc/interrupts >"/out/interrupts.$1" || true
}

received() {
	before=$(rx_packets)
	snapshot "$1.before"
	sent "$@"
	snapshot "$1.after"
	got=$(($(rx_packets) - before))
	all=$((REPEAT * ($2 + $3 + $4)))
	[ $got = $all ] || fail "$1: received $got of $all"
}

# guest BACKEND...: GUEST_RUN may name a command to run it with
guest() {
	json=/out/guest.$(echo "$RECEIVERS" | wc -w).json
	# shellcheck disable=SC2046,SC2086
	${GUEST_RUN-} vguest rx "$@" --ring 256 --mem 32M \
		$(echo "$GUEST" | sed 's/--\(flows\|ports\) [0-9]*//g') \
		--count-only --frames 1000000 --idle-timeout 0 \
		--ready /run/ready --json "$json" >>/out/guest.txt 2>&1 &
	receiver_ready $!
}

# guests N: each on a queue of its own by its MAC address
guests() {
	ethtool -L "$DEV" combined $(($1 + 1)) ||
		fail "$DEV cannot have $1 guests besides the host"
	i=0
	while [ $i -lt "$1" ]; do
		GUEST_RUN="mpctl run $DEV:$((i + 1)) dst-mac $(mac $i) --"
		guest --fd '{fd}'
		i=$((i + 1))
	done
}

# xsk: in place of a guest, a program that drops what it gets
xsk() {
	xskdrop "$DEV" 0 /run/ready >/out/guest.txt 2>&1 &
	receiver_ready $!
}

# receiver_ready PID
receiver_ready() {
	RECEIVERS="$RECEIVERS $1"
	wait_for 60 is_ready "$1"
	[ -e /run/ready ] || fail "no receiver: $(cat /out/guest.txt)"
	rm /run/ready
	wait_for 60 has_carrier "$DEV"
}

ours() {
	for m in mpassthru "$NIC_DRV" vhost_net; do
		insmod_ours "$m"
	done
}

stock() {
	insmod_stock "$NIC_DRV"
	insmod_stock vhost_net
}

up() {
	DEV=$(netdev_wait "$NIC_PCI")
	quiet "$DEV"
	nic_up "$DEV"
	insmod_stock "$PEER_DRV"
	peer_setup ''
	in_peer dash -c 'echo 1 >/proc/sys/net/ipv6/conf/p0/disable_ipv6'
}

arrives() {
	case $BENCH_PATH in
	ours)
		ports=$(option --ports 0)
		if [ "$ports" -eq 0 ]; then
			guest --mp "$DEV:0"
		else
			guests "$ports"
		fi ;;
	macvtap)
		modprobe macvtap
		ip link add link "$DEV" name mv0 address $GUEST_MAC \
			type macvtap mode passthru
		ip link set mv0 up
		quiet mv0
		guest --macvtap mv0 ;;
	bridge)
		ip link add br0 type bridge
		ip link set "$DEV" master br0
		ip link set br0 up
		quiet br0
		guest --tap tap0
		quiet tap0
		ip link set tap0 master br0 up
		bridge fdb add $GUEST_MAC dev tap0 master static ;;
	xsk) ip link set "$DEV" promisc on
		xsk ;;
	stack-frags) ethtool --set-priv-flags "$DEV" mp-frags on
		ip link set "$DEV" promisc on ;;
	stack*) ip link set "$DEV" promisc on ;;
	esac
	wait_for 60 has_carrier "$DEV"
	wait_for 60 has_carrier p0 peer
}

# all_came SINCE: have the guests, by their own count, got what the NIC has received
# since then? While the memory of large ones is pinned it may drop some, before the
# first run.
all_came() {
	all=$(($(rx_packets) - $1))
	got=$(jq -s 'map(.rx.frames) | add' /out/guest.*.json)
	[ "$got" -ge $all ] || fail "the guests got $got frames of $all"
}

# rx_packets: what the NIC has received
rx_packets() {
	ethtool -S "$DEV" | awk '$1 == "rx_packets:" { print $2 }'
}

# what the kernel would do once a second, or now and then
calm() {
	echo 3600 >/proc/sys/vm/stat_interval
	while read -r value file; do
		[ ! -e "$file" ] || echo "$value" >"$file"
	done <<-EOF
		0 /proc/sys/kernel/watchdog
		0 /proc/sys/vm/compaction_proactiveness
		3600000 /sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
		N /sys/module/damon_stat/parameters/enabled
	EOF
}

calm
case $BENCH_PATH in
*stock|macvtap|bridge|xsk) stock ;;
*) ours ;;
esac
up
sender
each sent
since=$(rx_packets)
arrives
each received
cat /proc/kallsyms >/out/kallsyms
for pid in $RECEIVERS; do
	kill -INT "$pid"
	wait "$pid" || true
done
[ ! -e /out/guest.0.json ] || all_came "$since"
