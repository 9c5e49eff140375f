# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# Compat: what each kernel answers is known, and a probe that asks wrongly is
# noticed.

compat_cases() {
	run_case "compat $1: the probes answer as expected" compat_table "$1"
	run_case "compat $1: every shim compiles" compat_shims "$1"
}

compat_table() {
	kernel "$1"
	from=$(tree)
	"$repo/drivers/convert-source" "$out" "$KREL" "$PIECES" "$from"
	"$repo/compat/probe" "$out" "$KDIR" "$KCC"
	# a failing probe reads like an answer: its reason helps
	diff "$top/compat/expected/$1" "$out/probes/table" || {
		grep -A 3 'error:' "$out/probes/log" | head -n 20
		return 1
	}
}

# also those that no module uses at the moment
compat_shims() {
	kernel "$1"
	[ -f "$out/include/mp_config.h" ]
	mkdir -p "$out/shims"
	cp "$here/shims.c" "$out/shims/"
	cat >"$out/shims/Kbuild" <<-'END'
	obj-m := shims.o
	ccflags-y := -Werror -I$(src)/../src/vhost -I$(src)/../include
	ccflags-y += -I$(src)/../src/igb
	ccflags-y += -I$(src)/../../../compat/include
	END
	make -C "$KDIR" M="$out/shims" CC="$KCC" W=1 shims.o
}

compat_broken_cases() {
	kernel "$1"
	run_case "compat: a mistyped probe does not give the expected table" \
		compat_typo "$1"
	run_case "compat: nothing compiles" compat_nothing
	run_case "compat: everything compiles" compat_everything
	run_case "compat: what a kernel lacks is named" compat_lacks
	run_case "compat: a symbol that is not exported is not there" \
		compat_export
	run_case "compat: a second run does nothing" compat_again
}

# probe_scratch PROBE...: only these, which is quicker than all
probe_scratch() {
	from=$(tree)
	scratch
	"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" "$from"
	mkdir "$S/keep"
	for p in control_yes control_no "$@"; do
		mv "$S/compat/probes/$p.c" "$S/keep/"
	done
	rm -r "$S/compat/probes"
	mv "$S/keep" "$S/compat/probes"
}

probe() {
	"$S/compat/probe" "$SO" "$KDIR" "$KCC"
}

compat_typo() {
	probe_scratch need_mmap_lock
	cat >"$S/compat/probes/have_typo.c" <<-'END'
	#include <linux/mm.h>
	void mp_probe(struct mm_struct *mm);
	void mp_probe(struct mm_struct *mm) { mmap_read_lokc(mm); }
	END
	probe
	grep -qx 'have_typo no' "$SO/probes/table"
	grep -qx 'need_mmap_lock yes' "$SO/probes/table"
	# as if a probe of ours had that typo
	mv "$S/compat/probes/have_typo.c" "$S/compat/probes/have_hrtimer_setup.c"
	probe
	absent "$(grep have_hrtimer_setup "$top/compat/expected/7.3")" \
		"$SO/probes/table"
}

compat_nothing() {
	probe_scratch
	echo '#include <linux/no_such_header.h>' >>"$S/compat/probes/control_yes.c"
	fails_with 'nothing compiles against' probe
	grep -q 'no_such_header' "$T/said"
	[ ! -e "$SO/include/mp_config.h" ]
}

compat_everything() {
	probe_scratch
	sed -i 's/, "one argument too many"//' "$S/compat/probes/control_no.c"
	fails_with 'everything compiles against' probe
}

compat_lacks() {
	probe_scratch need_mmap_lock need_rx_handler
	sed -i 's/mmap_read_lock(mm)/mmap_take(mm)/' \
		"$S/compat/probes/need_mmap_lock.c"
	fails_with 'lacks what mpassthru needs' probe
	grep -q 'mmap_read_lock() (since 5.8)' "$T/said"
	grep -q 'supports Linux 5.10 to' "$T/said"
	absent rx_handler "$T/said"
	[ "$(wc -l <"$T/said")" -le 4 ]
}

compat_export() {
	probe_scratch need_rx_handler
	sed -i 's/exports: .*/exports: mp_no_such_symbol/' \
		"$S/compat/probes/need_rx_handler.c"
	fails_with 'netdev_rx_handler_register' probe
}

compat_again() {
	probe_scratch
	probe | grep PROBE
	probe >"$T/said" 2>&1
	[ ! -s "$T/said" ]
}
