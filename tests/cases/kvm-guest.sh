# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: an unmodified QEMU runs a KVM guest on the port
# kernels: 6.12
# vm: --rootfs --mem 3072 --hugepages 140
# group: fast
# timeout: 900
#
# Twice: memory in 2 MiB pages and a guest whose interrupts go by way of QEMU,
# then memory in 4 KiB pages and interrupts straight from the vhost worker.

# shellcheck source=tests/kvm/kvm.sh
. /mp/tests/kvm/kvm.sh

MB50=52428800
exec 9>&1

# figure TEXT...: into the log, from wherever
figure() {
	echo "# $WHAT: $*" >&9
}

# --- the guest's network ---

# decode BITS: the names of what was negotiated
decode() {
	awk -v bits="$1" 'BEGIN {
		n = split("0 CSUM 1 GUEST_CSUM 2 CTRL_GUEST_OFFLOADS 3 MTU " \
			"5 MAC 7 GUEST_TSO4 8 GUEST_TSO6 9 GUEST_ECN " \
			"10 GUEST_UFO 11 HOST_TSO4 12 HOST_TSO6 13 HOST_ECN " \
			"14 HOST_UFO 15 MRG_RXBUF 16 STATUS 17 CTRL_VQ " \
			"18 CTRL_RX 19 CTRL_VLAN 20 CTRL_RX_EXTRA " \
			"21 GUEST_ANNOUNCE 22 MQ 23 CTRL_MAC_ADDR " \
			"28 INDIRECT_DESC 29 EVENT_IDX 32 VERSION_1 " \
			"33 ACCESS_PLATFORM 34 RING_PACKED 35 IN_ORDER " \
			"40 RING_RESET 54 GUEST_USO4 55 GUEST_USO6 " \
			"56 HOST_USO 60 RSS 61 RSC_EXT 62 STANDBY", f, " ")
		for (i = 1; i < n; i += 2)
			if (substr(bits, f[i] + 1, 1) == "1")
				printf " %s", f[i + 1]
		print ""
	}' | sed 's/^ //'
}

# negotiated NAME...: all of them
negotiated() {
	for f in "$@"; do
		case " $FEATURES " in
		*" $f "*) ;;
		*) echo "no $f"; return 1 ;;
		esac
	done
}

guest_features() {
	FEATURES=$(kvm_guest 'cat /sys/class/net/eth0/device/features') || return 1
	FEATURES=$(decode "$FEATURES")
	figure "negotiated $FEATURES"
}

port_json() {
	mpctl -j stats "$DEV" | jq -c '.[0]'
}

