"""How things stand: `status`, in a word for prompts and status lines too; and `models`, what can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from foreword.api.command import Body
from foreword.api.parameters import Flag, ModelChoice
from foreword.api.printed import Line, Printed, Table, notice
from foreword.api.workspace import Workspace
from foreword.assist.question.receipt import dollars
from foreword.assist.session.providers import list_models, provider_name
from foreword.assist.session.workspace_status import standing
from foreword.core.errors import ModelError, Problem
from foreword.model.catalog.catalog import NOTICE_DAYS, Catalog
from foreword.model.catalog.model_info import Model, Prices

STATUS_SCHEMA = "foreword.status/1"
PRICE_HEADINGS = ("input", "write 5m", "write 1h", "read", "output")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusParameters(ModelChoice):
    """The parameters of `status`."""

    line: Annotated[bool, Flag("one short line, for a prompt or the status line of tmux")] = False


@dataclass(frozen=True, slots=True)
class Status:
    """Who answers, until when the prefix is warm (Unix seconds; None: cold), and what today came to.

    `hit_ratio` is the share of today's prompt tokens that were read from the cache, None before the first question;
    `spent_today` is in dollars, over all workspaces; `last_verdict` is what the cache did with the last request here.
    `scope` tells which folder of its repository is seen, None for all of it.
    """

    provider: str
    model: str
    warm_until: float | None
    hit_ratio: float | None
    spent_today: float
    last_verdict: str | None
    now: float
    scope: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As `foreword.status/1`."""
        return {
            "schema": STATUS_SCHEMA,
            "warmUntil": self.warm_until,
            "hitRatio": self.hit_ratio,
            "spentToday": self.spent_today,
            "lastVerdict": self.last_verdict,
            "provider": self.provider,
            "model": self.model,
            "scope": self.scope,
        }

    @property
    def line(self) -> str:
        """All of it in one line of about 60 columns."""
        warm = "cold"
        if self.warm_until is not None:
            left = max(0, self.warm_until - self.now)
            warm = f"warm {left / 60:.0f} min" if left >= 60 else f"warm {left:.0f} s"  # noqa: PLR2004 - a minute
        read = "" if self.hit_ratio is None else f" · {self.hit_ratio:.0%} cached"
        last = f" · last {self.last_verdict}" if self.last_verdict else ""
        name = "offline" if self.provider == "offline" else self.model
        return f"{name} · {warm}{read} · {dollars(self.spent_today)} today{last}"


async def status(workspace: Workspace, _given: StatusParameters) -> Status:
    """How the workspace stands for the provider and model of now; nothing is sent."""
    saved = await workspace.saved()
    return await workspace.run(_status, workspace, standing(workspace.session, saved))


def _status(workspace: Workspace, stands: Mapping[str, Any]) -> Status:
    session = workspace.session
    last = session.ledger.latest(str(session.root), warm=False)
    return Status(
        provider=stands["provider"],
        model=stands["model"],
        warm_until=stands["warmUntil"],
        hit_ratio=stands["hitRatio"],
        spent_today=stands["spentToday"],
        last_verdict=last.verdict or None if last else None,
        now=workspace.clock(),
        scope=stands["scope"],
    )


def _show_status(found: Status, given: StatusParameters, _columns: int) -> Iterator[Printed]:
    if given.line:
        yield Line(found.line)
        return
    until = datetime.fromtimestamp(found.warm_until).astimezone() if found.warm_until is not None else None
    read = "no question yet today" if found.hit_ratio is None else f"{found.hit_ratio:.1%} of today's prompts"
    rows = (
        ("provider", found.provider),
        ("model", found.model),
        ("prefix", f"warm until {until:%H:%M:%S}" if until else "cold: the next question writes it"),
        ("read from the cache", read),
        ("spent today", dollars(found.spent_today)),
        ("last request", found.last_verdict or "none in this workspace"),
    )
    yield from (Line(f"{name + ':':<21}{value}") for name, value in rows)
    if found.scope:
        yield Line(found.scope["message"], "yellow")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsParameters(ModelChoice):
    """The parameters of `models`."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model by its id: whether the catalog knows it, and what it says; `retired` is the day from which requests fail.

    `offered` is whether the endpoint lists it, None where it was not asked. `window` is in tokens, None where unknown.
    """

    id: str
    known: bool
    retired: date | None
    successor: str | None
    window: int | None
    prices: Prices | None
    offered: bool | None

    def to_json(self) -> dict[str, Any]:
        """Prices in US dollars a million tokens."""
        prices = self.prices
        return {
            "id": self.id,
            "known": self.known,
            "retired": self.retired.isoformat() if self.retired else None,
            "successor": self.successor,
            "window": self.window,
            "prices": None
            if prices is None
            else {
                "input": prices.input,
                "write5m": prices.write_5m,
                "write1h": prices.write_1h,
                "read": prices.read,
                "output": prices.output,
            },
            "offered": self.offered,
        }


