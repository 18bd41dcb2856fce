"""The usage page: one HTML file with figures, charts over time, the prefix as a treemap, and tables of all of it.

It stands alone: one style sheet for light and dark, and a content security policy that lets nothing else in.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import accumulate
from pathlib import Path

from foreword.assist.accounts.ledger import WARM, GroupBy, Ledger, Total
from foreword.assist.question.receipt import dollars
from foreword.assist.spending.explain import TITLES
from foreword.assist.usage.charts import Chart, bars, line
from foreword.assist.usage.periods import SECONDS_A_DAY, Period, periods_of, sum_totals
from foreword.assist.usage.prefix_map import PrefixMap, prefix_map, table_rows, treemap_svg
from foreword.prefix.prefix_store import PrefixStore

MAX_ROWS = 400
PLACES = ((10.0, 0), (0.1, 2), (0.01, 3))
"""From how many dollars on the axis has how many places; below, four."""
HEADS = ("requests", "fresh", "written", "read", "output", "cost", "without cache", "saved")
EMPTY = '<section><h2>Nothing was asked yet</h2><p>Try <code>foreword ask "what does this project do?"</code>.</p></section>'
NO_PREFIX = "No prefix was sent over this workspace in the last week, so there is nothing to draw."


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the charts and figures are about: real requests, or simulated ones where there are no others."""

    simulated: bool
    total: Total
    periods: tuple[Period, ...]
    warm: Total | None


def usage_page(
    ledger: Ledger, prefixes: PrefixStore, root: Path, *, by: GroupBy, days: int, now: float
) -> str:
    """The whole document on the last `days`; the prefix is that of the workspace at `root`. `now` is in Unix seconds."""
    since = now - days * SECONDS_A_DAY
    by_day, groups = ledger.totals("day", since), ledger.totals(by, since)
    period = f"{date.fromtimestamp(since)} to {date.fromtimestamp(now)}"  # noqa: DTZ012 - the user's own days
    parts = [f"<header><h1>Foreword usage</h1><p>{period}, all workspaces of this user</p></header>"]
    shown = _shown(by_day, ledger.totals("kind", since), date.fromtimestamp(now))  # noqa: DTZ012
    if shown is None:
        parts.append(EMPTY)
    else:
        parts += [_figures(shown), _charts(shown)]
    parts.append(_prefix(prefix_map(prefixes, root), root))
    if shown is not None:
        parts += [_verdicts(ledger, since), _groups(by, groups)]
    return page("Foreword usage", "\n".join(part for part in parts if part))


def _shown(by_day: tuple[Total, ...], kinds: tuple[Total, ...], today: date) -> _Shown | None:
    totals = sum_totals(by_day)
    if not totals:
        return None
    # Real requests come first in the sums; simulated money is shown only where there is no other.
    chosen = totals[0]
    days = [total for total in by_day if total.simulated == chosen.simulated]
    warm = next((t for t in kinds if t.group == WARM and t.simulated == chosen.simulated), None)
    return _Shown(chosen.simulated, chosen, periods_of(days, today), warm)


def _figures(shown: _Shown) -> str:
    total, warm = shown.total, shown.warm
    read = f"{100 * total.usage.read / total.usage.prompt:.0f} %" if total.usage.prompt else "none"
    pings = f"{warm.n_requests:,} of them warm-ups, for {dollars(warm.cost)}" if warm else "no warm-ups"
    figures = (
        (dollars(total.cost), "would have been spent" if shown.simulated else "spent"),
        (dollars(total.saved), f"saved, net{_share(total)}"),
        (read, "of prompt tokens read from the cache"),
        (f"{total.n_requests:,}", f"request{'s' if total.n_requests != 1 else ''}, {pings}"),
    )
    note = (
        '<p class="note">No provider was asked: these requests were answered from the index alone, and the cache and '
        "all money below are simulated.</p>"
        if shown.simulated
        else ""
    )
    cells = "".join(
        f'<div class="figure"><b>{escape(a)}</b><span>{escape(b)}</span></div>' for a, b in figures
    )
    return f'{note}<div class="figures">{cells}</div>'


def _charts(shown: _Shown) -> str:
    periods = shown.periods
    labels = [period.short for period in periods]
    spent = [f"{p.label}: {_spent_words(p)}" for p in periods]
    spend = bars(
        Chart("Spend over time", labels, spent, _axis_dollars),
        [p.without_cache for p in periods],
        [p.cost for p in periods],
    )
    sums = list(accumulate(p.saved for p in periods))
    saved = [
        f"{p.label}: {dollars(p.saved)}, {dollars(s)} so far" for p, s in zip(periods, sums, strict=True)
    ]
    saving = line(Chart("Net saving so far", labels, saved, _axis_dollars), sums)
    ratios = Chart("Hit ratio over time", labels, [_hit_words(p) for p in periods], _axis_percent)
    hits = line(ratios, [p.hit_ratio for p in periods], top=1.0)
    key = (
        '<div class="key"><span class="k-inner">cost</span><span class="k-outer">without a cache</span></div>'
    )
    return (
        f"<section><h2>Spend</h2><p>{_length(periods)}</p>{spend}{key}</section>"
        f'<div class="pair"><section><h2>Net saving so far</h2><p>write premiums and warm-ups included</p>{saving}</section>'
        f"<section><h2>Hit ratio</h2><p>share of prompt tokens read from the cache</p>{hits}</section></div>"
    )


