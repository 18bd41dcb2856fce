from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.document import (
    DocumentClosed,
    DocumentEdited,
    DocumentOpened,
    DocumentSaved,
    FilesTouched,
    Snapshot,
    TextChange,
    apply,
    make_document,
)
from foreword.core.documents.position import Position, PositionEncoding, Range, column, split_lines, units

ENCODINGS: tuple[PositionEncoding, ...] = ("utf-8", "utf-16", "utf-32")
PIECES = st.sampled_from(
    [
        "a",
        "bc",
        "\n",
        "\r\n",
        "\r",
        "é",
        "e\u0301",
        "😀",
        "\f",
        "\u2028",
        "\x85",
        "\t",
        "漢",
        "\ufeff",
        "",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def counted(text: str, encoding: PositionEncoding) -> int:
    """Code units the way an encoder counts them."""
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return len(text.encode(f"{encoding}-le" if size > 1 else encoding)) // size


def position_at(text: str, offset: int, encoding: PositionEncoding) -> Position:
    """The position of an offset in characters, computed in the plainest way."""
    line, start, at = 0, 0, 0
    while at < offset:
        step = 2 if text[at : at + 2] == "\r\n" else 1
        if text[at] in "\r\n" and at + step <= offset:
            line, start = line + 1, at + step
        at += step
    return Position(line, counted(text[start:offset], encoding))


def is_between_cr_and_lf(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_random_edits_leave_the_text_that_the_editor_has(
    encoding: PositionEncoding, data: st.DataObject
) -> None:
    text = data.draw(TEXTS)
    document = make_document("untitled:1", "plain", 0, text)
    for version in range(1, data.draw(st.integers(1, 6)) + 1):
        places = [n for n in range(len(text) + 1) if not n or not is_between_cr_and_lf(text, n)]
        start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
        new = data.draw(TEXTS)
        where = Range(position_at(text, start, encoding), position_at(text, end, encoding))
        document = document.edited([TextChange(new, where)], version, encoding)
        text = text[:start] + new + text[end:]
        assert text == document.text
        assert split_lines(text) == document.lines


@given(text=TEXTS)
@settings(deadline=None, max_examples=60)
def test_lines_joined_are_the_text_again(text: str) -> None:
    assert text == "".join(split_lines(text))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a\n", ("a\n",)),
        ("a\r\rb\n\r\nc", ("a\r", "\r", "b\n", "\r\n", "c")),
        ("a\fb\u2028c\x85d\n", ("a\fb\u2028c\x85d\n",)),
    ],
)
def test_only_newlines_and_carriage_returns_end_a_line(text: str, lines: tuple[str, ...]) -> None:
    assert lines == split_lines(text)


@pytest.mark.parametrize(
    ("encoding", "n_units"),
    [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)],
)
def test_columns_count_in_the_units_of_the_encoding(encoding: PositionEncoding, n_units: int) -> None:
    line = "é😀a\n"
    assert n_units == units(line, 3, encoding)
    assert 3 == column(line, n_units, encoding)
    assert 3 == column(line, 99, encoding)
    assert 0 == column(line, -1, encoding)


@pytest.mark.parametrize(("encoding", "within"), [("utf-8", 3), ("utf-16", 2)])
def test_a_place_within_a_character_is_the_one_before_it(encoding: PositionEncoding, within: int) -> None:
    assert 1 == column("é😀a", within, encoding)


@pytest.mark.parametrize(
    ("text", "change", "after"),
    [
        ("a\nb", Range(Position(9, 0), Position(9, 0)), "a\nbX"),
        ("a\n", Range(Position(1, 0), Position(1, 0)), "a\nX"),
        ("a\n", Range(Position(1, 5), Position(7, 0)), "a\nX"),
        ("", Range(Position(0, 0), Position(0, 0)), "X"),
        ("ab\n", Range(Position(0, 2), Position(0, 1)), "aX\n"),
        ("ab\r\ncd", Range(Position(0, 99), Position(1, 0)), "abXcd"),
    ],
)
def test_places_past_the_end_and_reversed_ranges_are_made_good(text: str, change: Range, after: str) -> None:
    document = make_document("untitled:1", "plain", 1, text)
    assert after == document.edited([TextChange("X", change)], 2, "utf-16").text


def test_each_change_counts_from_the_outcome_of_the_one_before() -> None:
    start = Range(Position(0, 0), Position(0, 0))
    changes = [TextChange("whole\n"), TextChange("b", start), TextChange("a", start)]
    document = make_document("untitled:1", "plain", 1, "old").edited(changes, 7, "utf-16")
    assert "abwhole\n" == document.text
    assert 7 == document.version


URI = "file:///w/a%20b.py"


def opened(uri: str = URI, text: str = "one\n") -> DocumentOpened:
    return DocumentOpened(make_document(uri, "python", 1, text))


def text_of(snapshot: Snapshot, uri: str = URI) -> str | None:
    document = snapshot.document(uri)
    return document.text if document else None


def test_every_apply_is_a_revision() -> None:
    snapshot = apply(apply(Snapshot(), [opened()]), [])
    assert 2 == snapshot.revision
    assert 0 == snapshot.disk_revision


def test_an_earlier_snapshot_never_changes() -> None:
    before = apply(Snapshot(), [opened()])
    after = apply(before, [DocumentEdited(URI, 2, (TextChange("two"),), "utf-16")])
    assert ("one\n", "two") == (text_of(before), text_of(after))


def test_a_document_has_one_identity_however_its_uri_is_written() -> None:
    snapshot = apply(Snapshot(), [opened()])
    assert "one\n" == text_of(snapshot, "file:///w/a b.py")


def test_case_counts_unless_the_file_system_ignores_it() -> None:
    assert text_of(apply(Snapshot(), [opened("file:///w/A.py")]), "file:///w/a.py") is None
    assert "one\n" == text_of(
        apply(Snapshot(ignores_case=True), [opened("file:///w/A.py")]), "file:///w/a.py"
    )


def test_changes_to_documents_that_are_not_open_do_nothing() -> None:
    snapshot = apply(
        Snapshot(),
        [DocumentEdited(URI, 2, (TextChange("x"),), "utf-8"), DocumentSaved(URI, "x"), DocumentClosed(URI)],
    )
    assert {} == dict(snapshot.documents)


def test_saving_and_touched_files_change_the_disk() -> None:
    snapshot = apply(apply(Snapshot(), [opened()]), [DocumentSaved(URI, "as formatted\n")])
    assert 2 == snapshot.disk_revision
    assert "as formatted\n" == text_of(snapshot)
    assert 3 == apply(snapshot, [FilesTouched((URI,))]).disk_revision


def test_the_disk_speaks_again_when_a_document_is_closed() -> None:
    assert text_of(apply(apply(Snapshot(), [opened()]), [DocumentClosed(URI)])) is None
