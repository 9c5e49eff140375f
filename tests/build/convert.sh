# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# Conversion: every hook in its place on every kernel, and every way in which
# one can go missing is noticed.

DRIVERS=$(cd "$top/drivers" && echo */hooks | sed 's|/hooks||g')
PIECES="$(echo "$DRIVERS" | sed 's|[^ ]*|drivers/&|g') vhost"

convert_cases() {
	run_case "convert $1: the hooks of the manifest, nothing else" \
		convert_exact "$1"
}

# Beside the count of hooks: the conversion changes no other line.
convert_exact() {
	kernel "$1"
	from=$(tree)
	"$repo/drivers/convert-source" "$out" "$KREL" "$PIECES" "$from"
	for p in $PIECES; do
		as_built "${p##*/}"
		"$repo/drivers/convert" "$out" "$p"
		"$repo/drivers/convert-check" "$out/${p##*/}" "$repo/$p/hooks"
		convert_only_ours "$out/src/${p##*/}" "$out/${p##*/}"
	done
}

# as_built PIECE: what a build of the repository has converted, which saves
# minutes of spatch. drivers/convert takes it for a result of its own, and does
# it anew unless it is one of the same source and the same patch.
as_built() {
	from=$top/build/$KREL/$1
	[ -f "$from/.converted" ] || return 0
	rm -rf "${out:?}/$1"
	mkdir -p "$out/$1"
	tar -C "$from" -c --exclude='*.o' --exclude='*.ko' --exclude='*.cmd' \
		. | tar -C "$out/$1" -x
}

convert_only_ours() {
	for f in "$1"/*.[ch]; do
		diff "$f" "$2/${f##*/}" | grep '^>' || :
	done >"$T/added"
	# get_socket() gets two lines more for the result of its hook; calls may
	# be longer than a line and make braces necessary
	sed -E -e '/_mp[_.]|mp_vhost|mp_ring|mp_steer|if \(!IS_ERR\(sock\)\)|return sock;|^> *$/d' \
		-e '/^>\s+(per_ring_budget|xdp->xsk.queue_id),$/d' \
		-e '/^>\s+([a-z>.-]+_id, )?(igb|ixgbe)_(clean_rx_irq|xsk_pool_setup)\);$/d' \
		-e '/^>\s+IXGBE_WRITE_REG\(hw, IXGBE_TSYNCRXCTL,$/d' \
		-e '/^>\s+(\}|(if|for) \(.*\) \{)$/d' "$T/added" >"$T/foreign"
	absent . "$T/foreign"
}

rules_of() {
	sed -n 's/^@\([a-z_][a-z_]*\).*@$/\1/p' "$top/$1"/*.cocci
}

# optional_rules PIECE: those that need not match and leave no stock call then
optional_rules() {
	awk -F '\t' '
		$1 == "hook" { needed[$3] += $5 > 0 || $6 == 0 }
		END { for (r in needed) if (!needed[r]) print r }' "$top/$1/hooks"
}

# rules_to_break PIECE: one conversion for each takes long. make check breaks the
# last one of each piece, make check-full every one that has to match.
rules_to_break() {
	rules_of "$1" | grep -vxF "$(optional_rules "$1")" | if [ "${LEVEL:-full}" = fast ]; then
		tail -n 1
	else
		cat
	fi
}

# A rule that the manifest does not know may come to match nothing, unseen.
convert_listed() {
	for p in $PIECES; do
		rules_of "$p" | sort -u >"$T/rules"
		[ -s "$T/rules" ]
		awk -F '\t' '$1 == "hook" && $6 > 0 && $3 != "append" {
			print $3 }' "$repo/$p/hooks" | sort -u | diff "$T/rules" -
	done
}

convert_broken_cases() {
	kernel "$1"
	run_case "convert: every rule has a place in the manifest, and the reverse" \
		convert_listed
	for p in $PIECES; do
		for r in $(rules_to_break "$p"); do
			run_case "convert: ${p##*/} without rule $r is refused" \
				convert_without "$p" "$r"
		done
	done
	run_case "convert: a hook where none belongs is refused" convert_stray
	run_case "convert: a doubled hook is refused" convert_doubled
	run_case "convert: a renamed function is named" convert_renamed
	run_case "convert: a changed manifest is obeyed" convert_manifest
	run_case "convert: converting twice is refused" convert_twice
	run_case "convert: a second run does nothing" convert_again
	run_case "convert: a failure leaves nothing of an older success" \
		convert_leaves_nothing
	run_case "convert: without spatch says so, keeps what is there" \
		convert_no_spatch
	run_case "convert: a vendor's flat directory" convert_vendor
	run_case "convert: no source, wrong source: one line each" \
		convert_no_source
}

# start: a scratch copy with pristine sources of the kernel in it
start() {
	from=$(tree)
	scratch
	"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" "$from"
}

