# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Where packages come from: the mirrors that this machine's apt uses already.
# LAB_MIRROR and LAB_SECURITY_MIRROR override them.

# mirror_list: "release origin uri" of every archive that apt knows. Origin is
# empty on a machine whose indexes were never fetched.
mirror_list() {
	# shellcheck disable=SC2016
	apt-get indextargets --format \
		'$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI) $(ORIGIN)' |
		awk '$1 == "Packages" && $2 == "main" { print $3, ($5 ? $5 : "-"), $4 }' |
		sort -u
}

# mirror_pick RELEASE_REGEX: the URI of the first archive whose release
# matches, one that says it is Debian's before one that says nothing
mirror_pick() {
	mirror_list | awk -v re="$1" '
		$1 !~ re || ($2 != "-" && $2 != "Debian") { next }
		$2 == "Debian" && !known { known = $3 }
		!any { any = $3 }
		END { print known ? known : any }' | mirror_resolve
}

# mirror_resolve: cloud images name a file that lists mirrors; take its first
mirror_resolve() {
	read -r uri || return 0
	case $uri in
	mirror+file:*)
		file=${uri#mirror+file:}
		sed 's/[[:space:]].*//; /^#/d; /^$/d; q' "${file%/}" ;;
	*)
		echo "$uri" ;;
	esac
}

# mirror_find: set MIRROR and SECURITY
mirror_find() {
	command -v apt-get >/dev/null ||
		die "needs a Debian-like machine: there is no apt-get here"
	MIRROR=${LAB_MIRROR:-$(mirror_pick '^[a-z]+(/.*)?$')}
	SECURITY=${LAB_SECURITY_MIRROR:-$(mirror_pick '^[a-z]+(-security|/updates)$')}
	[ -n "$MIRROR" ] ||
		die "apt knows no Debian mirror here: set LAB_MIRROR=URI"
	# security releases sit beside the archive on every full mirror
	[ -n "$SECURITY" ] ||
		SECURITY=$(echo "$MIRROR" | sed 's|/*$||; s|$|-security|')
}

# mirror_sources SUITE...: source lines, each suite once
mirror_sources() {
	for s in "$@"; do
		case $s in
		*-security) echo "deb $SECURITY $s main" ;;
		*) echo "deb $MIRROR $s main" ;;
		esac
	done | sort -u
}
