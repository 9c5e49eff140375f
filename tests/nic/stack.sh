# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# stack.sh: addresses on both ends, and traffic through the stack, for cases in
# the states stock, idle and frags.

SERVERS=''

# addresses: on both ends; the case ends without them
addresses() {
	ip addr replace "$OUR_IP"/24 dev "$DEV" &&
		in_peer ip addr replace "$PEER_IP"/24 dev "$PEER_IF"
}

# stack_end: nothing of it stays
stack_end() {
	for s in $SERVERS; do
		kill "$s" 2>/dev/null
	done
	SERVERS=''
	ip link del mpv5 2>/dev/null
	in_peer ip link del mpv5 2>/dev/null
	ip addr flush dev "$DEV" to 198.18.0.0/15
	in_peer ip addr flush dev "$PEER_IF" to 198.18.0.0/15
}

# pings ADDRESS SIZE...: none is lost; the largest round trip becomes a figure
pings() {
	to=$1
	shift
	for size; do
		pinged env 10 -i 0.02 -s "$size" "$to" || return 1
		figure "${CASE#*/}: round trip" "$size" "$(sed -n \
			's|^rtt.* = [^/]*/\([0-9.]*\)/.*|\1|p' /run/ping)" ms
	done
}

# serve PORT: iperf3 at the peer
serve() {
	$PEER_RUN iperf3 -s -p "$1" >/run/iperf3.server 2>&1 &
	SERVERS="$SERVERS $!"
	wait_for 10 serving in_peer "$1" || { cat /run/iperf3.server; return 1; }
}

# moved PLOT OPTION...: iperf3 moves bytes without an error
moved() {
	plot=$1
	shift
	iperf3 -c "$PEER_IP" -J "$@" >/run/iperf3.json || {
		jq -r .error /run/iperf3.json
		return 1
	}
	mbps=$(jq '.end.sum_received.bits_per_second // .end.sum.bits_per_second |
		. / 1e5 | floor / 10' /run/iperf3.json)
	echo "$mbps Mb/s"
	[ -z "$plot" ] || figure throughput "$plot" "$mbps" Mb/s
}

# iperf3 fails for want of a rate, not of a byte: lost is what it says was lost
udp() {
	plot=$1
	shift
	moved "$plot" -u -l 1400 "$@" || return 1
	jq -r '.end.sum.lost_percent' /run/iperf3.json
	jq -e '.end.sum.lost_percent < 5' /run/iperf3.json >/dev/null
}

# ip_counter NAME: of this machine's IP stack
ip_counter() {
	nstat -asz "$1" | awk -v n="$1" '$1 == n { print $2 }'
}

# clean NAMES CMD...: CMD succeeds and none of those counters moves
clean() {
	cl_names=$1 cl_was=''
	shift
	for cl in $cl_names; do
		cl_was="$cl_was $(ip_counter "$cl")"
	done
	"$@" || return 1
	for cl in $cl_names; do
		cl_was=${cl_was# }
		[ "$(ip_counter "$cl")" = "${cl_was%% *}" ] || {
			echo "$cl: $(ip_counter "$cl"), was ${cl_was%% *}"
			return 1
		}
		cl_was=${cl_was#"${cl_was%% *}"}
	done
}

# every_byte OPTION...: of frames, as a packet socket sees them
every_byte() {
	rm -f "$VG/recv.ready" "$VG/progress"
	wiregen recv --if "$DEV" --frames "$FRAMES" --idle-timeout "$IDLE" \
		--progress "$VG/progress" --ready "$VG/recv.ready" \
		>"$VG/recv.txt" 2>&1 &
	recv=$!
	wait_for 10 is_ready "$VG/recv.ready" $recv
	# shellcheck disable=SC2046,SC2086
	in_peer wiregen send --if "$PEER_IF" --dst "$(mac_of "$DEV")" \
		--count "$FRAMES" $(pace) "$@" || return 1
	wait $recv || { cat "$VG/recv.txt"; return 1; }
}
