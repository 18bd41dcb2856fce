"""The usage page: what it shows, and that nothing in it is loaded or run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import WARM, GroupBy, Ledger, LedgerRow, Total
from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.usage.periods import MAX_PERIODS, periods_of, sum_totals
from foreword.assist.usage.prefix_map import prefix_map
from foreword.assist.usage.usage_page import money_cells, page, usage_page
from foreword.core.tokens import Usage
from foreword.prefix.manifest import Piece
from foreword.prefix.prefix_store import PrefixStore, SentRequest
from foreword.storage.directories import name_digest
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

NOW = 1_750_075_200.0
DAY = 86_400.0
ROOT = Path("/work/<b>shop</b>")
ENTRY = LedgerRow(
    "a", NOW - 3_600, str(ROOT), "ask", "anthropic", "sonnet", False, "done", "msg_1",
    Usage(fresh=1_000, read=3_000, output=100), 0.25, 1.0, "2026", "hit", {}, answer="a",
)  # fmt: skip
VOID = frozenset({"meta"})


@dataclass
class Reader(HTMLParser):
    """What an HTML document holds; complains of elements that are not closed in order."""

    words: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.opened.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Books:
    """A ledger and a store of prefixes, and the page about them."""

    ledger: Ledger
    prefixes: PrefixStore

    def page(self, by: GroupBy = "day", days: int = 30) -> tuple[str, Reader]:
        document = usage_page(self.ledger, self.prefixes, ROOT, by=by, days=days, now=NOW)
        reader = Reader()
        reader.feed(document)
        reader.close()
        assert [] == reader.opened
        return " ".join(reader.words), reader


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with Ledger(tmp_path / "l.sqlite") as ledger, PrefixStore(tmp_path / "p.sqlite") as prefixes:
        yield Books(ledger, prefixes)


def send(books: Books, *pieces: Piece) -> None:
    sent = SentRequest("anthropic", "sonnet", NOW - 60, 300, {"base": "b"}, cached=8_000)
    books.prefixes.record_sent(name_digest(str(ROOT)), "v", sent, {"base": pieces})


def test_without_a_request_the_page_says_what_to_do(books: Books) -> None:
    words, reader = books.page()
    assert "Nothing was asked yet" in words
    assert "No prefix was sent over this workspace" in words
    assert "svg" not in {tag for tag, _, _ in reader.attributes}


def test_the_figures_are_those_of_the_ledger(books: Books) -> None:
    books.ledger.book(ENTRY)
    books.ledger.book(
        replace(
            ENTRY, id="b", at=NOW - DAY, usage=Usage(fresh=4_000), cost=1.0, verdict="expired", answer="b"
        )
    )
    books.ledger.book(replace(ENTRY, id="w", kind=WARM, usage=Usage(), cost=0.05, without_cache=0.0))
    words, _ = books.page("kind")
    for shown in ("$1.30", "$0.7000", "(35 % of $2.00)", "38 %", "1 of them warm-ups, for $0.0500"):
        assert shown in words
    assert "the cache had expired" in words
    assert "warm" in words
    assert "without cache $0.0000" not in words


def test_warm_ups_alone_have_no_cost_without_a_cache() -> None:
    warm = Total("warm", False, 1, Usage(write_5m=9), 0.05, 0.0)
    assert ("$0.0500", "-", "-$0.0500") == money_cells(warm)
    assert ("$0.0000", "-", "-") == money_cells(replace(warm, cost=0.0))
    assert ("$0.5000", "$2.00", "$1.50 (75 %)") == money_cells(replace(warm, cost=0.5, without_cache=2.0))


def test_simulated_requests_are_said_to_be_so(books: Books) -> None:
    books.ledger.book(replace(ENTRY, simulated=True))
    words, _ = books.page()
    assert "cache and all money below are simulated" in words
    assert "would have been spent" in words


def test_where_there_is_real_money_the_simulated_stays_out_of_the_charts(books: Books) -> None:
    books.ledger.book(ENTRY)
    books.ledger.book(replace(ENTRY, id="s", simulated=True, cost=100.0, without_cache=500.0))
    words, _ = books.page()
    assert "cost $0.2500" not in words
    assert ": $0.2500, without cache $1.00" in words
    assert "$100.00, without cache" not in words


def test_the_prefix_is_drawn_and_told_by_file(books: Books) -> None:
    send(books, Piece("a & <b>.py", "full", "1", 300.0), Piece("c.py", "outline", "2", 100.0))
    words, reader = books.page()
    assert "about 8,000 tokens" in words
    assert "a & <b>.py: whole file, 6,000 tokens" in words
    assert "c.py: outline, 2,000 tokens" in words
    tiles = [value for tag, name, value in reader.attributes if (tag, name) == ("rect", "class")]
    assert {"frame", "tile full", "tile outline"} == set(tiles)


def test_a_prefix_of_thousands_of_files_stays_drawable(books: Books) -> None:
    send(books, *(Piece(f"src/{n}.py", "outline", str(n), 1_000.0 - n / 10) for n in range(5_000)))
    words, reader = books.page()
    tiles = [value for tag, name, value in reader.attributes if (tag, name) == ("rect", "class")]
    assert len(tiles) == 1 + 1_000 + 1
    assert "4,000 more files" in words
    assert "4,500 more" in words


async def test_the_prefix_is_the_one_that_was_sent_last(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.session(repo.path) as session:
        assert None is prefix_map(session.prefix_store, session.root)
        async with aclosing(ask(session, "Where is price_of?")) as events:
            last = [event async for event in events][-1]
        shown = prefix_map(session.prefix_store, session.root)
    assert shown is not None
    assert isinstance(last, Answer)
    assert {"README.md", "shop/cart.py", "shop/price.py", ""} == {tile.path for tile in shown.tiles}
    assert {"instructions", "base"} == {tile.layer for tile in shown.tiles}


@pytest.mark.parametrize("by", ["day", "model", "kind", "workspace"])
def test_names_are_text_and_never_markup(books: Books, by: GroupBy) -> None:
    evil = "</style><script>alert(1)</script><img src=x onerror=alert(1)>"
    books.ledger.book(replace(ENTRY, workspace=evil, model=evil, kind=evil, verdict=evil))
    send(books, Piece(evil, "full", "1", 10.0), Piece("x", evil, "2", 9.0))
    _, reader = books.page(by)
    assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _, _ in reader.attributes}


def test_nothing_is_loaded_and_nothing_runs(books: Books) -> None:
    books.ledger.book(ENTRY)
    send(books, Piece("a.py", "full", "1", 10.0))
    _, reader = books.page()
    names = {name for _, name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")} | (
        names & {"src", "href", "style", "srcset"}
    )
    document = usage_page(books.ledger, books.prefixes, ROOT, by="day", days=30, now=NOW)
    assert not re.search(r"https?:|url\(|@import|<script", document)
    policy = next(value for tag, name, value in reader.attributes if (tag, name) == ("meta", "content"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_a_title_is_escaped() -> None:
    assert "<title>a &lt;b&gt;</title>" in page("a <b>", "")


def total(day: date, cost: float = 1.0) -> Total:
    return Total(day.isoformat(), False, 1, Usage(fresh=10, read=30), cost, 2.0)


@pytest.mark.parametrize(
    ("first", "n_periods", "n_days"),
    [
        (date(2026, 11, 22), 7, 1),
        (date(2026, 11, 1), 22, 1),
        (date(2026, 8, 1), 57, 2),
        (date(2006, 1, 1), MAX_PERIODS, 85),
    ],
)
def test_periods_reach_from_the_first_request_until_today(first: date, n_periods: int, n_days: int) -> None:
    today = date(2026, 11, 22)
    periods = periods_of([total(first), *([total(today)] if first != today else [])], today)
    assert (n_periods, n_days) == (len(periods), periods[0].n_days)
    assert periods[0].first <= first
    assert (1 if first == today else 2) == sum(period.n_requests for period in periods)
    assert (0.75, 1.0) == (periods[-1].hit_ratio, periods[-1].saved)


def test_a_ledger_from_the_future_is_shown_too() -> None:
    periods = periods_of([total(date(2026, 12, 1))], date(2026, 11, 22))
    assert (date(2026, 12, 1), 1) == (periods[-1].first, periods[-1].n_requests)


def test_sums_keep_simulated_money_apart() -> None:
    day = total(date(2026, 11, 22))
    sums = sum_totals([day, day, replace(day, simulated=True, cost=9.0)])
    assert [(False, 2, 2.0), (True, 1, 9.0)] == [(t.simulated, t.n_requests, t.cost) for t in sums]
    assert () == sum_totals([])


def test_a_hundred_thousand_rows_are_summed_by_the_database(books: Books) -> None:
    books.ledger.book(ENTRY)
    connection = books.ledger._connection  # noqa: SLF001 - a hundred thousand bookings would take a minute
    columns = [row[1] for row in connection.execute("PRAGMA table_info(request)")]
    copied = ", ".join(
        {"id": "'r' || n", "at": f"{NOW} - n * 25.0", "answer": "''"}.get(c, c) for c in columns
    )
    numbers = "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 99999) "
    connection.execute(f"{numbers} INSERT INTO request SELECT {copied} FROM request, k")  # noqa: S608
    words, _ = books.page()
    assert "100,000" in words
    assert "$25,000.00" in words
    assert len(words) < 40_000


def test_the_clock_of_the_user_decides_which_day_it_is(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    books.ledger.book(ENTRY)
    words, _ = books.page()
    monkeypatch.undo()
    time.tzset()
    assert "2025-05-17 to 2025-06-16" in words
