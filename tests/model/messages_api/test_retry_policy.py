from __future__ import annotations

import pytest

from foreword.model.messages_api.retry_policy import asked_wait, may_retry, pause, spell


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 16:01:00 GMT", "date": "Sun, 22 Nov 2026 16:00:00 GMT"}, 60.0),
        ({"retry-after": "Sun, 22 Nov 2026 15:00:00 GMT", "date": "Sun, 22 Nov 2026 16:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 16:01:00 GMT"}, None),
    ],
)
def test_the_wait_is_read_from_seconds_milliseconds_or_dates(
    headers: dict[str, str], expected: float | None
) -> None:
    assert expected == asked_wait(headers)


@pytest.mark.parametrize(
    ("status", "kind", "headers", "expected"),
    [
        (429, "rate_limit_error", {}, True),
        (408, None, {}, True),
        (409, None, {}, True),
        (529, "overloaded_error", {}, True),
        (500, None, {}, True),
        (400, "invalid_request_error", {}, False),
        (401, None, {}, False),
        (200, "overloaded_error", {}, True),
        (200, "invalid_request_error", {}, False),
        (529, None, {"x-should-retry": "false"}, False),
        (400, None, {"x-should-retry": "true"}, True),
        (400, None, {"x-should-retry": "maybe"}, False),
    ],
)
def test_only_passing_trouble_is_worth_another_attempt(
    status: int, kind: str | None, headers: dict[str, str], expected: bool
) -> None:
    assert expected is may_retry(status, kind, headers)


def test_pauses_double_up_to_eight_seconds_and_are_spread() -> None:
    assert [0.5, 1.0, 2.0, 4.0, 8.0, 8.0] == [pause(n, 0.0) for n in range(6)]
    assert 6.0 == pause(9, 1.0)


def test_a_wait_is_said_in_the_unit_that_fits() -> None:
    assert ["1 s", "99 s", "2 min", "60 min", "3 h"] == [spell(s) for s in (0.2, 99, 101, 3600, 9000)]
