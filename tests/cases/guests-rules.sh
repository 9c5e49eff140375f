# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: guests on two queues by a rule of ethtool -N, the host on a third: each its own
# kernels: 6.12
# kernels-full: all
# nics: 82599
# nics-full: 82599 x540
# vm: --smp 6 --hugepages 64
# group: fast
# timeout: 300
# shellcheck source=tests/cases/guests-lib.sh
. /mp/tests/cases/guests-lib.sh

ONE=1 TWO=2

aim() {
	FILTER="proto udp dst-ip 10.77.1.$1"
	SEND="--proto udp4 --daddr 10.77.1.$1"
}

# rules N: that many are there
rules() {
	ethtool -n "$DEV" | tee $VG/rules.txt
	grep -q "Total $1 rules" $VG/rules.txt
}

# rss_around: the host's flows are spread, but not to the guests' queues
rss_around() {
	ra_before=$(queue_packets "[$ONE$TWO]")
	rss_on || return 1
	ra_theirs=$(($(queue_packets "[$ONE$TWO]") - ra_before))
	echo "$ra_theirs on queues $ONE and $TWO"
	[ $ra_theirs -eq 0 ]
}

# as many as the 82599 has with its smallest table (datasheet 7.1.2.7)
take_rules() {
	n=0
	while ethtool -N "$DEV" flow-type udp4 dst-ip 10.78.$((n >> 8)).$((n & 255)) \
		action 0 loc $n; do
		n=$((n + 1))
	done 2>$VG/rules.txt
	cat $VG/rules.txt
	echo "$n rules"
	[ $n -gt 1000 ]
}

guests_setup 4
tables=''
! ethtool -X "$DEV" default || tables=1
ethtool -K "$DEV" ntuple on || skip_case "$DEV has no ntuple filters"
link_up
ethtool -N "$DEV" flow-type udp4 dst-ip 10.77.1.9 action 3
assert "guests" both_guests
check "bound twice" refused 1 proto udp dst-ip 10.77.1.8
check "MAC beside rules" refused 2 dst-mac "$(mac 9)"
check "a second kind of rule" refused 3 vlan 5
check "that: the log says which" logged "filter by vlan refused"
check "IPv6" refused 3 proto udp dst-ip fd00::1
check "that: the log says which" logged "filter by proto dst-ip (IPv6) refused"
place=$(ethtool -n "$DEV" | awk '/^Filter:/ { print $2; exit }')
check "a bound queue's rule stays" not ethtool -N "$DEV" delete "$place"
check "ntuple stays on" keeps ntuple on
check "theirs and the user's" rules 3
check "RSS leaves them out" rss_around
if [ "$tables" ]; then
	check "another table" ethtool -X "$DEV" weight 1 2 3 4
	check "RSS leaves them out of that, too" rss_around
	ethtool -X "$DEV" default
else
	skip "another table" "ethtool -X of this version is not for this kernel"
fi
each_its_own "bound"
check "the user's" rules 1
check "RSS has all queues again" not rss_around
assert "guests again" both_guests
# the stock driver forgets rules then
check "down and up" down_up
check "theirs, after down and up" rules 2
check "RSS leaves them out still" rss_around
each_its_own "after down and up"
assert "guests, third" both_guests
check "ethtool -L" ethtool -L "$DEV" combined 3
link_up
check "theirs, after ethtool -L" rules 2
each_its_own "after ethtool -L"
check "no rule is left" rules 0
check "the user takes all rules" take_rules
check "none is left for a guest" refused_as "are in use" 1 proto udp dst-ip 10.77.1.8
ethtool -K "$DEV" ntuple off
link_up
guests_end
