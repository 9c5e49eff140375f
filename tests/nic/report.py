#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR PREFIX: from what tests/nic/run left in DIR make PREFIX.json,
PREFIX.ktap and PREFIX.html, one page with everything in it.

DIR has about.tsv (what was tested), results.tsv (lines of begin, checks and end
of each case) and figures.tsv (case, plot, x, value, unit).
"""
import html
import json
import os
import shutil
import sys

STATES = ("stock", "idle", "stack", "frags", "free", "bound")
STATE_TEXT = {
    "stock": "the distribution's driver, idle",
    "idle": "our driver, idle",
    "stack": "our driver, receiving for the host",
    "frags": "our driver, mp-frags on",
    "free": "our driver, bound by the case",
    "bound": "a guest receives all the time",
}
COLORS = {
    "stock": "#8a8f98", "idle": "#2f6fb0", "stack": "#2a9d8f",
    "frags": "#e08e2b", "free": "#7a5bb5", "bound": "#b0413e",
}


def rows(path):
    """The lines of a tab-separated file."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip()]


def split_case(case):
    state, _, name = case.partition("/")
    return state, name


def read_cases(directory):
    """One record for each case and state, in the order in which they ran."""
    cases = {}

    def record(case):
        state, name = split_case(case)
        return cases.setdefault(case, {
            "name": name, "state": state, "status": "fail",
            "reason": "did not end", "seconds": 0.0, "checks": [],
            "figures": []})

    for row in rows(os.path.join(directory, "results.tsv")):
        row += [""] * (5 - len(row))
        rec = record(row[1])
        if row[0] == "end":
            rec["status"], rec["reason"] = row[2], row[4]
            rec["seconds"] = int(row[3] or 0) / 1000
        elif row[0] in ("ok", "not ok", "skip"):
            status = {"ok": "pass", "not ok": "fail"}.get(row[0], row[0])
            rec["checks"].append(
                {"name": row[2], "status": status, "reason": row[3]})
    for row in rows(os.path.join(directory, "figures.tsv")):
        if len(row) == 5:
            record(row[0])["figures"].append(
                {"plot": row[1], "x": row[2], "value": number(row[3]),
                 "unit": row[4]})
    return list(cases.values())


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def count(cases):
    n = {"pass": 0, "fail": 0, "skip": 0}
    for c in cases:
        n[c["status"]] = n.get(c["status"], 0) + 1
    return n


# --- plots ---

def plots_of(cases):
    """{plot: {"unit": u, "series": {state: {x: value}}}}, x in order seen."""
    plots = {}
    for c in cases:
        for f in c["figures"]:
            if f["value"] is None:
                continue
            p = plots.setdefault(f["plot"], {"unit": f["unit"], "x": [],
                                             "series": {}})
            if f["x"] not in p["x"]:
                p["x"].append(f["x"])
            series = p["series"].setdefault(c["state"], {})
            series[f["x"]] = f["value"]
    return plots


def nice_top(value):
    """The round number at or above value at which an axis ends."""
    if value <= 0:
        return 1.0
    scale = 10 ** (len(str(int(value))) - 1) if value >= 1 else 0.001
    while value < 1 and scale * 10 <= value:
        scale *= 10
    for m in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if m * scale >= value:
            return m * scale
    return value


def fmt(value):
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def svg_axis(width, height, left, bottom, top_value, unit):
    out = []
    for i in range(5):
        y = height - bottom - (height - bottom - 24) * i / 4
        out.append(f'<line class="grid" x1="{left}" x2="{width - 10}" '
                   f'y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{left - 6}" y="{y + 4:.1f}" '
                   f'text-anchor="end">{fmt(top_value * i / 4)}</text>')
    out.append(f'<text x="{left}" y="14">{html.escape(unit)}</text>')
    return out


