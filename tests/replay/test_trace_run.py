"""Replays by hand, and against the stand-in for the Messages API: the same requests, token for token."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from foreword.core.errors import UsageError
from foreword.core.tokens import Usage
from foreword.prefix.layers import Base, Block
from foreword.prefix.policy.situation import Rates
from foreword.prefix.request_body import Parameters, PrefixPayload, request_body
from foreword.replay.baselines import STANDARD, find_policy
from foreword.replay.trace import Event, TracePlan, make_trace
from foreword.replay.trace_run import PING_TOKENS, ReplayedRequest, Sizes, Terms
from messages_api import MessagesApi
from messages_api.errors import Json
from messages_api.models import find_model
from messages_api.probe import send
from messages_api.prompt import read_prompt
from messages_api.tokens import OPENING_TOKENS
from replays import EVEN, SIZES, asks, replayed, sent_by

MODEL = "claude-sonnet-5-5"
PARAMETERS = Parameters(MODEL, 10, "Be brief.")
LETTERS = "bcdefghijklmnopqrstuvwxyz"
NAME_WORDS = 8


def words(name: str, n_tokens: int) -> str:
    """A text of so many tokens that differs from that of every other name."""
    number = int.from_bytes(name.encode()) % len(LETTERS) ** NAME_WORDS
    told = [LETTERS[number // len(LETTERS) ** i % len(LETTERS)] for i in range(NAME_WORDS)]
    return " ".join([*told, *["a"] * n_tokens][:n_tokens])


def body_of(sent: ReplayedRequest, around: int) -> Json:
    """A request of a replay as a real body; `around` are the tokens before the base."""
    base, *delta, turn = sent.positions
    before = [base, *delta]
    texts = [
        Block(words(at.digest, round(at.weight - earlier.weight)))
        for earlier, at in zip(before, delta, strict=False)
    ]
    payload = PrefixPayload(
        Base((Block(words(base.digest, round(base.weight) - around)),), ()),
        tuple(texts),
        {None: None, 300: "5m", 3_600: "1h"}[base.ttl_s],
    )
    question = words(f"turn {sent.t}", round(turn.weight - before[-1].weight))
    return {**request_body(PARAMETERS, payload, [question]), **({"max_tokens": 0} if sent.is_ping else {})}


def tokens_around() -> int:
    body = request_body(PARAMETERS, PrefixPayload(Base((Block("a"),), ()), (), "5m"), ["a"])
    marked = [at for at in read_prompt(body, find_model(MODEL)).positions if at.ttl]
    return marked[0].tokens - 1


def bills_of(requests: Iterable[ReplayedRequest]) -> list[Usage]:
    """What the stand-in says of the same requests at the same times."""
    clock, around, bills = [0.0], tokens_around(), []
    with MessagesApi(clock=lambda: clock[0]) as api:
        for sent in requests:
            clock[0] = sent.t
            seen = send(api.url, body_of(sent, around))
            assert 200 == seen.status, seen.raw
            bills.append(usage_of(seen.body["usage"]))
    return bills


def usage_of(usage: Json) -> Usage:
    written = usage["cache_creation"]
    return Usage(
        usage["input_tokens"] - OPENING_TOKENS,
        written["ephemeral_5m_input_tokens"],
        written["ephemeral_1h_input_tokens"],
        usage["cache_read_input_tokens"],
    )


@pytest.mark.parametrize("policy", ["rebuild", "delta-5m", "delta-1h", "pings-4", "foreword"])
def test_the_stand_in_bills_the_same_tokens(policy: str) -> None:
    events = [event for event in make_trace(TracePlan(4, "split", days=2, asks=12)) if event.t > 0]
    requests = sent_by(policy, events, Rates(2.0, 2.5, 4.0, 0.1, minimum=512), Sizes(3_000, 200))
    assert any(sent.is_ping for sent in requests) == (policy in ("pings-4", "foreword"))
    assert [sent.usage for sent in requests] == bills_of(requests)


def test_a_long_delta_is_read_to_its_end() -> None:
    """Blocks that the look-back does not reach are only weights in a replay."""
    events = [Event(60.0 * i, kind, 40) for i in range(1, 40) for kind in ("edit", "ask")]
    requests = sent_by("delta-5m", events, sizes=Sizes(3_000, 200))
    assert 22 == len(requests[-1].positions)
    assert all(sent.usage.read for sent in requests[1:])


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("none", 3 * 82_500),
        ("rebuild", 2 * (100_000 + 2_500) + (4_000 + 2_500)),
        ("stale", 100_000 + 2 * 4_000 + 3 * 2_500),
        ("delta-5m", 100_000 + 4_000 + 1_250 + 4_050 + 3 * 2_500),
        ("delta-1h", 160_000 + 4_000 + 2_000 + 4_050 + 3 * 2_500),
    ],
)
def test_fixed_policies_cost_what_they_cost_on_paper(policy: str, expected: float) -> None:
    """A change before the second of three questions that follow each other within minutes."""
    events = [Event(0, "ask"), Event(90, "edit", 1_000), Event(100, "ask"), Event(200, "ask")]
    found = replayed(policy, events)
    assert expected == pytest.approx(found.cost * 1e6)
    assert 3 * 82_500 == pytest.approx(found.without_cache * 1e6)
    assert 3 == found.hits + found.misses


def test_a_new_base_is_read_as_far_as_it_is_stable() -> None:
    events = [Event(0, "ask"), Event(10, "edit", 900), Event(20, "ask")]
    first, second = sent_by("rebuild", events, sizes=Sizes(80_000, 200, stable=60_000))
    assert Usage(fresh=200, write_5m=80_000) == first.usage
    assert Usage(fresh=200, write_5m=20_000, read=60_000) == second.usage


def test_pings_bridge_a_pause_and_end_with_the_working_day() -> None:
    found = replayed("pings-4", asks(0, 1_200, 40_000))
    assert (1, 2) == (found.hits, found.misses)
    paused = [sent.t for sent in sent_by("pings-4", asks(0, 1_200, 40_000)) if sent.is_ping]
    assert [240, 480, 720, 960] == paused[:4]
    assert paused[-1] <= 1_200 + 7_200
    assert {PING_TOKENS} == {sent.usage.fresh for sent in sent_by("pings-4", asks(0, 1_200)) if sent.is_ping}


def test_a_sleeping_machine_sends_nothing() -> None:
    events = [
        Event(0, "ask"),
        Event(10, "ask"),
        Event(20, "sleep"),
        Event(3_000, "wake"),
        Event(3_001, "ask"),
    ]
    for policy in ("pings-4", "foreword"):
        assert 0 == replayed(policy, events).pings


def test_a_machine_that_wakes_up_in_time_goes_on_pinging() -> None:
    events = [Event(0, "ask"), Event(20, "sleep"), Event(200, "wake"), Event(1_000, "ask")]
    assert [240, 480, 720, 960] == [sent.t for sent in sent_by("pings-4", events) if sent.is_ping]


def test_questions_of_an_empty_trace_cost_nothing() -> None:
    for policy in STANDARD[:-1]:
        found = replayed(policy, [])
        assert (0.0, 0.0) == (found.cost, found.saved_percent)


def test_the_budget_of_a_day_is_kept() -> None:
    events = make_trace(TracePlan(1, "hourly", days=4))
    price = EVEN.cost(Usage(fresh=PING_TOKENS, read=90_000))
    few = replayed("foreword", events, terms=Terms(5 * price))
    assert 0 < few.pings <= 5 * 5
    assert 0 == replayed("foreword", events, terms=Terms(0.0)).pings


def test_teammates_share_the_base_of_the_day() -> None:
    events = [Event(40_000, "ask", who=0), Event(40_060, "ask", who=1)]
    shared = replayed("delta-5m", events, terms=Terms(0.0, shared_anchor=True))
    alone = replayed("delta-5m", events, terms=Terms(0.0))
    assert (1, 0) == (shared.hits, alone.hits)


def test_what_a_teammate_changed_today_is_in_nobody_elses_delta() -> None:
    events = [Event(40_000, "ask", who=0), Event(40_010, "edit", 500, who=1), Event(40_060, "ask", who=1)]
    sent = sent_by("delta-5m", events, terms=Terms(0.0, shared_anchor=True))
    assert Usage(fresh=2_500, write_5m=500, read=80_000) == sent[1].usage


@pytest.mark.parametrize("name", ["", "best", "pings", "pings-0", "pings-60", "pings-x", "delta"])
def test_an_unknown_policy_is_one_line(name: str) -> None:
    with pytest.raises(UsageError, match="known are none, rebuild, stale"):
        find_policy(name)


def test_sizes_are_those_of_the_reference_days() -> None:
    assert Sizes() == SIZES
