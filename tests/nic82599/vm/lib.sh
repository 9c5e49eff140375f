# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034,SC2120
# For scripts that run stock ixgbe on the model, in a VM. They find it by its
# path in the share: nothing of theirs but the script itself is copied there.

# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"
BAD=0

# ok NAME CMD...: one result, its output shown only when it fails
ok() {
	name=$1
	shift
	if "$@" >/tmp/ok.out 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		sed 's/^/# /' /tmp/ok.out
		BAD=1
	fi
}

# no CMD...: does it fail?
no() {
	! "$@"
}

# stat_of NAME: a counter of ethtool -S
stat_of() {
	ethtool -S "$DEV" | awk -v k="$1:" '$1 == k { print $2 }'
}

pings() {
	wait_for 15 ping -c 1 -W 1 "${1:-192.0.2.2}"
}

# both_up: the driver takes the link down for most of what is changed here
both_up() {
	nic_up "$DEV" && nic_up p0 peer && pings
}

# tcp [OPTION]...: a second of TCP that moves at least 1 MB
tcp() {
	timeout 30 iperf3 -c 192.0.2.2 -t 1 -J "$@" >/tmp/tcp.json || return 1
	jq -e '.end.sum_received.bytes > 1000000' /tmp/tcp.json
}

# tcp_in PORT: the same, from the peer to a server here
tcp_in() {
	in_peer timeout 30 iperf3 -c 192.0.2.1 -p "$1" -t 1 -J >/tmp/tcp.json ||
		return 1
	jq -e '.end.sum_received.bytes > 1000000' /tmp/tcp.json
}

setup() {
	insmod_stock ixgbe
	insmod_stock igb
	peer_setup 192.0.2.2/24
	DEV=$(netdev_wait "$NIC_PCI")
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip addr add 2001:db8::1/64 dev "$DEV" nodad
	ip -n peer addr add 2001:db8::2/64 dev p0 nodad
	in_peer ethtool -G p0 rx 4096
	in_peer iperf3 -s -D >/dev/null
	iperf3 -s -D >/dev/null
	iperf3 -s -p 5300 -D >/dev/null
	both_up
}
