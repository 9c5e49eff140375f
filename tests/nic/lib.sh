# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# lib.sh: what a case of the per-NIC suite finds when it starts, and its runner
# too; see README.md. From the environment: $NIC_TOP (the repository), $NIC_PCI,
# $NIC_DRV, $KREL, $STATE and $CASE, $OUT (results), $WORK (a directory of this
# run), the peer's variables (peer.sh).

LAB_LIB=$NIC_TOP/tests/lab/guest-lib.sh
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"
# shellcheck source=tests/lab/wire.sh
. "${LAB_LIB%/*}/wire.sh"
# shellcheck source=tests/cases/results.sh
. "$NIC_TOP/tests/cases/results.sh"
# shellcheck source=tests/cases/ports.sh
. "$NIC_TOP/tests/cases/ports.sh"
# shellcheck source=tests/cases/traffic.sh
. "$NIC_TOP/tests/cases/traffic.sh"
# shellcheck source=tests/nic/peer.sh
. "$NIC_TOP/tests/nic/peer.sh"
peer_adopt

# shellcheck disable=SC2034 # used by what is sourced
RESULT_LINES=$OUT/results.tsv
FIGURES=$OUT/figures.tsv
# of frames that keep coming in the states stack and bound, per second
RATE=${RATE:-500}
# RFC 2544's addresses: in nobody's network
# shellcheck disable=SC2034 # used by what is sourced
OUR_IP=198.18.111.1 PEER_IP=198.18.111.2
# shellcheck disable=SC2034 # used by what is sourced
OUR_IP5=198.18.115.1 PEER_IP5=198.18.115.2

# et OPTION [ARG]...: ethtool on the NIC
et() {
	et_op=$1
	shift
	ethtool "$et_op" "$DEV" "$@"
}

mac_of() {
	cat "/sys/class/net/$1/address"
}

# rx_queues: how many receive queues it has now
rx_queues() {
	find "/sys/class/net/$DEV/queues/" -name 'rx-*' | wc -l
}

# net_counter NAME: of the NIC's net device
net_counter() {
	cat "/sys/class/net/$DEV/statistics/$1"
}

# figure PLOT X VALUE UNIT: a number for the page. The series is the state.
figure() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$CASE" "$1" "$2" "$3" "$4" >>"$FIGURES"
}

# now: milliseconds
now() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# --- ours and stock ---

# in_stock: this is the stock driver's turn, which only leaves what the same
# check of ours is compared with
in_stock() {
	[ "$STATE" = stock ]
}

no_stock() {
	cat "$WORK/no-stock" 2>/dev/null
}

stock_file() {
	echo "$WORK/stock/${CASE#*/}.$(echo "$1" | tr -c 'A-Za-z0-9\n' _)"
}

# same NAME CMD...: CMD's output and status must be those of the stock driver
same() {
	sm_name=$1 sm_ref=$(stock_file "$1")
	shift
	sm_rc=0
	"$@" >/run/same.out 2>&1 || sm_rc=$?
	echo "status $sm_rc" >>/run/same.out
	if in_stock; then
		mkdir -p "$WORK/stock"
		cp /run/same.out "$sm_ref"
		result ok "$sm_name: recorded"
	elif [ -f "$sm_ref" ]; then
		check "$sm_name: as stock" differs_not "$sm_ref" /run/same.out
	else
		skip "$sm_name: as stock" "$(no_stock)"
	fi
}

differs_not() {
	diff "$1" "$2" >/run/same.diff || {
		cat /run/same.diff
		echo "stock, then ours: $(grep '^[-+<>] *[^-+ ]' /run/same.diff |
			head -n 4 | tr -s '\n\t ' ' ')"
		return 1
	}
}

# --- is it still alive ---

# received: frames so far; replaces that of traffic.sh, whose guest it knows
received() {
	case $STATE in
	bound) ctl stats | tr ' ' '\n' | sed -n 's/^received=//p' ;;
	*) net_counter rx_packets ;;
	esac
}

# flows: in the states with traffic it still arrives, in the others the link is
# there
flows() {
	case $STATE in
	stack) link_up && flowing 20 ;;
	bound) link_up && flowing 20 && in_place ;;
	*) link_up ;;
	esac || {
		echo "nothing arrives any more"
		return 1
	}
}

zc_over() {
	[ "$(port_counter rx_zc_frames)" -gt "$1" ]
}

# in_place: frames reach the guest without a copy
in_place() {
	wait_for 15 zc_over $(($(port_counter rx_zc_frames) + 10))
}

# outage NAME CMD...: CMD succeeds, traffic goes on, and how long that took
outage() {
	ou_name=$1 ou_start=$(now)
	shift
	"$@" || return 1
	flows || return 1
	case $STATE in
	stack|bound)
		figure "until frames arrive again" "$ou_name" \
			$(($(now) - ou_start)) ms ;;
	esac
}

# silent CMD...: CMD while nothing is sent, in the states where frames come all
# the time
silent() {
	[ ! -s "$WORK/flood" ] || kill -STOP "$(cat "$WORK/flood")"
	si_rc=0
	"$@" || si_rc=$?
	[ ! -s "$WORK/flood" ] || kill -CONT "$(cat "$WORK/flood")"
	return $si_rc
}

# survives NAME CMD...: the check of that
survives() {
	su_name=$1
	shift
	check "$su_name" outage "$su_name" "$@"
}
