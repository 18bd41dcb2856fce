from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.accounts.ledger import Total
from foreword.assist.usage.prometheus import prometheus_text
from foreword.core.tokens import Usage

DASHBOARD = Path(__file__).parents[3] / "server" / "examples" / "grafana-dashboard.json"
PANELS: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
SELECTOR = re.compile(r"(foreword_\w+)\{([^}]*)\}")
TOTAL = Total("some", False, 1, Usage(1, 2, 3, 4, 5), 0.1, 0.2)


def exported() -> dict[str, set[str]]:
    """The labels of each metric that `usage --prometheus` writes."""
    text = prometheus_text([TOTAL], [TOTAL], [("hit", False, 1, 0)])
    return {name: set(re.findall(r'(\w+)="', labels)) for name, labels in SELECTOR.findall(text)}


@pytest.mark.parametrize("expression", [target["expr"] for panel in PANELS for target in panel["targets"]])
def test_a_query_names_metrics_and_labels_that_are_written(expression: str) -> None:
    known = exported()
    used = SELECTOR.findall(expression)
    assert used
    assert re.findall(r"foreword_\w+", expression) == [name for name, _ in used]
    for name, labels in used:
        assert {*re.findall(r"(\w+)[!=]=?\"", labels)} <= known[name]
        assert {*re.findall(r"by \((\w+)\)", expression)} <= known[name]


def test_every_metric_that_is_written_has_a_panel() -> None:
    shown = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    assert set() == {name for name in exported() if name not in shown}


def test_panels_have_places_of_their_own() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(places) == len(set(places))
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
