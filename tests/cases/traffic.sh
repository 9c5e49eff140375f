# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# traffic.sh: a guest on the bound NIC and a peer on the wire, for the cases.
#
#    netns peer          this end
#   +----------+  wire  +-----+   a port of ours
#   | p0       +--------+ NIC +-- vhost_net -- vguest
#   | wiregen  |        +-----+
#   +----------+
#
# Everything a run leaves is in $VG: out.json is the guest's report.

GUEST_MAC=02:4d:50:00:00:01
PEER_MAC=02:4d:50:00:00:02
VG=/run/vg
# Frames of a run, seconds without one until a receiver gives up, and memory of
# the guest. A kernel that looks for defects is twenty times slower, above all in
# pinning and mapping pages.
case $KREL in
*-debug) FRAMES=${FRAMES:-500} IDLE=300 MEM=8M ;;
*) FRAMES=${FRAMES:-4000} IDLE=30 MEM=64M ;;
esac
# Nothing may be lost when the smallest such ring (128 heads) has room for three
# windows: one on the wire, one that the worker gives to the guest before it
# posts again, and one that the guest has read and posts only then.
WINDOW=${WINDOW:-40}
GUEST='' FLOOD='' BACKEND=''
mkdir -p $VG

# pace: wiregen obeys a receiver that it can see; one far away has a rate, PACE
pace() {
	echo "${PACE:---window $WINDOW --progress $VG/progress}"
}

# is_ready FILE PID: the program runs, or never will
is_ready() {
	[ -e "$1" ] || ! kill -0 "$2" 2>/dev/null
}

alive() {
	kill -0 "$1" 2>/dev/null
}

# link_up: the NIC's link, which every restart of it takes down for a while
link_up() {
	wait_for 20 has_link "$DEV"
}

# guest_end: one that a failed check left running would be in the way
guest_end() {
	[ -n "$GUEST" ] || return 0
	kill -9 "$GUEST" 2>/dev/null
	wait "$GUEST"
	GUEST=''
}

# guest_start MODE OPTION...: a guest in the background; GUEST is its pid.
# GUEST_RUN may name a command to run it with, e.g. prlimit. Not beside a flood that
# the host has to throw away itself: see teardown-lib.sh.
guest_start() {
	guest_end
	mode=$1
	shift
	rm -f $VG/ready $VG/out.json $VG/progress
	# shellcheck disable=SC2086
	${GUEST_RUN-} vguest "$mode" ${BACKEND:---mp $DEV:all} --mem $MEM \
		--ready $VG/ready --json $VG/out.json --ctl $VG/ctl "$@" \
		>$VG/guest.txt 2>&1 &
	GUEST=$!
	wait_for 60 is_ready $VG/ready $GUEST
	[ -e $VG/ready ] || {
		gs_why='the guest ended before it was ready'
		! alive "$GUEST" || gs_why='the guest is not ready after a minute'
		guest_end
		cat $VG/guest.txt
		[ -s $VG/guest.txt ] || echo "$gs_why"
		return 1
	}
	link_up
}

# guest_wait: its verdict
guest_wait() {
	wait "$GUEST"
	gw_rc=$?
	GUEST=''
	[ $gw_rc -eq 0 ] || jq -c '.rx, .tx, .port' $VG/out.json
	cat $VG/guest.txt
	return $gw_rc
}

ctl() {
	vguest ctl $VG/ctl "$@"
}

guest_quit() {
	ctl quit && guest_wait
}

# received: frames that the running guest got so far
received() {
	ctl stats | tr ' ' '\n' | sed -n 's/^received=//p'
}

received_over() {
	r=$(received)
	[ "${r:-0}" -gt "$1" ]
}

# flowing [N]: the guest gets N more frames now (50)
flowing() {
	before=$(received)
	wait_for 25 received_over $((before + ${1:-50}))
}

# send OPTION...: the peer sends test frames
send() {
	in_peer wiregen send --if "$PEER_IF" --dst $GUEST_MAC "$@" \
		>$VG/send.txt 2>&1 || { cat $VG/send.txt; return 1; }
}

# flood_start OPTION...: frames as fast as they go, until flood_stop. $FLOOD_SEND has
# more options of wiregen.
flood_start() {
	flood_stop
	# not in_peer: what gets killed must be wiregen itself
	# shellcheck disable=SC2086
	$PEER_RUN wiregen send --if "$PEER_IF" --dst $GUEST_MAC --count 0 \
		${FLOOD_SEND-} "$@" >$VG/flood.txt 2>&1 &
	FLOOD=$!
}

flood_stop() {
	[ -n "$FLOOD" ] || return 0
	kill "$FLOOD"
	wait "$FLOOD"
	FLOOD=''
}

# --- tracepoints ---

TRACE=/sys/kernel/tracing
[ -d $TRACE/events ] || TRACE=/sys/kernel/debug/tracing

