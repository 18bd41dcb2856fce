"""A proposal as a `WorkspaceEdit`, and what a client that really applies it is left with."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol.converters import get_converter

from applied_edits import Buffers, RefusedEdit
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.documents.document import make_document
from foreword.core.documents.position import PositionEncoding
from foreword.core.documents.text import Text, printable
from foreword.core.edits.hunk_placement import resolve
from foreword.lsp.output.workspace_edit import Dialect, FileState, WorkspaceEditPlan, lay, now_of

Json = dict[str, Any]
ALL = frozenset({"create", "rename", "delete"})
URI = "file:///w/a.py"
ENCODINGS: tuple[PositionEncoding, ...] = ("utf-8", "utf-16", "utf-32")
PLAIN = Dialect("utf-8")
VERSIONED = Dialect("utf-16", versioned=True, operations=ALL)
ANNOTATED = Dialect("utf-16", versioned=True, operations=ALL, annotated=True, title="Fix it")

LINES = st.lists(
    st.sampled_from(["a", "b", "é = 1", "\tx", "", "😀 + e\u0301", "return ", "\f", "\u2028z"]), max_size=9
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def proposal(*files: ProposedFile) -> Proposal:
    return Proposal(MappingProxyType({file.path: file for file in files}))


def changed(before: str, after: str, path: str = "a.py") -> Proposal:
    return proposal(ProposedFile(path, Text(before), after))


def on_wire(plan: WorkspaceEditPlan) -> Json:
    shown: Json = get_converter().unstructure(plan.edit)
    return shown


def opened(content: str, version: int = 7) -> FileState:
    return now_of(Path("/nowhere"), Path("/w"), "a.py", make_document(URI, "python", version, content))


def applied(plan: WorkspaceEditPlan, content: str, dialect: Dialect) -> str:
    """The text of the open document after the edit."""
    buffers = Buffers(dialect.encoding, {URI: (7, content)})
    if plan.edit is not None:
        buffers.apply(on_wire(plan))
    return buffers.texts[URI][1]


@st.composite
def contents(draw: st.DrawFn) -> str:
    lines, end = draw(LINES), draw(ENDS)
    return draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + draw(st.sampled_from(["", end]))


@given(contents(), LINES, st.booleans(), st.sampled_from(ENCODINGS), st.booleans())
@settings(deadline=None, max_examples=150)
def test_an_unchanged_document_gets_exactly_the_proposed_text(
    content: str, lines: list[str], is_ended: bool, encoding: PositionEncoding, is_versioned: bool
) -> None:
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    before, after = content.removeprefix("\ufeff"), "\n".join(lines) + "\n" * is_ended
    dialect = Dialect(encoding, versioned=is_versioned)
    plan = lay(changed(before, after), {"a.py": opened(content)}, dialect)
    text = applied(plan, content, dialect)
    if plan.refused:
        assert content == text
    else:
        assert mark + after == mark + printable(text.removeprefix(mark))
        assert text.startswith(mark)
        assert {end for end in ("\r\n", "\r") if end in content} >= set(re.findall("\r\n?", text))


@given(contents(), st.data(), st.sampled_from(ENCODINGS))
@settings(deadline=None, max_examples=200)
def test_a_moved_document_gets_the_hunks_that_fit_and_nothing_else(
    content: str, data: st.DataObject, encoding: PositionEncoding
) -> None:
    def moved(text: str) -> str:
        """Some lines come, some go, some change."""
        lines = text.split("\n")
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(lines)))
            lines[at : at + data.draw(st.integers(0, 1))] = data.draw(LINES)[:2]
        return "\n".join(lines)

    before = content.removeprefix("\ufeff")
    file = ProposedFile("a.py", Text(before), moved(printable(before)))
    end = "\r\n" if "\r\n" in content else "\n"
    now = moved(printable(before)).replace("\n", end)
    plan = lay(proposal(file), {"a.py": opened(now)}, Dialect(encoding))
    resolution = resolve(file.hunks, Text(now))
    assert resolution.text.content == applied(plan, now, Dialect(encoding))
    assert len(resolution.refused) == len(plan.refused)
    assert bool(plan.paths) == (len(plan.refused) < len(file.hunks))


@given(LINES, LINES, LINES, st.sampled_from(ENCODINGS))
@settings(deadline=None, max_examples=100)
def test_new_lines_above_and_below_move_the_whole_proposal_or_refuse_it(
    old: list[str], above: list[str], new: list[str], encoding: PositionEncoding
) -> None:
    before, after = "\n".join(["top", *old, "end", ""]), "\n".join(["top", *new, "end", ""])
    head = "".join(f"# {number} {line}\n" for number, line in enumerate(above))
    plan = lay(changed(before, after), {"a.py": opened(head + before + head)}, Dialect(encoding))
    text = applied(plan, head + before + head, Dialect(encoding))
    assert plan.refused or head + after + head == text
    assert (
        len(plan.refused) < len(ProposedFile("a.py", Text(before), after).hunks)
        or text == head + before + head
    )


def test_edits_are_minimal_and_in_the_units_of_the_client() -> None:
    before, after = "a\n😀 = 1\nb\n", "a\n😀 = 2\nb\n"
    columns = {}
    for encoding in ENCODINGS:
        plan = lay(changed(before, after), {"a.py": opened(before)}, Dialect(encoding, versioned=True))
        (change,) = on_wire(plan)["documentChanges"]
        (edit,) = change["edits"]
        assert ("2", 1) == (edit["newText"], edit["range"]["end"]["line"])
        columns[encoding] = edit["range"]["start"]["character"]
    assert {"utf-8": 7, "utf-16": 5, "utf-32": 4} == columns


def test_lines_appended_to_the_end_stand_before_its_newline() -> None:
    plan = lay(changed("a\r\n", "a\nb\nc\n"), {"a.py": opened("a\r\n")}, PLAIN)
    place = {"line": 0, "character": 1}
    assert {
        "changes": {URI: [{"range": {"start": place, "end": place}, "newText": "\r\nb\r\nc"}]}
    } == on_wire(plan)


@pytest.mark.parametrize(("now", "version"), [(opened("a\n", 3), 3), (FileState(URI, Text("a\n")), None)])
def test_versions_are_those_of_open_documents(now: FileState, version: int | None) -> None:
    plan = lay(changed("a\n", "b\n"), {"a.py": now}, VERSIONED)
    assert {"uri": URI, "version": version} == on_wire(plan)["documentChanges"][0]["textDocument"]


def test_annotations_name_the_change_and_its_new_syntax_error() -> None:
    files = (
        ProposedFile("a.py", Text("x = 1\n"), "x = = 1\n"),
        ProposedFile("b.py", None, "y = 1\n"),
        ProposedFile("c.py", Text("z\n"), None),
    )
    now = {
        "a.py": opened("x = 1\n"),
        "b.py": FileState("file:///w/b.py", None),
        "c.py": FileState("file:///w/c.py", Text("z\n")),
    }
    plan = lay(proposal(*files), now, ANNOTATED)
    notes = on_wire(plan)["changeAnnotations"]
    assert [
        "Change a.py (new syntax error near line 1)",
        "Create b.py",
        "Delete c.py",
    ] == [note["label"] for note in notes.values()]
    assert {(True, "Fix it")} == {(note["needsConfirmation"], note["description"]) for note in notes.values()}
    assert ["a.py", "b.py", "c.py"] == list(plan.paths)


def test_a_renamed_file_is_changed_first_and_moved_then(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_bytes(b"a\r\nb\r\n")
    file = ProposedFile("new/b.py", Text("a\r\nb\r\n"), "a\nc\n", source="old.py")
    files = proposal(file)
    uris = {path: (tmp_path / path).as_uri() for path in files.touched}
    document = make_document(uris["old.py"], "python", 4, "# open\r\na\r\nb\r\n")
    now = {
        "old.py": now_of(tmp_path, tmp_path, "old.py", document),
        "new/b.py": now_of(tmp_path, tmp_path, "new/b.py", None),
    }
    plan = lay(files, now, ANNOTATED)
    buffers = Buffers("utf-16", {uris["old.py"]: (4, document.text)})
    buffers.apply(on_wire(plan))
    assert {uris["new/b.py"]: (5, "# open\r\na\r\nc\r\n")} == buffers.texts
    assert ["Rename old.py to new/b.py"] == [
        one["label"] for one in on_wire(plan)["changeAnnotations"].values()
    ]
    now["new/b.py"] = now_of(tmp_path, tmp_path, "new/b.py", None)
    (refusal,) = lay(files, now, ANNOTATED).refused
    assert "old.py was not renamed: new/b.py exists by now" == refusal.message


def test_a_buffer_that_was_never_saved_is_not_deleted() -> None:
    plan = lay(proposal(ProposedFile("a.py", Text("x\n"), None)), {"a.py": opened("x\n")}, VERSIONED)
    assert ["a.py was not deleted: it was never saved"] == [one.message for one in plan.refused]


def test_files_are_created_and_deleted_where_the_client_can(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("x\n")
    files = proposal(ProposedFile("new/a.py", None, "é\n"), ProposedFile("old.py", Text("x\n"), None))
    now = {path: now_of(tmp_path, tmp_path, path, None) for path in files.touched}
    plan = lay(files, now, VERSIONED)
    Buffers("utf-16").apply(on_wire(plan))
    assert ("é\n", False) == (
        (tmp_path / "new/a.py").read_text(encoding="utf-8"),
        (tmp_path / "old.py").exists(),
    )
    refused = lay(files, now, PLAIN)
    assert (None, ("new/a.py", "old.py")) == (refused.edit, tuple(one.path for one in refused.refused))
    assert refused.refused[0].message == (
        "new/a.py was not created: this editor lets no language server create files (do it by hand, after the diff)"
    )
    assert "+é" in refused.refused[0].diff


OTHER_FILE = ProposedFile("b.py", Text("b\n"), "c\n")


@pytest.mark.parametrize(
    ("file", "now", "reason"),
    [
        (ProposedFile("a.py", Text("a\n"), "b\n"), FileState(URI, None), "a.py was not changed: it is gone"),
        (
            ProposedFile("a.py", None, "b\n"),
            FileState(URI, Text("")),
            "a.py was not created: it exists by now",
        ),
        (
            ProposedFile("a.py", Text("a\n"), None),
            FileState(URI, Text("b\n")),
            "a.py was not deleted: it has changed since",
        ),
        (ProposedFile("a.py", Text("a\n"), None), FileState(URI, None), "a.py was not deleted: it is gone"),
        (
            ProposedFile("a.py", Text("a\n"), "b\n"),
            FileState(URI, Text("x\n")),
            "a.py: the change of line 1 (a) was not applied: the file has changed there",
        ),
        (
            ProposedFile("a.py", Text("a\n"), "b\n"),
            FileState(URI, Text("a\na\n")),
            "a.py: the change of line 1 (a) was not applied: the same lines stand in 2 places now (at 1, 2)",
        ),
    ],
)
def test_what_is_stale_is_refused_and_the_other_file_survives(
    file: ProposedFile, now: FileState, reason: str
) -> None:
    plan = lay(
        proposal(file, OTHER_FILE), {"a.py": now, "b.py": FileState("file:///w/b.py", Text("b\n"))}, VERSIONED
    )
    assert ([reason], ("b.py",)) == ([one.message for one in plan.refused], plan.paths)
    assert [("a.py", reason)] == [(problem.path, problem.message) for problem in plan.problems]
    assert ["file:///w/b.py"] == [one["textDocument"]["uri"] for one in on_wire(plan)["documentChanges"]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("naïve\n".encode("latin-1"), "it is not in UTF-8"),
        (b"\xff\xfe\n", "it is not in UTF-8"),
        ("x = 1\n".encode("utf-16-le") * 8, "it is not in UTF-8"),
        (b"\xef\xbb\xbfx = 1\r\n", ""),
        ("\ufeffx\n".encode("utf-16-le"), ""),
        (b"x" * 3_000_000, "it has become too large"),
    ],
)
def test_a_closed_file_is_edited_only_if_every_editor_reads_it_alike(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert now_of(tmp_path, tmp_path, "a.py", None).obstacle.startswith(reason)
    assert bool(reason) == bool(now_of(tmp_path, tmp_path, "a.py", None).obstacle)


def test_a_link_out_of_the_workspace_is_not_edited(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out.py").write_text("x\n")
    (root / "a.py").symlink_to(tmp_path / "out.py")
    assert "symlink" in now_of(root, root, "a.py", None).obstacle


def test_the_client_that_applies_edits_refuses_what_the_protocol_forbids() -> None:
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}
    edit = {"range": place, "newText": "b"}
    stale = {"textDocument": {"uri": URI, "version": 3}, "edits": [edit]}
    for wrong in (
        {"documentChanges": [stale]},
        {"changes": {URI: [edit, edit]}},
        {"changes": {URI: [{**edit, "range": {**place, "end": {"line": 4, "character": 0}}}]}},
        {"documentChanges": [{**stale, "edits": [{**edit, "annotationId": "x"}]}]},
    ):
        buffers = Buffers("utf-8", {URI: (7, "a")})
        with pytest.raises(RefusedEdit):
            buffers.apply(wrong)
        assert {URI: (7, "a")} == buffers.texts