def svg_bars(plot):
    """A few names side by side, a bar for each state."""
    series = [s for s in STATES if s in plot["series"]]
    group = max(18 * len(series) + 18, 96)
    left, bottom, height = 64, 64, 280
    width = left + group * len(plot["x"]) + 20
    top = nice_top(max(max(v.values()) for v in plot["series"].values()))
    out = svg_axis(width, height, left, bottom, top, plot["unit"])
    for i, x in enumerate(plot["x"]):
        x0 = left + i * group
        present = [s for s in series if x in plot["series"][s]]
        start = x0 + (group - 18 * len(present)) / 2
        for j, s in enumerate(present):
            value = plot["series"][s][x]
            h = (height - bottom - 24) * value / top
            y = height - bottom - h
            out.append(
                f'<rect x="{start + 18 * j:.1f}" y="{y:.1f}" width="15" '
                f'height="{max(h, 0.5):.1f}" fill="{COLORS[s]}"><title>'
                f'{html.escape(x)}, {s}: {fmt(value)} '
                f'{html.escape(plot["unit"])}</title></rect>')
        mid = x0 + group / 2
        for k, word in enumerate(wrap(x, group // 7)):
            out.append(f'<text x="{mid:.1f}" text-anchor="middle" '
                       f'y="{height - bottom + 16 + 13 * k}">'
                       f'{html.escape(word)}</text>')
    return svg(width, height, out)


def svg_rows(plot):
    """Many names: one below the other, a bar for each state."""
    series = [s for s in STATES if s in plot["series"]]
    left, width = 190, 720
    top = nice_top(max(max(v.values()) for v in plot["series"].values()))
    scale = (width - left - 80) / top
    out = [f'<text x="{left}" y="12">{html.escape(plot["unit"])}</text>']
    y = 20
    for x in plot["x"]:
        present = [s for s in series if x in plot["series"][s]]
        mid = y + 7 * len(present) + 4
        out.append(f'<text x="{left - 8}" y="{mid}" text-anchor="end">'
                   f'{html.escape(x)}</text>')
        for s in present:
            value = plot["series"][s][x]
            out.append(f'<rect x="{left}" y="{y}" height="12" '
                       f'width="{max(value * scale, 0.5):.1f}" '
                       f'fill="{COLORS[s]}"><title>{html.escape(x)}, {s}'
                       f'</title></rect>')
            out.append(f'<text x="{left + value * scale + 5:.1f}" '
                       f'y="{y + 10}">{fmt(value)}</text>')
            y += 14
        y += 8
    return svg(width, y + 4, out)


def wrap(text, columns):
    """At most three lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append(word)
        else:
            lines[-1] = (lines[-1] + " " + word).strip()
    return lines[:3]


def svg_lines(plot):
    """A line for each state over numeric x, evenly spaced."""
    xs = sorted(plot["x"], key=float)
    left, bottom, height = 64, 40, 260
    width = max(420, left + 72 * len(xs))
    top = nice_top(max(max(v.values()) for v in plot["series"].values()))
    step = (width - left - 30) / max(len(xs) - 1, 1)
    out = svg_axis(width, height, left, bottom, top, plot["unit"])
    for i, x in enumerate(xs):
        out.append(f'<text x="{left + i * step:.1f}" text-anchor="middle" '
                   f'y="{height - bottom + 16}">{html.escape(x)}</text>')
    out.append(f'<text x="{width - 10}" text-anchor="end" '
               f'y="{height - 6}">bytes</text>')
    for s in STATES:
        values = plot["series"].get(s)
        if not values:
            continue
        points = []
        for i, x in enumerate(xs):
            if x in values:
                y = height - bottom - (height - bottom - 24) * values[x] / top
                points.append((left + i * step, y, x, values[x]))
        path = " ".join(f"{p[0]:.1f},{p[1]:.1f}" for p in points)
        out.append(f'<polyline points="{path}" stroke="{COLORS[s]}"/>')
        for px, py, x, value in points:
            out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" '
                       f'fill="{COLORS[s]}"><title>{html.escape(x)} bytes, '
                       f'{s}: {fmt(value)} {html.escape(plot["unit"])}'
                       f'</title></circle>')
    return svg(width, height, out)


def svg(width, height, parts):
    return (f'<svg viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img">' + "".join(parts) + "</svg>")


def is_number(text):
    return number(text) is not None


def html_plots(cases):
    out = []
    for name, plot in sorted(plots_of(cases).items()):
        if len(plot["x"]) > 1 and all(is_number(x) for x in plot["x"]):
            drawing = svg_lines(plot)
        elif len(plot["x"]) > 6:
            drawing = svg_rows(plot)
        else:
            drawing = svg_bars(plot)
        legend = " ".join(
            f'<span class="key"><i style="background:{COLORS[s]}"></i>'
            f'{s}: {STATE_TEXT[s]}</span>'
            for s in STATES if s in plot["series"])
        out.append(f'<figure><figcaption>{html.escape(name)}</figcaption>'
                   f'<div class="wide">{drawing}</div>'
                   f'<p class="legend">{legend}</p></figure>')
    return "\n".join(out)


# --- tables ---

MARK = {"pass": "✓", "fail": "✗", "skip": "–"}


def html_about(about):
    return "<table>" + "".join(
        f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>"
        for k, v in about.items()) + "</table>"


def html_matrix(cases):
    """Cases down, states across."""
    states = [s for s in STATES if any(c["state"] == s for c in cases)]
    names = list(dict.fromkeys(c["name"] for c in cases))
    at = {(c["name"], c["state"]): c for c in cases}
    head = "".join(f'<th title="{STATE_TEXT[s]}">{s}</th>' for s in states)
    body = []
    for n in sorted(names):
        cells = []
        for s in states:
            c = at.get((n, s))
            if not c:
                cells.append("<td></td>")
                continue
            ok = sum(k["status"] == "pass" for k in c["checks"])
            text = MARK[c["status"]] + (f" {ok}" if ok else "")
            cells.append(
                f'<td class="{c["status"]}"><a href="#{s}-{n}" '
                f'title="{html.escape(c["reason"], True)}">{text}</a></td>')
        body.append(f"<tr><th>{html.escape(n)}</th>{''.join(cells)}</tr>")
    return (f'<div class="wide"><table class="matrix"><tr><th>case</th>{head}'
            f"</tr>{''.join(body)}</table></div>")


def html_case(case):
    is_open = " open" if case["status"] == "fail" else ""
    lines = "".join(
        f'<tr class="{k["status"]}"><td>{MARK[k["status"]]}</td>'
        f'<td>{html.escape(k["name"])}</td>'
        f'<td>{html.escape(k["reason"])}</td></tr>' for k in case["checks"])
    figures = "".join(
        f'<tr><td>{html.escape(f["plot"])}</td><td>{html.escape(f["x"])}</td>'
        f'<td class="n">{fmt(f["value"])} {html.escape(f["unit"])}</td></tr>'
        for f in case["figures"] if f["value"] is not None)
    if figures:
        figures = ("<table><tr><th>figure</th><th></th><th>value</th></tr>"
                   f"{figures}</table>")
    title = f'{case["state"]}/{case["name"]}'
    return (f'<details id="{title.replace("/", "-")}"{is_open}><summary '
            f'class="{case["status"]}">{MARK[case["status"]]} '
            f'{html.escape(title)} <small>{case["seconds"]:.1f} s '
            f'{html.escape(case["reason"])}</small></summary>'
            f"<table>{lines}</table>{figures}</details>")


STYLE = """
:root { color-scheme: light dark; --line: #8884; --pass: #2e8b57;
  --fail: #c0392b; --skip: #888; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; padding: 0 1em;
  max-width: 70em; }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; margin: .4em 0 }
th, td { padding: .2em .7em; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top }
.matrix td { text-align: center } td.n { text-align: right }
.matrix a { color: inherit; text-decoration: none }
.pass { color: var(--pass) } .skip { color: var(--skip) }
.fail { color: var(--fail); font-weight: bold }
tr.pass td + td, summary.pass { color: inherit }
.wide { overflow-x: auto }
figure { margin: 1em 0; border: 1px solid var(--line); padding: .8em }
figcaption { font-weight: 600 }
svg { font: 11px system-ui, sans-serif; fill: currentColor }
svg .grid { stroke: var(--line) }
svg polyline { fill: none; stroke-width: 2 }
.legend { font-size: .85em; margin: .3em 0 0 }
.key { margin-right: 1.2em } .key i { display: inline-block; width: .8em;
  height: .8em; margin-right: .35em; border-radius: 2px }
summary { cursor: pointer; padding: .15em 0 } small { color: var(--skip);
  font-weight: normal }
"""


def html_page(about, cases):
    n = count(cases)
    checks = sum(len(c["checks"]) for c in cases)
    title = (f'{about.get("driver", "?")} {about.get("version", "")} '
             f'on {about.get("kernel", "?")}')
    seconds = sum(c["seconds"] for c in cases)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{html.escape(title)}</title><style>{STYLE}</style>
<h1>mpassthru per-NIC suite: {html.escape(title)}</h1>
<p><b class="{'fail' if n['fail'] else 'pass'}">{n['pass']} passed,
{n['fail']} failed, {n['skip']} skipped</b>; {checks} single checks in
{seconds:.0f} s.</p>
{html_about(about)}
<h2>Cases and states</h2>
<p>A number counts the checks that passed. – was skipped; the reason is below.</p>
{html_matrix(cases)}
<h2>Figures</h2>
{html_plots(cases)}
<h2>Every check</h2>
{"".join(html_case(c) for c in cases)}
</html>
"""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    directory, prefix = sys.argv[1:]
    about = {r[0]: r[1] if len(r) > 1 else ""
             for r in rows(os.path.join(directory, "about.tsv"))}
    cases = read_cases(directory)
    if not cases:
        sys.exit(f"report.py: no results in {directory}")
    os.makedirs(os.path.dirname(os.path.abspath(prefix)), exist_ok=True)
    with open(prefix + ".json", "w", encoding="utf-8") as f:
        json.dump({"suite": "nic", "about": about, "summary": count(cases),
                   "cases": cases}, f, indent=1)
    with open(prefix + ".html", "w", encoding="utf-8") as f:
        f.write(html_page(about, cases))
    ktap = os.path.join(directory, "results.ktap")
    if os.path.exists(ktap) and os.path.abspath(ktap) != os.path.abspath(
            prefix + ".ktap"):
        shutil.copyfile(ktap, prefix + ".ktap")


main()
