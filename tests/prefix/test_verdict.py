from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from foreword.core.tokens import Usage
from foreword.prefix.manifest import Difference
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.verdict import ApiDiagnosis, Verdict, VerdictInputs, VerdictKind, compared_with, diagnose

NOW = 10_000.0
DIGESTS: Mapping[str, str] = {"instructions": "i", "base": "b", "delta": "d"}
WRITTEN = Usage(fresh=10, write_5m=5_000)


def sent(at: float, *, provider: str = "anthropic", model: str = "sonnet", ttl_s: int = 300) -> SentRequest:
    return SentRequest(provider, model, at, ttl_s, DIGESTS)


def verdict(
    usage: Usage, *earlier: SentRequest, marked: bool = True, prefix_tokens: int = 5_000, minimum: int = 1_024
) -> Verdict:
    return diagnose(usage, VerdictInputs(sent(NOW), marked, prefix_tokens, minimum, earlier))


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
    assert ("expired", "idle for 1 h 0 min, longer than the 5 min it is kept") == (found.kind, found.detail)


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
    assert (
        "model_changed",
        "the cache was warm for opus; each model has its own, and this went to sonnet",
    ) == (
        found.kind,
        found.detail,
    )


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


def seen(*earlier: SentRequest, **more: object) -> VerdictInputs:
    return replace(VerdictInputs(sent(NOW), True, 5_000, 1_024, earlier), **more)  # type: ignore[arg-type]


CHANGED = Difference("base", "src/a.py", "changed", 100.0)
CACHED = replace(sent(NOW - 60), cached=6_000)


def test_the_file_that_differs_first_is_named_with_what_it_cost() -> None:
    found = diagnose(Usage(read=2_000, write_5m=4_100), seen(CACHED, difference=CHANGED))
    assert ("changed", "src/a.py", "base", 4_000) == (found.kind, found.file, found.layer, found.tokens_lost)
    assert "the base was laid anew: src/a.py was changed first; 4,000 cached tokens" in found.detail


def test_a_change_behind_everything_that_was_cached_is_no_loss() -> None:
    assert "hit" == diagnose(Usage(read=6_000, write_5m=500), seen(CACHED, difference=CHANGED)).kind


def test_a_large_delta_behind_a_small_base_is_still_a_hit() -> None:
    assert "hit" == diagnose(Usage(read=6_000, write_5m=9_000), seen(CACHED)).kind


def test_a_part_that_expired_is_said_to_be_so() -> None:
    found = diagnose(Usage(read=1_000, write_5m=5_000), seen(replace(CACHED, at=NOW - 600)))
    assert ("expired", 5_000) == (found.kind, found.tokens_lost)


def test_other_tools_are_told_from_another_system_prompt() -> None:
    request = replace(sent(NOW), digests={**DIGESTS, "tools": "t", "system": "s", "instructions": "x"})
    for changed, kind in (("tools", "tools_changed"), ("system", "changed")):
        last = replace(CACHED, digests={**request.digests, changed: "other", "instructions": "i"})
        assert kind == diagnose(WRITTEN, seen(last, request=request)).kind


def test_a_prefix_that_became_readable_after_we_asked_was_written_at_the_same_time() -> None:
    other = replace(CACHED, at=NOW - 1, readable_at=NOW + 0.5)
    assert "concurrent_write" == diagnose(WRITTEN, seen(other)).kind
    assert "server_side" == diagnose(WRITTEN, seen(replace(other, readable_at=NOW - 0.5))).kind


def test_other_settings_are_named_where_no_request_went_before_under_these() -> None:
    found = diagnose(WRITTEN, seen(elsewhere=(CACHED,)))
    assert ("changed", "base", 6_000) == (found.kind, found.layer, found.tokens_lost)
    assert "cold" == diagnose(WRITTEN, seen(elsewhere=(replace(CACHED, at=NOW - 900),))).kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("messages_changed", "server_side"),
        ("model_changed", "model_changed"),
        ("tools_changed", "tools_changed"),
        ("system_changed", "changed"),
    ],
)
def test_the_api_s_word_decides_where_nothing_here_explains_a_miss(reason: str, kind: VerdictKind) -> None:
    found = diagnose(WRITTEN, seen(CACHED, api=ApiDiagnosis(reason, 5_000)))
    assert kind == found.kind
    assert f"the API says {reason}, about 5,000 tokens missed" in found.detail


def test_the_api_s_word_adds_to_what_is_known_and_says_nothing_of_a_hit() -> None:
    api = ApiDiagnosis("messages_changed")
    assert diagnose(WRITTEN, seen(api=api)).detail.endswith("; the API says messages_changed")
    assert "API" not in diagnose(Usage(read=6_000), seen(CACHED, api=api)).detail


def test_a_verdict_looks_back_at_the_same_base_while_it_is_warm() -> None:
    pinned = replace(sent(NOW - 100), digests={**DIGESTS, "base": "pinned"})
    request = replace(sent(NOW), digests=pinned.digests)
    newer = sent(NOW - 10)
    assert pinned == compared_with(request, [newer, pinned])
    assert newer == compared_with(request, [newer, replace(pinned, at=NOW - 400)])
    assert None is compared_with(request, [sent(NOW - 5, model="opus")])


def test_what_is_not_known_is_not_in_the_json() -> None:
    assert {} == Verdict("hit", "").to_json()
    full = Verdict("changed", "", "a", "base", 3, "commit")
    assert {"file": "a", "layer": "base", "tokensLost": 3, "cause": "commit"} == full.to_json()
