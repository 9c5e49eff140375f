# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Debug kernels, 6.12-debug beside 6.12: the same source, built once in the lab
# root with what finds defects (KASAN, lockdep, PROVE_RCU, DMA_API_DEBUG,
# DEBUG_ATOMIC_SLEEP, kmemleak, ...) and little else.

DEBUG_CONFIG=$LAB_DIR/debugkernel

# A configuration that lacks one of these would be silent where it should not.
DEBUG_MUST='KASAN PROVE_LOCKING PROVE_RCU DMA_API_DEBUG DEBUG_ATOMIC_SLEEP
DEBUG_KMEMLEAK DEBUG_OBJECTS BUG INTEL_IOMMU'
DEBUG_MUST_MODULES='E1000E IGB IXGBE VHOST_NET TUN MACVTAP'

# debug_tree BASE: its source and build tree, inside the root
debug_tree() {
	echo "/usr/src/linux-$1-debug"
}

# debug_make TREE ARG...
debug_make() {
	dm_tree=$1
	shift
	lab_enter make -s -C "$dm_tree" CC=gcc-14 HOSTCC=gcc-14 "$@"
}

debug_unpack() {
	rm -rf "${LAB_ROOT:?}$2"
	mkdir -p "$LAB_ROOT$2"
	tar -x -f "$LAB_ROOT$1" -C "$LAB_ROOT$2" --strip-components=1
}

# Options that kconfig dropped, for a dependency say, are an error.
debug_configure() {
	debug_make "$1" tinyconfig
	lab_enter env -C "$1" scripts/kconfig/merge_config.sh -m .config \
		/mp/tests/lab/debugkernel/lab.config \
		/mp/tests/lab/debugkernel/debug.config
	debug_make "$1" olddefconfig
	for o in $DEBUG_MUST; do
		debug_has "$1" "$o" y
	done
	for o in $DEBUG_MUST_MODULES; do
		debug_has "$1" "$o" m
	done
}

debug_has() {
	grep -qx "CONFIG_$2=$3" "$LAB_ROOT$1/.config" || {
		echo "lab: the debug kernel would lack CONFIG_$2=$3" >&2
		return 1
	}
}

# debug_env BASE RELEASE: as kernel_env()
debug_env() {
	(
		# shellcheck disable=SC1090
		. "$LAB_BUILD/kernels/$1.env"
		cat <<-EOF
			KREL=$2
			KVERSION=$KVERSION
			KDIR=$(debug_tree "$1")
			KCC=gcc-14
			KSRC=$KSRC
			VMLINUZ=/boot/vmlinuz-$2
			VMLINUX=/boot/vmlinuz-$2
		EOF
	)
}

# debug_install KERNEL: an interrupted build goes on where it was
debug_install() {
	base=${1%-debug}
	tree=$(debug_tree "$base")
	from=$(sed -n 's/^KSRC=//p' "$LAB_BUILD/kernels/$base.env")
	stamp=$LAB_ROOT$tree/.lab-config
	want=$(cat "$DEBUG_CONFIG"/*.config "$LAB_BUILD/kernels/$base.env" |
		sha256sum)
	[ "$(cat "$stamp" 2>/dev/null)" = "$want" ] || {
		debug_unpack "$from" "$tree"
		debug_configure "$tree"
		echo "$want" >"$stamp"
	}
	debug_make "$tree" "-j$(nproc)" bzImage modules
	krel=$(debug_make "$tree" kernelrelease)
	debug_make "$tree" INSTALL_MOD_STRIP=1 modules_install
	lab_enter depmod "$krel"
	# not the ELF kernel: its PVH entry runs C before KASAN has its shadow
	lab_enter cp "$tree/arch/x86/boot/bzImage" "/boot/vmlinuz-$krel"
	debug_env "$base" "$krel" >"$LAB_BUILD/kernels/$1.env.new"
	mv "$LAB_BUILD/kernels/$1.env.new" "$LAB_BUILD/kernels/$1.env"
}
