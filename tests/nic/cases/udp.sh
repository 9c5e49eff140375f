# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: UDP both ways, checksums verified by NIC and by software
# requires: tool:iperf3 peer-tool:iperf3 tool:nstat
# states: stock idle frags
# fast: none
# timeout: 120
# shellcheck source=tests/nic/stack.sh
. "$NIC_TOP/tests/nic/stack.sh"

CSUM='UdpInCsumErrors UdpInErrors'

# With the NIC's verdict off, the stack sums up every byte itself.
in_software() {
	et -K rx off && link_up && clean "$CSUM" udp '' -R -b 4M -t 1
	is_rc=$?
	et -K rx on && link_up && return $is_rc
}

check "addresses" addresses
check "a server at the peer" serve 5201 || { stack_end; return; }
check "to us" clean "$CSUM" udp "UDP to us" -R -b "${UDP_RATE:-4M}" -t 1
if [ "$LEVEL" = full ]; then
	check "from us" clean "$CSUM" udp "UDP from us" -b "${UDP_RATE:-4M}" -t 1
	check "to us, summed by software" in_software
fi
stack_end
