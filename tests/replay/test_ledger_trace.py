from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from foreword.assist.accounts.ledger import WARM, Ledger, LedgerRow
from foreword.core.token_usage import Usage
from foreword.replay.ledger_trace import trace_lines
from foreword.replay.trace import read_trace

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
