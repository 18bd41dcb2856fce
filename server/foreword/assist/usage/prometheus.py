"""Usage for Prometheus: a text file for the textfile collector of its node exporter.

Counters over all rows of the ledger, so that they only grow; simulated requests are apart by a label. Format:
https://prometheus.io/docs/instrumenting/exposition_formats/ (text, version 0.0.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from foreword.assist.accounts.ledger import Total

Verdicts = Sequence[tuple[str, bool, int, int]]
"""As `Ledger.verdicts` gives them."""


def prometheus_text(by_model: Sequence[Total], by_kind: Sequence[Total], verdicts: Verdicts) -> str:
    """The counters of all requests, by model, how many there were of each kind, and what the cache did with the answers."""
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
        *_metric(
            "foreword_answers_total",
            "Answers by what the cache did with their first request.",
            ((_of_verdict(one), one[2]) for one in verdicts),
        ),
        *_metric(
            "foreword_tokens_lost_total",
            "Tokens that had been in the cache and were not read, by why.",
            ((_of_verdict(one), one[3]) for one in verdicts),
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


def _of_model(one: Total) -> dict[str, str]:
    return {"model": one.group} | _simulated(one)


def _of_verdict(one: tuple[str, bool, int, int]) -> dict[str, str]:
    return {"verdict": one[0], "simulated": "true" if one[1] else "false"}


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
