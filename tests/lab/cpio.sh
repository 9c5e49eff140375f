# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# cpio_pack TREE OUT: the same tree gives the same bytes. Counting instructions
# depends on it: the kernel spends time on every inode's fields.
cpio_pack() {
	find "$1" -exec touch -h -d @0 {} +
	(cd "$1" && find . | LC_ALL=C sort |
		cpio -o -H newc --reproducible -R 0:0 --quiet) >"$2.new"
	mv "$2.new" "$2"
}
