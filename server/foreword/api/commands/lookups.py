"""What is in the workspace: `index`, `symbols`, `search` and `map`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from foreword.api.command import Body
from foreword.api.parameters import Flag, Nothing, positional
from foreword.api.printed import Line, Printed, Table, Verbatim, notice, problem_lines
from foreword.assist.question.names import find_definitions
from foreword.core.documents.text import printable
from foreword.core.errors import Problem, UsageError
from foreword.core.exclusion import NESTED, SUBMODULE
from foreword.core.outline import Definition, Excerpt
from foreword.core.secrets.redaction import without_outputs
from foreword.core.tree import LeftOut, Scope, repositories_message
from foreword.index.store.facts import n_unread

if TYPE_CHECKING:
    from foreword.api.workspace import Workspace
    from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
    from foreword.index.index import Index

SHOWN_LINES = 12
SHOWN_FILES = 5


@dataclass(frozen=True, slots=True)
class ReadInPart:
    """A file in which a grammar lost its way: `n_lines` lines were not understood, and no definition was found there."""

    path: str
    language: str
    n_lines: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What is in the index; `as_text` are files that no grammar could be used on, each with what happened to it.

    `in_part` are files in which a grammar lost its way, each with its language and the lines in which nothing was found.
    """

    files: int
    symbols: int
    references: int
    bytes: int
    seconds: float
    parsed: int
    reused: int
    languages: tuple[tuple[str, int], ...]
    left_out: tuple[LeftOut, ...]
    as_text: tuple[tuple[str, str], ...]
    in_part: tuple[ReadInPart, ...] = ()
    scope: Scope | None = None

    def to_json(self) -> dict[str, Any]:
        """As `foreword.index/1`."""
        return {
            "schema": "foreword.index/1",
            "files": self.files,
            "symbols": self.symbols,
            "references": self.references,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "parsed": self.parsed,
            "reused": self.reused,
            "languages": dict(self.languages),
            "leftOut": [{"path": left.path, "reason": left.reason} for left in self.left_out],
            "asText": [{"path": path, "reason": reason} for path, reason in self.as_text],
            "inPart": [
                {"path": one.path, "language": one.language, "lines": one.n_lines} for one in self.in_part
            ],
            "scope": self.scope.to_json() if self.scope else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolsParameters:
    """The parameters of `symbols`."""

    name: Annotated[str, positional("the name, plain or as Parent.name")]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition and the file that holds it."""

    path: str
    definition: Definition

    def to_json(self) -> dict[str, Any]:
        """One entry of the list that `foreword symbols` gives."""
        found = self.definition
        return {
            "name": found.name,
            "kind": found.kind,
            "path": self.path,
            "line": found.line,
            "endLine": found.end_line,
            "signature": found.signature,
            "parent": found.parent,
        }


@dataclass(frozen=True, slots=True)
class Symbols:
    """The definitions of a name.

    If there are none, `in_part` counts by language the files in which one may have been missed, and `scope` is the folder
    that is seen, where the repository is larger. `repositories` are the folders of others within it.
    """

    symbols: tuple[Symbol, ...]
    in_part: tuple[tuple[str, int], ...] = ()
    scope: Scope | None = None
    repositories: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self.symbols)

    def __len__(self) -> int:
        return len(self.symbols)

    def to_json(self) -> list[dict[str, Any]]:
        """A list of definitions."""
        return [symbol.to_json() for symbol in self.symbols]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParameters:
    """The parameters of `search`."""

    query: Annotated[
        str, positional("words, identifiers, a path, a pasted error; - for standard input", "words")
    ]
    limit: Annotated[int, Flag("at most so many", "N")] = 10
    budget: Annotated[int | None, Flag("at most so many tokens of excerpts", "TOKENS")] = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The code that matches a query, best first; `scope` and `repositories` are as in `Symbols`."""

    excerpts: tuple[Excerpt, ...]
    scope: Scope | None = None
    repositories: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Excerpt]:
        return iter(self.excerpts)

    def __len__(self) -> int:
        return len(self.excerpts)

    def to_json(self) -> list[dict[str, Any]]:
        """A list of places, without their text."""
        return [
            {"path": e.path, "startLine": e.start_line, "endLine": e.end_line, "score": e.score}
            | ({"symbol": e.symbol} if e.symbol else {})
            for e in self.excerpts
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapParameters:
    """The parameters of `map`."""

    budget: Annotated[
        int | None, Flag("tokens of the map (default: what the base leaves for it)", "TOKENS")
    ] = None


@dataclass(frozen=True, slots=True)
class RepositoryMap:
    """The map as the model sees it, and the files that it names."""

    text: str
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `foreword.map/1`."""
        return {"schema": "foreword.map/1", "text": self.text, "files": list(self.files)}


def repositories_in(left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    """The folders among what is left out that are repositories of their own."""
    return tuple(one.path for one in left_out if one.reason in (SUBMODULE, NESTED))


async def index_workspace(workspace: Workspace, _: Nothing) -> IndexReport:
    """Index the workspace and say what is in it."""
    return index_report(await workspace.saved(whole=True), workspace.session.scope)


def index_report(saved: WorkspaceSnapshot, scope: Scope | None) -> IndexReport:
    """What is in an index; `scope` is the folder that is seen, where the repository is larger."""
    report = saved.report
    partly = read_in_part(saved.index)
    paths = {one.path for one in partly}
    failed = ((path, row.failed) for path, row in saved.index.rows.items() if row.failed is not None)
    return IndexReport(
        files=report.files,
        symbols=report.symbols,
        references=report.references,
        bytes=report.bytes,
        seconds=report.seconds,
        parsed=report.parsed,
        reused=report.reused,
        languages=tuple(report.languages.items()),
        left_out=tuple(report.left_out),
        as_text=tuple(sorted(one for one in failed if one[0] not in paths)),
        in_part=partly,
        scope=scope,
    )


def read_in_part(index: Index) -> tuple[ReadInPart, ...]:
    """The files that could only be read in part, those with most lines unread first."""
    counted = ((path, row.spoken, n_unread(row.failed)) for path, row in index.rows.items() if row.failed)
    found = [ReadInPart(*one) for one in counted if one[2]]
    return tuple(sorted(found, key=lambda one: (-one.n_lines, one.path)))


async def find_symbols(workspace: Workspace, given: SymbolsParameters) -> Symbols:
    """The definitions of a name, in what an editor has open as it stands there.

    Raises:
        UsageError: the name is empty.
    """
    scope = workspace.session.scope  # opened first: what is wrong with its settings is told in any case
    if not given.name.strip():
        raise UsageError("the name is empty: give the name of a definition")

    def look(saved: WorkspaceSnapshot) -> Symbols:
        found = tuple(find_definitions(saved.index, given.name))
        partly = () if found else Counter(one.language for one in read_in_part(saved.index)).most_common()
        symbols = tuple(Symbol(path, definition) for path, definition in found)
        return Symbols(symbols, tuple(partly), scope, repositories_in(saved.report.left_out))

    return await workspace.over_shown(look)


async def search(workspace: Workspace, given: SearchParameters) -> SearchResult:
    """The code that matches a query, best first, in what an editor has open as it stands there.

    Raises:
        UsageError: the query is empty, or the limit is not positive.
    """
    scope = workspace.session.scope  # as above
    if not given.query.strip():
        raise UsageError("the query is empty: give words to look for")
    if given.limit < 1:
        raise UsageError("the limit must be a positive whole number")

    from foreword.index.search.search import search as search_index  # noqa: PLC0415 - names are found without it

    def look(saved: WorkspaceSnapshot) -> SearchResult:
        def read(path: str) -> str | None:
            text = saved.read_content(path)
            return None if text is None else without_outputs(text)

        found = search_index(
            saved.index,
            given.query,
            read,
            limit=given.limit,
            budget_tokens=given.budget,
            commit_messages=saved.commit_messages,
        )
        return SearchResult(tuple(found), scope, repositories_in(saved.report.left_out))

    return await workspace.over_shown(look)


async def map_repository(workspace: Workspace, given: MapParameters) -> RepositoryMap:
    """The repository map as the base shows it."""
    from foreword.assist.context.build_prefix import repository_map  # noqa: PLC0415 - only the map needs it

    def look(saved: WorkspaceSnapshot) -> RepositoryMap:
        text, paths = repository_map(workspace.session, saved, given.budget)
        return RepositoryMap(text, tuple(paths))

    return await workspace.over_saved(look, whole=True)


def _show_index(report: IndexReport, _: Nothing, _columns: int) -> Iterator[Printed]:
    yield Line(
        f"{report.files:,} files, {report.symbols:,} symbols, {report.references:,} references, "
        f"{report.bytes / 1e6:.1f} MB in {report.seconds:.1f} s ({report.parsed:,} parsed, {report.reused:,} known)"
    )
    yield _language_table(report)
    reasons = Counter(left.reason for left in report.left_out)
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    yield Line(f"left out: {left_out or 'nothing'}" + (" (see --json for the paths)" if reasons else ""))
    for path, reason in report.as_text:
        yield Line(f"read as text, without definitions: {path} ({reason})")
    for one in report.in_part[:SHOWN_FILES]:
        yield Line(
            f"read in part: {one.path} ({one.n_lines:,} lines that {one.language}'s grammar could not read)"
        )
    if len(report.in_part) > SHOWN_FILES:
        yield Line(f"read in part: {len(report.in_part) - SHOWN_FILES:,} more (see --json for the paths)")
    yield from _scope(report.scope)
    yield from _apart(repositories_in(report.left_out))


def _apart(repositories: Sequence[str]) -> Iterator[Printed]:
    """Which repositories within the workspace are not seen, if there are any."""
    if repositories:
        yield notice(f"foreword: {repositories_message(repositories)}", "yellow")


def _scope(scope: Scope | None) -> Iterator[Printed]:
    """What is not seen, if anything is."""
    if scope:
        yield notice(f"foreword: {scope.message}", "yellow")


def _language_table(report: IndexReport) -> Table:
    """Files by language, and how many of them could only be read in part, if any could."""
    if not report.in_part:
        return Table(("language", "files"), tuple((name, f"{count:,}") for name, count in report.languages))
    partly = Counter(one.language for one in report.in_part)
    lines = Counter[str]()
    for one in report.in_part:
        lines[one.language] += one.n_lines
    return Table(
        ("language", "files", "in part", "lines unread"),
        tuple(
            (
                name,
                f"{count:,}",
                f"{partly[name]:,}" if partly[name] else "",
                f"{lines[name]:,}" if lines[name] else "",
            )
            for name, count in report.languages
        ),
    )


def _show_symbols(found: Symbols, given: SymbolsParameters, _columns: int) -> Iterator[Printed]:
    for symbol in found:
        definition = symbol.definition
        yield Line(f"{symbol.path}:{definition.line} {definition.described}")
    if not found.symbols:
        yield notice(f"no definition of {given.name}: try `foreword search {given.name}`")
        yield from _scope(found.scope)
        yield from _apart(found.repositories)
    for language, count in found.in_part:
        files = f"{count:,} files" if count > 1 else "1 file"
        yield notice(f"{files} of {language} could only be read in part: `foreword index` names the worst")


def _show_search(found: SearchResult, _: SearchParameters, _columns: int) -> Iterator[Printed]:
    for excerpt in found:
        symbol = f" {excerpt.symbol}" if excerpt.symbol else ""
        yield Line(f"{excerpt.path}:{excerpt.start_line}-{excerpt.end_line}{symbol}", "bold")
        for number, line in excerpt.around:
            yield Line(f"{number:6} {line}", "dim")
        lines = excerpt.text.split("\n")
        # One more line is shown: the note that it is left out would take a line, too.
        n_shown = SHOWN_LINES if len(lines) > SHOWN_LINES + 1 else len(lines)
        for number, line in enumerate(lines[:n_shown], excerpt.start_line):
            yield Line(f"{number:6} {line}")
        if len(lines) > n_shown:
            yield Line(f"       ... {len(lines) - n_shown} more lines", "dim")
        yield Line("")
    if not found.excerpts:
        yield notice("nothing found: try other words, or the name of a symbol")
        yield from _scope(found.scope)
        yield from _apart(found.repositories)


def _show_map(found: RepositoryMap, given: MapParameters, _columns: int) -> Iterator[Printed]:
    yield Verbatim(printable(found.text))
    if not found.text:
        budget = given.budget
        why = (
            "there is nothing to map: see `foreword index` for what was left out"
            if budget is None
            else f"no file fits into a map of {budget:,} tokens: give --budget more"
        )
        yield from problem_lines([Problem(why)])


INDEX = Body(Nothing, index_workspace, _show_index, waits=False)
SYMBOLS = Body(SymbolsParameters, find_symbols, _show_symbols, waits=False)
SEARCH = Body(SearchParameters, search, _show_search, waits=False)
MAP = Body(MapParameters, map_repository, _show_map, waits=False)
