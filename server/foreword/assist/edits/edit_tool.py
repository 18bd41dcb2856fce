"""The editing commands of the text editor tool, carried out on a proposal instead of the disk.

A new file may be created where there is none. `create` on a file that exists is a rewrite: it is allowed when
the model has seen the whole of it, in the prefix or by viewing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.assist.question.tools import EditCall, ToolScope, clean_path
from foreword.core.documents.text import Text, lines_of
from foreword.core.edits.hunk import hunks_between
from foreword.core.edits.replacement import insert_after, replace_once, whole_text
from foreword.core.errors import Problem
from foreword.core.outline import Excerpt
from foreword.core.secrets.redaction import PLACEHOLDER, can_be_restored, shown
from foreword.model.tool_call import CreateCall, DeleteCall, InsertCall, RenameCall, ReplaceCall
from foreword.prefix.base.render import numbered

SHOWN_AROUND = 3
MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class EditScope:
    """What an `Editor` asks about the files that it edits, as functions of a workspace-relative path.

    `read` gives the snapshot's text of a file or None; `shows_in_full` says whether the prefix has the whole
    of it; `why_not_new` says why there can't be a new file at a path, or None; `is_program` whether a file has the x bit.
    """

    read: Callable[[str], Text | None]
    shows_in_full: Callable[[str], bool]
    why_not_new: Callable[[str], str | None]
    is_program: Callable[[str], bool]


class Editor:
    """Edits for one answer: `proposal` is what has come of them so far. It has one owner and no lock."""

    def __init__(self, ground: EditScope) -> None:
        self.proposal = Proposal()
        self._ground = ground
        self._failed: dict[str, Problem] = {}
        self._seen: dict[str, set[int]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Edits that failed and were not made good by a later one of the same file; new syntax errors."""
        return (*self._failed.values(), *self.proposal.problems)

    def over(self, library: ToolScope) -> ToolScope:
        """The library as it is with the proposal in force; views are remembered, and edits are possible."""

        def search(query: str, limit: int) -> Sequence[Excerpt]:
            return [now for found in library.search(query, limit) for now in self._as_now(found)]

        paths = sorted({*library.paths, *self.proposal.files} - self.proposal.gone)
        return replace(
            library, paths=paths, read=self.read, search=search, edit=self.edit, viewed=self._viewed
        )

    def edit(self, call: EditCall) -> str | Problem:
        """Carry out a call; what comes back is for the model."""
        path = clean_path(call.path)
        outcome = self._tried(path, call)
        if isinstance(outcome, Problem):
            self._failed[path] = Problem(f"an edit of {path} failed: {outcome.message}", path)
            return outcome
        # A later edit that succeeds means that the model saw its mistake and made it good.
        self._failed.pop(path, None)
        shown = self.read(path) or ""
        origin = None if outcome.before is None else outcome.source or outcome.path
        outcome = replace(outcome, is_program=origin is not None and self._ground.is_program(origin))
        self.proposal = _with(self.proposal, path, outcome)
        match call:
            case DeleteCall():
                return f"Proposed: {path} is deleted.\n"
            case RenameCall():
                return f"Proposed: {path} is now {outcome.path}; edit it there.\n"
        return self._report(outcome, shown)

    def _tried(self, path: str, call: EditCall) -> ProposedFile | Problem:
        known = self.proposal.files.get(path)
        before = known.before if known else self._ground.read(path)
        shown = self.read(path)
        if shown is None:
            return self._created(path, call)
        source = known.source if known else None
        match call:
            case DeleteCall():
                return ProposedFile(source or path, before, None)
            case RenameCall(_, new_path):
                return self._renamed(ProposedFile(path, before, shown, source), new_path)
            case ReplaceCall(_, old, new):
                after = replace_once(shown, old, new, path)
            case InsertCall(_, line, text):
                after = insert_after(shown, line, text, path)
            case CreateCall(_, text):
                after = whole_text(text, path) if self._knows_all(path, shown) else _unseen(path)
        if isinstance(after, Problem):
            return after
        file = ProposedFile(path, before, after, source)
        # The model sees placeholders for secrets; an edit must be able to put the values back.
        if not all(can_be_restored(hunk.before, hunk.after) for hunk in file.hunks):
            return _unknown(path)
        return file

    def _renamed(self, file: ProposedFile, new_path: str) -> ProposedFile | Problem:
        path = clean_path(new_path)
        origin = file.source or file.path
        # Moved back to where it was: then it is no rename any more.
        if path == origin and file.source:
            return ProposedFile(origin, file.before, file.after)
        reason = self._why_not_new(new_path)
        if reason is not None:
            return Problem(f"{file.path} can't become {path!r}: {reason}. Choose another path.")
        return ProposedFile(path, file.before, file.after, None if file.before is None else origin)

    def _why_not_new(self, path: str) -> str | None:
        """Why there can't be a new file at a path as the model wrote it."""
        clean = clean_path(path)
        if clean in self.proposal.files or clean in self.proposal.gone:
            return "this proposal has a file there, or takes one away"
        if any(file.startswith(f"{clean}/") for file in self.proposal.files):
            return "it is a folder"
        # A leading slash means the workspace elsewhere, but a new file shall be where the model thinks it is.
        return self._ground.why_not_new(path.removeprefix("./"))

    def _created(self, path: str, call: EditCall) -> ProposedFile | Problem:
        if not isinstance(call, CreateCall):
            reason = self._ground.why_not_new(path)
            if reason is not None and "symlink" in reason:
                return Problem(f"{path!r} can't be edited: {reason}.")
            return Problem(f"No file {path!r} in the workspace; search for it, or use create.")
        known = self.proposal.files.get(path)
        reason = None if known else self._why_not_new(call.path)
        if reason is not None:
            return Problem(f"{path!r} can't be created: {reason}. Choose another path.")
        after = whole_text(call.text, path)
        # A new file has no old text from which a value could be put back.
        if not isinstance(after, Problem) and PLACEHOLDER.search(after):
            return _unknown(path)
        before = known.before if known else None
        return after if isinstance(after, Problem) else ProposedFile(path, before, after)

    def read(self, path: str) -> str | None:
        """The text of a file as it would be."""
        proposed = self.proposal.files.get(path)
        if proposed is not None:
            return proposed.after
        if path in self.proposal.gone:
            return None
        text = self._ground.read(path)
        return shown(text.content) if text else None

    def _as_now(self, found: Excerpt) -> Iterator[Excerpt]:
        """An excerpt of an edited file where its lines stand now; nothing if they were changed, or the file is gone."""
        if found.path in self.proposal.gone:
            return
        if found.path not in self.proposal.files:
            yield found
            return
        # Line breaks around both, so that the excerpt fits at whole lines only.
        before, text, _ = f"\n{self.read(found.path)}\n".partition(f"\n{shown(found.text)}\n")
        if text:
            start = before.count("\n") + 1
            end = start + found.end_line - found.start_line
            # The lines around it may be others by now.
            yield replace(found, start_line=start, end_line=end, around=())

    def _viewed(self, path: str, first: int, last: int) -> None:
        self._seen.setdefault(path, set()).update(range(first, last + 1))

    def _knows_all(self, path: str, shown: str) -> bool:
        # The model wrote all of it itself.
        if path in self.proposal.files and self.proposal.files[path].before is None:
            return True
        n_lines = len(lines_of(shown))
        return self._ground.shows_in_full(path) or self._seen.get(path, set()) >= set(range(1, n_lines + 1))

    def _report(self, file: ProposedFile, shown: str) -> str:
        """What the model hears of an edit that was done: the lines around it, and what it broke."""
        after = file.after or ""
        hunks = hunks_between(shown, after)
        first = max(1, hunks[0].line + 1 - SHOWN_AROUND) if hunks else 1
        grown = sum(len(hunk.after) - len(hunk.before) for hunk in hunks)
        last = hunks[-1].line + len(hunks[-1].before) + grown + SHOWN_AROUND if hunks else 0
        snippet = numbered(after, first, min(last, first + MAX_SHOWN))
        broken = file.new_error_lines
        warning = (
            f"But it has a syntax error near line {broken[0]} that was not there before.\n" if broken else ""
        )
        return f"Proposed for {file.path}; around the change it now reads:\n{snippet}{warning}"


def _with(proposal: Proposal, path: str, file: ProposedFile) -> Proposal:
    """The proposal where `file` takes the place of what it had at `path`; a new file that is deleted leaves nothing."""
    rest = proposal.without(path) if file.path != path else proposal
    if file.before is None and file.after is None:
        return rest.without(path)
    return rest.having(file)


def _unknown(path: str) -> Problem:
    return Problem(
        f"A redacted value of {path} was changed or put elsewhere: leave each <redacted: ...> where it stands, or remove it."
    )


def _unseen(path: str) -> Problem:
    return Problem(f"{path} exists, and you have not seen all of it: view it first, or use str_replace.")
