from __future__ import annotations

import pytest

from foreword.core.errors import UsageError
from foreword.replay.trace import Event, read_trace

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
