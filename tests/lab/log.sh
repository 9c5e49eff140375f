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

# log_scan FILE [ALLOW]: print the bad lines of FILE that do not match the
# extended regex ALLOW; true when there is none
log_scan() {
	bad=$(echo "$LOG_BAD" | tr '\n' '|' | sed 's/|$//')
	if [ -n "${2-}" ]; then
		! grep -E "$bad" "$1" | grep -v -E "$2"
	else
		! grep -E "$bad" "$1"
	fi
}
