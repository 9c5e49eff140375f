# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# The build itself: no warning on any kernel, installed where it overrides the
# stock modules, and gone again.

modules_cases() {
	run_case "modules $1: build without a warning, W=1 too" \
		modules_build "$1"
	run_case "modules $1: nothing to do is nothing done" modules_again "$1"
	run_case "modules $1: install overrides stock, uninstall undoes it" \
		modules_install "$1"
}

mp_make() {
	make --no-print-directory -C "$repo" KDIR="$KDIR" CC="$KCC" \
		SRC="$(tree)" W=1 "$@"
}

# Not of the code: kernels built by another compiler; no vmlinux for BTF.
modules_build() {
	kernel "$1"
	for p in $PIECES; do
		as_built "${p##*/}"
	done
	mp_make modules >"$T/make" 2>&1 || { cat "$T/make"; return 1; }
	for m in core/mpassthru vhost/vhost_net \
		$(echo "$DRIVERS" | sed 's|[^ ]*|&/&|g'); do
		[ -f "$out/$m.ko" ]
		modinfo -F vermagic "$out/$m.ko" | grep -qF "$KREL "
	done
	for m in $DRIVERS; do
		modinfo -F depends "$out/$m/$m.ko" | grep -q mpassthru
	done
	sed '/the compiler differs from the one used/d' "$T/make" >"$T/said"
	absent '[Ww]arning|WARNING|[Ee]rror:|ERROR' "$T/said"
}

modules_again() {
	kernel "$1"
	mp_make modules >"$T/make" 2>&1
	absent '^  (CC|LD|CONVERT|PROBE|UNPACK)' "$T/make"
}

# where DIR MODULE: what modprobe would load
where() {
	modprobe -d "$1" -S "$KREL" --show-depends "$2" | tail -n 1
}

modules_install() {
	kernel "$1"
	root=$T/inst
	rm -rf "$root"
	mkdir -p "$root/lib/modules"
	cp -r "/lib/modules/$KREL" "$root/lib/modules/"
	rm -rf "$root/lib/modules/$KREL/build" "$root/lib/modules/$KREL/source" \
		"$root/lib/modules/$KREL/updates"
	depmod -b "$root" "$KREL"
	(cd "$root" && find . -name '*.ko*' | sort) >"$T/before"
	where "$root" e1000e | grep '/kernel/'

	mp_make modules_install INSTALL_MOD_PATH="$root"
	(cd "$root" && find . -name '*.ko*' | sort) >"$T/after"
	comm -13 "$T/before" "$T/after" | sed 's|.*/||; s|\.ko.*||' |
		sort >"$T/new"
	{ echo "$DRIVERS" | tr ' ' '\n'; echo mpassthru; echo vhost_net; } |
		sort | diff - "$T/new"
	for m in $DRIVERS mpassthru vhost_net; do
		where "$root" "$m" | grep '/updates/mpassthru/'
	done
	modprobe -d "$root" -S "$KREL" --show-depends vhost_net |
		grep '/kernel/.*/vhost\.ko'

	mp_make modules_uninstall INSTALL_MOD_PATH="$root"
	(cd "$root" && find . -name '*.ko*' | sort) | diff "$T/before" -
	[ ! -e "$root/lib/modules/$KREL/updates" ]
	where "$root" e1000e | grep '/kernel/'
	rm -rf "$root"
}

modules_broken_cases() {
	kernel "$1"
	# builds all of it once more: not in make check
	[ "${LEVEL:-full}" = fast ] ||
		run_case "modules: make -C KDIR M=\$PWD, once prepared" \
			modules_kdir
	run_case "modules: make -C KDIR M=\$PWD, not prepared" modules_unprepared
	run_case "modules: no headers, wrong KDIR: one line each" \
		modules_no_headers
	run_case "modules: install before build is refused" modules_not_built
	run_case "modules: make help" make -C "$repo" help
	run_case "modules: make clean keeps the lab" modules_clean
}

modules_kdir() {
	mp_make prepare
	make -C "$KDIR" M="$repo" CC="$KCC" modules
	[ -f "$repo/build/$KREL/core/mpassthru.ko" ]
}

modules_unprepared() {
	mkdir -p "$T/empty"
	cp "$repo/Kbuild" "$repo/Makefile" "$T/empty/"
	fails_with "no sources for .*: run \"make prepare\" first" \
		make -C "$KDIR" M="$T/empty" CC="$KCC" modules
}

modules_no_headers() {
	fails_with 'no headers of kernel 9.9-amd64 here: apt-get install linux-headers-9.9-amd64' \
		make -s -C "$repo" KREL=9.9-amd64
	fails_with 'KDIR=/nowhere: not a kernel build directory' \
		make -s -C "$repo" KDIR=/nowhere
	[ "$(grep -vc '^make' "$T/said")" -eq 1 ]
}

modules_not_built() {
	mkdir -p "$T/empty/drivers"
	cp "$repo/Makefile" "$T/empty/"
	fails_with 'mpassthru.ko is not built: make modules' \
		make -C "$T/empty" KDIR="$KDIR" INSTALL_MOD_PATH="$T/inst" \
		modules_install
}

modules_clean() {
	mkdir -p "$repo/build/lab"
	make -C "$repo" clean
	[ -d "$repo/build/lab" ]
	[ ! -e "$repo/build/$KREL" ]
}
