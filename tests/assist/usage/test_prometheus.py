from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from foreword.assist.accounts.ledger import Total
from foreword.assist.usage.prometheus import prometheus_text
from foreword.core.tokens import Usage

TOTALS = (
    Total(
        "claude-sonnet-5-5",
        simulated=False,
        n_requests=3,
        usage=Usage(10, 20, 0, 400, 7),
        cost=0.25,
        without_cache=1.5,
    ),
    Total(
        "claude-sonnet-5-5",
        simulated=True,
        n_requests=1,
        usage=Usage(1, 0, 2, 0, 3),
        cost=0.125,
        without_cache=0.125,
    ),
)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, as Prometheus' own client reads it."""
    families = list(text_string_to_metric_families(text))
    assert {"counter"} == {family.type for family in families}
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_the_counters_say_what_the_ledger_says() -> None:
    read = samples(
        prometheus_text(TOTALS, [Total("ask", False, 3, Usage(), 0.25, 1.5)], [("expired", True, 4, 900)])
    )
    assert 400 == read["foreword_tokens_total", "claude-sonnet-5-5", "read", "false"]
    assert 2 == read["foreword_tokens_total", "claude-sonnet-5-5", "write_1h", "true"]
    assert 0.25 == read["foreword_cost_usd_total", "claude-sonnet-5-5", "false"]
    assert 1.5 == read["foreword_cost_without_cache_usd_total", "claude-sonnet-5-5", "false"]
    assert 3 == read["foreword_requests_total", "ask", "false"]
    assert 4 == read["foreword_answers_total", "expired", "true"]
    assert 900 == read["foreword_tokens_lost_total", "expired", "true"]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_any_name_of_a_model_is_read_back(name: str) -> None:
    read = samples(prometheus_text([Total(name, False, 1, Usage(5), 0.5, 0.5)], [], []))
    assert 5 == read["foreword_tokens_total", name, "fresh", "false"]
