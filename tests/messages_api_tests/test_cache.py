"""The prefix cache of the stand-in: what is written, what is read, for how long, and when."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages_api import Hold, MessagesApi, SlowStart, Status, find_model
from messages_api.cache import PrefixCache
from messages_api.errors import Json
from messages_api.probe import (
    BASE,
    BASE_TOKENS,
    ask,
    base,
    make_body,
    mark,
    marked,
    send,
    text,
    user,
    words,
)
from messages_api.prompt import read_prompt

COLD: Json = {"read": 0, "write_5m": 0, "write_1h": 0}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def test_the_second_request_reads_what_the_first_wrote(api: MessagesApi) -> None:
    first = ask(api.url, base(), text("one"))
    second = ask(api.url, base(), text("two"))

    assert {**COLD, "write_5m": BASE_TOKENS, "fresh": 5} == first
    assert {**COLD, "read": BASE_TOKENS, "fresh": 5} == second
    assert ["written", "read"] == [recorded.verdict for recorded in api.messages]


def test_nothing_is_cached_without_a_mark(api: MessagesApi) -> None:
    ask(api.url, text(BASE), text("one"))

    assert {**COLD, "fresh": BASE_TOKENS + 5} == ask(api.url, text(BASE), text("one"))
    assert "unmarked" == api.messages[1].verdict


def test_a_prefix_below_the_minimum_is_not_cached(api: MessagesApi) -> None:
    for _ in range(2):
        assert {**COLD, "fresh": BASE_TOKENS + 5} == ask(api.url, base(), text("?"), model="claude-haiku-4-5")

    assert "below minimum" == api.messages[1].verdict


@pytest.mark.parametrize(
    ("model", "minimum"),
    [
        ("claude-sonnet-5-5", 512),
        ("claude-sonnet-4-6", 1024),
        ("claude-opus-4-7", 2048),
        ("claude-opus-4-6", 4096),
    ],
)
def test_the_minimum_is_that_of_the_model(api: MessagesApi, model: str, minimum: int) -> None:
    n_pairs = minimum // 2 - 2
    below, at = (marked("0 " * n + "0") for n in (n_pairs - 1, n_pairs))

    assert 0 == ask(api.url, below, model=model)["write_5m"]
    assert minimum == ask(api.url, at, model=model)["write_5m"]


def test_an_entry_lives_for_its_time_from_the_last_use(api: MessagesApi) -> None:
    ask(api.url, base())
    api.advance(299)
    assert BASE_TOKENS == ask(api.url, base())["read"]
    api.advance(299)
    assert BASE_TOKENS == ask(api.url, base())["read"]
    api.advance(301)

    assert BASE_TOKENS == ask(api.url, base())["write_5m"]


def test_an_hour_is_an_hour_also_when_it_is_read_with_a_short_mark(api: MessagesApi) -> None:
    assert {**COLD, "write_1h": BASE_TOKENS, "fresh": 4} == ask(api.url, base("1h"))
    api.advance(3000)
    assert BASE_TOKENS == ask(api.url, base("5m"))["read"]
    api.advance(3000)

    assert BASE_TOKENS == ask(api.url, base("5m"))["read"]


def test_a_short_entry_stays_short_when_it_is_read_with_a_long_mark(api: MessagesApi) -> None:
    ask(api.url, base("5m"))
    assert BASE_TOKENS == ask(api.url, base("1h"))["read"]
    api.advance(301)

    assert BASE_TOKENS == ask(api.url, base("1h"))["write_1h"]


def test_the_life_of_an_entry_counts_from_the_start_of_its_request(api: MessagesApi) -> None:
    api.fail(SlowStart())
    thread = threading.Thread(target=ask, args=(api.url, base()))
    thread.start()
    api.wait_for_request(1)
    api.advance(240)
    api.release()
    thread.join()
    api.advance(61)

    assert 0 == ask(api.url, base())["read"]


def test_long_and_short_parts_are_billed_apart(api: MessagesApi) -> None:
    tail = marked(words(100, "tail"), "5m")

    assert {"read": 0, "write_1h": BASE_TOKENS, "write_5m": 100, "fresh": 5} == ask(
        api.url, base("1h"), tail, text("?")
    )
    other = marked(words(50, "other"), "5m")
    assert {"read": BASE_TOKENS, "write_1h": 0, "write_5m": 51, "fresh": 5} == ask(
        api.url, base("1h"), other, text("?")
    )
    assert "read and written" == api.messages[1].verdict


def test_parallel_cold_requests_all_write(api: MessagesApi) -> None:
    barrier = threading.Barrier(3, timeout=10)

    def begin_together(_: Json) -> str:
        barrier.wait()
        return "done"

    api.script(*[begin_together] * 3)
    threads = [threading.Thread(target=ask, args=(api.url, base())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["written"] * 3 == [recorded.verdict for recorded in api.messages]
    assert BASE_TOKENS == ask(api.url, base())["read"]


@pytest.mark.parametrize(("fault", "verdict"), [(SlowStart(), "written"), (Hold(), "read")])
def test_an_entry_is_readable_once_the_answer_begins(
    api: MessagesApi, fault: SlowStart | Hold, verdict: str
) -> None:
    begun = threading.Event()

    def begin(_: Json) -> str:
        begun.set()
        return "written"

    api.script((fault, begin))
    body = make_body(messages=user(base()), stream=True)
    thread = threading.Thread(target=send, args=(api.url, body))
    thread.start()
    api.wait_for_request(1)
    if isinstance(fault, Hold):
        assert begun.wait(10)

    ask(api.url, base())
    api.release()
    thread.join()

    assert verdict == api.messages[1].verdict


def test_a_failed_request_writes_nothing(api: MessagesApi) -> None:
    api.fail(Status(529))
    send(api.url, make_body(messages=user(base())))

    assert 0 == ask(api.url, base())["read"]


def test_the_service_may_evict(api: MessagesApi) -> None:
    ask(api.url, base())
    api.evict()

    assert 0 == ask(api.url, base())["read"]


def test_pre_warming_writes_at_explicit_marks_and_costs_no_output(api: MessagesApi) -> None:
    seen = send(api.url, make_body(messages=user(base(), text("warmup")), max_tokens=0))

    assert ([], "max_tokens", 0) == (
        seen.body["content"],
        seen.body["stop_reason"],
        seen.body["usage"]["output_tokens"],
    )
    assert BASE_TOKENS == ask(api.url, base(), text("real"))["read"]


def test_pre_warming_does_not_write_at_the_automatic_mark(api: MessagesApi) -> None:
    ask(api.url, text(BASE), cache_control=mark(), max_tokens=0)

    assert 0 == ask(api.url, text(BASE), cache_control=mark())["read"]


def test_reading_a_longer_prefix_keeps_the_earlier_marks_alive(api: MessagesApi) -> None:
    ask(api.url, base(), marked("tail"))
    api.advance(200)
    ask(api.url, base(), marked("tail"))
    api.advance(200)

    assert BASE_TOKENS == ask(api.url, base(), text("another question"))["read"]


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 900), min_size=1, max_size=30),
    marks=st.lists(st.tuples(st.integers(0, 29), st.sampled_from(["5m", "1h"])), max_size=4),
)
def test_buckets_add_up_and_what_was_written_is_read(sizes: list[int], marks: list[tuple[int, str]]) -> None:
    blocks = [text(words(size, f"block {n}")) for n, size in enumerate(sizes)]
    for (index, _), ttl in zip(sorted(marks), sorted(ttl for _, ttl in marks), strict=True):
        blocks[index % len(blocks)]["cache_control"] = mark(ttl)
    model = find_model("claude-sonnet-4-6")
    prompt = read_prompt(make_body(messages=user(*blocks)), model)
    cache = PrefixCache()
    first = cache.plan("one", model, prompt, now=0.0)
    cache.commit(first)
    second = cache.plan("one", model, prompt, now=1.0)

    assert prompt.tokens == first.fresh + first.write_5m + first.write_1h
    assert (first.write_5m + first.write_1h, first.fresh) == (second.read, second.fresh)
    assert 0 == second.write_5m + second.write_1h
