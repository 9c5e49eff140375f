# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# kvm.sh: a KVM guest in the emulated host, on a bound port of the NIC under
# test. Sourced by cases, after lab/guest-lib.sh.
#
#    netns peer         emulated host                    KVM guest
#   +-----------+ wire +-----+ port  +-----------------+ +-----------+
#   | p0        +------+ NIC +-------+ vhost_net, QEMU +-+ eth0      |
#   | 192.0.2.1 |      +-----+       +---+-------------+ | 192.0.2.9 |
#   +-----------+                        | virtio-serial | (DHCP)    |
#     DHCP, iperf3      kvm_guest CMD ---+---------------+ init      |
#                                                        +-----------+
# What the guest is told and what it answers goes through a virtio-serial port,
# never through the console; QEMU is spoken to by QMP. KVM_DIR is the same
# directory here and in the lab root, where QEMU runs. A second guest beside the
# first has a name: kvm_name.

KVM_DIR=/run/kvm
KVM_ROOT_DIR=/lab$KVM_DIR
KVM_NAME=''
KVM_AT=$KVM_ROOT_DIR
KVM_MB=256
KVM_MAC=52:54:00:00:00:09
KVM_ADDR=192.0.2.9
KVM_PEER=192.0.2.1

# kvm_setup [TOOL...]: what guests need, once per VM; with pci no more tools: the
# firmware has no room for the ACPI tables then
kvm_setup() {
	insmod_stock kvm-amd || {
		echo "no nested KVM: this CPU has no SVM"
		return 1
	}
	in_lab mkdir -p $KVM_DIR
	/mp/tests/kvm/mkguest "$KVM_ROOT_DIR" "$@" || return 1
	# shellcheck disable=SC1090
	KVM_KERNEL=$(. "$(grep -lxF "KREL=$KREL" /mp/build/lab/kernels/*.env)" &&
		echo "$VMLINUX")
}

# kvm_memory hugepages|4k: QEMU's arguments
kvm_memory() {
	case $1 in
	hugepages) echo "-object memory-backend-memfd,id=m,size=${KVM_MB}M,hugetlb=on,hugetlbsize=2M" ;;
	4k) echo "-object memory-backend-ram,id=m,size=${KVM_MB}M" ;;
	esac
}

# kvm_bus mmio|pci: the machine and how its devices are attached. With pci the
# guest's interrupts come from the vhost worker, with mmio by way of QEMU. On an
# emulated host of 7.3, and with four CPUs, no guest boots with pci, whatever its
# NIC: the firmware leaves a broken ACPI table.
kvm_bus() {
	kb=-machine\ microvm,accel=kvm,rtc=on,memory-backend=m
	case $1 in
	mmio) echo "$kb,pcie=off -global virtio-mmio.force-legacy=off" ;;
	pci) echo "$kb,pcie=on" ;;
	esac
}

# kvm_suffix BUS: of the names of its virtio devices
kvm_suffix() {
	case $1 in
	mmio) echo device ;;
	pci) echo pci ;;
	esac
}

# kvm_queues N BUS: what QEMU is told for N queue pairs and as many CPUs
kvm_queues() {
	[ "$1" -gt 1 ] || return 0
	echo ",mq=on$([ "$2" = mmio ] || echo ",vectors=$(($1 * 2 + 2))")"
}

# kvm_name NAME: whom the functions below are about from now on. The descriptors
# of the one before are the caller's, who has them elsewhere if he needs them.
kvm_name() {
	KVM_NAME=$1
	KVM_AT=$KVM_ROOT_DIR/$1
	mkdir -p "$KVM_AT"
}

