"""All models that Foreword knows: the shipped table, and what a user's own file says on top of it.

Ids of the clouds resolve too: `us.anthropic.claude-opus-5-5-v1:0`, `claude-sonnet-4-5@20250929`,
`publishers/anthropic/models/claude-haiku-5-5`, and dated or `-latest` forms of a listed model.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from foreword.core.errors import Problem
from foreword.model.catalog.catalog_file import fill, read_table
from foreword.model.catalog.model_info import UNKNOWN, Model

NOTICE_DAYS = 30
"""How many days before a model's retirement the user hears of it."""

_DRESSED_ID = re.compile(
    r"""(?:.*/)?                              # a resource path or ARN
        (?:[a-z]{2,6}(?:-[a-z]+)?\.)?         # a region group: us. eu. apac. global. us-gov.
        (?:anthropic\.)?
        (?P<name>claude-[a-z0-9-]+?)
        (?:-latest | -\d{8})?
        (?:@[\w.-]+)?
        (?:-v\d+(?::\d+)?)?
        (?:\[1m\])?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Models by name. `version` names the table that prices were taken from, for the ledger."""

    models: Mapping[str, Model]
    version: str

    def find(self, model_id: str, today: date | None = None) -> tuple[Model, Problem | None]:
        """The model behind `model_id`, and what the user should know about it.

        The model's `id` is `model_id`, so that it can be sent as it is. An unknown id gets the safe
        assumptions of `card.UNKNOWN`. Retirement is judged only where `today` is given.
        """
        listed = self.models.get(model_id) or self._undressed(model_id)
        if listed is None:
            return replace(UNKNOWN, id=model_id), _unknown(model_id, self.models)
        model = replace(listed, id=model_id)
        return model, _retirement(model, today) if today else None

    def _undressed(self, model_id: str) -> Model | None:
        match = _DRESSED_ID.fullmatch(model_id)
        return self.models.get(match["name"]) if match else None


def load_catalog(override: Path | None = None) -> tuple[Catalog, tuple[Problem, ...]]:
    """The shipped catalog with the user's file on top; what is wrong in that file is reported and ignored."""
    shipped = resources.files(__package__).joinpath("models.toml").read_text(encoding="utf-8")
    version, entries, _ = read_table(shipped)
    models = {name: fill(name, entry, UNKNOWN) for name, entry in entries.items()}
    if override is None:
        return Catalog(MappingProxyType(models), version), ()
    try:
        text = override.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(f"The models file can't be read ({error}); it is ignored.", str(override))
        return Catalog(MappingProxyType(models), version), (problem,)
    _, own, problems = read_table(text)
    models.update({name: fill(name, entry, models.get(name, UNKNOWN)) for name, entry in own.items()})
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    located = tuple(replace(problem, path=str(override)) for problem in problems)
    return Catalog(MappingProxyType(models), f"{version}+{digest}"), located


def _unknown(model_id: str, models: Mapping[str, Model]) -> Problem:
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