# The port belongs to QEMU's vhost and the NIC writes into the guest.
port_direct() {
	mpctl -j show "$DEV" | jq -e ".[0] | .owner_pid == $KVM_PID and
		(.state | index(\"direct\")) != null" || {
		mpctl show
		return 1
	}
}

dhcp_server() {
	{
		echo "start $KVM_ADDR"
		echo "end $KVM_ADDR"
		echo "interface p0"
		echo "opt subnet 255.255.255.0"
		echo "lease_file /tmp/leases"
		echo "pidfile /tmp/udhcpd.pid"
	} >/tmp/udhcpd.conf
	: >/tmp/leases
	in_peer busybox udhcpd -f /tmp/udhcpd.conf >/out/udhcpd.log 2>&1 &
}

guest_address() {
	kvm_guest 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
		ip link set eth0 up
		udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 2 &&
		ip -o -4 addr show dev eth0' | tr '\n' ' ' >/tmp/address
	grep -qF "inet $KVM_ADDR/24" /tmp/address || {
		cat /tmp/address
		return 1
	}
}

# --- traffic ---

# lossless CMD...: ping, and every answer came
lossless() {
	"$@" >/tmp/ping || { tail -n 3 /tmp/ping; return 1; }
	grep -q ' 0% packet loss' /tmp/ping || {
		sed -n '/transmitted/p' /tmp/ping
		return 1
	}
}

ping_guest() {
	lossless in_peer ping -q -c 5 -i 0.2 -W 5 -s "$1" $KVM_ADDR
}

ping_peer() {
	lossless kvm_guest "ping -q -c 5 -i 0.2 -W 5 -s $1 $KVM_PEER"
}

ping_sizes() {
	for size in 56 200 1472 1473 4000 8972; do
		check "$WHAT: ping of $size bytes to the guest" ping_guest $size
		check "$WHAT: ping of $size bytes from the guest" \
			ping_peer $size
	done
}

# iperf NAME OPTION: the guest is the client. 50 MB arrive: the sender is asked for
# more, because iperf3 ends when the last byte is handed to the sending TCP.
iperf() {
	kvm_ask "iperf3 -c $KVM_PEER -n 56M -J $2"
	kvm_answer 200 >"/out/iperf-$1-$MEMORY.json" || true
	ip_line=$(jq -c '.error // (.end | {sent: .sum_sent.bytes,
		received: .sum_received.bytes, retransmits: .sum_sent.retransmits,
		mbps: (.sum_received.bits_per_second / 1e6 | floor)})' \
		"/out/iperf-$1-$MEMORY.json")
	figure "iperf3 $1: $ip_line"
	echo "$ip_line"
	echo "$ip_line" | jq -e ".received >= $MB50 and .received <= .sent"
}

# A file whose contents count; nobody looks at what iperf3 sends. The receiver
# answers with the sum of what it got.
FILE='seq 1 1500000'

file_to_guest() {
	kvm_ask 'nc -l -p 5001 -e md5sum'
	wait_for 30 in_peer sh -c "$FILE | nc $KVM_ADDR 5001" >/tmp/md5
	kvm_answer 60
	cat /tmp/md5
	[ "$(cat /tmp/md5)" = "$($FILE | md5sum)" ]
}

file_from_guest() {
	in_peer nc -l -p 5002 -e md5sum &
	ff_nc=$!
	kvm_guest "$FILE >/tmp/f; for i in 1 2 3 4 5; do
		nc $KVM_PEER 5002 </tmp/f && break
		sleep 1
	done" >/tmp/md5
	wait $ff_nc
	cat /tmp/md5
	[ "$(cat /tmp/md5)" = "$($FILE | md5sum)" ]
}

# --- counters ---

# shellcheck disable=SC2016
GUEST_STATS='cd /sys/class/net/eth0/statistics
	for f in rx_packets rx_bytes rx_errors rx_dropped tx_packets tx_bytes \
		tx_errors tx_dropped; do
		echo $f $(cat $f)
	done'

guest_json() {
	kvm_guest "$GUEST_STATS" | jq -Rnc '[inputs | split(" ") |
		{key: .[0], value: (.[1] | tonumber)}] | from_entries'
}

# snapshot FILE: the guest's and the port's counters at a moment when neither
# moves
snapshot() {
	for _ in 1 2 3 4 5 6 7 8; do
		a=$(port_json)
		g=$(guest_json)
		b=$(port_json)
		[ "$(moving "$a")" != "$(moving "$b")" ] || {
			echo "{\"guest\": $g, \"port\": $b, \"peer\": $(peer_json),
				\"missed\": $(missed)}" >"$1"
			return 0
		}
		sleep 0.5
	done
	echo "frames without end"
	return 1
}

peer_json() {
	ip -n peer -s -j link show p0 | jq -c '.[0].stats64'
}

# frames that the NIC had no room for
missed() {
	ethtool -S "$DEV" | awk '$1 == "rx_missed_errors:" { print $2 }'
}

moving() {
	echo "$1" | jq -c '[.stats.rx_frames, .stats.tx_frames]'
}

# what came between the snapshots $a and $b
# shellcheck disable=SC2016
DELTA='def d(f): ($b | f) - ($a | f);
	{ guest_rx: d(.guest.rx_packets), port_rx: d(.port.stats.rx_frames),
	guest_rx_bytes: d(.guest.rx_bytes), port_rx_bytes: d(.port.stats.rx_bytes),
	peer_tx: d(.peer.tx.packets), peer_rx: d(.peer.rx.packets),
	guest_tx: d(.guest.tx_packets), port_tx: d(.port.stats.tx_frames),
	guest_tx_bytes: d(.guest.tx_bytes), port_tx_bytes: d(.port.stats.tx_bytes),
	guest_bad: (d(.guest.rx_errors) + d(.guest.tx_errors)),
	guest_dropped: d(.guest.rx_dropped),
	zc: d(.port.stats.rx_zc_frames), zc_bytes: d(.port.stats.rx_zc_bytes),
	copied_bytes: d(.port.stats.rx_copied_bytes),
	detours: ([$b.port.stats.detours | to_entries[] |
		.value -= $a.port.stats.detours[.key] | select(.value > 0)] |
		from_entries),
	starved: d(.port.stats.rx_starved), errors: d(.port.stats.rx_errors),
	dropped: (d(.port.stats.rx_dropped) + d(.port.stats.tx_dropped)),
	missed: d(.missed), pinned: $b.port.stats.pinned_bytes, memlock: $b.port.stats.memlock_bytes,
	posted: $b.port.stats.posted } |
	.zc_percent = (.zc_bytes * 1000 / ([.port_rx_bytes, 1] | max) | floor / 10)'

