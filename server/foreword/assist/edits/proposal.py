r"""A proposal: texts that the model wants some files to have, over the snapshot that it was shown.

Nothing here is on disk. The wanted texts are as the model sees texts, with lines ended by "\n"; what becomes of a
file's own line endings and encoding is decided where a proposal is applied (`core.edits.hunk_placement`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from foreword.core.documents.text import Text
from foreword.core.edits.hunk import Hunk, hunks_between, hunks_on
from foreword.core.edits.hunk_placement import Resolution, resolve
from foreword.core.edits.path_risks import runs_here
from foreword.core.errors import Problem, UsageError
from foreword.core.language import language_of
from foreword.core.secrets.redaction import shown
from foreword.index.outline.syntax_errors import error_lines
from foreword.prefix.delta import unified_diff

ChangeKind = Literal["change", "create", "delete", "rename"]


@dataclass(frozen=True, slots=True)
class FilePart:
    """Some hunks of a file, by number: those that are `chosen`, and those `applied` before, in that order."""

    whole: ProposedFile
    chosen: tuple[int, ...]
    applied: tuple[int, ...]

    def hunks(self, n_applied: int) -> tuple[Hunk, ...]:
        """The chosen hunks for a text in which only the first `n_applied` of the others are applied."""
        whole = self.whole
        return hunks_on(whole.shown_before, whole.after or "", self.chosen, self.applied[:n_applied])


@dataclass(frozen=True)  # without slots, for what is found out once
class ProposedFile:
    """One file: `before` is the snapshot's text (None: there is no such file), `after` the wanted one (None: delete).

    `source` is the path that the snapshot has the file at, if it gets another one; `before` is its text there.
    `part` says which hunks of a larger change these texts differ by. `is_program`: what is on disk may be run by its name.
    """

    path: str
    before: Text | None
    after: str | None
    source: str | None = None
    part: FilePart | None = None
    is_program: bool = False

    @property
    def kind(self) -> ChangeKind:
        """What happens to the file; a renamed one may be changed too."""
        if self.source is not None:
            return "rename"
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "change"

    @property
    def runs_here(self) -> bool:
        """Whether the edit changes what programs run on the machine of whoever works on the workspace.

        A script that names its own interpreter will be run by its name, even if it has no x bit yet.
        """
        texts = (self.before.content if self.before else "", self.after or "")
        is_named = runs_here(self.path) or (self.source is not None and runs_here(self.source))
        return self.is_program or is_named or any(text.startswith("#!") for text in texts)

    @property
    def has_parts(self) -> bool:
        """Whether some of its hunks can be applied without the others."""
        return self.kind in ("change", "rename") and bool(self.hunks)

    @property
    def shown_before(self) -> str:
        """The snapshot's text as the model sees it; empty where there is none."""
        return shown(self.before.content) if self.before else ""

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """What the edit changes by lines: hunks at 0-based lines of `shown_before`, from the top down."""
        if self.part is not None:
            return self.part.hunks(len(self.part.applied))
        return hunks_between(self.shown_before, self.after or "")

    def having_only(self, numbers: Collection[int], applied: Sequence[int] = ()) -> ProposedFile:
        """The file with those of its hunks alone (from 0, as `hunks` has them), over a text that has those of `applied`.

        Raises:
            UsageError: there is no such hunk, or the file is created or deleted, which has no parts.
        """
        n_hunks, chosen = len(self.hunks), tuple(sorted(set(numbers)))
        wrong = next((number for number in chosen if not 0 <= number < n_hunks), None)
        if wrong is not None:
            raise UsageError(
                f"{self.path} has {n_hunks} hunks, not one with the number {wrong}: count from 0"
            )
        if self.kind not in ("change", "rename"):
            raise UsageError(f"{self.path} is not changed in parts: name it as a whole file")
        assert self.before is not None, "a changed file has a text"  # noqa: S101 - an invariant
        earlier = tuple(number for number in applied if number not in chosen)
        before = replace(self.before, content=self._with_hunks(earlier))
        return replace(
            self,
            before=before,
            after=self._with_hunks((*earlier, *chosen)),
            part=FilePart(self, chosen, earlier),
        )

    def _with_hunks(self, numbers: Collection[int]) -> str:
        hunks, lines = self.hunks, self.shown_before.split("\n")
        # From the end, so that the line numbers of those before stay valid.
        for number in sorted(numbers, reverse=True):
            hunk = hunks[number]
            lines[hunk.line : hunk.line + len(hunk.before)] = hunk.after
        return "\n".join(lines)

    def resolve(self, current: Text) -> FileResolution:
        """Carry out the hunks on the text of now. What was applied before may be undone since, the last of it first."""
        hunks = self.hunks
        numbers = self.part.chosen if self.part is not None else range(len(hunks))
        resolution = resolve(hunks, current)
        # Hunks that were applied shift the lines around others; the user may have undone the last ones since.
        for n_applied in reversed(range(len(self.part.applied) if self.part is not None else 0)):
            refused = {one.hunk for one in resolution.refused}
            if self.part is None or not refused:
                break
            others = zip(hunks, self.part.hunks(n_applied), strict=True)
            retried = tuple(other if hunk in refused else hunk for hunk, other in others)
            outcome = resolve(retried, current)
            if len(outcome.refused) < len(resolution.refused):
                hunks, resolution = retried, outcome
        refused = {one.hunk for one in resolution.refused}
        fitting = tuple(n for n, hunk in zip(numbers, hunks, strict=True) if hunk not in refused)
        return FileResolution(resolution, fitting)

    @property
    def diff(self) -> str:
        """A unified diff as git writes it."""
        rows = unified_diff(self.shown_before, self.after or "", self.path)
        if self.source is not None:
            moved = f"diff --git a/{self.source} b/{self.path}\nrename from {self.source}\nrename to {self.path}\n"
            return moved + rows.replace(f"--- a/{self.path}\n", f"--- a/{self.source}\n", 1)
        # An empty file has no lines to differ by, so only the header can tell of it.
        if not rows and self.kind != "change":
            mode = "new file" if self.kind == "create" else "deleted file"
            return f"diff --git a/{self.path} b/{self.path}\n{mode} mode 100644\n"
        if self.kind == "create":
            rows = rows.replace(f"--- a/{self.path}\n", "--- /dev/null\n", 1)
        if self.kind == "delete":
            rows = rows.replace(f"+++ b/{self.path}\n", "+++ /dev/null\n", 1)
        return rows

    @cached_property
    def new_error_lines(self) -> tuple[int, ...]:
        """Where the wanted text has syntax errors (1-based lines), if it has more of them than the text before."""
        after = self.after or ""
        language = language_of(self.path, after.partition("\n")[0])
        found = error_lines(language, after.encode())
        # A file that had errors before may keep them; only more of them are the edit's doing.
        if not found or len(found) <= len(error_lines(language, self.shown_before.encode())):
            return ()
        return found


