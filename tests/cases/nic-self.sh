# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: the per-NIC suite sees what is broken, and puts back what a case forgot
# kernels: 6.12
# vm: --hugepages 64
# group: full
# timeout: 600
# setup: nic
# shellcheck disable=SC2016 # what sed changes is shell

COPY=/run/nic-self/tests

suite() {
	sh $COPY/nic/run --iface "$DEV" --out /run/nic-out --peer ns:peer:p0 \
		--level fast "$@" >/run/nic-run.txt 2>&1
}

fresh() {
	rm -rf /run/nic-self
	mkdir -p $COPY
	cp -r /mp/tests/nic /mp/tests/cases /mp/tests/lab $COPY/
}

# seen NAME FILE SED STATE REASON: that change of FILE makes its case fail for
# that reason, which is no other
seen() {
	fresh
	sed -i "$3" "$COPY/nic/cases/$2.sh"
	! cmp -s "$COPY/nic/cases/$2.sh" "/mp/tests/nic/cases/$2.sh" ||
		{ echo "nothing was broken"; return 1; }
	suite --cases "$2" --states "$4"
	s_rc=$?
	cat /run/nic-run.txt
	[ $s_rc -eq 1 ] && grep -qE "^not ok .*$5" /run/nic-run.txt
}

broken() {
	check "$1" seen "$@"
}

# A case that leaves things behind.
put_back() {
	fresh
	cat >$COPY/nic/cases/careless.sh <<'CASE'
# case: careless
# states: idle
check "it knows its level" test "$LEVEL" = fast
check "changed" et -K gro off
et -G rx 128
ip link set "$DEV" mtu 1400
ip addr add 198.18.111.9/24 dev "$DEV"
sleep 1000 &
CASE
	suite --cases careless --states idle
	cat /run/nic-run.txt
	! grep '^not ok' /run/nic-run.txt &&
		ethtool -k "$DEV" | grep 'generic-receive-offload: on' &&
		ethtool -g "$DEV" | grep -x 'RX:[[:space:]]*256' &&
		grep -x 1500 "/sys/class/net/$DEV/mtu" &&
		! ip addr show dev "$DEV" | grep 198.18 && ! pgrep -f 'sleep 1000'
}

broken "a frame too few" stats 's/--count \$N/--count $((N - 1))/' idle \
	'rx_packets'
broken "another suffix" drvinfo 's/-mp0/-xx0/' idle 'version has our suffix'
broken "other bytes" sizes 's/--sizes \$1/--sizes $1 --seed 2/' free '60 bytes'
broken "another ring size" rings 's/= "$3"/= 0/' bound '-G rx'
broken "another bus" drvinfo 's/"\$NIC_PCI"/0000:00:00.0/' idle 'bus-info'
broken "a link that stays down" link 's/ip link set "$DEV" up/true/' bound \
	'nothing arrives'
check "what a case forgot is put back" put_back
