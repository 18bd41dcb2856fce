"""All models that Foreword knows: the shipped table, and what a user's own file says on top of it.

Ids of the clouds resolve too: `us.anthropic.claude-opus-5-5-v1:0`, `claude-sonnet-4-5@20250929`,
`publishers/anthropic/models/claude-haiku-5-5`, those of gateways (`anthropic/claude-sonnet-5.5`), and dated or `-latest` forms
of a listed model. Where an id says in which region it is answered, the price is that of the region.

A models file is TOML with a `version` and one table a model, as `models.toml` shows it. Reading it never fails: what is
wrong comes back as a `Problem` that names the entry, and the rest counts.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foreword.core.errors import Problem
from foreword.model.catalog.model_info import (
    PLAIN_STYLES,
    THINKING_STYLES,
    UNKNOWN,
    VISIONS,
    Cliff,
    Model,
    Prices,
)

NOTICE_DAYS = 60
"""How many days before a model's retirement the user hears of it."""

_DRESSED_ID = re.compile(
    r"""(?:.*/)?                              # a resource path, an ARN, or a gateway's name of the provider
        (?:(?P<region>[a-z]{2,6}(?:-[a-z]+)?)\.)?    # a region group: us. eu. apac. global. us-gov.
        (?P<bedrock>anthropic\.)?
        (?P<name>claude-[a-z0-9.-]+?)
        (?:-latest | -\d{8})?
        (?:@[\w.-]+)?
        (?:-v\d+(?::\d+)?)?
        (?:\[1m\] | :[a-z]+)?""",
    re.VERBOSE,
)
BARE_ID = re.compile(r"claude-[a-z0-9-]+")
ANY_REGION = "*"
"""In the table of regions: every one that is not named."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Models by name. `version` names the table that prices were taken from, for the ledger.

    `regions` are factors on the price by the region group that an id names, `bedrock_minimum` the shortest prefix that
    Bedrock caches of any model. `geography` are factors by where the API says that a request was answered.
    """

    models: Mapping[str, Model]
    version: str
    regions: Mapping[str, float] = field(default_factory=dict)
    bedrock_minimum: int = 0
    geography: Mapping[str, float] = field(default_factory=dict)

    def find(self, model_id: str, today: date | None = None) -> tuple[Model, Problem | None]:
        """The model behind `model_id`, and what the user should know about it.

        The model's `id` is `model_id`, so that it can be sent as it is. An unknown id gets the safe
        assumptions of `model_info.UNKNOWN`. Retirement is judged only where `today` is given.
        """
        # The id as written first: a user's models file may describe a dated or dressed one by itself.
        listed = self.models.get(model_id) or self._undressed(model_id)
        if listed is None:
            return replace(UNKNOWN, id=model_id), _unknown(model_id, self.models)
        model = replace(listed, id=model_id)
        return model, _retirement(model, today) if today else None

    def _undressed(self, model_id: str) -> Model | None:
        match = _DRESSED_ID.fullmatch(model_id)
        # Gateways write versions with a dot.
        model = self.models.get(match["name"].replace(".", "-")) if match else None
        if match is None or model is None or not match["bedrock"]:
            return model
        region = match["region"]
        factor = self.regions.get(region, self.regions.get(ANY_REGION, 1.0)) if region else 1.0
        least = max(model.minimum, self.bedrock_minimum)
        return replace(model, prices=model.prices.times(factor), minimum=least)

    def mantle_id(self, model_id: str) -> str:
        """The id of a model of the catalog at Bedrock's own Messages API; every other id as it is."""
        return (
            f"anthropic.{model_id}" if model_id in self.models and BARE_ID.fullmatch(model_id) else model_id
        )

    def bedrock_id(self, model_id: str, aws_region: str) -> str:
        """The id under which Bedrock has a model of the catalog; every other id as it is.

        https://platform.claude.com/docs/en/build-with-claude/claude-in-amazon-bedrock: a bare name is not known there, and
        current models are reached by an inference profile. The global one costs what Anthropic's own API does.
        """
        model = self.models.get(model_id)
        if model is None or not BARE_ID.fullmatch(model_id):
            return model_id
        group = "us-gov" if aws_region.startswith("us-gov-") else "global"
        return f"{group}.anthropic.{model.bedrock or model_id}"


def load_catalog(override: Path | None = None) -> tuple[Catalog, tuple[Problem, ...]]:
    """The shipped catalog with the user's file on top; what is wrong in that file is reported and ignored."""
    # Beside this file, as every installation has it: `importlib.resources` takes longer to import than this to read.
    table = tomllib.loads(Path(__file__).with_name("models.toml").read_text(encoding="utf-8"))
    version, entries, _ = _entries(table)
    make = partial(
        Catalog,
        regions=MappingProxyType(table["regions"]),
        bedrock_minimum=table["bedrock"]["minimum"],
        geography=MappingProxyType(table["geography"]),
    )
    models = {name: fill(name, entry, UNKNOWN) for name, entry in entries.items()}
    if override is None:
        return make(MappingProxyType(models), version), ()
    try:
        text = override.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(f"The models file can't be read ({error}); it is ignored.", str(override))
        return make(MappingProxyType(models), version), (problem,)
    _, own, problems = read_table(text)
    models.update({name: fill(name, entry, models.get(name, UNKNOWN)) for name, entry in own.items()})
    # The ledger notes which prices a cost was computed with, also where they are the user's own.
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    located = tuple(replace(problem, path=str(override)) for problem in problems)
    return make(MappingProxyType(models), f"{version}+{digest}"), located


