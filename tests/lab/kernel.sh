# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Installing one kernel of the table into the lab root. Its packages are
# unpacked, not installed: headers of older suites depend on compilers that
# trixie does not have, and images would run initramfs-tools.

# kernel_release REGEX: the newest release whose headers the archive has
kernel_release() {
	lab_enter apt-cache pkgnames linux-headers- |
		grep -E -x "linux-headers-$1-amd64" |
		sed 's/^linux-headers-//' | sort -V | tail -n 1
}

# kernel_packages KERNEL RELEASE PACKAGE...: what to download. Kbuild is
# per X.Y up to 6.1 and per release after. The source of the same version is
# taken; where only another one is left, the newest.
kernel_packages() {
	k=$1 krel=$2 flat=${2%-amd64}
	shift 2
	version=$(pkg_version "linux-headers-$krel")
	echo "linux-headers-$krel=$version"
	echo "linux-headers-$flat-common=$version"
	for p in "linux-kbuild-$flat" "linux-kbuild-$k"; do
		v=$(pkg_version "$p")
		[ -z "$v" ] || { echo "$p=$v"; break; }
	done
	for p in "$@"; do
		echo "$p=$version" | sed "s/@/$krel/"
	done
	pkg_versions "linux-source-$k" | grep -qxF "$version" ||
		version=$(pkg_version "linux-source-$k")
	echo "linux-source-$k=$version"
}

pkg_versions() {
	lab_enter apt-cache madison "$1" | awk -F ' *[|] *' '{ print $2 }'
}

pkg_version() {
	pkg_versions "$1" | sort -V | tail -n 1
}

# kernel_unpack DEB...: the root's /lib is a symlink, which dpkg-deb -x of a
# package that ships ./lib would replace
kernel_unpack() {
	for deb in "$@"; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$LAB_ROOT" --keep-directory-symlink \
				--exclude='./usr/share/doc' \
				--exclude='./usr/lib/debug'
	done
}

# kernel_debs PKG=VERSION...: download, print the paths of the files
kernel_debs() {
	# shellcheck disable=SC2016
	lab_enter sh -c 'cd /var/cache/apt/archives && apt-get download "$@"' \
		sh "$@" >&2
	for p in "$@"; do
		v=$(echo "${p#*=}" | sed 's/:/%3a/')
		ls "$LAB_BUILD/cache/apt/${p%%=*}_$v"_*.deb
	done
}

# kernel_image RELEASE: where its vmlinuz is, inside the root
kernel_image() {
	for f in "/boot/vmlinuz-$1" "/usr/lib/modules/$1/vmlinuz"; do
		[ ! -f "$LAB_ROOT$f" ] || { echo "$f"; return; }
	done
	echo "lab: no vmlinuz of $1 among its packages" >&2
	return 1
}

# kernel_env KERNEL RELEASE: the file that the other commands source
kernel_env() {
	cat <<EOF
KREL=$2
KVERSION=$(pkg_version "linux-headers-$2")
KDIR=/usr/src/linux-headers-$2
KCC=gcc-14
KSRC=/usr/src/linux-source-$1.tar.xz
VMLINUZ=$(kernel_image "$2")
VMLINUX=/boot/vmlinux-$2
EOF
}

kernel_install() {
	read -r _ suite release more <<-EOF
		$(lab_line "$1")
	EOF
	krel=$(kernel_release "$release")
	[ -n "$krel" ] || {
		echo "lab: $suite has no linux-headers-$release-amd64:" \
			"drop $1 (KERNELS=...)" >&2
		return 1
	}
	# shellcheck disable=SC2086
	pkgs=$(kernel_packages "$1" "$krel" $more)
	# shellcheck disable=SC2086
	debs=$(kernel_debs $pkgs)
	# shellcheck disable=SC2086
	kernel_unpack $debs
	lab_enter depmod "$krel"
	lab_enter python3 /mp/tests/lab/vmlinux.py \
		"$(kernel_image "$krel")" "/boot/vmlinux-$krel"
	kernel_env "$1" "$krel" >"$LAB_BUILD/kernels/$1.env.new"
	mv "$LAB_BUILD/kernels/$1.env.new" "$LAB_BUILD/kernels/$1.env"
}
