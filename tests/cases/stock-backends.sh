# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: tap and macvtap through our vhost_net are as through the stock one
# kernels: 6.12
# kernels-full: all
# vm: --hugepages 64
# group: fast
# timeout: 400
# setup: stock
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

FRAMES=2000

tap_up() {
	ip link add br0 type bridge
	ip tuntap add tap0 mode tap vnet_hdr
	ip link set tap0 txqueuelen 20000
	ip link set "$DEV" master br0
	ip link set tap0 master br0
	ip link set tap0 up
	ip link set br0 up
	link_up
	BACKEND='--tap tap0'
}

tap_down() {
	ip link del tap0
	ip link del br0
}

macvtap_up() {
	ip link add link "$DEV" name mv0 address $GUEST_MAC type macvtap \
		mode passthru
	ip link set mv0 txqueuelen 20000
	ip link set mv0 up
	link_up
	BACKEND='--macvtap mv0'
}

macvtap_down() {
	ip link del mv0
}

# What of a report does not depend on timing.
report_of() {
	jq -cS '{verdict, errors, features, rx: (.rx // {} | {received, lost,
		corrupt, reordered, duplicates, bad_header, bad_csum_valid,
		outside_touched, vring_errs}),
		stops: (.stops | {count, inexact})}' $VG/out.json
}

# one NAME FUNCTION OPTION...: run it, note the outcome
one() {
	name=$1
	shift
	"$@" >$VG/one.txt 2>&1
	echo "status $? $(report_of)" >"$OUTCOME/$name"
}

steered() {
	guest_start rx --seconds 3600 --idle-timeout 0 --allow-loss \
		--allow-reorder --log "$@" || return 1
	flood_start --rate 2000
	for _ in 1 2 3; do
		flowing 20 && ctl stop-backend && ctl start-backend &&
			ctl mem-table && ctl log off && ctl log on || return 1
	done
	flowing 20
	s_rc=$?
	flood_stop
	guest_quit >/dev/null || s_rc=1
	# how much was received is a matter of time
	jq '.rx = null' $VG/out.json >$VG/steered.json
	mv $VG/steered.json $VG/out.json
	return $s_rc
}

# lists: names have no slash, they become files
runs() {
	one "rx 4K" rx_run --order shuffled
	one "rx hugepages event index" rx_run --hugepages --event-idx
	one "rx merged heads" rx_run --hugepages --bufsize 256
	one "rx chain indirect" rx_run --bufsize 400 --chain 4 --indirect
	one "rx not mergeable" rx_run --no-mrg --bufsize 2048
	one "rx busyloop" rx_run --busyloop 50 --event-idx
	one "rx dirty log" rx_run --log --bufsize 700
	SEND='--vlan 5 --sizes 64..1518' one "rx VLAN" rx_run
	SEND='--proto udp4 --flows 8 --bad-csum 7' one "rx checksums" rx_run
	one "tx" tx_run
	one "tx chain indirect" tx_run --tx-chain 3 --indirect
	one "tx checksum" tx_run --proto udp4 --csum
	one "tx segmentation" tx_run --proto tcp4 --sizes 1514 --gso=30
	one "steered" steered --hugepages
}

both_backends() {
	for b in tap macvtap; do
		OUTCOME=$VG/$1/$b
		mkdir -p "$OUTCOME"
		${b}_up
		runs
		${b}_down
	done
}

same() {
	diff "$VG/stock/$1" "$VG/ours/$1"
}

ours() {
	rmmod vhost_net && insmod_ours mpassthru && insmod_ours vhost_net &&
		loaded_ours vhost_net
}

modprobe tun
modprobe tap
modprobe macvtap
modprobe bridge
both_backends stock
assert "our vhost_net is loaded, with the stock driver" ours
both_backends ours
(cd $VG/stock && find . -type f | sort) >$VG/list
while read -r f; do
	check "${f#./}" same "$f"
	echo "# $(head -c 300 "$VG/ours/$f")"
done <$VG/list
check "everything passed" sh -c "! grep -rv '^status 0 ' $VG/ours"
