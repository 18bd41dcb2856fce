"""What caching a prefix saves: `replay` over a trace of work, by policy; `demo` on the smallest example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from foreword.api.command import Body, Result
from foreword.api.parameters import Flag, positional
from foreword.api.printed import Line, Printed, Table, notice
from foreword.api.workspace import PartialResult, Stage, Workspace
from foreword.assist.question.receipt import dollars
from foreword.core.errors import UsageError
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import Model, cost
from foreword.replay.caching_demo import (
    MAX_BREAKPOINTS,
    Demonstration,
    Scenario,
    demonstrate,
    demonstrate_live,
)
from foreword.replay.replay_report import (
    ARTICLE,
    CLASSIC,
    ReplayOrder,
    find_models,
    priced_model,
    replay_json,
    run_order,
    synthetic_trace,
)
from foreword.replay.trace import LAWS, Event, read_trace
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
    stable: Annotated[
        int, Flag("of the base: what never changes, before its inner mark (default: 0)", "TOKENS", least=0)
    ] = 0
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
    if given.stable >= given.base:
        raise UsageError(f"--stable is a part of the base: give less than its {given.base:,} tokens")
    sizes = Sizes(given.base, given.turn, given.stable)
    order = ReplayOrder(_events(given), sizes, given.policy, given.developers or 1, given.warm_day)
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


DEMO_SCHEMA = "foreword.demo/1"
SIMULATED = (
    "This is simulated: nothing was sent, so no time to the first token is shown.",
    "The questions' own tokens are left out. --live says what it costs, and sends it.",
)
SHOWN = 3
"""Rows of requests that are alike are told once, after so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoParameters:
    """The parameters of `demo`."""

    tokens: Annotated[int, Flag("size of the prefix", "N")] = 10_000
    questions: Annotated[int, Flag("how many questions are asked over it", "N")] = 20
    model: Annotated[str, Flag("whose prices", "ID")] = CLASSIC
    live: Annotated[bool, Flag("send it for real; says what that costs, and asks")] = False
    yes: Annotated[bool, Flag("with --live: go on without being asked")] = False


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The demonstration, simulated or sent."""

    shown: Demonstration

    def to_json(self) -> dict[str, Any]:
        """As `foreword.demo/1`; dollars are of the whole scenario, each request's cost of that request."""
        shown, scenario = self.shown, self.shown.scenario
        return {
            "schema": DEMO_SCHEMA,
            "scenario": {
                "tokens": scenario.tokens,
                "questions": scenario.questions,
                "model": scenario.model.id,
            },
            "withoutCache": round(shown.without_cache, 6),
            "withCache": round(shown.with_cache, 6),
            "savedPercent": round(shown.saved_percent, 2),
            "requests": [_request_json(usage, scenario.model) for usage in shown.requests],
            "changedInFront": _request_json(shown.changed_in_front, scenario.model),
            "belowMinimum": _request_json(shown.below_minimum, scenario.model),
            "minimum": scenario.model.minimum,
            "breakpoints": MAX_BREAKPOINTS,
            "firstToken": {"coldMs": round(shown.cold_ms), "warmMs": round(shown.warm_ms)}
            if shown.is_live
            else None,
            "simulated": not shown.is_live,
        }


def _request_json(usage: Usage, model: Model) -> dict[str, Any]:
    return {
        "fresh": usage.fresh,
        "write5m": usage.write_5m,
        "write1h": usage.write_1h,
        "read": usage.read,
        "cost": round(cost(usage, model), 6),
    }


async def demo(workspace: Workspace, given: DemoParameters) -> DemoReport:
    """Run the scenario through the simulated cache, or send it.

    Raises:
        UsageError: the catalog does not know the model, or there is nobody to send to.
        LimitError: the user did not agree to what it costs.
        ModelError: a request was not answered.
    """
    catalog, problems = workspace.catalog()
    workspace.report(*problems)
    model = priced_model(catalog, given.model)
    if not model.known_as:
        raise UsageError(f"unknown model {given.model!r}: `foreword models` lists those that are known")
    if given.tokens > model.context:
        raise UsageError(f"{given.model} takes {model.context:,} tokens: choose fewer --tokens")
    scenario = Scenario(given.tokens, given.questions, model)
    if not given.live:
        return DemoReport(demonstrate(scenario))
    if given.model == ARTICLE:
        raise UsageError(f"{ARTICLE} is a table of prices and answers nobody: choose a --model for --live")
    settings = replace(workspace.session.settings, model=given.model)
    session = replace(workspace.session, settings=settings)
    return DemoReport(await demonstrate_live(session, scenario, lambda text: workspace.emit(Stage(text))))


def _show(found: DemoReport, _given: DemoParameters, _columns: int) -> Iterator[Printed]:
    shown, scenario = found.shown, found.shown.scenario
    model, prices = scenario.model, scenario.model.prices
    yield Line(f"{scenario.questions} questions over the same {scenario.tokens:,} tokens, {model.id}", "bold")
    yield Line(
        f"Per million tokens: ${prices.input:.2f} fresh, ${prices.write_5m:.2f} written, ${prices.read:.2f} read from the cache."
    )
    yield Table(("request", "fresh", "written", "read", "cost"), tuple(_rows(shown)))
    yield Line(f"without a cache  {dollars(shown.without_cache)}")
    yield Line(f"with it          {dollars(shown.with_cache)}: {shown.saved_percent:.1f} % saved", "bold")
    yield Line("")
    if shown.is_live:
        yield Line(f"first token       {shown.cold_ms:,.0f} ms cold, {shown.warm_ms:,.0f} ms warm")
    yield from _lessons(shown)
    if shown.is_live:
        return
    for line in SIMULATED:
        yield notice(line, "dim")


def _rows(shown: Demonstration) -> Iterator[tuple[str, ...]]:
    model, last = shown.scenario.model, len(shown.requests)
    for number, usage in enumerate(shown.requests, 1):
        if number <= SHOWN or number == last:
            yield _figures_row(str(number), usage, model)
        elif number == SHOWN + 1:
            yield ("...", "", "", "", "")
    yield _figures_row("one character changed in front", shown.changed_in_front, model)
    yield _figures_row(f"a prefix below {model.minimum:,} tokens", shown.below_minimum, model)


def _figures_row(name: str, usage: Usage, model: Model) -> tuple[str, ...]:
    counts = (usage.fresh, usage.written, usage.read)
    return (name, *(f"{count:,}" for count in counts), dollars(cost(usage, model)))


def _lessons(shown: Demonstration) -> Iterator[Line]:
    minimum = shown.scenario.model.minimum
    yield Line("A cache knows a prefix by its exact bytes: what changes belongs behind it.")
    yield Line(
        f"Marks say where prefixes end; a request may have {MAX_BREAKPOINTS}. A read looks back 20 blocks."
    )
    yield Line(f"It keeps nothing shorter than {minimum:,} tokens, all else for five minutes a use.")


DEMO = Body(DemoParameters, demo, _show)
