from __future__ import annotations

from foreword.core.documents.change import Closed, DocumentSaved, Edited, Opened, Touched
from foreword.core.documents.document import TextChange, make_document
from foreword.core.documents.snapshot import Snapshot, apply

URI = "file:///w/a%20b.py"


def opened(uri: str = URI, text: str = "one\n") -> Opened:
    return Opened(make_document(uri, "python", 1, text))


def text_of(snapshot: Snapshot, uri: str = URI) -> str | None:
    document = snapshot.document(uri)
    return document.text if document else None


def test_every_apply_is_a_revision() -> None:
    snapshot = apply(apply(Snapshot(), [opened()]), [])
    assert 2 == snapshot.revision
    assert 0 == snapshot.disk_revision


def test_an_earlier_snapshot_never_changes() -> None:
    before = apply(Snapshot(), [opened()])
    after = apply(before, [Edited(URI, 2, (TextChange("two"),), "utf-16")])
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
        Snapshot(), [Edited(URI, 2, (TextChange("x"),), "utf-8"), DocumentSaved(URI, "x"), Closed(URI)]
    )
    assert {} == dict(snapshot.documents)


def test_saving_and_touched_files_change_the_disk() -> None:
    snapshot = apply(apply(Snapshot(), [opened()]), [DocumentSaved(URI, "as formatted\n")])
    assert 2 == snapshot.disk_revision
    assert "as formatted\n" == text_of(snapshot)
    assert 3 == apply(snapshot, [Touched((URI,))]).disk_revision


def test_the_disk_speaks_again_when_a_document_is_closed() -> None:
    assert text_of(apply(apply(Snapshot(), [opened()]), [Closed(URI)])) is None
