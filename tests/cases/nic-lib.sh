# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# nic-lib.sh: run the per-NIC suite on the VM's NIC as a user would on his own.
# Its results are checks of this case; its page is made outside, of /out/$CASE.d.

# nic_name: the emulated NIC's; the VM has no list of names
nic_name() {
	id=$(cat "/sys/bus/pci/devices/$NIC_PCI/device")
	case $id in
	0x10d3) id=82574L ;;
	0x10c9) id=82576 ;;
	0x10f7|0x10fb) id=82599 ;;
	0x1528) id=X540 ;;
	esac
	echo "$id, emulated"
}

# nic_suite OPTION...
nic_suite() {
	NIC_NAME=$(nic_name)
	export NIC_NAME
	VERBOSE=1 sh /mp/tests/nic/run --iface "$DEV" --peer ns:peer:p0 \
		--out "/out/$CASE.d" "$@"
	ns_rc=$?
	awk -F '\t' -v OFS='\t' -v c="$CASE" '
		$1 == "ok" || $1 == "not ok" || $1 == "skip" {
			print $1, c, $2 ": " $3, $4 }
		$1 == "skip-case" { print "skip", c, $2, $4 }' \
		"/out/$CASE.d/results.tsv" >>/out/results
	[ $ns_rc -le 1 ] || fail "the suite was refused: status $ns_rc"
}