convert_without() {
	start
	awk -v rule="$2" '
		/^@[a-z_].*@$/ { off = $0 ~ "^@" rule "[ @]" }
		!off { print }' "$top/$1"/*.cocci >"$T/cocci"
	cp "$T/cocci" "$(echo "$S/$1"/*.cocci)"
	# "expected 0, found 1" of a stock call that the rule replaces
	fails_with "rule $2, .*: expected [0-9.]* of .*, found [01]" \
		"$S/drivers/convert" "$SO" "$1"
	[ ! -e "$SO/${1##*/}" ]
	[ ! -e "$SO/${1##*/}.new" ]
	# no other rule is to be blamed
	sed "/rule $2,/d" "$T/said" >"$T/others"
	absent expected "$T/others"
}

convert_stray() {
	start
	cat >>"$S/drivers/e1000e/e1000e.cocci" <<-'END'

	@r_stray@
	expression R;
	@@
	+	e1000e_mp_clean_rx_ring(R);
	 	e1000_clean_tx_ring(R);
	END
	fails_with 'rule r_clean_ring, netdev.c, e1000e_free_tx_resources\(\): expected 0 .*found 1' \
		"$S/drivers/convert" "$SO" drivers/e1000e
}

convert_doubled() {
	start
	sed 's/@r_register@/@r_register_twice@/' \
		"$top/drivers/e1000e/e1000e.cocci" |
		sed -n '/^@r_register_twice/,/^@r_unreg/p' | sed '$d' \
		>>"$S/drivers/e1000e/e1000e.cocci"
	fails_with 'rule r_register, netdev.c, e1000_probe\(\): expected 1 .*found 2' \
		"$S/drivers/convert" "$SO" drivers/e1000e
}

convert_renamed() {
	start
	sed -i 's/\be1000_configure_rx\b/e1000_configure_receive/' \
		"$SO/src/e1000e/netdev.c"
	fails_with 'e1000e.cocci rule r_choice, netdev.c, e1000_configure_rx\(\): expected 1 .*found 0' \
		"$S/drivers/convert" "$SO" drivers/e1000e
	sed -i 's/\bvhost_net_stop_vq\b/vhost_net_halt_vq/' "$SO/src/vhost/net.c"
	fails_with 'vhost_net.cocci rule r_stop_vq, net.c, vhost_net_stop_vq\(\): expected 1 .*found 0' \
		"$S/drivers/convert" "$SO" vhost
}

convert_manifest() {
	start
	sed -i 's/^\(hook.*r_open.*\)1	1/\12	3/' "$S/vhost/hooks"
	fails_with 'rule r_open, net.c, vhost_net_open\(\): expected 2..3 .*found 1' \
		"$S/drivers/convert" "$SO" vhost
}

convert_twice() {
	start
	"$S/drivers/convert" "$SO" drivers/e1000e
	mkdir "$S/vendor"
	cp "$SO"/e1000e/* "$S/vendor/"
	fails_with "$S/vendor was converted before" \
		"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" \
		"$S/vendor" "$from"
}

convert_again() {
	start
	"$S/drivers/convert" "$SO" vhost
	"$S/drivers/convert" "$SO" vhost >"$T/said" 2>&1
	[ ! -s "$T/said" ]
	# and a changed patch is a reason
	echo >>"$S/vhost/vhost_net.cocci"
	"$S/drivers/convert" "$SO" vhost | grep CONVERT
}

convert_leaves_nothing() {
	start
	"$S/drivers/convert" "$SO" vhost
	sed -i 's/^@r_open@/@r_open depends on never@/' "$S/vhost/vhost_net.cocci"
	fails_with . "$S/drivers/convert" "$SO" vhost
	[ ! -e "$SO/vhost" ]
}

convert_no_spatch() {
	start
	"$S/drivers/convert" "$SO" vhost
	mkdir "$S/bin"
	for c in sh dirname; do ln -s "$(command -v $c)" "$S/bin/"; done
	fails_with 'spatch not found: apt-get install coccinelle' \
		env PATH="$S/bin" "$S/drivers/convert" "$SO" vhost
	[ -f "$SO/vhost/net.c" ]
}

convert_vendor() {
	from=$(tree)
	scratch
	mkdir -p "$S/vendor/src"
	cp "$from"/drivers/net/ethernet/intel/e1000e/* "$S/vendor/src/"
	sed -i '1i /* vendor */' "$S/vendor/src/netdev.c"
	"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" "$S/vendor" "$from"
	"$S/drivers/convert" "$SO" drivers/e1000e
	"$S/drivers/convert" "$SO" vhost
	head -n 1 "$SO/e1000e/netdev.c" | grep vendor
}

convert_no_source() {
	scratch
	fails_with 'no source of Linux 4.2 here: apt-get install linux-source-4.2' \
		"$S/drivers/convert-source" "$SO" 4.2.0-1-amd64 "$PIECES"
	fails_with 'SRC=/nowhere: no such file' \
		"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" /nowhere
	echo rubbish >"$S/rubbish.tar.xz"
	fails_with 'rubbish.tar.xz: ' \
		"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" "$S/rubbish.tar.xz"
	mkdir "$S/half"
	printf 'VERSION = 9\nPATCHLEVEL = 1\n' >"$S/half/Makefile"
	fails_with 'half has no drivers/net/ethernet/intel/e1000e' \
		"$S/drivers/convert-source" "$SO" "$KREL" "$PIECES" "$S/half"
	[ "$(wc -l <"$T/said")" -eq 1 ]
}
