# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# wire.sh: is there a link, and does what goes over it come back? Sourced after
# guest-lib.sh.

# has_link DEV [NETNS]: a carrier, and queues that send. LOWER_UP, the carrier, is
# there before the queues are awake, and what is sent in between is lost; the state
# goes up with them, and stays for a while without a carrier.
has_link() {
	ip ${2:+-n "$2"} -o link show dev "$1" | is_linked
}

is_linked() {
	grep -q '<.*LOWER_UP.*> .* state UP '
}

# echo_replies [CMD...]: how many ICMP has brought where CMD, such as in_peer, runs
echo_replies() {
	"$@" cat /proc/net/snmp | awk '$1 == "Icmp:" {
		for (i = 2; i <= NF; i++)
			if (name[i] == "InEchoReps")
				print $i
			else
				name[i] = $i
		}'
}

more_replies() {
	mr_least=$1
	shift
	[ "$(echo_replies "$@")" -ge "$mr_least" ]
}

# pinged RUN COUNT OPTION...: so many requests, sent with RUN, such as in_peer or
# env, are all answered. The kernel counts, as ping does not wait for the last answer
# any longer than for twice the longest round trip before, or for its interval,
# whatever -W says (iputils, ping_common.c); an emulator may take longer. What ping
# says is in /run/ping.
pinged() {
	pg_run=$1 pg_count=$2
	shift 2
	pg_was=$(echo_replies "$pg_run")
	"$pg_run" ping -q -c "$pg_count" "$@" >/run/ping 2>&1 || true
	wait_for 20 more_replies $((pg_was + pg_count)) "$pg_run" || {
		echo "$(($(echo_replies "$pg_run") - pg_was)) answers to ping $*," \
			"$pg_count expected: $(grep loss /run/ping)"
		return 1
	}
}

# serving RUN PORT: something listens there, where RUN, such as in_peer or env, runs
serving() {
	"$1" ss -Hltn 2>/dev/null | grep -q ":$2 "
}
