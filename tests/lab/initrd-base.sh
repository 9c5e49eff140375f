#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# initrd-base.sh RELEASE TREE CPIO: fill TREE with the tools and stock modules
# of one kernel and pack it. Runs in the lab root.
set -eu
# shellcheck source=cpio.sh
. /mp/tests/lab/cpio.sh
KREL=$1 TREE=$2 CPIO=$3
MODDIR=$TREE/lib/modules/$KREL

list() {
	sed 's/#.*//; /^[[:space:]]*$/d' "/mp/tests/lab/$1"
}

# copy_file PATH: to the place in the tree where a program looks for it
copy_file() {
	mkdir -p "$TREE$(dirname "$1")"
	[ -e "$TREE$1" ] || cp -L "$1" "$TREE$1"
}

# copy_libs FILE: the shared libraries of a program, and its loader
copy_libs() {
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		copy_file "$lib"
	done
}

tree_dirs() {
	mkdir -p "$TREE/bin" "$TREE/lib" "$TREE/usr" "$TREE/dev" "$TREE/etc" \
		"$TREE/root" "$TREE/proc" "$TREE/sys" "$TREE/tmp" "$TREE/run" \
		"$TREE/mp" "$TREE/lab" "$TREE/out" "$TREE/var"
	ln -s bin "$TREE/sbin"
	ln -s ../bin "$TREE/usr/bin"
	ln -s ../bin "$TREE/usr/sbin"
	ln -s ../lib "$TREE/usr/lib"
	ln -s lib "$TREE/lib64"
	ln -s ../run "$TREE/var/run"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$TREE/etc/passwd"
	echo 'root:x:0:' >"$TREE/etc/group"
}

tree_tools() {
	for t in $(list initrd-tools); do
		path=$(command -v "$t") || {
			echo "lab: no $t in the lab root (tests/lab/packages)" >&2
			return 1
		}
		cp -L "$path" "$TREE/bin/$t"
		copy_libs "$path"
	done
	# found by dlopen, so ldd does not show it
	copy_file "$(ldconfig -p | awk '/libgcc_s.so.1 .*x86-64/ { print $NF; exit }')"
	ln -s dash "$TREE/bin/sh"
	for t in modprobe insmod rmmod lsmod depmod modinfo; do
		ln -s kmod "$TREE/bin/$t"
	done
	cp /bin/busybox "$TREE/bin/busybox"
	for t in $(busybox --list); do
		[ -e "$TREE/bin/$t" ] || ln -s busybox "$TREE/bin/$t"
	done
}

# module_paths: files of the listed modules and of all they depend on
module_paths() {
	for m in $(list initrd-modules); do
		modprobe -S "$KREL" --show-depends "$m" ||
			echo "lab: $KREL has no module $m" >&2
	done | awk '$1 == "insmod" { print $2 }' | sort -u
}

tree_modules() {
	for m in $(module_paths); do
		to=$MODDIR/kernel/${m#*/kernel/}
		mkdir -p "$(dirname "$to")"
		case $m in
		*.xz) xz -dc "$m" >"${to%.xz}" ;;
		*.zst) zstd -dcq "$m" >"${to%.zst}" ;;
		*) cp "$m" "$to" ;;
		esac
	done
	for f in order builtin builtin.modinfo; do
		cp "/lib/modules/$KREL/modules.$f" "$MODDIR/"
	done
	depmod -b "$TREE" "$KREL"
}

rm -rf "$TREE"
tree_dirs
tree_tools
tree_modules
cpio_pack "$TREE" "$CPIO"
