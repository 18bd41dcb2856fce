"""In which order unseen files are read: what is worked on, what lies near it, then the middle of the repository."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from foreword.assist.session.snapshot.file_weight import weight_of
from foreword.core.language import language_of


def by_importance(
    paths: Iterable[str], *, opened: Collection[str], changed: Collection[str], recent: Mapping[str, float]
) -> tuple[str, ...]:
    """Paths, the most important first: open ones, those changed on disk, recent ones, their neighbours, the others.

    `recent` says how much a file changed lately. Of the others, source code near the root comes first.
    """
    heat = _heat(recent)

    def place(path: str) -> tuple[bool, bool, float, float, float, int]:
        weight = weight_of(path, language_of(path) or "")
        return (
            path not in opened,
            path not in changed,
            -weight * recent.get(path, 0.0),
            -weight * heat.get(_folder(path), 0.0),
            -weight,
            path.count("/"),
        )

    return tuple(sorted(sorted(paths), key=place))


def _heat(recent: Mapping[str, float]) -> dict[str, float]:
    """How much the files of each folder changed lately."""
    heat: dict[str, float] = {}
    for path, change in recent.items():
        heat[_folder(path)] = heat.get(_folder(path), 0.0) + change
    return heat


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
