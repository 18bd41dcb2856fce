r"""A proposal: texts that the model wants some files to have, over the snapshot that it was shown.

Nothing here is on disk. The wanted texts are as the model sees texts, with lines ended by "\n"; what becomes of a
file's own line endings and encoding is decided where a proposal is applied (`core.anchoring`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from foreword.core.errors import Problem
from foreword.core.hunk import Hunk, hunks_between
from foreword.core.language import language_of
from foreword.core.text import Text, printable
from foreword.index.syntax import error_lines
from foreword.prefix.delta import unified_diff

ChangeKind = Literal["change", "create", "delete"]


@dataclass(frozen=True, slots=True)
class ProposedFile:
    """One file: `before` is the snapshot's text (None: there is no such file), `after` the wanted one (None: delete)."""

    path: str
    before: Text | None
    after: str | None

    @property
    def kind(self) -> ChangeKind:
        """What happens to the file."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "change"

    @property
    def shown_before(self) -> str:
        """The snapshot's text as the model sees it; empty where there is none."""
        return printable(self.before.content) if self.before else ""

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """The changes of lines."""
        return hunks_between(self.shown_before, self.after or "")

    @property
    def diff(self) -> str:
        """A unified diff as git writes it."""
        rows = unified_diff(self.shown_before, self.after or "", self.path)
        if self.kind == "create":
            rows = rows.replace(f"--- a/{self.path}\n", "--- /dev/null\n", 1)
        if self.kind == "delete":
            rows = rows.replace(f"+++ b/{self.path}\n", "+++ /dev/null\n", 1)
        return rows

    @property
    def new_error_lines(self) -> tuple[int, ...]:
        """Where the wanted text has syntax errors (1-based lines), if it has more of them than the text before."""
        after = self.after or ""
        language = language_of(self.path, after.partition("\n")[0])
        found = error_lines(language, after.encode())
        if not found or len(found) <= len(error_lines(language, self.shown_before.encode())):
            return ()
        return found


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files that would change, by path, in the order in which they were first edited."""

    files: Mapping[str, ProposedFile] = field(default_factory=lambda: MappingProxyType({}))

    def having(self, file: ProposedFile) -> Proposal:
        """The proposal with this file in its newest state; a file that is as before is in no proposal."""
        files = {**self.files, file.path: file}
        if file.before is not None and file.after == file.shown_before:
            del files[file.path]
        return Proposal(MappingProxyType(files))

    @property
    def diff(self) -> str:
        """All files as one unified diff."""
        return "".join(file.diff for file in self.files.values())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Files that would have syntax errors which they had not before."""
        return tuple(
            Problem(f"{path} would have a new syntax error near line {lines[0]}: look at it first", path)
            for path, file in self.files.items()
            if (lines := file.new_error_lines)
        )
