# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: guests on two queues by their MAC address, the host on a third: each its own
# kernels: 6.12
# kernels-full: all
# nics: igb 82599
# nics-full: igb 82599 x540
# vm: --smp 6 --hugepages 64
# group: fast
# timeout: 300
# shellcheck source=tests/cases/guests-lib.sh
. /mp/tests/cases/guests-lib.sh

# The 82599 has a pool for every second queue.
case $NIC_DRV in
ixgbe) ONE=2 TWO=4 QUEUES=6 ;;
*) ONE=1 TWO=2 QUEUES=4 ;;
esac

aim() {
	FILTER="dst-mac $(mac "$1")"
	SEND=''
}

# for_all NAME MAC: frames in a VLAN, to both guests and the host
for_all() {
	# fewer than a ring has: none may be lost
	FRAMES=200
	check "$1: guests" both_guests 9
	before=$(queue_packets 0)
	check "$1: sent" wiregen_to "$1" --dst "$2" --stream 9 --vlan 5 \
		--sizes 64..1518 --rate 1000
	check "$1: queue $ONE: a copy of each" own "$ONE"
	check "$1: queue $TWO: a copy of each" own "$TWO"
	host=$(($(queue_packets 0) - before))
	check "$1: the host: a copy of each" [ $host -ge $FRAMES ]
}

# pool_registers: of the 82599: MRQC, VT_CTL, VFRE, VFTE, VMOLR
pool_registers() {
	for reg in 0x5818 0x51b0 0x51e0 0x51e4 0x8110 0x8114 0xf000 0xf004 0xf008; do
		echo "$reg $(nic_ctl reg $reg)"
	done
}

as_it_was() {
	pool_registers >$VG/pools.after
	diff $VG/pools.before $VG/pools.after
}

# What else uses pools, or numbers queues in another way.
refused_beside_macvlans() {
	ethtool -K "$DEV" l2-fwd-offload on &&
		ip link add link "$DEV" name mpmv type macvlan mode bridge &&
		ip link set mpmv up && link_up || return 1
	ip link del mpmv
	refused "$ONE" dst-mac "$(mac 9)"
	rb_rc=$?
	ethtool -K "$DEV" l2-fwd-offload off
	link_up
	return $rb_rc
}

# leaves QUEUE: the guest there, after it got its frames
leaves() {
	send_to "$1" && own "$1"
}

# Guests leave one after the other, others come to their queues: nobody has frames
# for who was there before.
forgotten() {
	assert "forgotten: guests" both_guests
	check "forgotten: the first leaves" leaves "$ONE"
	check "forgotten: the second leaves" leaves "$TWO"
	OTHERS=32
	assert "forgotten: others come" both_guests
	for gone in "$ONE" "$TWO"; do
		FRAMES=50 check "forgotten: frames for who was on queue $gone" \
			wiregen_to gone --dst "$(OTHERS=0 && mac "$gone")" \
			--stream 9 --rate 1000
	done
	each_its_own "forgotten"
	OTHERS=0
}

# classes CMD...: with four traffic classes
classes() {
	insmod_stock sch_mqprio
	tc qdisc add dev "$DEV" root mqprio num_tc 4 map 0 1 2 3 hw 1 && link_up ||
		return 1
	"$@"
	cl_rc=$?
	tc qdisc del dev "$DEV" root
	link_up
	return $cl_rc
}

one_port() {
	[ "$(mpctl -j show "$DEV" | jq length)" -eq 1 ]
}

# to a guest that has all queues already
classes_come() {
	mpctl run "$DEV" -- sh -c 'exec sleep 1000' '{fd}' &
	cc_pid=$!
	wait_for 10 one_port || return 1
	classes logged "the bound queue does not get all frames: traffic classes"
	cc_rc=$?
	kill $cc_pid
	wait $cc_pid
	return $cc_rc
}

vlan_filter() {
	ethtool -k "$DEV" | grep '^rx-vlan-filter: on'
}

refusals() {
	check "bound twice" refused "$ONE" dst-mac "$(mac 9)"
	check "host's own queue" refused 0 dst-mac "$(mac 9)"
	check "an address twice" refused 3 dst-mac "$(mac "$ONE")"
	check "the host's address" refused 3 dst-mac \
		"$(cat "/sys/class/net/$DEV/address")"
	check "no address beside those with one" refused 3
	check "a rule beside those with one" refused 3 vlan 5
	check "ethtool -L below a bound queue" busy ethtool -L "$DEV" \
		combined "$TWO"
	check "that: the log says why" logged "channels refused: queue $TWO"
	[ "$NIC_DRV" = ixgbe ] || return 0
	check "odd queue" refused 3 dst-mac "$(mac 9)"
	check "odd queue: the log says why" logged "queue 3 can have no MAC filter"
}

# The 82576 has no rules, and an address register for each of the host's addresses.
igb_refuses() {
	check "no rules" refused_as "filter by vlan refused: the NIC has no such" \
		"$ONE" vlan 5
	check "the host takes all addresses" host_addresses
	check "no address is left" refused_as "are in use" "$ONE" dst-mac "$(mac 9)"
	bridge fdb show dev "$DEV" | while read -r address _; do
		case $address in
		02:4d:50:01:*) bridge fdb del "$address" dev "$DEV" self ;;
		esac
	done
}

host_addresses() {
	n=0
	while bridge fdb add "$(printf '02:4d:50:01:00:%02x' $n)" dev "$DEV" self; do
		n=$((n + 1))
	done 2>$VG/fdb.txt
	cat $VG/fdb.txt
	echo "$n addresses"
	[ $n -gt 0 ]
}

ixgbe_refuses() {
	check "rules are off" refused_as "turn them on with ethtool -K" "$ONE" vlan 5
}

guests_setup $QUEUES
check "RSS before" rss_on
"${NIC_DRV}_refuses"
if [ "$NIC_DRV" = ixgbe ]; then
	check "refused beside the driver's own pools" refused_beside_macvlans
	check "that: the log says why" logged "has the pools"
	check "all queues beside traffic classes" classes refused_as \
		"all frames to one queue refused: traffic classes" ''
	check "an address beside traffic classes" classes refused_as \
		"queue $ONE can have no MAC filter: traffic classes" "$ONE" dst-mac "$(mac 9)"
	check "traffic classes come later" classes_come
	ethtool -L "$DEV" combined $QUEUES
	link_up
	pool_registers >$VG/pools.before
fi
assert "guests" both_guests
refusals
check "no RSS now" rss_off
# guests have VLANs that the host knows nothing of
[ "$NIC_DRV" != ixgbe ] ||
	check "VLANs stay unfiltered" keeps rx-vlan-filter off
each_its_own "bound"
check "RSS after" rss_on
if [ "$NIC_DRV" = ixgbe ]; then
	check "VLANs are filtered again" vlan_filter
	check "registers as they were" as_it_was
fi
assert "guests again" both_guests
# all that follows is after a reset
check "down and up" down_up
each_its_own "after down and up"
assert "guests, third" both_guests
check "ethtool -L" ethtool -L "$DEV" combined $((QUEUES - 1))
link_up
each_its_own "after ethtool -L"
forgotten
for_all broadcast ff:ff:ff:ff:ff:ff
if [ "$NIC_DRV" = ixgbe ]; then
	for_all multicast 01:00:5e:00:00:09
else
	skip multicast "QEMU's igb gives pools only those of the hash table"
fi
[ "$NIC_DRV" != ixgbe ] || check "registers as they were, again" as_it_was
guests_end
