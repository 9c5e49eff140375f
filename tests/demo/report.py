#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR NIC KERNEL FRAMES OUT: from the figures of each stream in DIR
make the demo's table and its JSON, and judge them.

Where each figure is from:
  frames_sent        wiregen, at the peer
  frames_received, bytes_received, lost, corrupt, reordered
                     vguest, which looks at each byte
  zero_copy_*, detours, pins, memlock
                     the port (MP_GET_STATS)
  cpu_copied_bytes   the port counts what it copied; on top comes what was
                     counted by a probe on the kernel's skb_copy_datagram_iter
                     in the vhost worker, the copy of the stock path
"""
import json
import os
import sys

PAGE = 4096
MIN_SHARE = 0.99    # of payload bytes, in hugepages


def load(directory, name):
    try:
        with open(os.path.join(directory, name), encoding="ascii") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def port_figures(port):
    """What only a port has; all zero on the stock path."""
    return {
        "zero_copy_frames": port.get("rx_zc_frames", 0),
        "zero_copy_bytes": port.get("rx_zc_bytes", 0),
        "detours": {k: v for k, v in port.get("detours", {}).items() if v},
        "pins": port.get("pins", 0),
        "pins_peak": port.get("pinned_peak_bytes", 0) // PAGE,
        "pinned_peak_bytes": port.get("pinned_peak_bytes", 0),
        "memlock_peak_bytes": port.get("memlock_peak_bytes", 0),
        "starved": port.get("rx_starved", 0),
        "wakeups": port.get("rx_wakeups", 0),
    }


def copied(rx, port, more):
    """Bytes, and how they are known."""
    probe = more.get("skb_copied")
    by_port = port.get("rx_copied_bytes", 0)
    if probe is not None:
        return by_port + probe, "counted"
    if port:
        return by_port, "counted by the port"
    return rx.get("bytes", 0), "by construction: its socket copies each byte"


def stream(directory, path, memory, nic, kernel):
    """One stream as a record; None when it did not run."""
    name = f"{path}-{memory}"
    guest = load(directory, name + ".json")
    sent = load(directory, name + ".sent.json")
    if not guest:
        return None
    rx, port = guest["rx"], guest.get("port", {})
    cpu, how = copied(rx, port, load(directory, name + ".more.json"))
    record = {
        "nic": nic,
        "kernel": kernel,
        "path": path,
        "memory": memory,
        "frames_sent": sent.get("sent", 0),
        "frames_received": rx["received"],
        "bytes_received": rx["bytes"],
        "cpu_copied_bytes": cpu,
        "cpu_copied_bytes_source": how,
        "lost": max(sent.get("sent", 0) - rx["received"], rx["lost"]),
        "corrupt": rx["corrupt"],
        "reordered": rx["reordered"],
        "duplicates": rx["duplicates"],
        "outside_touched": rx["outside_touched"],
        "errors": guest["errors"],
        "seconds": round(guest["elapsed_us"] / 1e6, 1),
    }
    record.update(port_figures(port))
    return record


# --- the table ---

def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "-"


def number(n):
    return f"{n:,}"


def mib(n):
    return f"{n / (1 << 20):.0f} MiB"


def detours(r):
    return ", ".join(f"{k} {number(v)}" for k, v in r["detours"].items())


ROWS = [
    ("frames sent", lambda r: number(r["frames_sent"])),
    ("frames received intact", lambda r: number(r["frames_received"])),
    ("payload bytes", lambda r: number(r["bytes_received"])),
    ("frames without a copy", lambda r: number(r["zero_copy_frames"])),
    ("bytes without a copy",
     lambda r: percent(r["zero_copy_bytes"], r["bytes_received"])),
    ("copied by the CPU / byte",
     lambda r: f"{r['cpu_copied_bytes'] / max(r['bytes_received'], 1):.4f}"),
    ("detours (copied frames)",
     lambda r: number(sum(r["detours"].values()))),
    ("lost", lambda r: number(r["lost"])),
    ("corrupt", lambda r: number(r["corrupt"])),
    ("out of order", lambda r: number(r["reordered"])),
    ("pinned at most", lambda r: mib(r["pinned_peak_bytes"])),
    ("  of RLIMIT_MEMLOCK", lambda r: mib(r["memlock_peak_bytes"])),
]


def table(runs):
    title = {"mpassthru": "mpassthru", "macvtap": "macvtap + stock"}
    mem = {"hugepages": "2 MiB pages", "4k": "4 KiB pages"}
    head = [[title[r["path"]] for r in runs], [mem[r["memory"]] for r in runs]]
    lines = [f"{'':26}" + "".join(f"{c:>17}" for c in h) for h in head]
    for name, cell in ROWS:
        lines.append(f"{name:26}" + "".join(f"{cell(r):>17}" for r in runs))
    return lines


def notes(runs):
    for r in runs:
        if r["detours"]:
            yield (f"Detours of {r['path']} in {r['memory']}: {detours(r)}. "
                   "Such a frame is copied once, by the vhost worker.")
    if any("crossing" in r["detours"] for r in runs):
        yield ("crossing: a 1536-byte buffer that spans two pages which are "
               "not neighbours in memory.")
    stock = [r for r in runs if r["path"] == "macvtap"]
    if stock:
        yield ("macvtap's copies are " + stock[0]["cpu_copied_bytes_source"]
               + " (vhost worker, skb_copy_datagram_iter).")


# --- the verdict ---

def wrong(r, frames):
    """What is wrong with a stream, in a few words each."""
    bad = []
    if r["frames_received"] != frames or r["frames_sent"] != frames:
        bad.append(f"{r['frames_received']} of {frames} frames arrived")
    for key in ("lost", "corrupt", "reordered", "duplicates",
                "outside_touched"):
        if r[key]:
            bad.append(f"{r[key]} {key}")
    bad += r["errors"] if not bad else []
    share = r["zero_copy_bytes"] / max(r["bytes_received"], 1)
    if r["path"] == "mpassthru" and r["memory"] == "hugepages" and \
            share < MIN_SHARE:
        bad.append(f"only {100 * share:.2f} % of the bytes without a copy")
    return bad


def verdict(by_name, frames):
    bad = []
    for (path, memory), r in by_name.items():
        found = wrong(r, frames) if r else ["did not run"]
        if found:
            bad.append(f"{path} in {memory}: " + ", ".join(found))
    return bad


def document(by_name, bad):
    """On top the stream in hugepages, beside it all of them."""
    runs = [dict(r, baseline=by_name["macvtap", r["memory"]])
            for r in by_name.values() if r and r["path"] == "mpassthru"]
    top = dict(runs[0]) if runs and runs[0]["memory"] == "hugepages" else {}
    top["runs"] = runs
    top["verdict"] = "failed" if bad else "ok"
    top["reasons"] = bad
    return top


def main():
    directory, nic, kernel, frames, out = sys.argv[1:]
    by_name = {(path, memory): stream(directory, path, memory, nic, kernel)
               for path in ("mpassthru", "macvtap")
               for memory in ("hugepages", "4k")}
    runs = [r for r in by_name.values() if r]
    bad = verdict(by_name, int(frames))
    with open(out, "w", encoding="ascii") as f:
        json.dump(document(by_name, bad), f, indent=1)
        f.write("\n")
    print()
    print(f"{nic} on {kernel}: frames of 60..1514 bytes from the wire into "
          "a guest, each byte checked")
    print("\n".join(table(runs)))
    for n in notes(runs):
        print(n)
    print()
    for b in bad:
        print(f"demo: FAILED: {b}")
    if not bad:
        print(f"demo: ok, {frames} of {frames} frames intact in each stream; "
              "figures in build/results/demo.json")
    return 1 if bad else 0


sys.exit(main())
