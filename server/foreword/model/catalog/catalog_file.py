"""The shape of a models file: TOML with a `version` and one table a model, as `models.toml` shows it.

Reading never fails: what is wrong comes back as a `Problem` that names the entry, and the rest counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

from foreword.core.errors import Problem
from foreword.model.catalog.model_info import THINKING_STYLES, Cliff, Model, Prices

Entry = Mapping[str, Any]


def _is_price(value: object) -> bool:
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


_PRICES: tuple[str, ...] = tuple(field.name for field in fields(Prices))
_WANTED: Mapping[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(_PRICES, (_is_price, "a price in dollars per million tokens")),
    **dict.fromkeys(("minimum", "context", "max_output"), (_is_count, "a whole number of tokens above zero")),
    "chars_per_token": (_is_ratio, "a number above zero"),
    "thinking": (lambda value: value in THINKING_STYLES, "one of " + ", ".join(THINKING_STYLES)),
    "effort": (_is_name, "a word"),
    "cliff": (_is_cliff, "{ above = TOKENS, factor = NUMBER }"),
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
    models = table.get("models", {})
    if not isinstance(models, dict):
        return "", {}, (Problem("In the models file, 'models' must hold one table a model; it is ignored."),)
    problems = list(_strange(table, ("version", "models"), "the models file"))
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
    for key in sorted(entry.keys() - set(known)):
        nearest = get_close_matches(key, known, 1)
        hint = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        yield Problem(f"Unknown key {key!r} in {where}{hint}; it is ignored.")


def fill(name: str, entry: Entry, base: Model) -> Model:
    """`base` under another name with the entry's values in place of its own.

    A cache price that the entry leaves out keeps its ratio to the input price.
    """
    rest = {key: value for key, value in entry.items() if key not in (*_PRICES, "cliff", "estimated")}
    return replace(
        base,
        **rest,
        id=name,
        known_as=name,
        prices=_prices(entry, base.prices),
        cliff=Cliff(**entry["cliff"]) if "cliff" in entry else base.cliff,
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
