"""A proposal as one `WorkspaceEdit` for the texts of now: exactly what was proposed, or a refusal with its diff.

The texts of now are open documents as the client has them, with their versions, and other files as they are on disk.
Nothing here asks or tells the client anything.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from pathlib import Path

from lsprotocol import types

from foreword.assist.edits.proposal import ChangeKind, Proposal, ProposedFile
from foreword.assist.session.open_workspace import OpenFolder
from foreword.assist.session.snapshot.overlay import BYTE_ORDER_MARK, workspace_path
from foreword.core.documents.document import Document
from foreword.core.documents.position import PositionEncoding, position_of, split_lines, without_end
from foreword.core.documents.text import Text, decode
from foreword.core.edits.path_risks import RUNS_HERE
from foreword.core.edits.text_edit import Edit
from foreword.core.errors import Problem, WorkspaceError
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.secrets.redaction import shown
from foreword.lsp.connection.convert import path_from_uri, uri_from_path
from foreword.lsp.connection.server import ForewordServer
from foreword.workspace.files.disk import read_file

MAX_TRIES = 3
"""How often an edit is planned again in the folder's thread, since the user goes on typing, before the loop does it."""

DONE: Mapping[ChangeKind, str] = {
    "change": "changed",
    "create": "created",
    "delete": "deleted",
    "rename": "renamed",
}

Operation = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file or one of its hunks that is not in the edit: why, in one line, and what it would have been."""

    path: str
    message: str
    diff: str


@dataclass(frozen=True, slots=True)
class FileStep:
    """The part of an edit that is about one file, and what its texts are before and after it, without a mark.

    None: there is no such file then. `was_open`: the client has told of its document.
    """

    file: ProposedFile
    edit: types.WorkspaceEdit
    before: str | None
    after: str | None
    was_open: bool


@dataclass(frozen=True, slots=True)
class WorkspaceEditPlan:
    """`edit` is None if nothing is left to do; `steps` are its parts, file by file.

    `fitting` has, by path, the numbers of the hunks that are in it, where a file is changed.
    """

    edit: types.WorkspaceEdit | None
    steps: tuple[FileStep, ...] = ()
    refused: tuple[Refusal, ...] = ()
    fitting: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that the edit changes."""
        return tuple(step.file.path for step in self.steps)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was refused, as problems."""
        return tuple(Problem(refusal.message, refusal.path) for refusal in self.refused)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the client wants edits: units of columns, and what it understands.

    In the annotations, `title` says what the edit is for, and `confirm` asks for the user's consent.
    """

    encoding: PositionEncoding
    versioned: bool = False
    operations: frozenset[str] = frozenset()
    annotated: bool = False
    title: str = ""
    confirm: bool = True


async def plan_edit(
    server: ForewordServer, opened: OpenFolder, proposal: Proposal, *, title: str = "", confirm: bool = True
) -> WorkspaceEditPlan:
    """The edit that makes the proposal true in the client's documents and the files of now.

    `title` says in the annotations what the edit is for; with `confirm` they ask for the user's consent.
    """
    client = server.client
    dialect = Dialect(
        server.encoding,
        client.takes_document_changes,
        client.file_operations,
        client.annotates_changes,
        title,
        confirm,
    )
    # URIs are written through the folder as the client calls it, symlinks and all.
    base = next((f.path for f in server.folders.values() if f.open_folder is opened), opened.root)
    read = partial(now_of, opened.root, base)
    for _ in range(MAX_TRIES):
        documents = open_documents(server, opened)
        plan = await opened.run(_plan_now, proposal, documents, read, dialect)
        newest = open_documents(server, opened)
        if all(documents.get(path) is newest.get(path) for path in proposal.touched):
            return plan
    # On the event loop, so that no keystroke can come between.
    return _plan_now(proposal, newest, read, dialect)


def _plan_now(
    proposal: Proposal,
    documents: Mapping[str, Document],
    read: Callable[[str, Document | None], FileState],
    dialect: Dialect,
) -> WorkspaceEditPlan:
    now = {path: read(path, documents.get(path)) for path in proposal.touched}
    return lay(proposal, now, dialect)


def lay(proposal: Proposal, now: Mapping[str, FileState], dialect: Dialect) -> WorkspaceEditPlan:
    """The edit for a client of this dialect; `now` has each file that the proposal touches."""
    planner = _EditPlanner(dialect)
    for file in proposal.files.values():
        planner.add(file, now[file.source or file.path], now[file.path])
    return planner.plan


