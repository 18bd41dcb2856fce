from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.tokens import Usage
from foreword.model.catalog.catalog import load_catalog
from foreword.model.catalog.model_info import Cost, cost, cost_without_cache, price
from messages_api import ARTICLE, PRICES
from messages_api import cost as second_opinion

CATALOG = load_catalog()[0]
COUNTS = st.integers(0, 200_000)


@pytest.mark.parametrize(
    ("model_id", "usage", "expected"),
    [
        ("claude-sonnet-5-5", Usage(write_5m=150_000), 0.375),
        ("claude-sonnet-5-5", Usage(write_1h=150_000), 0.60),
        ("claude-sonnet-5-5", Usage(read=150_000), 0.015),
        ("claude-opus-5-5", Usage(write_1h=150_000), 1.20),
        ("claude-haiku-5-5", Usage(write_5m=150_000), 0.09375),
        ("claude-haiku-5-5", Usage(read=100_000), 0.001),
        ("claude-haiku-5-5", Usage(fresh=1, read=100_000, output=100), 0.0052505),
        ("claude-sonnet-4-6", Usage(fresh=1_000_000, output=1_000_000), 18.0),
    ],
)
def test_a_request_costs_what_its_buckets_cost(model_id: str, usage: Usage, expected: float) -> None:
    assert pytest.approx(expected) == cost(usage, CATALOG.find(model_id)[0])


def test_the_cliff_counts_without_a_cache_too() -> None:
    model = CATALOG.find("claude-haiku-5-5")[0]
    assert pytest.approx(0.075) == cost_without_cache(Usage(read=150_000), model)


def test_the_saving_is_net_of_write_premiums() -> None:
    model = CATALOG.find("claude-sonnet-4-6")[0]
    wrote, read = price(Usage(write_5m=10_000), model), price(Usage(read=10_000), model)
    assert pytest.approx(-0.0075) == wrote.saved
    assert pytest.approx(0.0195) == (wrote + read).saved


def test_a_sum_is_estimated_as_soon_as_a_part_is() -> None:
    unknown = CATALOG.find("mystery")[0]
    assert (Cost() + price(Usage(fresh=1), unknown)).estimated


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(PRICES)), st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS))
def test_the_stand_in_asks_the_same_price(model_id: str, usage: Usage) -> None:
    told = {
        "input_tokens": usage.fresh,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.write_5m,
            "ephemeral_1h_input_tokens": usage.write_1h,
        },
        "output_tokens": usage.output,
    }
    assert pytest.approx(second_opinion(told, model_id, PRICES)) == cost(usage, CATALOG.find(model_id)[0])


def test_the_article_s_prices_are_those_of_a_listed_model() -> None:
    prices = CATALOG.find("claude-3-5-sonnet-20240620")[0].prices
    assert (3.0, 3.75, 0.3) == (prices.input, prices.write_5m, prices.read)
    assert ARTICLE
