# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: bound: buffers that the NIC cannot fill are copied and counted by reason
# states: free
# fast: none
# timeout: 200
# shellcheck disable=SC2034 # used by what is sourced
# shellcheck source=tests/nic/bound.sh
. "$NIC_TOP/tests/nic/bound.sh"

CROSSING="$(detours_only .crossing) and .port.rx_zc_frames > 0 and
	.port.detours.crossing <= .rx.buffers_across_pages"
NO_LOCK='setpriv --inh-caps -ipc_lock --bounding-set -ipc_lock'
FRAMES=2000

memlock() {
	# shellcheck disable=SC2086
	GUEST_RUN="prlimit --memlock=65536 $NO_LOCK" rx_run
}

rx "4K pages" "$CROSSING" --order shuffled
zc_figures "4K pages"
rx "posted only" ".port.rx_zc_frames > 0 and .port.pins > 100" --posted-only
zc_figures "posted only"
rx "buffers of 800 bytes, two of them" "$(detours_only .small)" --bufsize 800 \
	--chain 2
zc_figures "small buffers"
rx "heads of 256 bytes" "$(detours_only .stack)" --bufsize 256
zc_figures "small heads"
if command -v setpriv >/dev/null && command -v prlimit >/dev/null; then
	check "RLIMIT_MEMLOCK of 64 KiB" memlock &&
		check "RLIMIT_MEMLOCK of 64 KiB: counted" report \
			".port.detours.memlock > 0 and $PORT_SANE"
	zc_figures "memlock"
else
	skip "RLIMIT_MEMLOCK" "no setpriv or prlimit here"
fi
check "nothing is left" assert_idle
