"""How much a kind of file counts: when the base is chosen, and in which order unseen files are read.

Source code counts most, data and generated things least: people ask about code, and manifests and lock-like data
change with every release and would win by churn alone. What is worked on is read first, then what lies near it, then
the middle of the repository.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from foreword.core.language import language_of
from foreword.index.path_table import Role, is_own, role_of

_BY_ROLE: Mapping[Role, float] = {
    "source": 1.0,
    "test": 0.35,
    "example": 0.35,
    "vendored": 0.1,
    "history": 0.05,
}
_PROSE = frozenset(("markdown", "restructuredtext", "asciidoc", "text", "html", "xml"))
_DATA = frozenset(("json", "yaml", "toml", "ini", "css", "csv", "svg", "make", "dockerfile", "cmake"))


def weight_of(path: str, language: str, said: str = "", *, built: bool = False) -> float:
    """Between 0 and 1, by path and language, by what the project says of the file, and by whether it was `built` of others."""
    is_built = built and not is_own(said)
    of_role = min(_BY_ROLE[role_of(path, said)], _BY_ROLE["vendored"] if is_built else 1.0)
    return of_role * _kind(language)


def _kind(language: str) -> float:
    if not language or language in _DATA:
        return 0.1
    return 0.25 if language in _PROSE else 1.0


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

    # By path first: `sorted` is stable, so what weighs the same comes in the same order everywhere.
    return tuple(sorted(sorted(paths), key=place))


def _heat(recent: Mapping[str, float]) -> dict[str, float]:
    """How much the files of each folder changed lately."""
    heat: dict[str, float] = {}
    for path, change in recent.items():
        heat[_folder(path)] = heat.get(_folder(path), 0.0) + change
    return heat


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
