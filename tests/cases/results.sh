# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# results.sh: how a case says what it saw. One line for each check goes to the
# file $RESULT_LINES: status, $CASE, name and reason, separated by tabs.

# result STATUS NAME [REASON]: one tab-separated line
result() {
	printf '%s\t%s\t%s\t%s\n' "$1" "$CASE" "$2" "${3-}" >>"$RESULT_LINES"
	case $1 in
	ok) echo "ok - $2" ;;
	skip) echo "ok - $2 # SKIP $3" ;;
	*) echo "not ok - $2${3:+ # $3}" ;;
	esac
}

# check NAME CMD...: record whether CMD succeeds; what it prints is shown, and
# its last line is the reason, when it does not. Runs in this shell.
check() {
	ck_name=$1
	shift
	if "$@" >/run/check.out 2>&1; then
		result ok "$ck_name"
		return 0
	else
		ck_rc=$?
	fi
	result 'not ok' "$ck_name" \
		"status $ck_rc: $(tail -n 1 /run/check.out | tr '\t' ' ' |
			cut -c 1-160)"
	sed 's/^/# /' /run/check.out
	return 1
}

# check_not NAME CMD...: record whether CMD fails, as it must
check_not() {
	cn_name=$1
	shift
	check "$cn_name" not "$@"
}

not() {
	! "$@"
}

# skip NAME REASON: record a check that cannot be made here
skip() {
	result skip "$@"
}

# skip_case REASON: leave the whole case
skip_case() {
	result skip-case "$CASE" "$*"
	exit 0
}

# assert NAME CMD...: a check without which the rest of the case is pointless
assert() {
	check "$@" || exit 1
}

# --- for who runs cases ---

# header FILE WORD: the value of "# WORD: value"
header() {
	sed -n "s/^# $2: *//p" "$1" | head -n 1
}

# count STATUS: such lines of this case
count() {
	awk -F '\t' -v c="$CASE" -v s="$1" '$2 == c && $1 == s' "$RESULT_LINES" |
		wc -l
}

# first STATUS: name and reason of the first such line
first() {
	awk -F '\t' -v c="$CASE" -v s="$1" '$2 == c && $1 == s {
		print $3 ($4 ? ": " $4 : ""); exit }' "$RESULT_LINES"
}

# verdict RC LOG: of what the case recorded, which ended with RC; sets STATUS
# and REASON
# shellcheck disable=SC2034 # used by callers
verdict() {
	STATUS=fail REASON=
	bad=$(count 'not ok')
	if [ "$bad" -gt 0 ]; then
		REASON=$(first 'not ok')
		[ "$bad" -eq 1 ] || REASON="$REASON (and $((bad - 1)) more)"
	elif [ "$1" -eq 124 ] || [ "$1" -eq 137 ]; then
		REASON="stopped after its time limit"
	elif [ "$1" -ne 0 ]; then
		REASON="status $1: $(grep '^FAIL' "$2" |
			tail -n 1)"
	elif [ "$(count skip-case)" -gt 0 ]; then
		STATUS=skip REASON=$(awk -F '\t' -v c="$CASE" \
			'$2 == c && $1 == "skip-case" { print $4; exit }' \
			"$RESULT_LINES")
	elif [ "$(count ok)" -gt 0 ]; then
		STATUS=pass
		[ "$(count skip)" -eq 0 ] ||
			REASON="$(count skip) of its checks skipped: $(first skip)"
	elif [ "$(count skip)" -gt 0 ]; then
		STATUS=skip REASON=$(first skip)
	else
		REASON="it checked nothing"
	fi
}