@dataclass(slots=True)
class _EditPlanner:
    """An edit in the making."""

    dialect: Dialect
    operations: list[Operation] = field(default_factory=list)
    annotations: dict[str, types.ChangeAnnotation] = field(default_factory=dict)
    steps: list[FileStep] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    fitting: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def plan(self) -> WorkspaceEditPlan:
        edit = self._edit(self.operations, self.annotations) if self.operations else None
        return WorkspaceEditPlan(edit, tuple(self.steps), tuple(self.refused), self.fitting)

    def _edit(
        self, operations: Sequence[Operation], annotations: dict[str, types.ChangeAnnotation]
    ) -> types.WorkspaceEdit:
        if self.dialect.versioned:
            return types.WorkspaceEdit(document_changes=operations, change_annotations=annotations or None)
        # `changes` holds no file operations: those of such a client were refused as obstacles.
        documents = [one for one in operations if isinstance(one, types.TextDocumentEdit)]
        return types.WorkspaceEdit({one.text_document.uri: list(_plain(one.edits)) for one in documents})

    def add(self, file: ProposedFile, here: FileState, there: FileState) -> None:
        """Add a file that is `here`, and after a renaming `there`."""
        obstacle = here.obstacle or there.obstacle or self._obstacle(file, here, there)
        if obstacle:
            message = f"{file.source or file.path} was not {DONE[file.kind]}: {obstacle}"
            self.refused.append(Refusal(file.path, message, file.diff))
            return
        first, after = len(self.operations), file.after
        match file.kind:
            case "create":
                self._create(file, here)
            case "delete":
                self.operations.append(types.DeleteFile(here.uri, annotation_id=self._annotate(file)))
            case "rename":
                after = self._change(file, here)
                self.operations.append(
                    # After the edits: their version is that of the document under its old name.
                    types.RenameFile(here.uri, there.uri, annotation_id=self._annotate(file))
                )
            case "change":
                after = self._change(file, here)
                if len(self.operations) == first:
                    return
        self._note(file, here, first, after)

    def _note(self, file: ProposedFile, here: FileState, first: int, after: str | None) -> None:
        notes = {name: note for name, note in self.annotations.items() if name == file.path}
        edit = self._edit(self.operations[first:], notes)
        before = here.text.content if here.text is not None else None
        self.steps.append(FileStep(file, edit, before, after, here.version is not None))

    def _obstacle(self, file: ProposedFile, here: FileState, there: FileState) -> str:
        """Why the file can't be created, deleted or renamed, or changed at all."""
        operation = file.kind
        if operation != "change" and not (self.dialect.versioned and operation in self.dialect.operations):
            return f"this editor lets no language server {operation} files (do it by hand, after the diff)"
        if operation == "create":
            # Not left to the client: Neovim would empty it (findings/neovim-creating-empties-what-is-there.sh).
            return "it exists by now" if here.text is not None else ""
        if here.text is None:
            return "it is gone"
        if operation != "change" and not here.saved:
            return "it was never saved"
        # Compared as the model saw it: what was redacted is not in the proposal.
        if operation == "delete" and shown(here.text.content) != file.shown_before:
            return "it has changed since"
        return f"{file.path} exists by now" if operation == "rename" and there.text is not None else ""

    def _create(self, file: ProposedFile, here: FileState) -> None:
        # In some editors an empty text is an empty line with an end, which would stay behind the new text: so the
        # range is that line. The others cut it off at the end of the text.
        note, line = self._annotate(file), types.Range(types.Position(0, 0), types.Position(1, 0))
        self.operations.append(types.CreateFile(here.uri, annotation_id=note))
        self._edit_text(here, [types.TextEdit(line, file.after or "")], note)

    def _change(self, file: ProposedFile, here: FileState) -> str:
        """Add what fits of the hunks; gives the text with them."""
        assert here.text is not None, "what is gone is refused"  # noqa: S101 - an invariant
        resolved = file.resolve(here.text)
        resolution = resolved.resolution
        self.fitting[file.path] = resolved.fitting
        for refused in resolution.refused:
            self.refused.append(Refusal(file.path, refused.problem(file.path).message, refused.diff))
        if resolution.edits:
            edits = _text_edits(here, resolution.edits, self.dialect.encoding)
            self._edit_text(here, edits, self._annotate(file))
        return resolution.text.content

    def _edit_text(self, here: FileState, edits: Sequence[types.TextEdit], note: str | None) -> None:
        document = types.OptionalVersionedTextDocumentIdentifier(here.uri, here.version)
        annotated = [types.AnnotatedTextEdit(note, edit.range, edit.new_text) for edit in edits if note]
        self.operations.append(types.TextDocumentEdit(document, annotated or list(edits)))

    def _annotate(self, file: ProposedFile) -> str | None:
        if not self.dialect.annotated:
            return None
        broken = file.new_error_lines
        warning = f" (new syntax error near line {broken[0]})" if broken else ""
        path = f"{file.source} to {file.path}" if file.source else file.path
        if file.runs_here:
            warning += f" ({RUNS_HERE})"
        label, about = f"{file.kind.capitalize()} {path}{warning}", self.dialect.title or None
        # Whoever calls, nothing that runs on this machine is changed without a question.
        confirm = self.dialect.confirm or file.runs_here
        self.annotations[file.path] = types.ChangeAnnotation(label, confirm, about)
        return file.path


