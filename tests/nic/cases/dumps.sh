# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# case: registers (-d) and EEPROM (-e): the same size, and the EEPROM's bytes
# requires: op:-d
# states: stock idle stack bound
# fast: stock idle

reg_bytes() {
	et -d raw on | wc -c
}

decoded() {
	et -d | sed 's/[0-9A-Fx][0-9A-Fx]*$//; s/:.*/:/' | sort -u | head -n 200
}

eeprom() {
	et -e raw on | md5sum
}

same "-d, bytes" reg_bytes
same "-e" eeprom
check "-d decodes" et -d
check "-d, hex" et -d hex on
check "-e, a part" et -e offset 0 length 64
in_stock || check "traffic" flows
