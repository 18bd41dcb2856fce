"""What a command left behind: its exit code and its words, and the shapes that scripts rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TOKENS = {"fresh": int, "write5m": int, "write1h": int, "read": int, "output": int}
RECEIPT: Mapping[str, Any] = {
    "tokens": TOKENS,
    "cost": {"currency": str, "total": float, "withoutCache": float, "saved": float},
    "cache": {"verdict": str, "simulated": bool},
    "freshness": {"revision": str, "anchor": str, "deltaFiles": [str]},
    "latency": {"firstTokenMs": int, "totalMs": int},
}
ANSWER: Mapping[str, Any] = {
    "schema": str,
    "text": str,
    "provider": str,
    "model": str,
    "stopReason": str,
    "citations": [{"path": str, "startLine": int, "endLine": int}],
    "receipt": RECEIPT,
}

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()][A-Z0-9])")


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Json:
        """The one JSON object that it printed."""
        (line,) = self.out.splitlines()
        shown: Json = json.loads(line)
        return shown

    @property
    def answers(self) -> list[Json]:
        """The JSON objects that it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """Its one line on standard error, which is no traceback."""
        assert "Traceback" not in self.err, self.err
        (line,) = self.err.splitlines()
        assert line.startswith("foreword: ")
        return line.removeprefix("foreword: ")

    @property
    def plain(self) -> str:
        """What a terminal shows, without colours and cursor movements."""
        return _ESCAPES.sub("", self.out).replace("\r", "")


def misfit(value: object, shape: object, place: str = "") -> str | None:
    """Where a JSON value departs from a shape (types, in dicts and lists as they nest), or None.

    Further keys are allowed; a float may be whole.
    """
    match shape:
        case dict():
            if not isinstance(value, dict):
                return f"{place} is no object"
            missing = sorted(shape.keys() - value.keys())
            if missing:
                return f"{place} has no {', '.join(missing)}"
            return next(
                (wrong for key in shape if (wrong := misfit(value[key], shape[key], f"{place}.{key}"))), None
            )
        case [inner]:
            if not isinstance(value, list):
                return f"{place} is no list"
            return next(
                (wrong for n, item in enumerate(value) if (wrong := misfit(item, inner, f"{place}[{n}]"))),
                None,
            )
        case type():
            return None if _is(value, shape) else f"{place} is {value!r}, no {shape.__name__}"
        case _:
            raise TypeError(f"{shape!r} is no shape")


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
