# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: every call of /dev/net/mp and each of its errors, 64 and 32 bits
# kernels: 5.10
# kernels-full: all
# vm: --mem 1024
# group: fast
# timeout: 400
# setup: none

LOG=/out/uapi.txt

# Each of its lines is a check of ours.
copy_results() {
	grep -E '^(not ok|ok) ' "$1" >/tmp/uapi.lines
	while IFS= read -r line; do
		case $line in
		*'# SKIP'*) result skip "${line#ok - }" "${line##*# SKIP }" ;;
		ok*) result ok "${line#ok - }" ;;
		*) result 'not ok' "${line#not ok - }" ;;
		esac
	done </tmp/uapi.lines
}

dash /mp/tests/uapi/run-vm.sh >$LOG 2>&1
rc=$?
copy_results $LOG
check "all of them pass" test $rc -eq 0
[ $rc -eq 0 ] || tail -n 40 $LOG
ip netns del guest 2>/dev/null
ip link del d0 2>/dev/null
