"""What do policies of caching come to, under every law of questions?

    python tests/benchmarks/policy.py [--days 60] [--seeds 3]

For each law and price of a read: the percent of the input cost that each policy saves on the mean of some seeds,
and the most that `foreword` costs against the cheapest fixed policy of the same trace (1.00: the same).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from foreword.assist.session.budget import rates_of
from foreword.model.catalog.catalog import load_catalog
from foreword.model.catalog.model_info import Model
from foreword.replay.baselines import STANDARD
from foreword.replay.replay_report import DEFAULT_MODELS, ReplayOrder, run_order
from foreword.replay.trace import LAWS, LawName, TracePlan, make_trace
from foreword.replay.trace_run import Outcome, Sizes

NOT_FRESH_OR_NOT_FIXED = ("stale", "foreword", "optimum")


def outcomes_of(law: LawName, seed: int, days: int, model: Model) -> dict[str, Outcome]:
    """What each policy comes to, by name."""
    order = ReplayOrder(make_trace(TracePlan(seed, law, days)), Sizes())
    return {found.policy: found for found in run_order(order, model)}


def against_fixed(found: dict[str, Outcome]) -> float:
    """The cost of `foreword` as a multiple of that of the cheapest fixed policy."""
    fixed = min(outcome.cost for name, outcome in found.items() if name not in NOT_FRESH_OR_NOT_FIXED)
    return found["foreword"].cost / fixed if fixed else 1.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    catalog, _ = load_catalog()
    print(
        f"{'law':10} {'read':>6}", *(f"{name:>9}" for name in STANDARD), f"{'vs fixed':>9}", f"{'seconds':>8}"
    )
    for law in LAWS:
        for model in (catalog.models[name] for name in DEFAULT_MODELS):
            begun = time.perf_counter()
            runs = [outcomes_of(law, seed, arguments.days, model) for seed in range(arguments.seeds)]
            saved = [f"{mean(run[name].saved_percent for run in runs):9.1f}" for name in STANDARD]
            worst, took = max(map(against_fixed, runs)), (time.perf_counter() - begun) / len(runs)
            print(f"{law:10} {rates_of(model).reading:6.3f}", *saved, f"{worst:9.2f}", f"{took:8.1f}")


if __name__ == "__main__":
    main()
