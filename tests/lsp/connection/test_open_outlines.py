from __future__ import annotations

from types import MappingProxyType

import pytest

from foreword.core.documents.document import (
    DocumentClosed,
    DocumentEdited,
    DocumentOpened,
    Snapshot,
    TextChange,
    apply,
    make_document,
)
from foreword.lsp.connection import open_outlines as module
from foreword.lsp.connection.open_outlines import Outlines

NAMES = ("a.py", "b.py", "c.py")


def uri(name: str) -> str:
    return f"file:///{name}"


def opened() -> Snapshot:
    documents = [make_document(uri(name), "python", 1, f"def f{name[0]}(): pass\n") for name in NAMES]
    return apply(Snapshot(documents=MappingProxyType({})), map(DocumentOpened, documents))


async def names(outlines: Outlines, snapshot: Snapshot, name: str) -> list[str]:
    known = await outlines.outlined(uri(name), snapshot.documents[uri(name)], lambda: snapshot)
    return [definition.name for definition in known.definitions]


async def test_a_document_has_the_outline_of_its_text_at_every_time() -> None:
    outlines, snapshot = Outlines(), opened()
    for n in range(3):
        change = DocumentEdited(uri("a.py"), n + 2, (TextChange(f"def g{n}(): pass\n" * (n + 1)),), "utf-16")
        snapshot = apply(snapshot, [change])
        assert [f"g{n}"] * (n + 1) == await names(outlines, snapshot, "a.py")
    assert ["fb"] == await names(outlines, snapshot, "b.py")
    outlines.close()


async def test_nothing_is_kept_of_a_document_that_was_closed() -> None:
    outlines, before = Outlines(), opened()
    await names(outlines, before, "a.py")
    outlines.forget(uri("a.py"))
    after = apply(before, [DocumentClosed(uri("a.py"))])
    assert () == outlines.definitions(uri("a.py"), before.documents[uri("a.py")])
    await outlines.outlined(uri("a.py"), before.documents[uri("a.py")], lambda: after)
    assert () == outlines.definitions(uri("a.py"), before.documents[uri("a.py")])
    assert () == outlines.kept
    outlines.close()


async def test_trees_are_kept_of_the_documents_edited_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT_BYTES", 40)

    outlines, snapshot = Outlines(), opened()
    for name in NAMES:
        await names(outlines, snapshot, name)
    assert [uri("b.py"), uri("c.py")] == list(outlines.kept)
    large = DocumentEdited(uri("b.py"), 2, (TextChange("def large(): pass\n" * 9),), "utf-8")
    assert ["large"] * 9 == await names(outlines, apply(snapshot, [large]), "b.py")
    assert [uri("b.py")] == list(outlines.kept)
    outlines.close()