def _plain(
    edits: Iterable[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit],
) -> Iterable[types.TextEdit]:
    return (
        types.TextEdit(one.range, one.new_text) for one in edits if not isinstance(one, types.SnippetTextEdit)
    )


def _text_edits(here: FileState, edits: Iterable[Edit], encoding: PositionEncoding) -> list[types.TextEdit]:
    """Edits of the text without its mark as edits of the document, in the client's units."""
    assert here.text is not None, "there is a text to edit"  # noqa: S101 - an invariant
    # The client counts the mark as a character of its document; the text here has none.
    mark = BYTE_ORDER_MARK if here.marked else ""
    content = mark + here.text.content
    lines = split_lines(content)
    starts = list(accumulate(map(len, lines), initial=0))
    # Behind a last line without an end there is no further line to stand on.
    if lines and without_end(lines[-1]) == lines[-1]:
        starts.pop()

    def position(offset: int) -> types.Position:
        line = bisect_right(starts, offset) - 1
        found = position_of(lines, line, offset - starts[line], encoding)
        return types.Position(found.line, found.character)

    moved = [replace(edit, start=edit.start + len(mark), end=edit.end + len(mark)) for edit in edits]
    moved[-1:] = [
        _before_last_end(last, content, max([0, *(e.end for e in moved[:-1])])) for last in moved[-1:]
    ]
    return [types.TextEdit(types.Range(position(e.start), position(e.end)), e.after) for e in moved]


def _before_last_end(edit: Edit, content: str, free_from: int) -> Edit:
    """Lines appended to a text that ends its last one go before that end: behind it, some editors add an empty line."""
    end = "\r\n" if content.endswith("\r\n") else content[-1:]
    at = len(content) - len(end)
    is_appended = end in ("\r\n", "\n", "\r") and edit.start == len(content) and edit.after.endswith(end)
    return Edit(at, at, "", end + edit.after.removesuffix(end)) if is_appended and at >= free_from else edit


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it is now: `text` None if there is none; `obstacle` is why it can't be edited, whatever it holds.

    `version` is None for a file that is not open; `marked`: the open document begins with a byte order mark;
    `saved`: there is a file on disk.
    """

    uri: str
    text: Text | None
    version: int | None = None
    marked: bool = False
    saved: bool = True
    obstacle: str = ""


def open_documents(server: ForewordServer, opened: OpenFolder) -> dict[str, Document]:
    """The open documents of a folder by their path in it."""
    found: dict[str, Document] = {}
    for document in server.snapshot.documents.values():
        path = path_from_uri(document.uri)
        inside = workspace_path(opened.root, path) if path is not None else None
        if inside is not None:
            # Two URIs may lead to one file, through a symlink.
            found.setdefault(inside, document)
    return found


def now_of(root: Path, base: Path, path: str, document: Document | None) -> FileState:
    """A file of the workspace as it is now; `base` is the workspace as the client calls it."""
    on_disk, obstacle = _on_disk(root, path)
    if document is not None:
        content = document.text
        marked = content.startswith(BYTE_ORDER_MARK)
        # The encoding stays that of the file: a letter that it lacks is refused in the open document too.
        text = replace(on_disk or Text(""), content=content.removeprefix(BYTE_ORDER_MARK))
        return FileState(document.uri, text, document.version, marked, on_disk is not None)
    return FileState(uri_from_path(base / path), on_disk, obstacle=obstacle)


def _on_disk(root: Path, path: str) -> tuple[Text | None, str]:
    """A file that is not open: an editor may read bytes that are no UTF-8 in another way than we do."""
    try:
        data = read_file(root, path)
    except WorkspaceError as error:
        return None, str(error)
    if data is None:
        exists = (root / path).exists() or (root / path).is_symlink()
        return None, "it can't be read" if exists else ""
    if len(data) > MAX_FILE_BYTES:
        return None, "it has become too large"
    text = decode(data)
    # Bytes in ASCII say the same in every encoding that an editor may take them for.
    is_plain = data.isascii() and b"\0" not in data
    is_sure = not text.n_invalid and (text.bom or text.encoding == "utf-8" or is_plain)
    return (
        text,
        "" if is_sure else "it is not in UTF-8 (open it in the editor, so that it is clear what it says)",
    )
