from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from foreword.assist.session.budget import rates_of
from foreword.core.errors import UsageError
from foreword.core.tokens import Usage
from foreword.model.catalog.catalog import load_catalog
from foreword.model.catalog.model_info import Model, cost
from foreword.replay.baselines import STANDARD
from foreword.replay.replay_report import (
    DEFAULT_MODELS,
    SEPARATE,
    ReplayOrder,
    find_models,
    replay_report,
    run_order,
    synthetic_trace,
)
from foreword.replay.trace_run import Sizes

CATALOG, _ = load_catalog()
SONNET = CATALOG.models["claude-sonnet-5-5"]
BUCKETS = [Usage(fresh=1_000), Usage(write_5m=90_000), Usage(write_1h=120_000), Usage(7, 8, 9, 100_001)]


@pytest.mark.parametrize("model", CATALOG.models.values(), ids=lambda model: model.id)
def test_rates_cost_what_the_ledger_books(model: Model) -> None:
    for usage in BUCKETS:
        assert cost(usage, model) == pytest.approx(rates_of(model).cost(usage))


def test_there_is_a_usual_model_for_each_price_of_a_read() -> None:
    models, problems = find_models(CATALOG, ())
    assert (DEFAULT_MODELS, ()) == (tuple(model.id for model in models), problems)
    assert [0.1, 0.05, 0.025] == [round(rates_of(model).reading, 4) for model in models]
    assert not any(model.cliff or model.retired for model in models)


def test_an_unknown_model_is_replayed_with_assumed_prices() -> None:
    models, problems = find_models(CATALOG, ["claude-sonnet-5-5", "gpt"])
    assert ["claude-sonnet-5-5", "gpt"] == [model.id for model in models]
    assert "Unknown model 'gpt'" in problems[0].message


def test_a_report_has_all_policies_of_one_model_after_the_other() -> None:
    order = ReplayOrder(synthetic_trace(3, "lognormal", 2, 10, 1), Sizes())
    first, second = replay_report(order, find_models(CATALOG, DEFAULT_MODELS[:2])[0])
    assert {"foreword.replay/1"} == {first["schema"], second["schema"]}
    assert DEFAULT_MODELS[:2] == (first["model"], second["model"])
    assert list(STANDARD) == [row["policy"] for row in first["policies"]]
    assert {"policy", "cost", "savedPercent", "hits", "misses", "writes", "pings"} == first["policies"][
        0
    ].keys()
    assert all(20 == row["hits"] + row["misses"] for row in first["policies"])
    assert (0.0, 20 * 82_500 * 2 / 1e6) == (
        first["policies"][0]["savedPercent"],
        first["policies"][0]["cost"],
    )


def test_a_team_is_compared_with_people_on_their_own() -> None:
    order = ReplayOrder(
        synthetic_trace(3, "lognormal", 3, 15, 4), Sizes(), ("none", "foreword"), developers=4
    )
    rows = {found.policy: found for found in run_order(order, SONNET)}
    assert ["none", "foreword", SEPARATE] == list(rows)
    assert rows["foreword"].cost < rows[SEPARATE].cost
    assert rows["foreword"].writes < rows[SEPARATE].writes
    assert 0.0 == rows["none"].saved_percent


def test_no_budget_means_no_pings() -> None:
    order = ReplayOrder(synthetic_trace(3, "hourly", 2, None, 1), Sizes(), ("foreword",), warm_day=0.0)
    assert 0 == next(run_order(order, SONNET)).pings
    assert next(run_order(replace(order, warm_day=None), SONNET)).pings > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"policies": ("best",)}, "there is no policy 'best'"),
        ({"policies": ("optimum",), "developers": 2}, "for one developer only"),
        ({"sizes": Sizes(1_000_000, 1)}, "takes 1,000,000 tokens at most"),
    ],
)
def test_what_cannot_be_replayed_is_said(change: dict[str, Any], said: str) -> None:
    order = replace(ReplayOrder(synthetic_trace(3, "edits", 1, 3, 1), Sizes()), **change)
    with pytest.raises(UsageError, match=said):
        list(run_order(order, SONNET))


def test_a_trace_has_a_longest_length_and_a_known_law() -> None:
    with pytest.raises(UsageError, match="too long: at most 3660 days"):
        synthetic_trace(1, "lognormal", 4_000, None, 1)
    with pytest.raises(UsageError, match="no law 'chaos'; known are lognormal"):
        synthetic_trace(1, "chaos", 1, 1, 1)