account() {
	snapshot /tmp/b.json || return 1
	jq -n --slurpfile x /tmp/a.json --slurpfile y /tmp/b.json \
		"\$x[0] as \$a | \$y[0] as \$b | $DELTA" >"/out/account-$MEMORY.json"
	figure "$(jq -c . "/out/account-$MEMORY.json")"
	figure "the guest's TCP: $(kvm_guest 'cat /proc/net/snmp /proc/net/netstat' | tcp_words)"
	figure "the peer's TCP: $(in_peer cat /proc/net/snmp /proc/net/netstat | tcp_words)"
}

# tcp_words: what tells why TCP sent something again. It does here although no
# frame is lost: QEMU's hub, the wire, reorders frames that had to wait in it.
tcp_words() {
	awk '$1 == was { for (i = 2; i <= NF; i++) v[name[i]] = $i }
		{ was = $1; split($0, name, " ") }
		END {
			n = split("InSegs RetransSegs InErrs InCsumErrors " \
				"TCPTimeouts TCPOFOQueue TCPDSACKOldSent " \
				"TCPDSACKOfoSent TCPDSACKRecv TCPSACKReorder " \
				"TCPRcvQDrop TCPBacklogDrop", w, " ")
			for (i = 1; i <= n; i++)
				printf " %s %d", w[i], v[w[i]]
		}'
}

# accounted EXPR
accounted() {
	jq -e "$1" "/out/account-$MEMORY.json" >/dev/null || {
		jq -c . "/out/account-$MEMORY.json"
		return 1
	}
}

accounts() {
	check "$WHAT: the counters are read" account || return 0
	check "$WHAT: the port got each frame of the peer" \
		accounted '.peer_tx == .port_rx + .missed'
	check "$WHAT: the guest got each frame of the port" \
		accounted '.guest_rx == .port_rx and .port_rx > 30000'
	check "$WHAT: and each byte" \
		accounted '.guest_rx_bytes == .port_rx_bytes'
	check "$WHAT: the port sent each frame and byte of the guest" \
		accounted '.guest_tx == .port_tx and
			.guest_tx_bytes == .port_tx_bytes and .port_tx > 1000'
	check "$WHAT: no errors" accounted '.guest_bad + .errors == 0'
	check "$WHAT: each frame in place or a detour with its reason" \
		accounted '.port_rx == .zc + ([.detours[]] | add // 0)'
	check "$WHAT: bytes in place and copied make all" \
		accounted '.port_rx_bytes == .zc_bytes + .copied_bytes'
	check "$WHAT: detours are of the kind that this memory has" \
		accounted "$DETOURS"
}

# --- what a guest does to itself ---

reload_driver() {
	kvm_guest "rmmod virtio_net && insmod /modules/virtio_net.ko &&
		sleep 1; ip link show eth0"
}

reboot_guest() {
	kvm_ask 'reboot -f'
	kvm_wait_boot 2
}

# event NAME: QEMU told of it
event() {
	grep -q "\"event\": \"$1\"" "$KVM_ROOT_DIR/qmp.out"
}

# While it is stopped the guest has all of its heads back.
stop_guest() {
	# not in_peer: its shell would be killed, and not ping
	ip netns exec peer ping -q -i 0.05 -s 1000 $KVM_ADDR >/dev/null &
	FLOOD=$!
	sleep 1
	kvm_qmp '"stop"'
	wait_for 20 event STOP || { echo "no STOP event"; return 1; }
	sleep 2
	[ "$(port_counter posted)" = 0 ] || {
		echo "$(port_counter posted) heads are still posted"
		return 1
	}
}

heads_posted() {
	[ "$(port_counter posted)" -gt 0 ]
}

cont_guest() {
	kvm_qmp '"cont"'
	wait_for 20 event RESUME || { echo "no RESUME event"; return 1; }
	kill -INT "$FLOOD"
	wait "$FLOOD" || true
	# receiving into the guest again restarts this NIC, which QEMU does after
	# it has told; before that no head is posted
	wait_for 20 heads_posted || { echo "no heads are posted"; return 1; }
	wait_for 20 has_link "$DEV" && wait_for 20 has_link p0 peer
	ping_guest 1000
}

# --- the end ---

quit_guest() {
	kvm_quit || { cat /out/qemu.log; return 1; }
}

quiet_qemu() {
	! grep . /out/qemu.log
}

rx_over() {
	[ "$(port_counter rx_frames)" -gt "$1" ]
}