def _spent_words(period: Period) -> str:
    if period.without_cache:
        return f"{dollars(period.cost)}, without cache {dollars(period.without_cache)}"
    return f"{dollars(period.cost)} for warm-ups" if period.cost else "nothing"


def _groups(by: GroupBy, groups: tuple[Total, ...]) -> str:
    # Newest first, so that the oldest days are those that are cut off.
    newest = groups[::-1] if by == "day" else groups
    rows = [_total_row(total) for total in newest[:MAX_ROWS]]
    if len(newest) > MAX_ROWS:
        rows.append(row((f"{len(newest) - MAX_ROWS:,} more", *[""] * len(HEADS))))
    rows += [_total_row(total, "total") for total in sum_totals(groups)]
    return f"<section><h2>By {by}</h2>{table((by, *HEADS), rows)}</section>"


def _total_row(total: Total, kind: str = "") -> str:
    name, usage = f"{total.group} (simulated)" if total.simulated else total.group, total.usage
    counts = (total.n_requests, usage.fresh, usage.written, usage.read, usage.output)
    return row((name, *(f"{count:,}" for count in counts), *money_cells(total)), kind=kind)


def money_cells(total: Total) -> tuple[str, str, str]:
    """Cost, cost without a cache, and what was saved; a dash for what there is not.

    Without a cache nobody warms it: warm-ups alone have only a cost, which is no saving of 0 %.
    """
    if not total.without_cache:
        return dollars(total.cost), "-", dollars(total.saved) if total.cost else "-"
    return dollars(total.cost), dollars(total.without_cache), f"{dollars(total.saved)} ({_percent(total)})"


def _verdicts(ledger: Ledger, since: float) -> str:
    rows = [
        row((f"{TITLES.get(kind, kind)}{' (simulated)' if simulated else ''}", f"{n:,}", f"{lost:,}"))
        for kind, simulated, n, lost in ledger.verdicts(since)
    ]
    return (
        f"<section><h2>What the cache did</h2>{table(('verdict', 'answers', 'tokens lost'), rows)}</section>"
    )


def _prefix(shown: PrefixMap | None, root: Path) -> str:
    head = f"<h2>The prefix of this workspace</h2><p>{escape(str(root))}</p>"
    if shown is None:
        return f"<section>{head}<p>{NO_PREFIX}</p></section>"
    key = "".join(
        f'<span class="k-{form}">{words}</span>'
        for form, words in (
            ("full", "whole files, and parts"),
            ("outline", "outlines"),
            ("diff", "changes"),
            ("text", "other text"),
        )
    )
    about = f"as it was last sent to {shown.sent.model}: about {shown.tokens:,.0f} tokens"
    rows = [row(cells, n_words=3) for cells in table_rows(shown)]
    listed = table(("layer", "file", "shown as", "tokens"), rows, n_words=3)
    return (
        f'<section>{head}<p>{escape(about)}</p><div class="scroll">{treemap_svg(shown)}</div><div class="key">{key}</div>'
        f"<details><summary>The same as a table</summary>{listed}</details></section>"
    )


def _share(total: Total) -> str:
    """Warm-ups alone save nothing of anything."""
    return f" ({_percent(total)} of {dollars(total.without_cache)})" if total.without_cache else ""


def _percent(total: Total) -> str:
    return f"{100 * total.saved / total.without_cache:.0f} %"


def _length(periods: tuple[Period, ...]) -> str:
    n_days = periods[0].n_days
    return "a bar for each day" if n_days == 1 else f"a bar for every {n_days} days"


def _hit_words(period: Period) -> str:
    ratio = period.hit_ratio
    return f"{period.label}: nothing was asked" if ratio is None else f"{period.label}: {100 * ratio:.1f} %"


def _axis_dollars(amount: float) -> str:
    """US dollars as a label of an axis: four places below a cent, none from ten dollars on."""
    size = abs(amount)
    places = next((n for limit, n in PLACES if size >= limit), 4)
    return f"{'-' if amount < 0 else ''}${size:,.{0 if size == 0 else places}f}"


def _axis_percent(share: float) -> str:
    return f"{100 * share:.0f} %"


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
.tile.full, .tile.parts { fill: var(--full); } .tile.outline { fill: var(--outline); }
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
    # The policy names the one style sheet by its hash, so nothing that slips into the page can style or load
    # anything.
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
