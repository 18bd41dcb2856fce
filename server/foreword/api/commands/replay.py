"""`replay`: what policies of caching would have cost over a trace of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from foreword.api.command import Body, Result
from foreword.api.parameters import Flag, positional
from foreword.api.printed import Printed, Table
from foreword.api.workspace import PartialResult, Stage, Workspace
from foreword.assist.question.receipt import dollars
from foreword.core.errors import UsageError
from foreword.model.catalog.model_info import Model
from foreword.replay.replay_report import Order, find_models, replay_json, run_order, synthetic_trace
from foreword.replay.synthetic import LAWS
from foreword.replay.trace import Event, read_trace
from foreword.replay.trace_run import BASE_TOKENS, TURN_TOKENS, Outcome, Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayParameters:
    """The parameters of `replay`; `trace` is the text of one."""

    trace: Annotated[str | None, positional("a file, or - for standard input", "file")] = None
    synthetic: Annotated[int | None, Flag("make days up instead", "SEED", least=None)] = None
    law: Annotated[str | None, Flag(f"how questions come (default: {LAWS[0]})", choices=LAWS)] = None
    days: Annotated[int | None, Flag("so many days (default: 60)", "N")] = None
    asks: Annotated[int | None, Flag("questions a day (default: 45)", "N")] = None
    developers: Annotated[int | None, Flag("people who share the base (default: 1)", "N")] = None
    base: Annotated[int, Flag("the base", "TOKENS")] = BASE_TOKENS
    turn: Annotated[int, Flag("a turn; 0 leaves the questions out", "TOKENS", least=0)] = TURN_TOKENS
    warm_day: Annotated[
        float | None, Flag("budget for warming, a day (default: four writes of the base)", "DOLLARS")
    ] = None
    model: Annotated[
        tuple[str, ...], Flag("whose prices (may be given several times); article: 3.00, 3.75 and 0.30", "ID")
    ] = ()
    policy: Annotated[tuple[str, ...], Flag("what to compare (several times)", "NAME")] = ()


@dataclass(frozen=True, slots=True)
class ModelReplay:
    """What each policy comes to with the prices of one model."""

    model: Model
    outcomes: tuple[Outcome, ...]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.replay/1`."""
        return replay_json(self.model, self.outcomes)


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """The same trace with the prices of several models."""

    replays: tuple[ModelReplay, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """One `foreword.replay/1` a model."""
        return [replay.to_json() for replay in self.replays]


def replay(workspace: Workspace, given: ReplayParameters) -> ReplayReport:
    """Run a trace through policies, with the prices of each model in turn.

    Raises:
        UsageError: the parameters or the trace are not usable.
    """
    order = Order(
        _events(given), Sizes(given.base, given.turn), given.policy, given.developers or 1, given.warm_day
    )
    catalog, problems = workspace.catalog()
    models, unknown = find_models(catalog, given.model)
    workspace.report(*problems, *unknown)
    done = []
    for model in models:
        workspace.emit(Stage(f"Replaying with the prices of {model.id} ..."))
        done.append(ModelReplay(model, tuple(run_order(order, model))))
        workspace.emit(PartialResult(done[-1]))
    return ReplayReport(tuple(done))


def _events(given: ReplayParameters) -> Sequence[Event]:
    if (given.trace is None) == (given.synthetic is None):
        raise UsageError("give either a trace or the seed of a synthetic one")
    developers = given.developers or 1
    if given.synthetic is not None:
        law = given.law or LAWS[0]
        return synthetic_trace(given.synthetic, law, given.days, given.asks, developers)
    made = {"law": given.law, "days": given.days, "asks": given.asks, "developers": given.developers}
    unused = next((key for key, value in made.items() if value is not None), None)
    if unused is not None:
        raise UsageError(f"{unused} is for a synthetic trace; any other says itself when what happens")
    return read_trace((given.trace or "").split("\n"))


def _show_replay(found: Result) -> Iterator[Printed]:
    if isinstance(found, ModelReplay):
        yield Table(
            (found.model.id, "input cost", "saved", "hits", "misses", "writes", "pings"),
            tuple(_row(outcome) for outcome in found.outcomes),
        )


def _row(found: Outcome) -> tuple[str, ...]:
    counts = (f"{count:,}" for count in (found.hits, found.misses, found.writes, found.pings))
    return (found.policy, dollars(found.cost), f"{found.saved_percent:.1f} %", *counts)


def _show_nothing(_: ReplayReport, _given: ReplayParameters, _columns: int) -> Iterator[Printed]:
    """All was told part by part."""
    yield from ()


REPLAY = Body(ReplayParameters, replay, _show_nothing, show_part=_show_replay, is_slow=True)
