"""The tools and resources of the MCP server, thin over `api/views.py` and the commands of the table.

Protocol: https://modelcontextprotocol.io, by the official SDK. All tools only read, but for `ask`, which is off by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from foreword import __version__
from foreword.api.commands.context import ContextParameters, context_of
from foreword.api.commands.costs import WhyParameters, why
from foreword.api.commands.lookups import MapParameters, map_repository
from foreword.api.commands.questions import AskParameters, answer, question_of
from foreword.api.views import (
    FileDefinitions,
    changes_since,
    find_code,
    find_symbols,
    outline,
    read_lines,
    redacted,
)
from foreword.api.workspace import Workspace
from foreword.core.errors import ForewordError
from foreword.core.tokens import estimate
from foreword.mcp.results import (
    DEFAULT_TOKENS,
    MOST_TOKENS,
    Answered,
    Changes,
    Code,
    DefinitionRow,
    Definitions,
    FileText,
    MapText,
    Place,
    SearchResults,
    State,
)

T = TypeVar("T")
AsyncTool = TypeVar("AsyncTool", bound=Callable[..., Awaitable[Any]])

INSTRUCTIONS = (
    "An index of this repository that is never stale: every call looks at the saved files first. Use `search` for a "
    "question or an error message, `symbols` for a name, `outline` for a file or folder, `read` for lines. Files that are "
    "left out (secret, ignored, generated) are never shown, and secrets are redacted. "
)
SENDS_NOTHING = "Nothing is sent anywhere."
SENDS = "`ask` alone sends something: the question goes to a model of the user's, and costs the user money."
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False, idempotent_hint=True)
MOST_FOUND = 50

Limit = Annotated[int, Field(ge=1, le=MOST_FOUND, description="at most so many")]
Offset = Annotated[int, Field(ge=0, description="skip so many: `next_offset` of the call before")]
Budget = Annotated[int, Field(ge=200, le=MOST_TOKENS, description="at most about so many tokens of text")]


ASKS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, open_world_hint=True, idempotent_hint=False
)
"""No hint that it only reads: clients call such tools without asking their users, and this one costs money."""


def build_server(workspace: Workspace, *, asks: bool = False) -> MCPServer[Any]:
    """The server over an open workspace; the caller runs it. With `asks` it has the tool that sends something."""
    instructions = INSTRUCTIONS + (SENDS if asks else SENDS_NOTHING)
    server: MCPServer[Any] = MCPServer(
        "foreword", version=__version__, instructions=instructions, log_level="ERROR"
    )
    if asks:
        _add_ask(server, workspace)
    _add_lookups(server, workspace)
    _add_files(server, workspace)
    _add_reports(server, workspace)
    _add_resources(server, workspace)
    return server


def _tool(
    server: MCPServer[Any], name: str | None = None, hints: ToolAnnotations = READS
) -> Callable[[AsyncTool], AsyncTool]:
    """Registers a tool whose expected errors reach the client in their own words; the SDK hides all others."""

    def register(tool: AsyncTool) -> AsyncTool:
        @wraps(tool)
        async def told(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - as the tool itself
            try:
                return await tool(*args, **named)
            except ForewordError as error:
                raise ToolError(str(error)) from error

        server.tool(name=name, annotations=hints)(told)
        return tool

    return register


def _add_lookups(server: MCPServer[Any], workspace: Workspace) -> None:
    @_tool(server)
    async def search(
        query: Annotated[str, Field(description="words, identifiers, a path, or a pasted error")],
        limit: Limit = 10,
        offset: Offset = 0,
        budget: Budget = DEFAULT_TOKENS,
    ) -> SearchResults:
        """Find the code that matches a query, best first, with its text."""
        # One more than is shown tells whether there is a next page.
        found = await find_code(workspace, query, offset + limit + 1, 2 * MOST_TOKENS)
        page, next_offset = _page(found.excerpts, offset, limit, budget, lambda one: one.text)
        codes = [Code.of(one, redacted(one.text)) for one in page]
        return SearchResults(found=codes, next_offset=next_offset, state=State.of(found.freshness))

    @_tool(server)
    async def symbols(
        name: Annotated[str, Field(description="a name, plain or as Parent.name")],
        limit: Limit = MOST_FOUND,
        offset: Offset = 0,
        budget: Budget = DEFAULT_TOKENS,
    ) -> Definitions:
        """Find where a name is defined."""
        return _definitions(await find_symbols(workspace, name), offset, limit, budget)

    @_tool(server, "outline")
    async def outline_tool(
        path: Annotated[str, Field(description="a file or a folder of the workspace; '.' for all")],
        limit: Annotated[int, Field(ge=1, le=1_000, description="at most so many")] = 300,
        offset: Offset = 0,
        budget: Budget = DEFAULT_TOKENS,
    ) -> Definitions:
        """List the definitions of a file, or of all files below a folder."""
        return _definitions(await outline(workspace, path), offset, limit, budget)


def _add_files(server: MCPServer[Any], workspace: Workspace) -> None:
    @_tool(server)
    async def read(
        path: Annotated[str, Field(description="a file of the workspace")],
        start_line: Annotated[int, Field(ge=1, description="the first line")] = 1,
        end_line: Annotated[int | None, Field(description="the last line; null for the end")] = None,
        budget: Budget = DEFAULT_TOKENS,
    ) -> FileText:
        """Read lines of a saved file. Unsaved text of an editor is not seen."""
        seen = await read_lines(workspace, path, start_line, end_line)
        lines = seen.text.split("\n")
        shown, _ = _page(lines, 0, len(lines), budget, lambda line: line + "\n")
        last = seen.first + len(shown) - 1
        return FileText(
            path=seen.path,
            start_line=seen.first,
            end_line=last,
            total_lines=seen.n_lines,
            text="\n".join(shown),
            next_line=last + 1 if last < seen.last else None,
            state=State.of(seen.freshness),
        )

    @_tool(server, "changes_since")
    async def changes_tool(
        since: Annotated[str, Field(description="a commit, branch or tag, or a time (2026-01-31T12:00)")],
        limit: Annotated[int, Field(ge=1, le=5_000, description="at most so many paths")] = 500,
        offset: Offset = 0,
    ) -> Changes:
        """List the files that differ from a commit: added, modified, deleted, uncommitted ones among them."""
        told = await changes_since(workspace, since)
        kinds = (("added", told.added), ("modified", told.modified), ("deleted", told.deleted))
        every = [(kind, path) for kind, paths in kinds for path in paths]
        page = every[offset : offset + limit]
        return Changes(
            since=told.since,
            added=[path for kind, path in page if kind == "added"],
            modified=[path for kind, path in page if kind == "modified"],
            deleted=[path for kind, path in page if kind == "deleted"],
            total=len(every),
            next_offset=offset + limit if offset + limit < len(every) else None,
            state=State.of(told.freshness),
        )


def _add_reports(server: MCPServer[Any], workspace: Workspace) -> None:
    @_tool(server, "map")
    async def map_tool(budget: Budget = DEFAULT_TOKENS) -> MapText:
        """Show the repository map: the files most worth knowing, with the signatures of their best definitions."""
        told = await map_repository(workspace, MapParameters(budget=budget))
        lines = told.text.split("\n")
        shown, rest = _page(lines, 0, len(lines), budget, lambda line: line + "\n")
        return MapText(text="\n".join(shown), files=len(told.files), truncated=rest is not None)

    @_tool(server)
    async def context() -> dict[str, Any]:
        """Show what a question to the model would carry: layers, tokens, pins, what is left out (without its files)."""
        told = (await context_of(workspace, ContextParameters())).to_json()
        return {key: value for key, value in told.items() if key not in ("leftOut", "files")}

    @_tool(server, "why")
    async def why_tool(
        request: Annotated[
            str, Field(description="the beginning of a request's id; empty for the last one")
        ] = "",
    ) -> dict[str, Any]:
        """Explain what the prompt cache did with a request, what it cost, and what to do."""
        return (await workspace.run(why, workspace, WhyParameters(request=request))).to_json()


def _add_ask(server: MCPServer[Any], workspace: Workspace) -> None:
    @_tool(server, hints=ASKS)
    async def ask(
        question: Annotated[
            str, Field(min_length=1, description="a question about the repository, in words")
        ],
        paths: Annotated[
            list[str],
            Field(max_length=MOST_FOUND, description='what it is about, such as "src/till.py:10-20"'),
        ] = [],  # noqa: B006 - pydantic copies it, and a schema needs the empty list
    ) -> Answered:
        """Have the user's model answer over its cached view of the whole repository. It costs money: prefer the other tools."""
        given = AskParameters(question=question, path=tuple(paths))
        found = await answer(workspace, question_of(question, given))
        places = [
            Place(path=one.path, start_line=one.start_line, end_line=one.end_line) for one in found.citations
        ]
        return Answered(
            text=found.text,
            citations=places,
            model=found.model,
            complete=found.is_complete,
            note=found.note,
            cost_usd=0.0 if found.receipt.simulated else round(found.receipt.cost, 8),
            receipt=found.receipt.summary,
        )