@dataclass(frozen=True, slots=True)
class FileResolution:
    """What became of a file's hunks; `fitting` are the numbers of those that were carried out."""

    resolution: Resolution
    fitting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files that would change, by path, in the order in which they were first edited."""

    files: Mapping[str, ProposedFile] = field(default_factory=lambda: MappingProxyType({}))

    def having(self, file: ProposedFile) -> Proposal:
        """The proposal with this file in its newest state; a file that is as before is in no proposal."""
        files = {**self.files, file.path: file}
        if file.before is not None and file.after == file.shown_before and file.source is None:
            del files[file.path]
        return Proposal(MappingProxyType(files))

    def without(self, path: str) -> Proposal:
        """The proposal without what it has at a path."""
        return Proposal(MappingProxyType({name: file for name, file in self.files.items() if name != path}))

    @property
    def gone(self) -> frozenset[str]:
        """Paths of the snapshot that would hold no file any more."""
        files = self.files.values()
        deleted = {file.path for file in files if file.kind == "delete"}
        return frozenset(deleted | ({file.source for file in files if file.source} - self.files.keys()))

    @property
    def touched(self) -> tuple[str, ...]:
        """All paths where something happens."""
        sources = (file.source for file in self.files.values() if file.source)
        return tuple(dict.fromkeys((*self.files, *sources)))

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
