"""What search knows of every path: its row, its words, and the part that its file plays in the repository.

One array each, made once for a tree; a tree that differs in a few paths takes over the rest. The part that a file
plays is judged by its path alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from foreword.index.text.term_table import Floats, Ints, TermTable, make_table
from foreword.index.text.term_vectors import path_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from foreword.index.store.outline_store import Row


@dataclass(frozen=True, slots=True, eq=False)
class PathTable:
    """For each of `paths`: the id of its row, how relevant its file is (see `relevance`), whether it is a test; and its words.

    The fields of `terms` are the file's name and its folders.
    """

    paths: tuple[str, ...]
    row_ids: Ints
    relevance: Floats
    is_test: NDArray[np.bool_]
    terms: TermTable

    def changed(
        self,
        paths: tuple[str, ...],
        rows: Mapping[str, Row],
        places: tuple[Mapping[str, int], Mapping[str, int]],
        changed: Collection[str],
        statements: Mapping[str, str] = MappingProxyType({}),
    ) -> PathTable:
        """The table of a tree that differs from this one in the paths `changed` alone.

        `places` give the position of each path in this one and in the other; what is in both has the same order. `statements` are
        what the project says of files.
        """
        before, now = places
        gone = [before[path] for path in changed if path in before and path not in now]
        come = sorted(now[path] for path in changed if path in now and path not in before)
        table = self._arranged(paths, gone, come, rows) if gone or come else self._copied()
        for path in changed:
            place = now.get(path)
            if place is not None:
                table.row_ids[place] = rows[path].id
                table.relevance[place] = relevance(
                    path, rows[path].spoken, statements.get(path, ""), built=rows[path].is_built == 1
                )
                table.is_test[place] = role_of(path, statements.get(path, "")) == "test"
        return table

    def _copied(self) -> PathTable:
        # They are changed in place, and an earlier index still uses this table. The words depend on the paths alone.
        return PathTable(
            self.paths, self.row_ids.copy(), self.relevance.copy(), self.is_test.copy(), self.terms
        )

    def _arranged(
        self, paths: tuple[str, ...], gone: Sequence[int], come: Sequence[int], rows: Mapping[str, Row]
    ) -> PathTable:
        """The table of `paths`: without the positions `gone` of this one, and with new paths at the positions `come`."""
        more = path_table(tuple(paths[place] for place in come), rows)
        is_new = np.zeros(len(paths), bool)
        is_new[come] = True
        order = np.empty(len(paths), np.int64)
        order[is_new] = np.arange(len(self.paths), len(self.paths) + len(come))
        order[~is_new] = np.delete(np.arange(len(self.paths)), gone)
        return PathTable(
            paths,
            np.concatenate((self.row_ids, more.row_ids))[order],
            np.concatenate((self.relevance, more.relevance))[order],
            np.concatenate((self.is_test, more.is_test))[order],
            self.terms.joined(more.terms).taken(order),
        )


def path_table(
    paths: tuple[str, ...], rows: Mapping[str, Row], statements: Mapping[str, str] = MappingProxyType({})
) -> PathTable:
    """The table of some paths, each with a row; `statements` are what the project says of files."""
    vectors = [(place, one.hashes, one.counts) for place, one in enumerate(path_vectors(paths))]
    return PathTable(
        paths,
        np.array([rows[path].id for path in paths], np.int64),
        np.array(
            [
                relevance(path, rows[path].spoken, statements.get(path, ""), built=rows[path].is_built == 1)
                for path in paths
            ],
            np.float64,
        ),
        np.array([role_of(path, statements.get(path, "")) == "test" for path in paths], bool),
        make_table(vectors, dict.fromkeys(range(len(vectors)), 1)),
    )


Role = Literal["source", "test", "example", "vendored", "history"]

_TEST_FOLDER = re.compile(r"(?:^|/)(?:__tests__|_?tests?|testing|testdata|fixtures|specs?|e2e)(?:/|$)")
_TEST_NAME = re.compile(
    r"^(?:test_|conftest\.|(?:__tests__|tests?|testing|testdata|fixtures|specs?|e2e)$)"
    r"|[._-](?:test|spec|tests|snap)\.[^/]+$|(?:Test|Tests|Spec)\.(?:java|kt|cs|scala|swift|php)$",
)
_EXAMPLE_FOLDER = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?|benchmarks?|bench)(?:/|$)",
    re.IGNORECASE,
)
_VENDORED_FOLDER = re.compile(
    r"(?:^|/)(?:vendor|vendored|third[_-]?party|node_modules|extern|external|dist|generated)(?:/|$)",
    re.IGNORECASE,
)
_HISTORY_NAME = re.compile(
    r"(?:change(?:s|log)|news|history|releases?)(?:-[^.]*|\.\d[^.]*|\.x)*(?:\.(?:md|markdown|rst|txt|adoc|html?|org|textile|rdoc|in))?$",
    re.IGNORECASE,
)
"""A text by its name: `history.go` is code."""

_PROSE = frozenset(("", "markdown", "restructuredtext", "asciidoc", "text", "html", "csv", "svg", "xml"))
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts", ".pyi")
"""Files that repeat what is defined elsewhere."""
_DATA = frozenset(("json", "yaml", "toml", "ini", "css"))


OWN = ("-linguist-vendored", "-linguist-generated")
"""What a project says of files that are its own source, whatever their folder is called."""
DOCUMENTATION = "linguist-documentation"


def role_of(path: str, said: str = "") -> Role:
    """Test, example (documentation included), vendored or generated, a log of changes, or plain source.

    `said` is what the project says of the file (see `FileTree.statements`), which goes before what its path says.
    """
    folders, _, name = path.rpartition("/")
    if _HISTORY_NAME.match(name):
        return "history"
    if said and DOCUMENTATION in said.split():
        return "example"
    role = _role_of_folders(folders, said)
    # The tests of a vendored library are as little ours as its sources.
    return "test" if role != "vendored" and _TEST_NAME.search(name) else role


@lru_cache(maxsize=1 << 14)
def _role_of_folders(folders: str, said: str) -> Role:
    """The role of a file whose name says nothing."""
    if _VENDORED_FOLDER.search(folders) and not is_own(said):
        return "vendored"
    if _TEST_FOLDER.search(folders):
        return "test"
    is_example = _EXAMPLE_FOLDER.search(folders) is not None and f"-{DOCUMENTATION}" not in said
    return "example" if is_example else "source"


def is_own(said: str) -> bool:
    """Whether the project says of a file that it is neither generated nor taken from others."""
    return said != "" and any(one in said for one in OWN)


TEST_RELEVANCE = 0.4
"""Of a test, unless the question asks for tests."""
_RELEVANCE: Mapping[Role, float] = {
    "source": 1.0,
    "test": TEST_RELEVANCE,
    "example": 0.6,
    "vendored": 0.4,
    "history": 0.3,
}


def relevance(path: str, language: str, said: str = "", *, built: bool = False) -> float:
    """How likely a question about code is about this file, given that its words fit equally well.

    What was `built` of other files counts as little as what was taken from others, and prose as before.
    """
    by_language = 0.5 if language in _PROSE else 0.7 if language in _DATA else 1.0
    is_built = built and not is_own(said)
    of_role = min(_RELEVANCE[role_of(path, said)], _RELEVANCE["vendored"] if is_built else 1.0)
    return of_role * by_language * (0.6 if path.endswith(_DECLARATIONS) else 1.0)


_DOCUMENT = re.compile(
    r"\.(?:md|mdx|markdown|rst|adoc|txt|rdoc|[1-8])$|(?:^|/)(?:docs?|documentation)/.*\.(?:ya?ml|html)$",
    re.IGNORECASE,
)


def is_documentation(path: str, said: str = "") -> bool:
    """Whether a file is text about the code, and neither a log of changes nor that of others."""
    return _DOCUMENT.search(path) is not None and role_of(path, said) in ("source", "example")


_OF_A_REPOSITORY = ("LICENSE", "LICENSE.md", "LICENSE.txt", "COPYING")
_OF_A_PROJECT = ("CODE_OF_CONDUCT.md", "AUTHORS", "AUTHORS.md")


def copied_folders(paths: Collection[str]) -> tuple[str, ...]:
    """The folders, with a slash at the end, into which another repository was copied.

    What stands at the root of a repository only, and says nothing further down, stands there: `.github`, or a licence beside
    the names of authors or their rules.
    """
    known = frozenset(paths)
    found = {path.partition("/.github/")[0] + "/" for path in known if "/.github/" in path}
    for path in known:
        folder, slash, name = path.rpartition("/")
        if slash and name in _OF_A_PROJECT and any(f"{folder}/{one}" in known for one in _OF_A_REPOSITORY):
            found.add(folder + "/")
    return tuple(sorted(found))
