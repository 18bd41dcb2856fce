"""The one argument object of a command: its keys are the flags of the command line, in camel case."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foreword.core.documents.text import well_formed
from foreword.core.errors import UsageError


def camel_case(name: str) -> str:
    """`base_only` as `baseOnly`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Arguments:
    """Reads keys one by one; `finish` refuses those that nobody asked for.

    Raises from every method:
        UsageError: a value is of the wrong kind.
    """

    def __init__(self, given: Sequence[Any] | None) -> None:
        first = given[0] if given else {}
        if not isinstance(first, dict) or len(given or ()) > 1:
            raise UsageError('give one object as the argument, such as {"question": "..."}')
        # A key with null is one that is not given.
        self._given: Mapping[str, Any] = {key: value for key, value in first.items() if value is not None}
        # Every command may be told its folder.
        self._asked: set[str] = {"workspace"}

    @property
    def workspace(self) -> str | None:
        """The URI of the folder, or of something in it."""
        return self.text("workspace") or None

    def text(self, key: str, *, needed: bool = False) -> str:
        """A text; without `needed` it may be missing, and is empty then."""
        value = self._value(key, "")
        if not isinstance(value, str) or (needed and not value):
            raise UsageError(f'"{key}" must be a text')
        # JSON can hold half a surrogate pair, which no file and no request can.
        return well_formed(value)

    def texts(self, key: str) -> list[str]:
        """A list of texts, or a single one."""
        value = self._value(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise UsageError(f'"{key}" must be a list of texts')
        return [well_formed(item) for item in listed]

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise UsageError(f'"{key}" must be true or false')
        return value

    def number(self, key: str, *, least: int | None = 1) -> int | None:
        """A whole number that is not too small, None if it is missing."""
        value = self._value(key, None)
        if value is None:
            return None
        # In Python a `bool` is an `int`: `true` is no number.
        if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
            raise UsageError(f'"{key}" must be a {"positive " if least == 1 else ""}whole number')
        return value

    def amount(self, key: str) -> float | None:
        """An amount of money, None if it is missing."""
        value = self._value(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UsageError(f'"{key}" must be an amount of dollars')
        return float(value)

    def token(self, key: str) -> int | str | None:
        """A progress token, None if it is missing."""
        value = self._value(key, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
            raise UsageError(f'"{key}" must be a text or a whole number')
        return value

    def numbers_by_path(self, key: str) -> dict[str, list[int]]:
        """Whole numbers from 0 for each of some paths, such as {"shop/till.py": [0, 2]}."""
        value = self._value(key, {})
        if not isinstance(value, dict) or not all(map(_are_numbers, value.values())):
            raise UsageError(f'"{key}" must give numbers by path, such as {{"shop/till.py": [0, 2]}}')
        return value

    def chosen(self, keys: Iterable[str]) -> dict[str, Any]:
        """Those of the keys that are there, with whatever they hold; who asks checks it."""
        return {key: value for key in keys if (value := self._value(key, None)) is not None}

    def items(self, key: str) -> list[Any]:
        """A list of whatever, or a single one."""
        value = self._value(key, [])
        return value if isinstance(value, list) else [value]

    def has(self, key: str) -> bool:
        """Whether a key is there, without asking for it."""
        return key in self._given

    def know(self, *keys: str) -> None:
        """Accept these keys without reading them."""
        self._asked.update(keys)

    def peek(self, key: str) -> Any:  # noqa: ANN401 - any JSON
        """What a key holds, without asking for it: a command that does not know it still refuses it."""
        # Not noted as asked for, unlike in `_value`.
        return self._given.get(key)

    def finish(self) -> None:
        """Refuse the keys that were neither read nor known.

        Raises:
            UsageError: there is a key that the command does not know.
        """
        unknown = next((key for key in self._given if key not in self._asked), None)
        if unknown is not None:
            nearest = difflib.get_close_matches(unknown, self._asked, n=1, cutoff=0.5)
            hint = (
                f'did you mean "{nearest[0]}"?' if nearest else f"known are {', '.join(sorted(self._asked))}"
            )
            raise UsageError(f'unknown key "{unknown}"; {hint}')

    def _value(self, key: str, default: object) -> Any:  # noqa: ANN401 - any JSON
        self._asked.add(key)
        return self._given.get(key, default)


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