@dataclass(frozen=True, slots=True)
class ModelList:
    """All models of the catalog and of the endpoint, in the order of the catalog; what only the endpoint has comes last."""

    models: tuple[ListedModel, ...]
    today: date

    def to_json(self) -> list[dict[str, Any]]:
        """One object a model."""
        return [model.to_json() for model in self.models]


async def models(workspace: Workspace, _given: ModelsParameters) -> ModelList:
    """What the catalog knows, beside what the endpoint offers where there is one; no text of the workspace is sent."""
    catalog, problems = workspace.catalog()
    workspace.report(*problems)
    offered: Sequence[Mapping[str, Any]] | None = None
    if provider_name(workspace.session) != "offline":
        try:
            offered = await list_models(workspace.session)
        # The catalog is worth showing without the endpoint's list.
        except ModelError as error:
            workspace.report(
                Problem(f"The endpoint did not list its models ({error}): this is the catalog alone.")
            )
    today = datetime.fromtimestamp(workspace.clock(), UTC).date()
    return ModelList(tuple(_listed(catalog, offered)), today)


def _listed(catalog: Catalog, offered: Sequence[Mapping[str, Any]] | None) -> Iterator[ListedModel]:
    windows = {str(one["id"]): _window(one) for one in offered or () if one.get("id")}
    # An endpoint may list a model under another name than the catalog's.
    known_as = {name: catalog.find(name)[0].known_as for name in windows}
    for name, model in catalog.models.items():
        under = [other for other, known in known_as.items() if known == name]
        yield _entry(name, model, None if offered is None else bool(under))
    for name, window in windows.items():
        if not known_as[name]:
            yield ListedModel(name, False, None, None, window, None, True)


def _entry(name: str, model: Model, offered: bool | None) -> ListedModel:
    return ListedModel(name, True, model.retired, model.successor, model.context, model.prices, offered)


def _window(entry: Mapping[str, Any]) -> int | None:
    """Of an entry of `/v1/models`: Anthropic's field, or that of an engine on this machine."""
    values = (entry.get(key) for key in ("max_input_tokens", "context_window", "max_model_len"))
    return next((value for value in values if isinstance(value, int) and value > 0), None)


def _show_models(found: ModelList, _given: ModelsParameters, _columns: int) -> Iterator[Printed]:
    yield Table(
        ("model", "window", *PRICE_HEADINGS, "lifecycle"),
        tuple(_row(model, found.today) for model in found.models),
    )
    yield notice("Prices are US dollars a million tokens.", "dim")
    if all(model.offered is None for model in found.models):
        yield notice("This is the catalog alone: no endpoint was asked.", "dim")


def _row(model: ListedModel, today: date) -> tuple[str, ...]:
    prices = model.prices
    each = (prices.input, prices.write_5m, prices.write_1h, prices.read, prices.output) if prices else None
    window = f"{model.window:,}" if model.window else "?"
    return (
        model.id,
        window,
        *(f"{one:g}" for one in each or ()),
        *([] if each else ["?"] * 5),
        _lifecycle(model, today),
    )


def _lifecycle(model: ListedModel, today: date) -> str:
    instead = f", use {model.successor}" if model.successor else ""
    if model.retired is not None and model.retired <= today:
        return f"retired {model.retired.isoformat()}{instead}"
    if model.retired is not None and (model.retired - today).days <= NOTICE_DAYS:
        return f"retires {model.retired.isoformat()}{instead}"
    if not model.known:
        return "not in the catalog"
    return "not offered here" if model.offered is False else ""


STATUS = Body(StatusParameters, status, _show_status)
MODELS = Body(ModelsParameters, models, _show_models)
