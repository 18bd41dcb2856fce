"""Is the policy that learns ever worse than the best fixed one, and what does it earn?

    python tests/benchmarks/policy.py [--days 10 30 60] [--seeds 3] [--laws LAW ...]

For each law of questions, each price of a read that a model of the catalog has, and so many days: the percent of the input
cost that the best fixed policy saves (the cheapest for that law on the mean of some seeds, chosen in hindsight), what
`foreword` saves, and its cost as a multiple of the other's (below 1: cheaper).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from foreword.assist.session.budget import rates_of
from foreword.model.catalog.catalog import Catalog, load_catalog
from foreword.model.catalog.model_info import Model
from foreword.replay.baselines import STANDARD
from foreword.replay.replay_report import ReplayOrder, run_order
from foreword.replay.trace import LAWS, LawName, TracePlan, make_trace
from foreword.replay.trace_run import Outcome, Sizes

NOT_FIXED = frozenset({"stale", "foreword", "optimum"})
"""Policies that are no fixed ones, or answer from what is out of date."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The means of one law, model and number of days; costs in dollars."""

    fixed: str
    fixed_saves: float
    saves: float
    ratio: float


def cell_of(law: LawName, days: int, model: Model, n_seeds: int) -> Cell:
    """Foreword against the best of the fixed policies."""
    runs = [outcomes_of(law, seed, days, model) for seed in range(n_seeds)]
    costs = {name: mean(run[name].cost for run in runs) for name in runs[0]}
    best = min((name for name in costs if name not in NOT_FIXED), key=costs.__getitem__)
    saves = {name: mean(run[name].saved_percent for run in runs) for name in (best, "foreword")}
    return Cell(best, saves[best], saves["foreword"], costs["foreword"] / costs[best])


def outcomes_of(law: LawName, seed: int, days: int, model: Model) -> dict[str, Outcome]:
    """What each policy comes to, by name."""
    policies = tuple(name for name in STANDARD if name not in {"stale", "optimum"})
    order = ReplayOrder(make_trace(TracePlan(seed, law, days)), Sizes(), policies)
    return {found.policy: found for found in run_order(order, model)}


def one_of_each(catalog: Catalog) -> dict[tuple[float, ...], Model]:
    """A model for each relation of prices in the catalog; what they cost in dollars changes nothing."""
    found = dict[tuple[float, ...], Model]()
    for model in catalog.models.values():
        rates = rates_of(model)
        key = (rates.reading, rates.writing("5m"), rates.writing("1h"), rates.cliff_factor)
        found.setdefault(tuple(round(one, 4) for one in key), model)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, nargs="+", default=[10, 30, 60])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--laws", nargs="+", choices=LAWS, default=[law for law in LAWS if law != "edits"])
    arguments = parser.parse_args()
    catalog, _ = load_catalog()
    print(f"{'law':10} {'model':20} {'read':>6}", *(f"{f'{n} days':>32}" for n in arguments.days))
    for law in arguments.laws:
        for key, model in one_of_each(catalog).items():
            cells = [cell_of(law, days, model, arguments.seeds) for days in arguments.days]
            shown = (f"{c.fixed:>10} {c.fixed_saves:6.1f} {c.saves:6.1f} {c.ratio:6.3f}" for c in cells)
            print(f"{law:10} {model.id:20} {key[0]:6.3f}", *shown, flush=True)


if __name__ == "__main__":
    main()
