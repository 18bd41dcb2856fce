"""What the tools of the MCP server give, as the SDK turns it into JSON with a schema.

Every result says how fresh it is, and fits a budget of tokens: clients warn at 10,000 and cut off at 25,000.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from foreword.api.views import Freshness
from foreword.core.outline import Definition, Excerpt

DEFAULT_TOKENS = 6_000
MOST_TOKENS = 20_000


class State(BaseModel):
    """Which state of the files a result is of."""

    revision: str = Field(description="names the saved bytes of all files: equal revisions, equal files")
    commit: str | None = Field(description="what is checked out, as branch@commit; null outside of git")
    complete: bool = Field(description="whether the index knows every file by now")
    looked_at_disk: bool = Field(description="whether the disk was looked at for this call")
    scope: str | None = Field(
        default=None, description="what is not seen, where the workspace is a folder of a larger repository"
    )

    @classmethod
    def of(cls, freshness: Freshness) -> State:
        """The state of a view."""
        return cls(
            revision=freshness.revision,
            commit=freshness.commit,
            complete=freshness.complete,
            looked_at_disk=True,
            scope=freshness.scope.message if freshness.scope else None,
        )


class Code(BaseModel):
    """Lines of a file."""

    path: str
    start_line: int
    end_line: int
    symbol: str | None = Field(default=None, description="the definition that the lines are, if they are one")
    text: str

    @classmethod
    def of(cls, excerpt: Excerpt, text: str) -> Code:
        """An excerpt with its text as it may be shown."""
        return cls(
            path=excerpt.path,
            start_line=excerpt.start_line,
            end_line=excerpt.end_line,
            symbol=excerpt.symbol or None,
            text=text,
        )


class SearchResults(BaseModel):
    """Code that matches, best first."""

    found: list[Code]
    next_offset: int | None = Field(description="where to go on; null at the end")
    state: State


class DefinitionRow(BaseModel):
    """One definition."""

    path: str
    name: str
    kind: str
    start_line: int
    end_line: int
    signature: str
    parent: str | None = None

    @classmethod
    def of(cls, path: str, found: Definition, signature: str) -> DefinitionRow:
        """A definition of a file; the signature as it may be shown."""
        return cls(
            path=path,
            name=found.name,
            kind=found.kind,
            start_line=found.line,
            end_line=found.end_line,
            signature=signature,
            parent=found.parent or None,
        )


class Definitions(BaseModel):
    """Definitions in the order of paths and lines."""

    definitions: list[DefinitionRow]
    total: int = Field(description="how many there are in all")
    next_offset: int | None = Field(description="where to go on; null at the end")
    state: State


class FileText(BaseModel):
    """Lines of a saved file."""

    path: str
    start_line: int
    end_line: int
    total_lines: int
    text: str
    next_line: int | None = Field(description="the first line that is not shown; null at the end")
    state: State


class Changes(BaseModel):
    """How the saved files differ from a commit."""

    since: str = Field(description="the commit, whole")
    added: list[str]
    modified: list[str]
    deleted: list[str]
    total: int
    next_offset: int | None = Field(description="where to go on; null at the end")
    state: State


class Place(BaseModel):
    """Lines that an answer names, and that exist."""

    path: str
    start_line: int
    end_line: int


class Answered(BaseModel):
    """An answer of the user's model, and what it cost."""

    text: str
    citations: list[Place]
    model: str
    complete: bool = Field(description="whether the model came to its end")
    note: str | None = Field(default=None, description="what is to be known of the answer")
    cost_usd: float
    receipt: str = Field(description="who answered, what the cache did, what it cost, how fresh it is")


class MapText(BaseModel):
    """The repository map."""

    text: str
    files: int
    truncated: bool
