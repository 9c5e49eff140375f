# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# Names and helpers shared by the commands of the lab. Sourced, never run.

LAB_DIR=$(cd "$(dirname "$0")" && pwd)
LAB_TOP=$(cd "$LAB_DIR/../.." && pwd)
LAB_BUILD=$LAB_TOP/build/lab
LAB_ROOT=$LAB_BUILD/root
LAB_SUITE=trixie

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

need_root() {
	[ "$(id -u)" -eq 0 ] ||
		die "needs root (mounts, chroot); run it with sudo"
}

# lab_table: the kernel table without comments
lab_table() {
	sed 's/#.*//; /^[[:space:]]*$/d' "$LAB_DIR/kernels"
}

# lab_line KERNEL: its line of the table, that of 6.12 for 6.12-debug
lab_line() {
	lab_table | awk -v k="${1%-debug}" '$1 == k' | grep . ||
		die "no kernel $1 in tests/lab/kernels (has: $(lab_names))"
}

lab_names() {
	lab_table | awk '{ printf "%s%s", sep, $1; sep = " " }'
}

# lab_kernel KERNEL: set KREL, KDIR, ... of an installed kernel
lab_kernel() {
	[ -f "$LAB_BUILD/kernels/$1.env" ] || {
		lab_line "$1" >/dev/null
		die "kernel $1 is not installed: make lab KERNELS=$1"
	}
	# shellcheck disable=SC1090
	. "$LAB_BUILD/kernels/$1.env"
}

# The private mount namespace takes every mount away when the last process in
# it ends, however it ends: nothing stays mounted after a kill -9. /dev is
# made anew with the few nodes that builds and QEMU need, so that /dev/kvm of
# the machine is never used without the user's LAB_ACCEL=kvm.
# shellcheck disable=SC2016
LAB_ENTER='
set -eu
root=$1 top=$2 cache=$3
shift 3
mount --make-rprivate /
# first, so that they do not repeat the mounts below; /lab is the bare root,
# which vm --rootfs shares
mount --bind "$root" "$root/lab"
mount --rbind "$top" "$root/mp"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null ||
	mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755,size=16m tmpfs "$root/dev"
for n in null zero full random urandom tty ${LAB_KVM:+kvm}; do
	: >"$root/dev/$n"
	mount --bind "/dev/$n" "$root/dev/$n"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
[ -z "${LAB_OUT-}" ] || mount --bind "$LAB_OUT" "$root/out"
mount --bind "$cache" "$root/var/cache/apt/archives"
exec chroot "$root" /usr/bin/env -C /mp \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	HOME=/root LC_ALL=C.UTF-8 "$@"
'

# lab_enter CMD...: run CMD in the lab root, the repository at /mp
lab_enter() {
	mkdir -p "$LAB_ROOT/mp" "$LAB_ROOT/out" "$LAB_ROOT/lab" \
		"$LAB_BUILD/cache/apt/partial"
	LAB_KVM=
	[ "${LAB_ACCEL:-tcg}" != kvm ] || LAB_KVM=1
	export LAB_KVM
	unshare -m --propagation private sh -c "$LAB_ENTER" lab_enter \
		"$LAB_ROOT" "$LAB_TOP" "$LAB_BUILD/cache/apt" "$@"
}
