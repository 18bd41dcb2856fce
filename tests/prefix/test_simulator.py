"""The simulated cache against the stand-in for the Messages API, which was written from the same rules by others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.tokens import Usage
from foreword.prefix.layers import Base, Block
from foreword.prefix.policy.policy import Ttl
from foreword.prefix.request_body import Parameters, PrefixPayload, request_body
from foreword.prefix.simulator import CacheEntry, Position, positions_of, simulate
from messages_api.cache import PrefixCache
from messages_api.models import Model, find_model
from messages_api.prompt import read_prompt
from messages_api.tokens import OPENING_TOKENS

PARAMETERS = Parameters(
    "claude-sonnet-5-5", 1_000, "Be brief.", ({"name": "search", "input_schema": {"type": "object"}},)
)
SECONDS = {"5m": 300, "1h": 3_600}
Json = dict[str, Any]


def standin_model() -> Model:
    model = find_model("claude-sonnet-5-5")
    assert model is not None
    return replace(model, minimum=400)


def results(n: int) -> list[Json]:
    """A round of a tool loop in which `n` tools are called at once."""
    calls = [{"type": "tool_use", "id": f"toolu_{i}", "name": "search", "input": {}} for i in range(n)]
    found = [{"type": "tool_result", "tool_use_id": f"toolu_{i}", "content": "x"} for i in range(n)]
    return [{"role": "assistant", "content": calls}, {"role": "user", "content": found}]


@dataclass(frozen=True)
class Step:
    """A request some seconds after the one before it."""

    seconds: float
    stable: int
    rest: int
    n_delta: int
    ttl: Ttl | None
    tools: tuple[int, ...]
    question: str

    def body(self) -> Json:
        base = Base((Block(f"stable {self.stable} " * 150),), (Block(f"rest {self.rest} " * 150),))
        delta = tuple(Block(f"change {n} " * 20) for n in range(self.n_delta))
        tail = [message for n in self.tools for message in results(n)]
        return request_body(PARAMETERS, PrefixPayload(base, delta, self.ttl), [self.question], tail)


STEPS = st.builds(
    Step,
    st.sampled_from([0.0, 20.0, 299.0, 300.0, 301.0, 4_000.0]),
    st.integers(0, 1),
    st.integers(0, 1),
    st.sampled_from([0, 1, 2, 3, 24]),
    st.sampled_from(["5m", "5m", "1h", None]),
    st.lists(st.sampled_from([1, 2, 22]), max_size=2).map(tuple),
    st.sampled_from(["why?", "how?"]),
)


@settings(deadline=None, max_examples=120)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_reads_and_writes_are_those_of_the_stand_in(steps: list[Step]) -> None:
    """Both are given the same tokens, so that the bills must agree to the last of them."""
    model, other, entries, now = standin_model(), PrefixCache(), dict[str, CacheEntry](), 1_000.0
    for step in steps:
        now += step.seconds
        prompt = read_prompt(step.body(), model)
        plan = other.plan("workspace", model, prompt, now)
        other.commit(plan)
        positions = [
            Position(p.cached, p.tokens, SECONDS[p.ttl] if p.ttl else None, p.piece.kind)
            for p in prompt.positions
        ]
        usage, changed = simulate(entries, positions, now=now, ratio=1.0, minimum=model.minimum)
        entries |= changed
        assert Usage(plan.fresh - OPENING_TOKENS, plan.write_5m, plan.write_1h, plan.read) == usage


@settings(deadline=None, max_examples=80)
@given(STEPS, STEPS)
def test_two_requests_share_the_prefix_that_the_stand_in_sees(one: Step, other: Step) -> None:
    model = standin_model()
    ours = [positions_of(step.body()) for step in (one, other)]
    theirs = [read_prompt(step.body(), model).positions for step in (one, other)]
    assert [len(positions) for positions in theirs] == [len(positions) for positions in ours]
    assert [a.cached == b.cached for a, b in zip(*theirs, strict=False)] == [
        a.digest == b.digest for a, b in zip(*ours, strict=False)
    ]
    assert [p.ttl for p in theirs[0]] == [{None: None, 300: "5m", 3_600: "1h"}[p.ttl_s] for p in ours[0]]


def at(n: int, marks: tuple[int, ...] = (), name: str = "p") -> list[Position]:
    """`n` positions of 1,000 tokens each, with 5m marks at some of them (counted from 1)."""
    return [Position(f"{name}{i}", 1_000.0 * i, 300 if i in marks else None) for i in range(1, n + 1)]


def run(entries: dict[str, CacheEntry], positions: list[Position], now: float, minimum: int = 1_024) -> Usage:
    usage, changed = simulate(entries, positions, now=now, ratio=1.0, minimum=minimum)
    entries |= changed
    return usage


def test_the_first_request_writes_and_the_next_one_reads() -> None:
    entries: dict[str, CacheEntry] = {}
    assert Usage(fresh=1_000, write_5m=4_000) == run(entries, at(5, (4,)), 0.0)
    assert Usage(fresh=1_000, read=4_000) == run(entries, at(5, (4,)), 299.0)


def test_every_read_renews_and_silence_forgets() -> None:
    entries: dict[str, CacheEntry] = {}
    for now in (0.0, 299.0, 598.0):
        run(entries, at(4, (4,)), now)
    assert 4_000 == run(entries, at(4, (4,)), 897.0).read
    assert 0 == run(entries, at(4, (4,)), 1_197.0).read


@pytest.mark.parametrize(("n_further", "expected"), [(19, 4_000), (20, 0)])
def test_the_look_back_ends_after_twenty_positions(n_further: int, expected: int) -> None:
    entries: dict[str, CacheEntry] = {}
    run(entries, at(4, (4,)), 0.0)
    assert expected == run(entries, at(4 + n_further, (4 + n_further,)), 1.0).read


def test_a_run_of_tool_results_counts_once_in_the_look_back() -> None:
    entries: dict[str, CacheEntry] = {}
    run(entries, at(4, (4,)), 0.0)
    longer = [replace(p, kind="tool_result" if i >= 4 else "text") for i, p in enumerate(at(64, (64,)))]
    assert 4_000 == run(entries, longer, 1.0).read


def test_nothing_is_written_before_what_was_read() -> None:
    entries: dict[str, CacheEntry] = {}
    run(entries, at(4, (2,)), 0.0)
    run(entries, [replace(p, ttl_s=3_600) if p.digest == "p4" else p for p in at(4, (2,))], 100.0)
    assert 4_000 == run(entries, at(4, (2, 4)), 1_000.0).read
    assert 0 == run(entries, at(4, (2,)), 1_001.0).read


def test_a_prefix_under_the_minimum_is_neither_written_nor_read() -> None:
    entries: dict[str, CacheEntry] = {}
    assert Usage(fresh=2_000) == run(entries, at(2, (1, 2)), 0.0, minimum=3_000)
    assert {} == entries


def test_without_marks_everything_is_fresh() -> None:
    entries: dict[str, CacheEntry] = {}
    run(entries, at(3, (3,)), 0.0)
    assert Usage(fresh=3_000) == run(entries, at(3), 1.0)


def test_an_empty_request_costs_nothing() -> None:
    assert Usage() == run({}, [], 0.0)


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"system": [{"type": "text", "text": "Be long."}]}, {"tools": []}]
)
def test_another_model_system_or_tools_share_nothing(change: Json) -> None:
    body = Step(0.0, 0, 0, 1, "5m", (), "why?").body()
    ours, others = positions_of(body), positions_of(body | change)
    assert {p.digest for p in ours[-3:]}.isdisjoint(p.digest for p in others)


def test_plain_text_and_one_text_block_are_the_same() -> None:
    messages = [{"role": "user", "content": "why?"}]
    blocks = [{"role": "user", "content": [{"type": "text", "text": "why?"}]}]
    assert positions_of({"messages": messages}) == positions_of({"messages": blocks})
