# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: RLIMIT_MEMLOCK bounds what is pinned; what does not fit is copied
# kernels: 6.12
# kernels-full: all
# vm: --hugepages 64
# group: fast
# timeout: 150
# shellcheck source=tests/cases/traffic.sh
. /mp/tests/cases/traffic.sh

MEMLOCK=$(detours_only .memlock)
# CAP_IPC_LOCK would lift the limit; the rest of root's rights stay
NO_LOCK='setpriv --inh-caps -ipc_lock --bounding-set -ipc_lock'

# within LIMIT NAME EXPR OPTION...: a verified run with that limit
within() {
	limit=$1
	shift
	GUEST_RUN="prlimit --memlock=$limit $NO_LOCK" rx "$@"
	check "$1: within the limit" report ".port.memlock_peak_bytes <= $limit"
}

# The limit is lowered under a running guest: what is pinned stays, what is new
# has to make room or is copied, and nothing stops. The sender does not wait: a
# guest that was not run for 80 ms has a full ring, and then frames are lost or
# reordered on the emulated wire.
lowered_run() {
	detours=$(counter mp_detour_memlock)
	# memory enough that every turn of the pool needs other chunks
	GUEST_RUN="prlimit --memlock=16777216 $NO_LOCK" guest_start rx \
		--seconds 120 --idle-timeout 0 --mem 64M --gap 60000 \
		--buffers 1024 --order shuffled --hugepages --allow-loss \
		--allow-reorder "$@" || return 1
	flood_start --rate 3000
	flowing 2000 || return 1
	for limit in 4194304 65536 0 1048576; do
		prlimit --memlock=$limit --pid "$GUEST"
		flowing 3000 || { echo "stalled at $limit"; return 1; }
	done
	echo "charged: $(counter mp_memlock_bytes), detours:" \
		"$detours to $(counter mp_detour_memlock)"
	[ "$(counter mp_detour_memlock)" -gt "$detours" ] || return 1
	flood_stop
	sleep 0.5
	guest_quit
}

within 0 "limit of 0" "$MEMLOCK" --hugepages
within 65536 "limit of 64 KiB" "$MEMLOCK" --hugepages
within 65536 "limit of 64 KiB, 4K pages" \
	"$(detours_only ".memlock, .crossing") and .port.detours.memlock > 0"
within 65536 "limit of 64 KiB, posted only" ".port.rx_zc_frames > 0 and
	.port.detours.memlock > 0" --posted-only --bufsize 2048
# for want of buffers a NIC may drop, or the emulated wire reorder, with a ring of 64
within 4194304 "limit of 4 MiB, evicting" "$PORT_SANE and .port.pins > 2 and
	.rx.lost < $FRAMES / 10" --hugepages --mem 16M --ring 64 --buffers 128 \
	--gap 100000 --allow-loss --allow-reorder
check "limit lowered meanwhile" lowered_run
check "limit lowered meanwhile: counters agree" report "$PORT_SANE"
# the limit is the guest's, not the worker's: a capable owner is not bound
GUEST_RUN='prlimit --memlock=65536' rx "CAP_IPC_LOCK" "$ALL_ZC" --hugepages
check "nothing is pinned" assert_idle
