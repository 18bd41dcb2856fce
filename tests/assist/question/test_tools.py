"""The model's tools on real snapshots."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foreword.assist.question.request import library_of
from foreword.assist.question.tools import MAX_LISTED, MAX_VIEW_LINES, ToolScope, carry_out, tool_results
from foreword.core.errors import Problem
from foreword.model.tool_call import CreateCall, InsertCall, ReplaceCall, SearchCall, SymbolsCall, ViewCall
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture


@pytest.fixture
def library(fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path) -> Iterator[ToolScope]:
    repo.write(".env", "PASSWORD=hunter2\n")
    repo.write(".gitignore", "build/\n")
    repo.write("build/out.py", "BUILT = 1\n")
    repo.write("crlf.py", "a = 1\r\nb = 2\r\n")
    repo.write("long.txt", "".join(f"{n}\n" for n in range(1, MAX_VIEW_LINES + 11)))
    (tmp_path / "outside.py").write_text("OUTSIDE = 1\n")
    (repo.path / "link.py").symlink_to(tmp_path / "outside.py")
    with fixture.saved(repo.path) as saved:
        yield library_of(saved)


def text(outcome: str | Problem) -> str:
    assert isinstance(outcome, str)
    return outcome


def complaint(outcome: str | Problem) -> str:
    assert isinstance(outcome, Problem)
    return outcome.message


def test_a_file_is_viewed_with_the_numbers_of_its_lines(library: ToolScope) -> None:
    assert "1\tdef price_of(item):\n2\t    return item.price\n" == carry_out(
        ViewCall("shop/price.py", 1, None), library
    )


@pytest.mark.parametrize("path", ["/shop/price.py", "./shop/price.py", "shop//price.py", "shop/./price.py"])
def test_paths_are_understood_as_models_write_them(library: ToolScope, path: str) -> None:
    assert text(carry_out(ViewCall(path, 1, None), library)).startswith("1\tdef price_of")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (2, 2, "2\tb = 2\n"),
        (1, 1, "1\ta = 1\n"),
        (2, None, "2\tb = 2\n"),
        (1, 99, "1\ta = 1\n2\tb = 2\n"),
    ],
)
def test_a_range_of_lines_is_viewed(library: ToolScope, first: int, last: int | None, expected: str) -> None:
    assert expected == carry_out(ViewCall("crlf.py", first, last), library)


def test_a_range_behind_the_end_is_refused_with_the_length(library: ToolScope) -> None:
    assert "crlf.py has 2 lines; view a range within them." == complaint(
        carry_out(ViewCall("crlf.py", 3, 4), library)
    )


def test_a_long_file_is_viewed_in_pieces(library: ToolScope) -> None:
    first = text(carry_out(ViewCall("long.txt", 1, None), library))
    assert first.endswith(f"(lines {MAX_VIEW_LINES + 1} to {MAX_VIEW_LINES + 10} not shown)\n")
    rest = text(carry_out(ViewCall("long.txt", MAX_VIEW_LINES + 1, None), library))
    assert 10 == rest.count("\n")


@pytest.mark.parametrize("path", [".", "", "/", "./"])
def test_the_workspace_itself_is_listed(library: ToolScope, path: str) -> None:
    listed = text(carry_out(ViewCall(path, 1, None), library)).splitlines()
    assert [".gitignore", "README.md", "crlf.py", "long.txt", "shop/"] == listed


def test_a_directory_is_listed_with_paths_that_can_be_viewed(library: ToolScope) -> None:
    assert "shop/cart.py\nshop/price.py\n" == carry_out(ViewCall("shop/", 1, None), library)


@pytest.mark.parametrize(
    "path", ["build", "../outside.py", "/etc/passwd", "shop/../.env", "sho", "a\0b", "x" * 300 + "/y"]
)
def test_what_is_not_in_the_snapshot_does_not_exist(library: ToolScope, path: str) -> None:
    assert "No file or directory" in complaint(carry_out(ViewCall(path, 1, None), library))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".env", ".env is left out (secret)."),
        ("build/out.py", "build/out.py is left out (ignored by git)."),
        ("link.py", "link.py is a symlink out of the workspace: name the file itself."),
        (".git/config", ".git/config is left out (vendored)."),
    ],
)
def test_what_is_left_out_is_refused_with_the_reason(library: ToolScope, path: str, reason: str) -> None:
    assert reason == complaint(carry_out(ViewCall(path, 1, None), library))


def test_a_large_directory_is_cut_and_says_so() -> None:
    paths = [f"d/{n:04}" for n in range(MAX_LISTED + 5)]
    listed = text(
        carry_out(ViewCall("d", 1, None), ToolScope(paths, lambda _: None, lambda *_: (), lambda _: ()))
    )
    assert MAX_LISTED + 1 == listed.count("\n")
    assert listed.endswith("(and 5 more)\n")


def test_search_finds_code_with_its_place_and_no_secret(library: ToolScope) -> None:
    assert "shop/price.py:1-2\n1\tdef price_of(item):\n" in text(
        carry_out(SearchCall("price of an item", 5), library)
    )
    assert "hunter2" not in text(carry_out(SearchCall("PASSWORD hunter2", 20), library))
    assert "Nothing found." == carry_out(SearchCall("zzzqqqxxx", 5), library)


def test_symbols_are_found_by_name(library: ToolScope) -> None:
    assert "shop/cart.py:1-3 class Cart\n" == carry_out(SymbolsCall("Cart"), library)
    assert "No definition of Nothing is known; search for it." == carry_out(SymbolsCall("Nothing"), library)


@pytest.mark.parametrize(
    "call", [CreateCall("new.py", "x"), ReplaceCall("crlf.py", "a", "b"), InsertCall("crlf.py", 1, "x")]
)
def test_a_question_edits_nothing(
    library: ToolScope, repo: GitRepo, call: CreateCall | ReplaceCall | InsertCall
) -> None:
    assert "files are not edited here" in complaint(carry_out(call, library))
    assert b"a = 1\r\nb = 2\r\n" == (repo.path / "crlf.py").read_bytes()
    assert not (repo.path / "new.py").exists()


def test_every_call_has_one_result_in_its_place(library: ToolScope) -> None:
    def call(identity: str, tool: str, **more: object) -> dict[str, Any]:
        return {"type": "tool_use", "id": identity, "name": tool, "input": more}

    content: list[dict[str, Any]] = [
        {"type": "text", "text": "Let me look."},
        call("one", "search", query="price"),
        call("two", "no_such_tool"),
        call("three", "str_replace_based_edit_tool", command="view", path="nowhere.py"),
        call("four", "symbols", name="Cart"),
    ]
    results = tool_results(content, library)
    assert ["one", "two", "three", "four"] == [result["tool_use_id"] for result in results]
    assert [False, True, True, False] == [result.get("is_error", False) for result in results]
    assert all(result["content"] for result in results)


def test_an_empty_file_has_a_result_that_is_not_empty(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("empty.py", "")
    view = {
        "type": "tool_use",
        "id": "t",
        "name": "str_replace_based_edit_tool",
        "input": {"command": "view", "path": "empty.py"},
    }
    with fixture.saved(repo.path) as saved:
        assert [{"type": "tool_result", "tool_use_id": "t", "content": "(empty)"}] == tool_results(
            [view], library_of(saved)
        )


def test_what_is_there_and_not_seen_is_told_with_the_reason(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path
) -> None:
    inner = make_repo(tmp_path / "inner")
    inner.write("lib.py", "x = 1\n")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.path.as_uri(), "libs/inner")
    repo.git("worktree", "add", "-q", ".trees/x", "-b", "x")
    repo.write(".gitignore", "*.log\n")
    repo.write("out.log", "failed\n")
    repo.write("web/node_modules/left/index.js", "x\n")
    (repo.path / "link.py").symlink_to("shop/cart.py")
    reasons = {
        "libs/inner/lib.py": "libs/inner/lib.py is in libs/inner, a repository of its own: open that folder as a workspace.",
        ".trees/x/shop/cart.py": ".trees/x/shop/cart.py is in .trees/x, a repository of its own: open that folder as a workspace.",
        "out.log": "out.log is left out (ignored by git).",
        "web/node_modules/left/index.js": "web/node_modules/left/index.js is left out (vendored).",
        "link.py": "link.py is a symlink to shop/cart.py: name the file itself.",
    }
    with fixture.saved(repo.path) as saved:
        for path, reason in reasons.items():
            assert reason == complaint(carry_out(ViewCall(path, 1, None), library_of(saved)))


def test_lines_of_a_file_that_is_too_large_to_be_shown_can_be_viewed(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    secret = "gh" + "p_" + "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=36))
    lines = [f"row_{n} = {n}" for n in range(100_000)]
    lines[89_999] = f'token = "{secret}"'
    repo.write("large.py", "\n".join(lines) + "\n")
    repo.write("large.bin", b"\0" * 1_200_000)
    with fixture.saved(repo.path) as saved:
        library = library_of(saved)
        assert "90002\trow_90001 = 90001\n" == text(carry_out(ViewCall("large.py", 90_002, 90_002), library))
        assert secret not in text(carry_out(ViewCall("large.py", 89_990, 90_010), library))
        assert "large.bin is left out" in complaint(carry_out(ViewCall("large.bin", 1, 2), library))
