# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the NIC misbehaves while a guest receives: errors, lengths, interrupts, gone
# kernels: 6.12
# kernels-full: all
# nics: 82599
# nics-full: 82599 x540
# vm: --hugepages 64
# group: fast
# timeout: 300
# harms: the NIC is gone
#
# What the 82599's model does on request (tests/nic82599/README.md).
# shellcheck source=tests/cases/teardown-lib.sh
. /mp/tests/cases/teardown-lib.sh

errors_reach() {
	[ "$(port_counter rx_errors)" -ge "$1" ]
}

# a NIC that is told to misread 20 frames
flagged_round() {
	fr_before=$(port_counter rx_errors)
	nic_ctl fault "$@" || return 1
	wait_for 10 errors_reach $((fr_before + 20)) || {
		echo "rx_errors: $(port_counter rx_errors), before: $fr_before"
		return 1
	}
	flowing && in_place
}

# injected: how many faults the model has made
injected() {
	nic_ctl stats | sed -n 's/^faults.injected //p'
}

injected_over() {
	[ "$(injected)" -gt "$1" ]
}

# unnoticed: frames arrive in spite of the fault, and after it
unnoticed() {
	flowing && in_place && nic_ctl fault none && flowing && in_place
}

# only frames with a checksum have a verdict
csum_round() {
	cr_before=$(injected)
	nic_ctl fault bad-csum 1000000 || return 1
	wait_for 10 injected_over $((cr_before + 20)) || {
		echo "no verdict was changed"
		return 1
	}
	unnoticed
}

late_round() {
	nic_ctl fault late-irq 30000 && unnoticed
}

# The vector stays masked, and a driver that sends nothing has no reason to think
# that something is wrong. It is up to the user: a restart of the link helps.
lost_round() {
	lr_before=$(injected)
	nic_ctl fault lost-irq 2 || return 1
	wait_for 10 injected_over "$lr_before" || { echo "none was lost"; return 1; }
	nic_ctl fault none
	ethtool -r "$DEV" && link_up && flowing && in_place
}

# still: nothing arrives for a second
still() {
	st_before=$(received)
	sleep 1
	echo "$(($(received) - st_before)) frames in a second"
	[ "$(received)" -eq "$st_before" ]
}

hung_round() {
	nic_ctl fault rx-hang on || return 1
	wait_for 10 still && nic_ctl fault none && flowing && in_place
}

link_round() {
	nic_ctl link down || return 1
	sleep 0.3
	nic_ctl link up && link_up && flowing && in_place
}

# The NIC does not answer any more; nothing told the kernel. All that the guest had
# posted is given back, unbinding works, and so does unloading the driver.
vanish() {
	nic_ctl surprise || return 1
	# the driver notices when it reads a register
	sleep 3
	ctl unbind || return 1
	wait_for 20 idle && nothing_charged "$GUEST"
}

mtu_bytes=$(($(cat "/sys/class/net/$DEV/mtu") + 18))
with_guest "frames with errors" flagged_round rx-error 20
with_guest "lengths that cannot be" flagged_round bad-length 20
with_guest "lengths a bit too long" flagged_round bad-length 20 $((mtu_bytes + 5))
FLOOD_SEND="--proto udp4" with_guest "bad checksum verdicts" csum_round
with_guest "late interrupts" late_round
with_guest "lost interrupts" lost_round
with_guest "nothing received for a second" hung_round
with_guest "link flaps" link_round
# that can be once only
ROUNDS=1
check "the NIC is gone" under_run vanish
check "the driver unloads" rmmod "$NIC_DRV"
check "nothing is left" assert_nothing
