"""What an editor has not saved: what a lookup sees of it, what is sent, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from foreword.assist.answering.ask import prepare_now
from foreword.assist.question.names import find_definitions
from foreword.assist.question.request import library_of
from foreword.assist.question.tools import carry_out
from foreword.assist.session.snapshot.overlay import OpenTexts, Overlay, overlay_of, with_unsaved
from foreword.core.exclusion import MAX_FILE_BYTES
from foreword.core.tree import LeftOut
from foreword.model.tool_call import SearchCall, SymbolsCall, ViewCall
from foreword.prefix.turn import MAX_COMPARED
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

UNSAVED = {
    "shop/price.py": "# Prices\n\n\ndef discounted_price(item):\n    return item.price // 2\n",
    "shop/refund.py": "def refund_order(order):\n    return order.paid\n",
}


def test_definitions_are_those_of_the_editor(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        shown = with_unsaved(saved, UNSAVED)
        assert [("shop/price.py", 4)] == [
            (path, one.line) for path, one in find_definitions(shown.index, "discounted_price")
        ]
        assert [] == find_definitions(shown.index, "price_of")
        assert ["shop/cart.py"] == [path for path, _ in find_definitions(shown.index, "Cart.add")]


def test_the_saved_state_stays_as_it_was(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        revision = saved.revision
        with_unsaved(saved, UNSAVED)
        assert [] == find_definitions(saved.index, "discounted_price")
        assert (revision, None) == (saved.revision, saved.read_content("shop/refund.py"))


def test_without_unsaved_texts_nothing_is_made(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.saved(repo.path) as saved:
        assert saved is with_unsaved(saved, {})


@pytest.mark.parametrize("text", ["", "caf\udce9 = 1\n", "def refund_order(:\n", "\0" * 9])
def test_any_text_of_an_editor_can_be_looked_through(
    text: str, fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with fixture.saved(repo.path) as saved:
        shown = with_unsaved(saved, {"shop/refund.py": text})
        assert ["shop/price.py"] == [path for path, _ in find_definitions(shown.index, "price_of")]


@pytest.mark.parametrize(
    ("unsaved", "name", "expected"),
    [
        (UNSAVED, "refund_order", "shop/refund.py:1-2 function def refund_order(order)\n"),
        (UNSAVED, "price_of", "No definition of price_of is known; search for it."),
        ({}, "price_of", "shop/price.py:1-2 function def price_of(item)\n"),
    ],
)
def test_the_tools_of_the_model_agree_about_unsaved_text(
    unsaved: Mapping[str, str], name: str, expected: str, fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with fixture.saved(repo.path) as saved:
        library = library_of(saved, unsaved)
        assert expected == carry_out(SymbolsCall(name), library)
        found = carry_out(SearchCall("discounted price", 1), library)
        viewed = carry_out(ViewCall("shop/price.py", 4, 5), library) if unsaved else "1\tdef price_of"
        assert isinstance(found, str)
        assert isinstance(viewed, str)
        assert viewed in found


def test_an_editor_is_asked_once_for_a_file_that_is_looked_at_and_never_for_one_that_is_left_out(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    asked = list[str]()

    def read(path: str) -> str | None:
        asked.append(path)
        return {**UNSAVED, "shop/cart.py": (repo.path / "shop/cart.py").read_text(encoding="utf-8")}.get(path)

    repo.write(".env", "TOKEN=1\n")
    with fixture.saved(repo.path) as saved:
        texts = OpenTexts(saved, None, {"shop/new.py": "x = 1\n"}, read)
        library = library_of(saved, texts)
        assert UNSAVED["shop/price.py"] == library.read("shop/price.py") == library.read("shop/price.py")
        assert "class Cart" in (library.read("shop/cart.py") or "")
        assert library.read(".env") is None
        assert library.read("../outside.py") is None
        assert "x = 1\n" == library.read("shop/new.py")
        assert {"shop/new.py", "shop/price.py"} == set(texts)
    assert ["shop/price.py", "shop/cart.py"] == asked


BODY = "A" * 64 + "\n"
KEY = "-----BEGIN RSA PRIVATE" + " KEY-----\n" + BODY * 9 + "-----END RSA PRIVATE" + " KEY-----\n"


def seen(fixture: WorkspaceFixture, repo: GitRepo, *documents: tuple[str, str]) -> Overlay:
    with fixture.session(repo.path) as session, fixture.saved(repo.path) as saved:
        return overlay_of(saved, session.repository, documents)


def test_a_document_that_differs_from_its_file_is_unsaved_and_one_that_does_not_is_not(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    same = (repo.path / "shop/cart.py").read_text()
    documents = [("shop/price.py", "x = 1\n"), ("shop/cart.py", "\ufeff" + same), ("shop/new.py", "y = 1\n")]
    assert Overlay({"shop/new.py": "y = 1\n", "shop/price.py": "x = 1\n"}) == seen(fixture, repo, *documents)


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (".env", "PASSWORD=hunter3\n", "secret"),
        ("new/.env", "PASSWORD=hunter3\n", "secret"),
        ("debug.log", "noise\n", "ignored by git"),
        ("other.log", "noise\n", "ignored by git"),
        ("notes.txt", "private\n", "ignored by .forewordignore"),
        ("shop/price.py", KEY, "secret"),
        ("shop/price.py", "x = 1\n" * (MAX_FILE_BYTES // 6 + 1), "too large"),
        ("shop/link.py", "x = 1\n", "symlink"),
    ],
)
def test_unsaved_text_that_is_left_out_is_named_with_its_reason(
    fixture: WorkspaceFixture, repo: GitRepo, path: str, text: str, reason: str
) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write(".forewordignore", "notes.txt\n")
    repo.write("debug.log", "old noise\n")
    repo.write(".env", "PASSWORD=hunter2\n")
    (repo.path / "shop/link.py").symlink_to("price.py")
    assert Overlay({}, (LeftOut(path, reason),)) == seen(fixture, repo, (path, text))


def test_a_document_that_is_named_by_a_link_to_its_folder_hides_no_other(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path
) -> None:
    (repo.path / "linked").symlink_to("shop")
    (repo.path / "elsewhere").symlink_to(tmp_path)
    named = ("elsewhere/new.py", "linked/new.py", "shop/fresh.py")
    assert Overlay({"shop/fresh.py": "x = 1\n"}, (LeftOut("linked/new.py", "symlink"),)) == seen(
        fixture, repo, *((path, "x = 1\n") for path in named)
    )


def test_a_left_out_file_that_is_open_and_saved_is_not_named(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write("debug.log", "noise\r\n")
    repo.write(".env", "PASSWORD=hunter2\n")
    assert Overlay() == seen(fixture, repo, (".env", "PASSWORD=hunter2\n"), ("debug.log", "noise\r\n"))


def test_unsaved_text_that_is_too_large_for_the_request_is_not_said_to_be_sent(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    documents = [("shop/price.py", "x = 1\n"), ("shop/cart.py", "y = 2\n" * (MAX_COMPARED // 6 + 1))]
    with fixture.session(repo.path) as session:
        prepared = prepare_now(session, "Why?", documents=documents)
    assert ("shop/price.py",) == prepared.unsaved_sent
    (left,) = prepared.unsaved_left_out
    assert "shop/cart.py" == left.path
    assert left.reason.startswith("too large")
