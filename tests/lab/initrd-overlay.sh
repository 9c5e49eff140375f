#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# initrd-overlay.sh RELEASE BASETREE TREE CPIO: add to TREE what changes from
# run to run (our modules, test programs, init) and pack it. The kernel unpacks
# it over the base. Runs in the lab root.
set -eu
# shellcheck source=cpio.sh
. /mp/tests/lab/cpio.sh
KREL=$1 BASE=$2 TREE=$3 CPIO=$4
MODDIR=$TREE/lib/modules/$KREL
BIN=/mp/build/tests/bin

overlay_scripts() {
	mkdir -p "$TREE/etc/lab"
	cp /mp/tests/lab/init "$TREE/init"
	cp /mp/tests/lab/guest-lib.sh /mp/tests/lab/log.sh /mp/tests/lab/wire.sh \
		"$TREE/etc/lab/"
}

overlay_programs() {
	[ -d "$BIN" ] || return 0
	mkdir -p "$TREE/bin"
	find "$BIN" -maxdepth 1 -type f -exec cp -t "$TREE/bin" {} +
	find "$BIN" -maxdepth 1 -type f | while read -r f; do
		ldd "$f" 2>/dev/null | grep -o '/[^ ]*' || true
	done | sort -u | while read -r lib; do
		[ ! -e "$BASE$lib" ] || continue
		mkdir -p "$TREE$(dirname "$lib")"
		cp -L "$lib" "$TREE$lib"
	done
}

# Modules in updates/ win over stock ones of the same name once depmod has
# seen both, so it runs over a tree that has the base's modules too.
overlay_modules() {
	[ -d "/mp/build/$KREL" ] || return 0
	kos=$(find "/mp/build/$KREL" -name '*.ko' | LC_ALL=C sort)
	[ -n "$kos" ] || return 0
	twice=$(echo "$kos" | sed 's|.*/||' | sort | uniq -d)
	[ -z "$twice" ] || {
		echo "lab: more than one $twice below build/$KREL" >&2
		return 1
	}
	mkdir -p "$MODDIR"
	cp -al "$BASE/lib/modules/$KREL/kernel" "$MODDIR/"
	mkdir -p "$MODDIR/updates/mpassthru"
	# shellcheck disable=SC2086
	cp $kos "$MODDIR/updates/mpassthru/"
	# line tables are ten times the code, and unpacked at every boot
	strip --strip-debug "$MODDIR"/updates/mpassthru/*.ko
	for f in order builtin builtin.modinfo; do
		cp "$BASE/lib/modules/$KREL/modules.$f" "$MODDIR/"
	done
	depmod -b "$TREE" "$KREL"
	rm -rf "$MODDIR/kernel"
}

overlay_scripts
overlay_programs
overlay_modules
cpio_pack "$TREE" "$CPIO"
