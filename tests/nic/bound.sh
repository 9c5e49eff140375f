# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# bound.sh: for cases in the state free, which have guests of their own.

# In pages of 2 MiB everything is in place but what crosses from one to the
# next; where the machine has none to spare, more crosses.
if [ -n "$GUEST_MEM" ]; then
	EXPECT=$MOST_ZC
else
	# shellcheck disable=SC2034 # used by cases
	EXPECT='(.port | .rx_zc_frames > 0 and
		.rx_zc_frames + .detours.crossing == .rx_frames)'
fi

# what a guest reports of a run becomes figures
zc_figures() {
	figure "frames without a copy" "$1" "$(jq '.port |
		if .rx_frames > 0 then .rx_zc_frames * 1000 / .rx_frames | round /
		10 else 0 end' "$VG/out.json")" %
}

# fps PLOT X RUN...: and how fast it was, by the sender's clock, who waits for
# what is on the way
fps() {
	fps_plot=$1 fps_x=$2
	shift 2
	"$@" || return 1
	figure "$fps_plot" "$fps_x" "$(sed -n \
		's/.*sent \([0-9]*\) frames.* in \([0-9.]*\) s.*/\1 \2/p' \
		"$VG/send.txt" | awk '{ printf "%d", $1 / ($2 + 0.001) }')" frames/s
	zc_figures "$fps_x"
}
