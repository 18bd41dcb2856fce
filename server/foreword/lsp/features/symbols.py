"""`textDocument/documentSymbol` and `workspace/symbol`, for those who have no other server for them.

They are off unless `lsp.symbols` is on: beside a real server every symbol would be listed twice. Clients that register
for them at any time follow the setting as it changes; others are told once, by what is set when they connect.

In the tree of a document's definitions each stands in the smallest one whose lines contain its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lsprotocol import types

from foreword.core.documents.position import Position, Range, units, without_end
from foreword.core.documents.uri import uri_key
from foreword.core.outline import Definition
from foreword.lsp.connection.capabilities import is_on
from foreword.lsp.connection.configuration import open_now
from foreword.lsp.connection.convert import range_to_lsp, uri_from_path
from foreword.lsp.connection.server import ForewordServer, handle

if TYPE_CHECKING:
    from foreword.assist.session.open_workspace import OpenFolder

MAX_FOUND = 200
KINDS: Mapping[str, types.SymbolKind] = {
    "class": types.SymbolKind.Class,
    "constant": types.SymbolKind.Constant,
    "constructor": types.SymbolKind.Constructor,
    "enum": types.SymbolKind.Enum,
    "field": types.SymbolKind.Field,
    "function": types.SymbolKind.Function,
    "interface": types.SymbolKind.Interface,
    "key": types.SymbolKind.Property,
    "macro": types.SymbolKind.Function,
    "method": types.SymbolKind.Method,
    "module": types.SymbolKind.Module,
    "namespace": types.SymbolKind.Namespace,
    "property": types.SymbolKind.Property,
    "struct": types.SymbolKind.Class,
    "test": types.SymbolKind.Method,
    "trait": types.SymbolKind.Interface,
    "type": types.SymbolKind.Class,
}
"""Those of LSP 1.0, which every client knows; what is not here is a variable or, in documents, a heading."""


def register(server: ForewordServer) -> None:
    """Register the handlers of this module."""
    handle(server, types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbol)
    handle(server, types.WORKSPACE_SYMBOL, workspace_symbol, types.WorkspaceSymbolOptions())


async def document_symbol(
    server: ForewordServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    """The definitions of an open document, as a tree where the client takes one; none while this is off."""
    document = server.snapshot.document(params.text_document.uri)
    if document is None or not any(is_on(server, folder) for folder in server.folders.values()):
        return None
    key = uri_key(document.uri, ignores_case=server.snapshot.ignores_case)
    known = await server.outlines.outlined(key, document, lambda: server.snapshot)
    named = [_named(server, document.lines, found) for found in known.definitions]
    if server.client.nests_symbols:
        return [_tree(one) for one in nested(named)]
    return [_flat(one, document.uri) for one in named]


async def workspace_symbol(
    server: ForewordServer, params: types.WorkspaceSymbolParams
) -> list[types.SymbolInformation] | None:
    """The definitions of a name in all folders; those whose names begin with it where there is no such one."""
    found: list[types.SymbolInformation] = []
    for folder in list(server.folders.values()):
        opened = await open_now(server, folder)
        if is_on(server, folder):
            hits = await _hits(server, opened, params.query)
            found += [_flat(_named(server, (), one), uri_from_path(folder.path / path)) for path, one in hits]
    return found[:MAX_FOUND]


async def _hits(server: ForewordServer, opened: OpenFolder, query: str) -> list[tuple[str, Definition]]:
    await server.load("foreword.assist.question.names")
    await server.load("foreword.lsp.features.command_workspace")
    from foreword.assist.question.names import find_by_beginning  # noqa: PLC0415 - loaded by now
    from foreword.lsp.features.command_workspace import documents_in  # noqa: PLC0415 - loaded by now

    shown = await opened.shown(documents_in(server, opened))
    return await opened.run(find_by_beginning, shown.index, query, MAX_FOUND)


def _named(server: ForewordServer, lines: Sequence[str], found: Definition) -> NamedRange:
    """Without the lines of its file, a definition is as wide as its first line is said to be."""
    first, last = found.line - 1, max(found.line, found.end_line) - 1
    text = without_end(lines[first]) if first < len(lines) else ""
    # LSP wants the range of the name within that of the whole, so it never leaves the first line.
    at = max(0, text.find(found.name))
    until = at + len(found.name) if found.name in text else at
    end = without_end(lines[last]) if last < len(lines) else ""
    encoding = server.encoding
    name = Range(Position(first, units(text, at, encoding)), Position(first, units(text, until, encoding)))
    return NamedRange(found, Range(Position(first, 0), Position(last, units(end, len(end), encoding))), name)


def _tree(one: NamedRange) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        # LSP forbids empty names of symbols.
        one.definition.name or "?",
        _kind(one.definition),
        range_to_lsp(one.whole),
        range_to_lsp(one.name),
        detail=one.definition.signature,
        children=[_tree(child) for child in one.children],
    )


def _flat(one: NamedRange, uri: str) -> types.SymbolInformation:
    return types.SymbolInformation(
        types.Location(uri, range_to_lsp(one.whole)),
        one.definition.name or "?",
        _kind(one.definition),
        container_name=one.definition.parent,
    )


def _kind(found: Definition) -> types.SymbolKind:
    return KINDS.get(
        found.kind, types.SymbolKind.String if found.kind == "heading" else types.SymbolKind.Variable
    )


@dataclass(slots=True)
class NamedRange:
    """A definition with the range of all of it and that of its name, in the client's units."""

    definition: Definition
    whole: Range
    name: Range
    children: list[NamedRange] = field(default_factory=list)


def nested(found: Iterable[NamedRange]) -> list[NamedRange]:
    """The definitions that stand in no other, in the order of their lines."""
    tops: list[NamedRange] = []
    around: list[NamedRange] = []
    # Of those that begin on one line the longest comes first: it may hold the others.
    for one in sorted(found, key=lambda one: (one.whole.start.line, -one.whole.end.line)):
        while around and not _is_in(one, around[-1]):
            around.pop()
        (around[-1].children if around else tops).append(one)
        around.append(one)
    return tops


def _is_in(inner: NamedRange, outer: NamedRange) -> bool:
    """Two on the same lines stand side by side."""
    lines = (inner.whole.start.line, inner.whole.end.line)
    first, last = outer.whole.start.line, outer.whole.end.line
    return lines != (first, last) and first <= lines[0] and lines[1] <= last
