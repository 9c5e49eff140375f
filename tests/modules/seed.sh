# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# seed.sh DEFECT: in a lab VM, let mp_seed do its harm. That the log shows it is
# for tests/lab/vm to say: this ends well.
# shellcheck source=tests/lab/guest-lib.sh
. "$LAB_LIB"

insmod "/mp/build/tests/modules/$KREL/mp_seed.ko" defect="$1" 2>/run/said &&
	fail "mp_seed stayed"
grep -qi cancel /run/said || fail "$(cat /run/said)"
leak_scan
