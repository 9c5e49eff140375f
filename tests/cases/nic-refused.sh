# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the per-NIC suite refuses what it must not touch, and puts back what it took
# kernels: 6.12
# vm: --hugepages 64
# group: full
# timeout: 500
# setup: nic
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

LOG=/run/nic-run.txt

suite() {
	LINK_WAIT=3 sh /mp/tests/nic/run --iface "$DEV" --out /run/nic-out "$@" \
		>$LOG 2>&1
}

# everything that a run could leave changed
state() {
	ip -o link show | sed 's/qdisc.*//; s/^[0-9]*: //' | sort
	ip -o addr show | sed 's/^[0-9]*: //; s/ tentative//; s/ *valid_lft.*//' | sort
	ip netns list
	ip -n peer -o link show 2>/dev/null | sed 's/qdisc.*//'
	for op in -k -g -c -a --show-priv-flags; do
		ethtool $op "$DEV" 2>/dev/null
	done
	cat "/proc/sys/net/ipv6/conf/$DEV/disable_ipv6" \
		/proc/sys/vm/nr_hugepages
	mpctl show
}

unchanged() {
	wait_for 20 has_carrier "$DEV"
	wait_for 10 as_before || { cat /run/state.diff; return 1; }
}

# addresses of IPv6 take their time
as_before() {
	state >/run/state.after
	diff /run/state.before /run/state.after >/run/state.diff
}

# refused REGEX ARG...: status 2, one line that says why, and nothing changed
refused() {
	why=$1
	shift
	state >/run/state.before
	suite "$@"
	r_rc=$?
	cat $LOG
	[ $r_rc -eq 2 ] || { echo "status $r_rc"; return 1; }
	[ "$(wc -l <$LOG)" -eq 1 ] || { echo "more than one line"; return 1; }
	grep -qE "^nic: .*$why" $LOG && unchanged
}

# ran ARG...: to its end, with everything as before
ran() {
	state >/run/state.before
	suite "$@" || { cat $LOG; return 1; }
	cat $LOG
	unchanged
}

# only_checked ARG...: allowed, without a word, and nothing is run
only_checked() {
	rm -rf /run/nic-out
	ran --check "$@" && [ ! -s $LOG ] && [ ! -e /run/nic-out ] && gone
}

# a peer for ssh: the namespace, on the other side of an sh of its own
fake_ssh() {
	cat >/run/fake-ssh <<'SSH'
#!/bin/sh
for last; do :; done
exec ip netns exec peer sh -c "$last"
SSH
	cat >/run/dead-ssh <<'SSH'
#!/bin/sh
echo "ssh: connect to host nowhere port 22: Connection refused" >&2
exit 255
SSH
	chmod +x /run/fake-ssh /run/dead-ssh
}

to_host() {
	ip -n peer link set p0 down
	ip -n peer link set p0 name pp0
	ip -n peer link set pp0 netns $$
	ip link set pp0 mtu 1600
	ip addr add 203.0.113.7/24 dev pp0
	ip link set pp0 up
}

to_peer() {
	ip link set pp0 down
	ip link set pp0 mtu 1500
	ip link set pp0 netns peer name p0
	nic_up p0 peer
}

has_guest() {
	grep -q '^begin	bound/' /run/nic-out/results.tsv 2>/dev/null
}

# interrupted SIGNAL: while a guest receives. "timeout" gives its child the
# signal as a terminal would; a job in the background ignores that of Ctrl-C.
interrupted() {
	state >/run/state.before
	rm -rf /run/nic-out
	(wait_for 150 has_guest && kill -ALRM "$(cat /run/timeout.pid)") &
	# shellcheck disable=SC2016
	timeout -s "$1" 200 sh -c 'echo $PPID >/run/timeout.pid
		exec sh /mp/tests/nic/run "$@"' sh --iface "$DEV" \
		--out /run/nic-out --peer pp0 --states bound >$LOG 2>&1
	i_rc=$?
	cat $LOG
	[ $i_rc -eq 124 ] || { echo "it ended by itself: $i_rc"; return 1; }
	has_guest || { echo "there was no guest yet"; return 1; }
	wait_for 30 gone || { ls /run/mp-nic; return 1; }
	unchanged
}

gone() {
	[ ! -d /run/mp-nic ]
}

fake_ssh
P=ns:peer:p0
check "no such interface" refused "no such interface: nosuch0" \
	--iface nosuch0 --peer $P
check "may it run: no" refused "no such interface: nosuch0" \
	--check --iface nosuch0 --peer $P
check "may it run: yes" only_checked --peer $P
ip link add mpdum type dummy
check "no NIC" refused "mpdum is no port" --iface mpdum --peer $P
ip link del mpdum
check "the peer is the interface" refused "is the interface itself" \
	--peer "$DEV"
check "no such peer" refused "no such interface: nosuch0" --peer nosuch0
check "no such namespace" refused "no network namespace nons" --peer ns:nons:p0
check "no such peer in it" refused "no interface nosuch0 in" \
	--peer ns:peer:nosuch0
check "a peer that is none" refused "IF, ns:NETNS:IF or ssh" --peer ssh:p0
SSH=/run/dead-ssh
export SSH
check "ssh peer out of reach" refused "nowhere cannot be reached.*refused" \
	--peer ssh:nowhere:p0
SSH=/run/fake-ssh
check "no such interface there" refused "no interface nosuch0 on" \
	--peer ssh:there:nosuch0
ip addr add 203.0.113.1/24 dev "$DEV"
ip route add default via 203.0.113.2
check "it carries the default route" refused "carries a default route" --peer $P
ip route del default
ip link add link "$DEV" name mpvl type vlan id 9
ip addr add 203.0.114.1/24 dev mpvl
ip link set mpvl up
ip route add default via 203.0.114.2
check "a VLAN on it carries the default route" refused \
	"mpvl.* carries a default route" --peer $P
ip route del default
check "a VLAN on it" refused "in use by mpvl" --peer $P
ip link del mpvl
ip link add mpveth type veth peer name mpveth1
ip link set mpveth netns peer
check "a peer without a link" refused "no link between" --peer ns:peer:mpveth
ip link del mpveth1

check "addresses and settings come back" ran --peer $P --states idle \
	--cases 'drvinfo filters'
check "over ssh" ran --peer ssh:there:p0 --states idle,free,stack \
	--cases 'stats sizes' --level fast
unset SSH
to_host
check "a port of this machine" ran --peer pp0 --states idle --cases drvinfo
check "interrupted" interrupted INT
check "terminated" interrupted TERM
to_peer
ip addr del 203.0.113.1/24 dev "$DEV"

load_stock
DEV=$(netdev_wait "$NIC_PCI")
check "the stock driver" refused "$NIC_DRV that is loaded is the stock one" \
	--peer $P
