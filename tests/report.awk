#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0
# report.awk -v out=PREFIX FILE: from tests/check's tab-separated results make
# PREFIX.json and PREFIX.ktap, print the closing line and give the status.
# awk, because nothing else is sure to be on a machine whose lab failed.

function str(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}

function name_of_nic(s) {
	return s == "-" ? "null" : str(s)
}

function json_record(    sub_, n) {
	n = split($7, sub_, " ")
	printf "%s {\"name\": %s, \"nic\": %s, \"kernel\": %s, ", sep, str($2),
		name_of_nic($3), name_of_nic($4) >json
	printf "\"status\": %s, \"reason\": %s, \"seconds\": %d",
		str($1), str($6), $5 >json
	if (n == 3)
		printf ", \"checks\": {\"passed\": %d, \"failed\": %d, " \
			"\"skipped\": %d}", sub_[1], sub_[2], sub_[3] >json
	printf "}" >json
	sep = ",\n"
}

function ktap_record(    head, tail) {
	head = ($1 == "fail" ? "not ok " : "ok ") NR " - " $2
	if ($4 != "-")
		head = head " on " $4
	if ($1 == "skip")
		tail = " # SKIP " $6
	else if ($6 != "")
		tail = " # " $6
	print head tail >ktap
}

BEGIN {
	FS = "\t"
	json = out ".json"
	ktap = out ".ktap"
	sep = "\n"
	printf "[" >json
	print "KTAP version 1" >ktap
}

{
	count[$1]++
	json_record()
	ktap_record()
}

END {
	print "\n]" >json
	print "1.." NR >ktap
	close(json)
	close(ktap)
	summary = sprintf("%d passed, %d failed, %d skipped", count["pass"],
		count["fail"], count["skip"])
	print summary >(out ".summary")
	print summary
	exit count["fail"] > 0 || count["pass"] + count["fail"] == 0
}