# traced EVENTS CMD...: run it with a tracepoint or a directory of them on; what
# passed is in $VG/trace
traced() {
	td_enable=$TRACE/events/$1/enable
	shift
	echo >$TRACE/trace
	echo 1 >"$td_enable"
	"$@"
	td_rc=$?
	echo 0 >"$td_enable"
	grep -v '^#' $TRACE/trace >$VG/trace
	return $td_rc
}

# --- a verified run ---

# Where pinning takes seconds, what is sent before the NIC has buffers is lost.
# Heads that go through the stack are never posted to it.
is_posted() {
	[ "$(port_counter posted)" -ge "$WINDOW" ]
}

when_posted() {
	case $KREL in
	*-debug) wait_for 5 is_posted || echo "fewer than $WINDOW heads posted" ;;
	esac
}

# rx_run OPTION...: $FRAMES frames, each byte of which is checked; $SEND has
# more options of wiregen. The guest's options may change what it expects.
rx_run() {
	guest_start rx --frames "$FRAMES" --idle-timeout $IDLE \
		--progress $VG/progress "$@" || return 1
	when_posted
	# shellcheck disable=SC2046,SC2086
	send --count "$FRAMES" $(pace) ${SEND-}
	guest_wait && return
	rx_rc=$?
	echo "$(tail -n 1 $VG/guest.txt); $(cat $VG/send.txt)"
	return $rx_rc
}

# report EXPR: what jq makes of the guest's report is neither false nor null
report() {
	jq -e "$1" $VG/out.json >/dev/null || {
		jq -c '.port, .rx' $VG/out.json
		return 1
	}
}

# What holds for the port's counters after every run: each frame was either
# received in place or is a detour with a reason, and nothing is left.
PORT_SANE='(.port |
	.rx_zc_frames + ([.detours[]] | add) == .rx_frames and
	.pins == .unpins and .pinned_bytes == 0 and .memlock_bytes == 0 and
	.posted == 0)'

# But for those across the end of a 2 MiB page.
# shellcheck disable=SC2034 # used by cases
MOST_ZC='(.port | .rx_frames > 0 and .rx_zc_frames * 100 >= .rx_frames * 99 and
	.rx_zc_frames + .detours.crossing == .rx_frames)'

# All of them in place / no detour but for these reasons, which did occur.
# shellcheck disable=SC2034 # used by cases
ALL_ZC='(.port | .rx_frames > 0 and .rx_zc_frames == .rx_frames)'
detours_only() {
	echo "(.port.detours | ([$1] | add) > 0 and
		([.[]] | add) == ([$1] | add))"
}

# rx NAME EXPR OPTION...: a verified run after which EXPR holds, too
rx() {
	name=$1 expr=$2
	shift 2
	if ! check "$name" rx_run "$@"; then
		drops
		return 1
	fi
	check "$name: counted" report "$expr" &&
		check "$name: counters agree" report "($PORT_SANE) and
			.port.rx_frames == .rx.frames"
}

# drops: where frames may have gone; not a verdict, a hint
losses() {
	grep -E 'drop|miss|no_buf|err|starv' | grep -v ': 0$' | tr -s ' \n' ' '
}

drops() {
	echo "# $DEV: $(ethtool -S "$DEV" | losses)"
	echo "# the peer: $(in_peer ethtool -S "$PEER_IF" | losses)"
}

# tx NAME OPTION...: the guest sends, the peer checks; RECV has more options
tx_run() {
	rm -f $VG/peer.ready $VG/peer.json
	# shellcheck disable=SC2086
	$PEER_RUN wiregen recv --if "$PEER_IF" --frames "$FRAMES" \
		--idle-timeout $IDLE --json=$VG/peer.json --ready $VG/peer.ready \
		--progress $VG/progress.tx ${RECV-} >$VG/peer.txt 2>&1 &
	peer=$!
	wait_for 20 is_ready $VG/peer.ready $peer
	guest_start tx --src $GUEST_MAC --dst $PEER_MAC --count "$FRAMES" \
		--window "$WINDOW" --tx-progress $VG/progress.tx --hold "$@" &&
		ctl send || return 1
	guest_wait
	rc=$?
	wait $peer || { cat $VG/peer.txt; return 1; }
	return $rc
}

tx() {
	name=$1
	shift
	check "$name" tx_run "$@" &&
		check "$name: counted" report ".port.tx_frames == .tx.frames and
			.port.tx_dropped == 0"
}

# --- what must be gone ---

# counter NAME: of the NIC
counter() {
	ethtool -S "$DEV" | awk -v n="$1:" '$1 == n { print $2 }'
}

# nothing_charged PID: to the locked memory of a process
nothing_charged() {
	n=$(awk '/^VmLck:/ { print $2 }' "/proc/$1/status")
	[ "$n" = 0 ] || { echo "VmLck of $1 is $n kB"; return 1; }
}
