"""Changes of the project's settings file (`.foreword.toml`) that leave everything else in it as it is, byte for byte."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table, Whitespace

from foreword.core.errors import ConfigError

TABLE, KEY = "context", "pins"


def pins_in(text: str) -> tuple[str, ...]:
    """The `pins` of `[context]` in the text of a settings file.

    Raises:
        ConfigError: it is no TOML, or what is there is no list of texts.
    """
    return tuple(_pins(_parsed(text)))


def with_pins(text: str, pins: Sequence[str]) -> str:
    """The text with other pins; those that stay keep their places and comments.

    Raises:
        ConfigError: it can't be changed without touching something else.
    """
    before = _parsed(text)
    old = _pins(before)
    try:
        document = tomlkit.parse(text)
        _change(document, old, pins)
        # tomlkit ends new lines with "\n" whatever the others have.
        changed = _with_line_ends(tomlkit.dumps(document), text)
        # Read back by another parser: what comes out may differ in nothing but the pins, or nothing is
        # written.
        after = tomllib.loads(changed)
    # Beside its own errors tomlkit lets those of Python through on documents that it can't change.
    except (TOMLKitError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _by_hand(type(error).__name__) from error
    # Compared as values: every other setting must read as it did before.
    if after != before | {TABLE: before.get(TABLE, {}) | {KEY: list(pins)}}:
        raise _by_hand("other settings would change")
    return changed


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _by_hand(f"it is no valid TOML: {error}") from error


def _pins(document: dict[str, Any]) -> list[str]:
    table = document.get(TABLE, {})
    if not isinstance(table, dict):
        raise _by_hand(f"{TABLE} is no table")
    pins = table.get(KEY, [])
    if not isinstance(pins, list) or not all(isinstance(pin, str) for pin in pins):
        raise _by_hand(f"{KEY} is no list of texts")
    return pins


def _change(document: tomlkit.TOMLDocument, old: Sequence[str], pins: Sequence[str]) -> None:
    table: Any = document.setdefault(TABLE, tomlkit.table())
    listed: Any = table.get(KEY)
    if listed is None:
        follows = any(name is not None for name, _ in document.body[_place_of(document) + 1 :])
        held = _taken_off(table.value.body) if follows and isinstance(table, Table) else []
        table[KEY] = _new_list(pins)
        if held:
            table.value.body.extend(held)
        return
    # From the end, so that the places still to come stay valid.
    for at in reversed(range(len(old))):
        if old[at] not in pins:
            del listed[at]
    for pin in pins:
        if pin not in old:
            listed.append(pin)


def _place_of(document: tomlkit.TOMLDocument) -> int:
    return max(
        place for place, (name, _) in enumerate(document.body) if name is not None and name.key == TABLE
    )


def _taken_off(body: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """What stands above the next table, blank lines and comments, taken off the end of this one.

    tomlkit counts it to this one (findings/tomlkit-comment-of-the-next-table.sh), and a new key would come between.
    """
    last = max((place for place, (name, _) in enumerate(body) if name is not None), default=-1)
    blank = max(
        (place for place in range(last + 1, len(body)) if isinstance(body[place][1], Whitespace)), default=-1
    )
    first = blank if blank >= 0 else last + 1 if last >= 0 else len(body)
    held = body[first:]
    del body[first:]
    return held


def _new_list(pins: Sequence[str]) -> Array:
    listed = tomlkit.array()
    listed.extend(pins)
    return listed.multiline(multiline=True)


def _with_line_ends(changed: str, text: str) -> str:
    """New lines end as the old ones do."""
    is_dos = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    return changed.replace("\r\n", "\n").replace("\n", "\r\n") if is_dos else changed


def _by_hand(why: str) -> ConfigError:
    return ConfigError(f".foreword.toml can't be changed here ({why}): write `pins` under [{TABLE}] by hand")
