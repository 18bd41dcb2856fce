from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import WARM, Ledger, LedgerRow
from foreword.core.errors import UsageError
from foreword.core.tokens import Usage
from foreword.replay.trace import Event, read_trace, trace_lines

GOOD = '{"t": 0, "event": "ask"}'


def test_a_trace_is_read_line_by_line() -> None:
    lines = [GOOD, "", '{"t": 1.5, "event": "edit", "tokens": 20, "path": "a.py", "kind": "save"}']
    assert (Event(0, "ask"), Event(1.5, "edit", 20, "a.py", "save")) == read_trace(lines)


def test_an_empty_trace_has_no_events() -> None:
    assert () == read_trace([])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"t": 1}', '"event" must be one of ask, edit, focus, blur, sleep, wake'),
        ('{"t": 1, "event": "paint"}', '"event" must be'),
        ('{"event": "ask"}', '"t" must be'),
        ('{"t": -1, "event": "ask"}', '"t" must be'),
        ('{"t": NaN, "event": "ask"}', '"t" must be'),
        pytest.param('{"t": 1' + "0" * 400 + ', "event": "ask"}', '"t" must be', id="huge"),
        pytest.param("[" * 100_000, "no JSON object", id="deep"),
        ('{"t": true, "event": "ask"}', '"t" must be'),
        ('{"t": 1, "event": "edit", "tokens": -3}', '"tokens" must be'),
        ('{"t": 1, "event": "edit", "tokens": 3.5}', '"tokens" must be'),
        ('{"t": 1, "event": "edit", "path": 3}', '"path" must be'),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, why: str) -> None:
    with pytest.raises(UsageError, match=r"^line 3 of the trace is not usable: ") as caught:
        read_trace([GOOD, "", line])
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_time_does_not_go_back() -> None:
    with pytest.raises(UsageError, match=r"line 2 .* sort the trace"):
        read_trace(['{"t": 5, "event": "ask"}', GOOD])


START = 1_750_000_000.0
ASKED = LedgerRow(
    "a", START, "/secret/project", "ask", "anthropic", "sonnet", False, "done", "msg_1",
    Usage(fresh=2_500, write_5m=80_000, output=300), 0.1, 0.1, "2026", "cold", {}, answer="a",
)  # fmt: skip
HIT = Usage(fresh=2_600, read=80_000, write_5m=350, output=10)


def trace_of(path: Path, *entries: LedgerRow) -> list[str]:
    with Ledger(path) as ledger:
        for entry in entries:
            ledger.book(entry)
        return list(trace_lines(ledger))


def test_a_trace_has_sizes_and_times_alone(tmp_path: Path) -> None:
    lines = trace_of(
        tmp_path / "ledger.sqlite",
        ASKED,
        replace(ASKED, id="a2", at=START + 9, usage=HIT, answer="a"),
        replace(ASKED, id="b", at=START + 60.25, kind="fix", usage=HIT, verdict="hit", answer="b"),
        replace(ASKED, id="w", at=START + 300, kind=WARM, usage=HIT, verdict="hit", answer="w"),
        replace(ASKED, id="c", at=START + 400, usage=Usage(fresh=90_000), verdict="off", answer="c"),
    )
    assert [
        {"t": 0.0, "event": "ask", "kind": "ask", "tokens": 2_500},
        {"t": 60.25, "event": "edit", "tokens": 350},
        {"t": 60.25, "event": "ask", "kind": "fix", "tokens": 2_600},
        {"t": 400.0, "event": "ask", "kind": "ask"},
    ] == [json.loads(line) for line in lines]
    assert "secret" not in "".join(lines)


def test_a_replay_reads_what_was_written(tmp_path: Path) -> None:
    later = replace(ASKED, id="b", at=START + 7, verdict="hit", usage=HIT, answer="b")
    events = read_trace(trace_of(tmp_path / "ledger.sqlite", ASKED, later))
    assert [("ask", 2_500), ("edit", 350), ("ask", 2_600)] == [(e.event, e.tokens) for e in events]


def test_an_empty_ledger_is_an_empty_trace(tmp_path: Path) -> None:
    assert [] == trace_of(tmp_path / "ledger.sqlite")
