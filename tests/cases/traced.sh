# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the tracepoints tell what the port's counters count
# kernels: 6.12
# kernels-full: all
# vm: --hugepages 64
# group: fast
# timeout: 120
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

# events NAME [FIELD]: how many there are, or the sum of a field
events() {
	sed -n "s/.* $1: //p" $VG/trace | awk -v f="${2-}=" '
		f == "=" { sum++; next }
		{ for (i = 1; i <= NF; i++)
			if (index($i, f) == 1)
				sum += substr($i, length(f) + 1) }
		END { printf "%d\n", sum }'
}

# matching NAME REGEX
matching() {
	grep -c " $1: .*$2" $VG/trace
}

# agree COMPARISON NUMBER: the guest's report and the events
agree() {
	report "$1 $2" || {
		echo "$2 by the events"
		return 1
	}
}

# events_of NAME EXPR OPTION...: a verified run after which EXPR holds
events_of() {
	tr_name=$1 tr_expr=$2
	shift 2
	check "$tr_name" traced mpassthru rx_run "$@" || return 0
	check "$tr_name: counted" report "$tr_expr"
	check "$tr_name: mp_complete: frames" \
		agree '.port.rx_frames ==' "$(events mp_complete)"
	check "$tr_name: mp_complete: bytes" \
		agree '.port.rx_bytes ==' "$(events mp_complete len)"
	check "$tr_name: mp_complete: in place" agree '.port.rx_zc_frames ==' \
		"$(matching mp_complete 'detour=-1$')"
	check "$tr_name: mp_detour: heads" \
		agree '([.port.detours[]] | add) <=' "$(events mp_detour)"
	check "$tr_name: mp_deliver: frames" \
		agree '.port.rx_frames ==' "$(events mp_deliver frames)"
	check "$tr_name: mp_post: heads" \
		agree '.port.rx_frames <=' "$(events mp_post heads)"
	check "$tr_name: mp_pin: pins" \
		agree '.port.pins ==' "$(matching mp_pin 'bytes=[1-9]')"
	check "$tr_name: mp_pin: unpins" \
		agree '.port.unpins ==' "$(matching mp_pin 'bytes=-')"
	check "$tr_name: mp_pin: nothing is left" [ "$(events mp_pin bytes)" = 0 ]
}

assert "there are events" test -e $TRACE/events/mpassthru/mp_pin
# some of the memory each: nothing is overwritten
echo 8192 >$TRACE/buffer_size_kb
events_of "hugepages" "$ALL_ZC" --hugepages
events_of "posted only" "$ALL_ZC and .port.pins > 100" --hugepages --posted-only
events_of "4K pages" ".port.detours.crossing > 0 and .port.rx_zc_frames > 0" \
	--order shuffled
