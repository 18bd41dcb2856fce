from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from foreword.core.usage import Usage
from foreword.prefix.miss import Circumstances, Verdict, diagnose
from foreword.prefix.store import Sent

NOW = 10_000.0
DIGESTS: Mapping[str, str] = {"instructions": "i", "base": "b", "delta": "d"}
WRITTEN = Usage(fresh=10, write_5m=5_000)


def sent(at: float, *, provider: str = "anthropic", model: str = "sonnet", ttl_s: int = 300) -> Sent:
    return Sent(provider, model, at, ttl_s, DIGESTS)


def verdict(
    usage: Usage, *earlier: Sent, marked: bool = True, prefix_tokens: int = 5_000, minimum: int = 1_024
) -> Verdict:
    return diagnose(usage, Circumstances(sent(NOW), marked, prefix_tokens, minimum, earlier))


def test_a_hit_says_how_much_was_read() -> None:
    assert Verdict("hit", "5,000 tokens read from the cache") == verdict(
        Usage(fresh=9, read=5_000), sent(NOW - 60)
    )


def test_a_hit_may_write_a_little_at_its_end() -> None:
    assert "hit" == verdict(Usage(write_5m=300, read=5_000)).kind


def test_more_written_than_read_is_a_change() -> None:
    found = verdict(Usage(write_5m=4_000, read=1_000))
    assert Verdict("changed", "only the first 1,000 tokens were unchanged; 4,000 were written anew") == found


def test_the_first_request_is_cold() -> None:
    assert "cold" == verdict(WRITTEN).kind


def test_what_was_written_an_hour_ago_has_expired() -> None:
    found = verdict(WRITTEN, sent(NOW - 3_600))
    assert Verdict("expired", "idle for 1 h 0 min, longer than the 5 min it is kept") == found


def test_an_hour_of_idleness_is_no_expiry_of_an_entry_that_lives_so_long() -> None:
    assert "server_side" == verdict(WRITTEN, sent(NOW - 3_599, ttl_s=3_600)).kind


@pytest.mark.parametrize(
    ("changed", "words"),
    [("instructions", "the instructions or tools differ"), ("base", "the base was laid anew")],
)
def test_the_layer_that_changed_is_named(changed: str, words: str) -> None:
    found = verdict(WRITTEN, replace(sent(NOW - 60), digests={**DIGESTS, changed: "other"}))
    assert "changed" == found.kind
    assert words in found.detail


def test_the_same_bytes_in_time_are_missed_by_the_provider() -> None:
    assert "server_side" == verdict(WRITTEN, sent(NOW - 60)).kind


def test_each_model_has_a_cache_of_its_own() -> None:
    found = verdict(WRITTEN, sent(NOW - 60, model="opus"))
    assert Verdict("model_changed", "the cache was warm for opus; each model has its own") == found


def test_the_model_that_was_warm_is_the_one_that_is_named() -> None:
    earlier = sent(NOW - 400, model="haiku"), sent(NOW - 500, model="opus", ttl_s=3_600)
    assert "opus" in verdict(WRITTEN, *earlier).detail


def test_another_model_long_ago_explains_nothing() -> None:
    assert "cold" == verdict(WRITTEN, sent(NOW - 4_000, model="opus")).kind


def test_a_simulated_cache_does_not_explain_a_cold_real_one() -> None:
    assert "cold" == verdict(WRITTEN, sent(NOW - 60, provider="offline")).kind


def test_a_prefix_under_the_minimum_is_said_to_be_so() -> None:
    found = verdict(Usage(fresh=900), prefix_tokens=900)
    assert "below_minimum" == found.kind
    assert "sonnet keeps none under 1,024" in found.detail


def test_an_endpoint_that_reports_nothing_is_not_blamed_on_the_size() -> None:
    assert "not_reported" == verdict(Usage(fresh=50_000), prefix_tokens=50_000).kind


def test_a_request_without_marks_is_not_judged() -> None:
    assert "off" == verdict(Usage(fresh=50_000), marked=False).kind