def _unknown(model_id: str, models: Mapping[str, Model]) -> Problem:
    from difflib import get_close_matches  # noqa: PLC0415 - only what is wrong needs it

    nearest = get_close_matches(model_id, models, 1, 0.8)
    hint = f"did you mean {nearest[0]!r}? " if nearest else ""
    return Problem(
        f"Unknown model {model_id!r}: {hint}Costs are estimated and a window of {UNKNOWN.context:,} tokens "
        "is assumed; a models file can describe it."
    )


def _retirement(model: Model, today: date) -> Problem | None:
    if model.retired is None or (model.retired - today).days > NOTICE_DAYS:
        return None
    verb = "is retired since" if model.retired <= today else "retires on"
    hint = f"use {model.successor!r} instead" if model.successor else "choose another model"
    return Problem(f"Model {model.id!r} {verb} {model.retired.isoformat()}: {hint}.")


Entry = Mapping[str, Any]


def _is_price(value: object) -> bool:
    # To Python `true` is an integer; TOML also knows `inf` and `nan`, which no price is.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _is_ratio(value: object) -> bool:
    return _is_price(value) and value != 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_cliff(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"above", "factor"}
        and _is_count(value["above"])
        and _is_ratio(value["factor"])
    )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


_PRICES: tuple[str, ...] = tuple(one.name for one in fields(Prices))
_WANTED: Mapping[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(_PRICES, (_is_price, "a price in dollars per million tokens")),
    **dict.fromkeys(("minimum", "context", "max_output"), (_is_count, "a whole number of tokens above zero")),
    "batch": (_is_price, "a share, such as 0.5"),
    "chars_per_token": (_is_ratio, "a number above zero"),
    "thinking": (lambda value: value in THINKING_STYLES, "one of " + ", ".join(THINKING_STYLES)),
    "bedrock": (_is_name, "a model id"),
    "effort": (_is_name, "a word"),
    "efforts": (lambda value: isinstance(value, list) and all(map(_is_name, value)), "a list of words"),
    "plain": (lambda value: value in PLAIN_STYLES, "one of " + ", ".join(PLAIN_STYLES)),
    "vision": (lambda value: value in VISIONS, "one of " + ", ".join(VISIONS)),
    "cliff": (_is_cliff, "{ above = TOKENS, factor = NUMBER }"),
    # Not `isinstance`: a TOML date with a time is a `datetime`, which is a `date` too.
    "retired": (lambda value: type(value) is date, "a date without quotes, such as 2026-11-30"),
    "successor": (_is_name, "a model id"),
    "estimated": (lambda value: isinstance(value, bool), "true or false"),
}


def read_table(text: str) -> tuple[str, dict[str, Entry], tuple[Problem, ...]]:
    """The version (empty where there is none) and the entries of a models file, checked key by key."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return "", {}, (Problem(f"The models file is not valid TOML ({error}); it is ignored."),)
    return _entries(table)


def _entries(table: Entry) -> tuple[str, dict[str, Entry], tuple[Problem, ...]]:
    models = table.get("models", {})
    if not isinstance(models, dict):
        return "", {}, (Problem("In the models file, 'models' must hold one table a model; it is ignored."),)
    problems = list(
        _strange(table, ("version", "models", "regions", "bedrock", "geography"), "the models file")
    )
    entries = {name: _checked(name, entry, problems) for name, entry in models.items()}
    return str(table.get("version", "")), entries, tuple(problems)


def _checked(name: str, entry: object, problems: list[Problem]) -> Entry:
    """The good part of one entry; what is wrong with the rest goes to `problems`."""
    if not isinstance(entry, dict):
        problems.append(Problem(f"In the models file, {name!r} must be a table; it is ignored."))
        return {}
    problems.extend(_strange(entry, _WANTED, repr(name)))
    good = {}
    for key in entry.keys() & _WANTED.keys():
        is_right, wanted = _WANTED[key]
        if is_right(entry[key]):
            good[key] = entry[key]
        else:
            problems.append(
                Problem(f"In the models file, {key!r} of {name!r} must be {wanted}; it is ignored.")
            )
    return good


def _strange(entry: Entry, known: Mapping[str, object] | tuple[str, ...], where: str) -> Iterator[Problem]:
    unknown = sorted(entry.keys() - set(known))
    if unknown:
        from difflib import get_close_matches  # noqa: PLC0415 - as above
    for key in unknown:
        nearest = get_close_matches(key, known, 1)
        hint = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        yield Problem(f"Unknown key {key!r} in {where}{hint}; it is ignored.")


def fill(name: str, entry: Entry, base: Model) -> Model:
    """`base` under another name with the entry's values in place of its own.

    A cache price that the entry leaves out keeps its ratio to the input price.
    """
    rest: dict[str, Any] = {
        # A list of the file could be changed by whoever holds the model.
        key: tuple(value) if isinstance(value, list) else value
        for key, value in entry.items()
        if key not in (*_PRICES, "cliff", "estimated")
    }
    return replace(
        base,
        **rest,
        id=name,
        known_as=name,
        prices=_prices(entry, base.prices),
        cliff=Cliff(**entry["cliff"]) if "cliff" in entry else base.cliff,
        # Who gives a price knows it; an entry that leaves the price out keeps the assumption.
        estimated=bool(entry.get("estimated", base.estimated and "input" not in entry)),
    )


def _prices(entry: Entry, base: Prices) -> Prices:
    plain = float(entry.get("input", base.input))
    scale = plain / base.input if base.input else 1.0
    return Prices(
        input=plain,
        output=float(entry.get("output", base.output)),
        write_5m=float(entry.get("write_5m", base.write_5m * scale)),
        write_1h=float(entry.get("write_1h", base.write_1h * scale)),
        read=float(entry.get("read", base.read * scale)),
    )
