"""What questions cost: `forecast`, `warm`, `usage` and `why`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from foreword.api.command import Body
from foreword.api.commands.questions import Question
from foreword.api.parameters import Flag, ModelChoice, SendingParameters, positional
from foreword.api.printed import Line, Printed, Table
from foreword.api.workspace import Workspace
from foreword.assist.accounts.ledger import GroupBy, Ledger, Total
from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.pointers import parse_pointer
from foreword.assist.question.receipt import dollars, tokens_json
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.providers import require_trust
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.spending.explain import Explanation, explain
from foreword.assist.spending.forecast import ForecastReport, forecast_report
from foreword.assist.spending.warm_up import (
    WarmUp,
    current_prefix,
    publish_warmed,
    shared_prefix,
    warm_json,
    warm_line,
    warm_now,
)
from foreword.assist.usage.periods import SECONDS_A_DAY, sum_totals
from foreword.assist.usage.prometheus import prometheus_text
from foreword.assist.usage.usage_page import money_cells, usage_page
from foreword.core.errors import Problem, UsageError
from foreword.replay.trace import trace_lines

ANY_QUESTION = "What is this?"
WIDE = 110
"""Columns of a terminal that the whole table of usage needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastParameters(ModelChoice):
    """The parameters of `forecast`."""

    question: Annotated[str, positional("the question, or - for standard input", "words")] = ANY_QUESTION
    path: Annotated[
        tuple[str, ...],
        Flag(
            "a file or lines that it is about (may be given several times)", "FILE[:LINE[-LINE]]", short="-p"
        ),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmParameters(SendingParameters):
    """The parameters of `warm`."""

    ttl: Annotated[
        Literal["5m", "1h"] | None, Flag("how long it is to be kept (cache.ttl)", setting="cache.ttl")
    ] = None
    no_cache: Annotated[bool, Flag("send no cache marks", setting="cache.ttl", sets="off")] = False
    base_only: Annotated[bool, Flag("the shared base, without local changes")] = False
    publish: Annotated[
        bool,
        Flag("with --base-only: push what shallow clones need to build the same base (refs/foreword/base)"),
    ] = False
    dry_run: Annotated[bool, Flag("send nothing; say what it would cost")] = False


@dataclass(frozen=True, slots=True)
class WarmReport:
    """What a warm-up did, or would do: as `foreword.warm/1`, and in a line."""

    json: dict[str, Any]
    line: str

    def to_json(self) -> dict[str, Any]:
        """As `foreword.warm/1`."""
        return self.json


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageParameters:
    """The parameters of `usage`."""

    by: Annotated[GroupBy, Flag("one row for each")] = "day"
    days: Annotated[int, Flag("how far back", "N")] = 30
    html: Annotated[
        bool,
        Flag("write a page with charts and the prefix of the workspace instead", "FILE", source="output"),
    ] = False
    export_trace: Annotated[
        bool,
        Flag(
            "write sizes and times of this workspace's questions for `foreword replay` instead; no text",
            "FILE",
            source="output",
        ),
    ] = False
    prometheus: Annotated[
        bool,
        Flag("write all counters for Prometheus' textfile collector instead", "FILE", source="output"),
    ] = False
    all_workspaces: Annotated[bool, Flag("with --export-trace: the questions of all workspaces")] = False


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What was spent, a row for each group; a page, a trace and counters for Prometheus where they are asked for."""

    by: GroupBy
    totals: tuple[Total, ...]
    html: str | None = None
    export_trace: str | None = None
    prometheus: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As `foreword.usage/1`."""
        shown: dict[str, Any] = {
            "schema": "foreword.usage/1",
            "by": self.by,
            "rows": [_total(total) for total in self.totals],
            "totals": [_total(total) for total in sum_totals(self.totals)],
        }
        if self.html is not None:
            shown["html"] = self.html
        if self.export_trace is not None:
            shown["exportTrace"] = self.export_trace
        if self.prometheus is not None:
            shown["prometheus"] = self.prometheus
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyParameters:
    """The parameters of `why`."""

    request: Annotated[
        str,
        Flag(
            "the request to explain, by the beginning of its row id or message id (default: the last one)",
            "ID",
        ),
    ] = ""


async def forecast(workspace: Workspace, given: ForecastParameters) -> ForecastReport:
    """What a question will probably cost; nothing is sent.

    Raises:
        ForewordError: it can't be asked; the message says why.
    """
    pointers = tuple(map(parse_pointer, given.path))
    question = Question(given.question or ANY_QUESTION, pointers, use_cache=not given.no_cache)
    documents = workspace.documents()

    def foretell() -> ForecastReport:
        prepared = prepare_now(
            workspace.session,
            question.text,
            question.pointers,
            use_cache=question.use_cache,
            keep=False,
            documents=documents,
        )
        return forecast_report(workspace.session, prepared)

    return await workspace.run(foretell)


async def warm(workspace: Workspace, given: WarmParameters) -> WarmReport:
    """Write the prefix to the provider's cache before it is needed, or renew it.

    Raises:
        UsageError: something else than the shared base is to be published.
        ForewordError: it could not be done, or may not.
    """
    session = workspace.session
    if given.publish and not given.base_only:
        raise UsageError("only the shared base can be published: add --base-only")
    # Trust is about sending, and a dry run sends nothing.
    if not given.dry_run:
        await require_trust(session)

    def prepare() -> PreparedRequest:
        saved = take_snapshot(session)
        if given.base_only:
            return shared_prefix(session, saved)
        # Only what is sent may come into force: the next question builds on it.
        return current_prefix(session, saved, keep=not given.dry_run)

    prepared = await workspace.run(prepare)
    done = None if given.dry_run else await warm_now(session, prepared)
    if given.publish and isinstance(done, WarmUp) and done.is_kept:
        await workspace.run(publish_warmed, session, prepared, done)
    return WarmReport(warm_json(session, prepared, done), warm_line(session, prepared, done))


def usage(workspace: Workspace, given: UsageParameters) -> UsageReport:
    """What was spent and saved in the last days."""
    now = workspace.clock()
    since = now - given.days * SECONDS_A_DAY
    with workspace.ledger() as ledger:
        workspace.report(*ledger.problems)
        trace = _trace(workspace, ledger, since, given) if given.export_trace else None
        page = None
        if given.html:
            with workspace.prefixes() as prefixes:
                workspace.report(*prefixes.problems)
                page = usage_page(ledger, prefixes, workspace.root, by=given.by, days=given.days, now=now)
        counters = (
            prometheus_text(ledger.totals("model"), ledger.totals("kind"), ledger.verdicts())
            if given.prometheus
            else None
        )
        return UsageReport(given.by, ledger.totals(given.by, since), page, trace, counters)


def _trace(workspace: Workspace, ledger: Ledger, since: float, given: UsageParameters) -> str:
    """The trace of one workspace: gaps between questions about several are nobody's habit."""
    of = None if given.all_workspaces else str(workspace.root)
    trace = "".join(f"{line}\n" for line in trace_lines(ledger, since, of))
    if of and not trace and ledger.totals(given.by, since):
        workspace.report(
            Problem(f"nothing was asked in {of} in these days: --all-workspaces exports the questions of all")
        )
    return trace


def why(workspace: Workspace, given: WhyParameters) -> Explanation:
    """What the cache did with a request, what it cost, and what to do.

    Raises:
        UsageError: there is no such request, or several.
    """
    root = str(workspace.root)
    with workspace.ledger() as ledger:
        explanation = explain(ledger, root, given.request)
        workspace.report(*ledger.problems)
    return explanation


def _show_forecast(found: ForecastReport, _: ForecastParameters, _columns: int) -> Iterator[Printed]:
    seen, likely = found.forecast, found.forecast.likely
    simulated = ", simulated" if found.simulated else ""
    yield Line(f"{found.provider} · {found.model}{simulated}")
    yield Line(
        f"prompt   about {seen.prompt:,} tokens: {likely.read:,} read, {likely.written:,} written, "
        f"{seen.if_miss.fresh:,} fresh"
    )
    yield Line(f"answer   {seen.output.low:,} to {seen.output.high:,} tokens as a rule")
    yield Line(f"hit      {seen.probability:.0%}")
    yield Line(
        f"cost     {dollars(seen.low)} to {dollars(seen.high)}, at most {dollars(seen.most)} for one "
        f"request; without a cache the prompt alone is {dollars(seen.without_cache)}"
    )
    for one in found.budgets:
        left = dollars(max(one.cap.limit - one.taken, 0.0))
        yield Line(f"left     {left} of {one.cap.label} of {dollars(one.cap.limit)} ({one.cap.key})")
    for sentence in found.advice:
        yield Line(f"  - {sentence}")


def _show_warm(found: WarmReport, _: WarmParameters, _columns: int) -> Iterator[Printed]:
    yield Line(found.line)


def _show_usage(found: UsageReport, given: UsageParameters, columns: int) -> Iterator[Printed]:
    if given.html or given.export_trace or given.prometheus:
        return
    if not found.totals:
        yield Line('nothing was asked yet: try `foreword ask "what does this project do?"`')
        return
    kinds = ("fresh", "written", "read", "output") if columns >= WIDE else ()
    totals = (*found.totals, *(sum_totals(found.totals) if len(found.totals) > 1 else ()))
    yield Table(
        (found.by, "requests", *kinds, "cost", "without cache", "saved"),
        tuple(_row(total, kinds) for total in totals),
    )


def _show_why(found: Explanation, _: WhyParameters, _columns: int) -> Iterator[Printed]:
    yield from map(Line, found.lines)


def _row(total: Total, kinds: tuple[str, ...]) -> tuple[str, ...]:
    label = f"{total.group} (simulated)" if total.simulated else total.group
    counts = (total.n_requests, *(getattr(total.usage, kind) for kind in kinds))
    return (label, *(f"{count:,}" for count in counts), *money_cells(total))


def _total(total: Total) -> dict[str, Any]:
    return {
        "group": total.group,
        "simulated": total.simulated,
        "requests": total.n_requests,
        "tokens": tokens_json(total.usage),
        "cost": {
            "currency": "USD",
            "total": round(total.cost, 8),
            "withoutCache": round(total.without_cache, 8),
            "saved": round(total.saved, 8),
        },
    }


FORECAST = Body(ForecastParameters, forecast, _show_forecast)
WARM = Body(WarmParameters, warm, _show_warm)
USAGE = Body(UsageParameters, usage, _show_usage)
WHY = Body(WhyParameters, why, _show_why)
