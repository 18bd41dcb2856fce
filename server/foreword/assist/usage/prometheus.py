"""Usage for Prometheus: a text file for the textfile collector of its node exporter.

Counters over all rows of the ledger, so that they only grow; simulated requests are apart by a label. Format:
https://prometheus.io/docs/instrumenting/exposition_formats/ (text, version 0.0.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from foreword.assist.accounts.ledger import Total


def prometheus_text(by_model: Sequence[Total], by_kind: Sequence[Total]) -> str:
    """The counters of all requests, by model, and how many there were of each kind."""
    lines = [
        *_metric(
            "foreword_tokens_total",
            "Tokens by how they were billed.",
            (
                ({"model": one.group, "bucket": bucket} | _simulated(one), n)
                for one in by_model
                for bucket, n in asdict(one.usage).items()
            ),
        ),
        *_metric(
            "foreword_cost_usd_total",
            "US dollars.",
            ((_of_model(one), round(one.cost, 8)) for one in by_model),
        ),
        *_metric(
            "foreword_cost_without_cache_usd_total",
            "US dollars that the same prompts would have cost uncached.",
            ((_of_model(one), round(one.without_cache, 8)) for one in by_model),
        ),
        *_metric(
            "foreword_requests_total",
            "Requests by what they were for.",
            (({"kind": one.group} | _simulated(one), one.n_requests) for one in by_kind),
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


def _of_model(one: Total) -> dict[str, str]:
    return {"model": one.group} | _simulated(one)


def _simulated(one: Total) -> dict[str, str]:
    return {"simulated": "true" if one.simulated else "false"}


def _metric(name: str, meaning: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} counter"
    for labels, value in samples:
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{shown}}} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
