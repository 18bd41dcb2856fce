"""The repository map: the files most worth knowing, each with the signatures of its best definitions.

Breadth before depth: first each file in order of value gets a few definitions until most of the budget is
spent, then the most valuable files get more. The map is written in path order, so that a small change of
values moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foreword.core.outline import Definition
from foreword.core.tokens import NOMINAL_RATIO, weigh
from foreword.prefix.base.render import render_outline

FIRST_DEFINITIONS = 2
MORE_DEFINITIONS = 40
BREADTH_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A file that may stand in the map; `definitions` with scores, best first."""

    path: str
    value: float
    definitions: tuple[tuple[Definition, float], ...]


def render_map(entries: Iterable[MapEntry], budget: int) -> tuple[str, dict[str, str]]:
    """The map within `budget` tokens from entries by falling value, and the piece of each file in it."""
    room = budget * NOMINAL_RATIO
    chosen, used = _breadth(entries, room * BREADTH_SHARE)
    pieces = _depth(chosen, room - used)
    ordered = {path: pieces[path] for path in sorted(pieces)}
    return "".join(ordered.values()), ordered


def _breadth(entries: Iterable[MapEntry], room: float) -> tuple[list[MapEntry], float]:
    """Entries from the best on while their short form fits, with the weight they take."""
    chosen, used = list[MapEntry](), 0.0
    for entry in entries:
        weight = weigh(_piece(entry, FIRST_DEFINITIONS))
        if used + weight > room:
            break
        chosen.append(entry)
        used += weight
    return chosen, used


def _depth(chosen: Sequence[MapEntry], room: float) -> dict[str, str]:
    """The pieces: long forms from the best entry on while there is room, short ones after that."""
    pieces = {}
    for entry in chosen:
        short, long = _piece(entry, FIRST_DEFINITIONS), _piece(entry, MORE_DEFINITIONS)
        more = weigh(long) - weigh(short)
        pieces[entry.path] = long if more <= room else short
        room -= more if more <= room else 0.0
    return pieces


def _piece(entry: MapEntry, n_definitions: int) -> str:
    best: Sequence[Definition] = [definition for definition, _ in entry.definitions[:n_definitions]]
    return render_outline(entry.path, best)