def _add_resources(server: MCPServer[Any], workspace: Workspace) -> None:
    @server.resource("foreword://map", mime_type="text/plain", description="the repository map")
    async def map_resource() -> str:
        return (await map_repository(workspace, MapParameters(budget=MOST_TOKENS))).text

    @server.resource(
        "foreword://prefix",
        mime_type="application/json",
        description="what the cached prefix holds, by layer",
    )
    async def prefix_resource() -> dict[str, Any]:
        return (await context_of(workspace, ContextParameters())).to_json()


def _definitions(found: FileDefinitions, offset: int, limit: int, budget: int) -> Definitions:
    page, next_offset = _page(
        found.definitions,
        offset,
        limit,
        budget,
        # The blanks stand for the keys and numbers of a row in JSON.
        lambda one: f"{one[0]}{one[1].name}{one[1].signature}" + 80 * " ",
    )
    # The index has signatures as they are written: a default value in one may be a secret.
    rows = [DefinitionRow.of(path, one, redacted(one.signature)) for path, one in page]
    return Definitions(
        definitions=rows,
        total=len(found.definitions),
        next_offset=next_offset,
        state=State.of(found.freshness),
    )


def _page(
    items: Sequence[T], offset: int, limit: int, budget: int, text_of: Callable[[T], str]
) -> tuple[list[T], int | None]:
    """Items from `offset` on, `limit` at most and within the budget, but one at least; and where to go on, or None."""
    shown, left = list[T](), budget
    for item in items[offset : offset + limit]:
        left -= estimate(text_of(item))
        # An item larger than the budget would otherwise stop the paging for good.
        if left < 0 and shown:
            break
        shown.append(item)
    end = offset + len(shown)
    return shown, end if end < len(items) else None