kill_under_traffic() {
	kvm_guest 'iperf3 -s -D'
	in_peer iperf3 -c $KVM_ADDR -t 60 >/out/iperf-kill.log 2>&1 &
	client=$!
	wait_for 30 rx_over $(($(port_counter rx_frames) + 2000)) || {
		cat /out/iperf-kill.log
		return 1
	}
	kill -KILL "$KVM_PID"
	kvm_end
	busybox killall -9 iperf3
	wait $client || true
}

# What anybody in this host has pinned. Counters of the CPUs are summed up on
# demand, or every now and then.
pins_released() {
	echo 1 >/proc/sys/vm/stat_refresh
	awk '$1 ~ /^nr_foll_pin/ { n[NR % 2] = $2; print }
		END { exit n[0] != n[1] }' /proc/vmstat
}

stack_works() {
	ip addr add 192.0.2.7/24 dev "$DEV"
	wait_for 20 has_link "$DEV"
	in_peer ping -q -c 3 -W 5 192.0.2.7
	sw_rc=$?
	ip addr del 192.0.2.7/24 dev "$DEV"
	return $sw_rc
}

nothing_left() {
	check "$WHAT: the port is gone" kvm_no_port
	check "$WHAT: nothing is pinned, charged or posted" assert_idle
	check "$WHAT: all pins are released" wait_for 5 pins_released
	check "$WHAT: the NIC serves the stack again" stack_works
}

# --- the runs ---

boot() {
	WHAT=$1 MEMORY=$1
	kvm_start "$DEV" "$1" "$2"
	check "$WHAT: the guest boots" kvm_wait_boot 1 || {
		tail /out/qemu.log /out/guest-console.log
		exit 1
	}
	check "$WHAT: the guest has its NIC" guest_features || exit 1
	check "$WHAT: mergeable buffers, checksums and TSO were negotiated" \
		negotiated VERSION_1 MRG_RXBUF CSUM GUEST_CSUM HOST_TSO4 \
		HOST_TSO6 GUEST_TSO4 GUEST_TSO6 CTRL_VQ EVENT_IDX
	check "$WHAT: an address by DHCP" guest_address
	check "$WHAT: vhost has the port and the NIC the guest's buffers" \
		port_direct
}

traffic() {
	check "$WHAT: the counters stand still" snapshot /tmp/a.json || return 0
	ping_sizes
	check "$WHAT: 50 MB by iperf3 to the guest" iperf to-guest -R
	check "$WHAT: 50 MB by iperf3 from the guest" iperf from-guest ""
	check "$WHAT: a file arrives intact in the guest" file_to_guest
	check "$WHAT: a file arrives intact from the guest" file_from_guest
	accounts
}

# alive_again WHAT: after whatever broke the guest's receiving
alive_again() {
	check "$1: an address by DHCP" guest_address
	check "$1: ping" ping_guest 1472
	check "$1: fragments" ping_peer 4000
	check "$1: in place" port_direct
}

hugepages_run() {
	# pin: QEMU's mappings changed while memory was being pinned; it is
	# tried again a little later
	DETOURS='(.detours | keys) - ["pin"] == [] and .zc_percent >= 99'
	boot hugepages mmio
	traffic
	check "driver reload in the guest" reload_driver
	alive_again "driver reload"
	check "QMP stop takes the heads back" stop_guest
	check "QMP cont: ping" cont_guest
	check "guest reset" reboot_guest
	alive_again "guest reset"
	check "QEMU quits" quit_guest
	check "QEMU had nothing to complain of" quiet_qemu
	nothing_left
}

# Free memory is left in single pages: a guest's buffer that crosses into the
# next page cannot be given to the NIC then, any other can.
scatter_memory() {
	chroot /lab /usr/bin/python3 /mp/tests/kvm/scatter $((KVM_MB * 5 / 2)) \
		>/tmp/scatter 2>&1 &
	SCATTER=$!
	wait_for 60 grep -q . /tmp/scatter
	grep -q ready /tmp/scatter || { cat /tmp/scatter; return 1; }
}

pages_4k_run() {
	DETOURS='(.detours | keys) - ["pin"] == ["crossing"] and
		.zc > .port_rx / 3'
	echo never >/sys/kernel/mm/transparent_hugepage/enabled
	check "4k: memory without neighbours" scatter_memory
	boot 4k pci
	traffic
	check "SIGKILL of QEMU under traffic" kill_under_traffic
	WHAT=SIGKILL
	nothing_left
	kill "$SCATTER"
}

ip -n peer addr add $KVM_PEER/24 dev p0
in_peer iperf3 -s >/out/iperf-server.log 2>&1 &
dhcp_server
assert "what a KVM guest needs" kvm_setup
hugepages_run
pages_4k_run
kill "$(cat /tmp/udhcpd.pid)"
busybox killall -q iperf3
ip -n peer addr flush dev p0