# kvm_start NIC MEMORY BUS [N]: QEMU on the bound NIC, its first N queues (1), a
# port for each; KVM_PID is QEMU's. KVM_MORE has more arguments for it.
kvm_start() {
	kvm_in=$KVM_DIR${KVM_NAME:+/$KVM_NAME}
	sfx=$(kvm_suffix "$3") kvm_n=${4:-1} kvm_target=$1
	kvm_by='' kvm_net='-netdev tap,id=t,fd={fd},vhost=on'
	[ "$kvm_n" -eq 1 ] || {
		kvm_target=$1:0-$((kvm_n - 1))
		kvm_by='--netdev-id t' kvm_net=''
	}
	for f in ctl qmp; do
		rm -f "$KVM_AT/$f.in" "$KVM_AT/$f.out"
		mkfifo "$KVM_AT/$f.in"
		: >"$KVM_AT/$f.out"
	done
	# held open, so that neither end sees an end of file
	exec 7<>"$KVM_AT/ctl.in" 8<>"$KVM_AT/qmp.in"
	# shellcheck disable=SC2046,SC2086
	mpctl run "$kvm_target" $kvm_by -- chroot /lab \
		/usr/bin/env PATH=/usr/bin:/bin qemu-system-x86_64 \
		-no-user-config -nodefaults -display none -cpu host -smp "$kvm_n" \
		-m $KVM_MB $(kvm_memory "$2") $(kvm_bus "$3") \
		-kernel "$KVM_KERNEL" -initrd $KVM_DIR/guest.cpio \
		-append "console=ttyS0 quiet panic=-1 reboot=t" \
		-serial "file:/out/guest-console$KVM_NAME.log" \
		$kvm_net \
		-device "virtio-net-$sfx,netdev=t,mac=$KVM_MAC$(kvm_queues "$kvm_n" "$3")" \
		-device "virtio-serial-$sfx" \
		-chardev "file,id=ctl,path=$kvm_in/ctl.out,input-path=$kvm_in/ctl.in" \
		-device virtserialport,chardev=ctl,name=ctl \
		-chardev "file,id=qmp,path=$kvm_in/qmp.out,input-path=$kvm_in/qmp.in" \
		-object monitor-qmp,id=mon,chardev=qmp ${KVM_MORE-} \
		5>&- 6>&- 7>&- 8>&- 9>&- >"/out/qemu$KVM_NAME.log" 2>&1 &
	KVM_PID=$!
	kvm_qmp '"qmp_capabilities"'
}

kvm_alive() {
	kill -0 "$KVM_PID" 2>/dev/null
}

# kvm_qmp COMMAND: a QMP command, JSON without its braces
kvm_qmp() {
	echo "{\"execute\": $1}" >&8
}

kvm_boots() {
	grep -c '^boot ' "$KVM_AT/ctl.out"
}

kvm_booted() {
	[ "$(kvm_boots)" -ge "$1" ] || ! kvm_alive
}

# kvm_wait_boot N: until the guest has booted N times since kvm_start
kvm_wait_boot() {
	wait_for 120 kvm_booted "$1" && kvm_alive
}

kvm_done() {
	grep -q "^$1= " "$KVM_AT/ctl.out" || ! kvm_alive
}

# kvm_ask COMMAND: the guest begins with it; one at a time
kvm_ask() {
	# a file, because callers may be subshells
	ka_id=$(($(cat "$KVM_AT/id" 2>/dev/null || echo 0) + 1))
	echo $ka_id >"$KVM_AT/id"
	echo "$ka_id $(printf '%s' "$1" | base64 -w 0)" >&7
}

# kvm_answer SECONDS: output and status of what was asked last
kvm_answer() {
	ka_id=$(cat "$KVM_AT/id")
	wait_for "$1" kvm_done "$ka_id"
	sed -n "s/^$ka_id> //p" "$KVM_AT/ctl.out"
	ka_rc=$(sed -n "s/^$ka_id= //p" "$KVM_AT/ctl.out")
	[ -n "$ka_rc" ] || {
		echo "the guest does not answer" >&2
		return 124
	}
	return "$ka_rc"
}

# kvm_guest COMMAND: run it in the guest; its output and status
kvm_guest() {
	kvm_ask "$1"
	kvm_answer 60
}

# kvm_end: until QEMU has ended
kvm_end() {
	exec 7>&- 8>&-
	wait "$KVM_PID"
}

kvm_quit() {
	kvm_qmp '"quit"'
	kvm_end
}

# kvm_no_port: nothing is bound any more
kvm_no_port() {
	[ -z "$(mpctl show)" ] || { mpctl show; return 1; }
}
