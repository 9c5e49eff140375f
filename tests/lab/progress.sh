# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# One line per step with the time left. The weights are seconds on a two-core
# machine; the machine at hand is measured against them as steps end.

progress_weight() {
	case $1 in
	root) echo 20 ;;
	index) echo 4 ;;
	tools) echo 60 ;;
	kernel-*-debug) echo 1500 ;;
	*) echo 30 ;;
	esac
}

progress_start() {
	P_N=0 P_M=0 P_LEFT=0 P_DONE=0
	for s in $1; do
		P_M=$((P_M + 1))
		P_LEFT=$((P_LEFT + $(progress_weight "$s")))
	done
	P_T0=$(date +%s)
}

progress_step() {
	P_N=$((P_N + 1))
	left=$P_LEFT
	[ "$P_DONE" -eq 0 ] ||
		left=$((P_LEFT * ($(date +%s) - P_T0) / P_DONE))
	echo "lab: [$P_N/$P_M] $1, about $((left / 60)) min $((left % 60)) s left"
}

progress_done() {
	w=$(progress_weight "$1")
	P_DONE=$((P_DONE + w))
	P_LEFT=$((P_LEFT - w))
}

progress_end() {
	echo "lab: ready in $(($(date +%s) - P_T0)) s"
}
