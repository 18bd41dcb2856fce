"""The looks of a page that stands alone: one style sheet for light and dark, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --panel: #ffffff; --text: #1d2126; --quiet: #5b636d; --edge: #dfe2e6; --grid: #eceef0;
  --spent: #2f6fb4; --pale: #c9dcf0; --saved: #2c8a57; --wash: #dff0e6; --warn: #9a5b00;
  --full: #bcd5ee; --outline: #d9e3ec; --diff: #f6d9a8; --frame: #e6e8eb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16181b; --panel: #1e2125; --text: #e5e8ec; --quiet: #9aa3ad; --edge: #343a41; --grid: #292e34;
    --spent: #6aa9e9; --pale: #2f4a66; --saved: #5cc08a; --wash: #1f3a2c; --warn: #e3ab5a;
    --full: #2b4c6d; --outline: #2d3742; --diff: #6b4d1b; --frame: #2a2f35;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 28px 24px 48px; max-width: 1080px; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1 { margin: 0; font-size: 24px; font-weight: 650; }
h2 { margin: 0 0 4px; font-size: 16px; font-weight: 650; }
p { margin: 4px 0 0; color: var(--quiet); overflow-wrap: anywhere; }
section { margin-top: 20px; padding: 18px 20px; background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin-top: 20px; }
.figure { padding: 14px 18px; background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; }
.figure b { display: block; font-size: 26px; font-weight: 650; font-variant-numeric: tabular-nums; }
.figure span { color: var(--quiet); font-size: 13px; }
.note { color: var(--warn); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 20px; }
.pair section { min-width: 0; }
svg { display: block; width: 100%; height: auto; margin-top: 12px; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text); }
svg .tick { fill: var(--quiet); }
.grid { stroke: var(--grid); } .zero { stroke: var(--quiet); stroke-opacity: 0.6; }
.outer { fill: var(--pale); } .inner { fill: var(--spent); }
.line { fill: none; stroke: var(--saved); stroke-width: 2; stroke-linejoin: round; }
.area { fill: var(--wash); } .dot { fill: var(--saved); }
.frame { fill: var(--frame); stroke: var(--edge); }
.tile { stroke: var(--panel); stroke-width: 1; }
.tile.full { fill: var(--full); } .tile.outline { fill: var(--outline); }
.tile.diff { fill: var(--diff); } .tile.text { fill: var(--frame); }
g:hover > .tile { stroke: var(--text); }
svg .head { font-weight: 650; }
.key { display: flex; flex-wrap: wrap; gap: 16px; margin-top: 10px; color: var(--quiet); font-size: 13px; }
.key span::before { content: ""; display: inline-block; width: 11px; height: 11px; margin-right: 6px; border-radius: 2px; border: 1px solid var(--edge); }
.key .k-outer::before { background: var(--pale); } .key .k-inner::before { background: var(--spent); }
.key .k-full::before { background: var(--full); } .key .k-outline::before { background: var(--outline); }
.key .k-diff::before { background: var(--diff); } .key .k-text::before { background: var(--frame); }
.scroll { overflow-x: auto; }
.scroll > .treemap { min-width: 640px; }
@media (max-width: 700px) { svg.wide .tick { font-size: 17px; } }
table { width: 100%; margin-top: 10px; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 5px 8px; border-bottom: 1px solid var(--grid); text-align: left; white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; }
td.number, th.number { text-align: right; }
td.name { min-width: 11em; white-space: normal; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
tr.total td { font-weight: 650; border-top: 1px solid var(--edge); }
summary { cursor: pointer; margin-top: 12px; color: var(--quiet); }
"""


def page(title: str, body: str) -> str:
    """A whole document around `body`: nothing is loaded, no script runs, and only this style sheet counts."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def table(heads: tuple[str, ...], rows: list[str], n_words: int = 1) -> str:
    """A table of rows by `row`; the columns after the first `n_words` hold numbers."""
    cells = "".join(
        f'<th scope="col"{_kind("number" if n >= n_words else "")}>{escape(head)}</th>'
        for n, head in enumerate(heads)
    )
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def row(cells: tuple[str, ...], n_words: int = 1, kind: str = "") -> str:
    """A row of a table, its cells as plain text."""
    shown = "".join(
        f"<td{_kind('number' if n >= n_words else 'name')}>{escape(cell)}</td>"
        for n, cell in enumerate(cells)
    )
    return f"<tr{_kind(kind)}>{shown}</tr>"


def _kind(name: str) -> str:
    return f' class="{name}"' if name else ""
