# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What a kernel log must not hold. Used inside the VM and on its saved log.

LOG_BAD='WARNING:|BUG:|kernel BUG at|Oops|general protection fault|stack segment
Kernel panic|Unable to handle|stack-protector|page allocation failure|Bad page|corruption
KASAN|KFENCE|KCSAN|UBSAN|DMA-API:|ODEBUG:|refcount_t|kmemleak: [0-9]+ new|[Ll]eaked|memory leak
possible (circular|recursive|irq lock)|inconsistent lock state|suspicious RCU|lock held when returning
while atomic|sleeping function|lockup|blocked for more than|rcu.*stall|rcu: INFO
DMAR: \[|DMAR:.*[Ff]ault|AMD-Vi.*IO_PAGE_FAULT|swiotlb.*full
unregister_netdevice: waiting|NETDEV WATCHDOG|transmit queue .* timed out|Hardware Unit Hang
still (has|holds)|Unknown symbol|disagrees about version
cannot create duplicate|tried to remove|usage count'

# What debug kernels say of themselves at boot.
LOG_FINE='DMA-API: (preallocated [0-9]+ debug entries|debugging enabled by kernel config)
kmemleak: Kernel memory leak detector initialized'

# one_regex LINES: any of them
one_regex() {
	echo "$1" | tr '\n' '|' | sed 's/|$//'
}

# log_scan FILE [ALLOW]: print the bad lines of FILE that do not match the
# extended regex ALLOW; true when there is none
log_scan() {
	! grep -E "$(one_regex "$LOG_BAD")" "$1" |
		grep -v -E "$(one_regex "$LOG_FINE")${2:+|$2}"
}
