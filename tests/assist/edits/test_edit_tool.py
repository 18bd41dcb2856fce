from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from foreword.assist.edits.edit_tool import Editor, EditScope
from foreword.assist.question.tools import ToolScope, carry_out
from foreword.core.documents.text import Text
from foreword.core.errors import Problem
from foreword.core.outline import Excerpt
from foreword.model.tool_call import (
    CreateCall,
    DeleteCall,
    InsertCall,
    RenameCall,
    ReplaceCall,
    SearchCall,
    ToolCall,
    ViewCall,
)
from foreword.workspace.files.atomic_write import why_not_new
from foreword.workspace.ignore import NO_RULES

CART = "class Cart:\r\n    def add(self, item):\r\n        self.items.append(item)\r\n"


class Bench:
    """An editor over files in memory, called as the tool loop calls it."""

    def __init__(
        self, files: Mapping[str, str], in_prefix: tuple[str, ...] = (), programs: tuple[str, ...] = ()
    ) -> None:
        texts = {path: Text(content) for path, content in files.items()}
        self.editor = Editor(
            EditScope(
                texts.get,
                in_prefix.__contains__,
                lambda path: "it is no path" if ".." in path else None,
                programs.__contains__,
            )
        )
        found = [Excerpt("cart.py", 2, 2, 1.0, "    def add(self, item):")]
        self._library = ToolScope(sorted(texts), lambda _: None, lambda *_: found, lambda _: ())

    def call(self, call: ToolCall) -> str:
        """What the model hears of a call that works."""
        outcome = carry_out(call, self.editor.over(self._library))
        assert isinstance(outcome, str), outcome
        return outcome

    def fail(self, call: ToolCall) -> str:
        """What the model hears of a call that fails."""
        outcome = carry_out(call, self.editor.over(self._library))
        assert isinstance(outcome, Problem), outcome
        return outcome.message

    def after(self, path: str) -> str | None:
        return self.editor.proposal.files[path].after

    @property
    def problems(self) -> list[str]:
        return [problem.message for problem in self.editor.problems]


def test_an_edit_is_seen_by_later_views_and_edits() -> None:
    bench = Bench({"cart.py": CART})
    said = bench.call(ReplaceCall("cart.py", "self, item):\n", "self, item, n=1):\n"))
    assert "2\t    def add(self, item, n=1):\n" in said
    assert "add(self, item, n=1)" in bench.call(ViewCall("./cart.py"))
    bench.call(InsertCall("/cart.py", 0, '"""A cart."""\n'))
    assert '"""A cart."""\nclass Cart:\n    def add(self, item, n=1):\n        self.items.append(item)\n' == (
        bench.after("cart.py")
    )
    assert [] == bench.problems


def test_several_files_make_one_proposal() -> None:
    bench = Bench({"cart.py": CART, "price.py": "P = 1\n"})
    bench.call(ReplaceCall("price.py", "1", "2"))
    bench.call(CreateCall("shop/new.py", "N = 1\n"))
    bench.call(ReplaceCall("shop/new.py", "1", "2"))
    assert ["price.py", "shop/new.py"] == list(bench.editor.proposal.files)
    assert "N = 2\n" == bench.after("shop/new.py")
    assert "shop/\n" in bench.call(ViewCall("."))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (ReplaceCall("none.py", "a", "b"), "No file 'none.py'"),
        (InsertCall("none.py", 0, "b"), "No file 'none.py'"),
        (ReplaceCall("cart.py", "item", "thing"), "occurs 3 times"),
        (InsertCall("cart.py", 9, "x"), "must be 0 to 3"),
        (CreateCall("cart.py", "x"), "view it first"),
        (CreateCall("../x.py", "x"), "can't be created: it is no path"),
        (CreateCall("new.py", "x\0"), "NUL"),
        (DeleteCall("none.py"), "No file 'none.py'"),
        (RenameCall("none.py", "new.py"), "No file 'none.py'"),
        (RenameCall("cart.py", "../x.py"), "cart.py can't become '../x.py': it is no path"),
    ],
)
def test_a_failed_edit_is_told_to_the_model_and_at_last_to_the_user(call: ToolCall, expected: str) -> None:
    bench = Bench({"cart.py": CART})
    assert expected in bench.fail(call)
    (problem,) = bench.problems
    assert expected in problem
    assert {} == bench.editor.proposal.files


def test_a_failed_edit_that_is_made_good_is_no_problem() -> None:
    bench = Bench({"cart.py": CART})
    bench.fail(ReplaceCall("cart.py", "item", "thing"))
    bench.call(ReplaceCall("cart.py", "append(item)", "append(thing)"))
    assert [] == bench.problems


def test_create_rewrites_a_file_that_was_seen_whole() -> None:
    bench = Bench({"cart.py": CART, "price.py": "P = 1\n"}, in_prefix=("price.py",))
    bench.call(CreateCall("price.py", "P = 2\n"))
    bench.call(ViewCall("cart.py", 1, 2))
    assert "have not seen all of it" in bench.fail(CreateCall("cart.py", "x = 1\n"))
    bench.call(ViewCall("cart.py", 3, 3))
    bench.call(CreateCall("cart.py", "x = 1\n"))
    assert ("P = 2\n", "x = 1\n") == (bench.after("price.py"), bench.after("cart.py"))
    assert "change" == bench.editor.proposal.files["cart.py"].kind


def test_a_new_syntax_error_is_told_at_once_and_again_at_the_end() -> None:
    bench = Bench({"price.py": "P = 1\n"})
    assert "syntax error near line 1" in bench.call(ReplaceCall("price.py", "= 1", "= = 1"))
    assert ["price.py would have a new syntax error near line 1: look at it first"] == bench.problems
    assert "syntax" not in bench.call(ReplaceCall("price.py", "= =", "="))
    assert ([], {}) == (bench.problems, bench.editor.proposal.files)


def test_search_shows_edited_files_as_they_are_now() -> None:
    bench = Bench({"cart.py": CART})
    search = SearchCall("add")
    assert "cart.py:2-2\n2\t" in bench.call(search)
    bench.call(InsertCall("cart.py", 0, "# one\n# two\n"))
    assert "cart.py:4-4\n4\t    def add(self, item):\n" in bench.call(search)
    bench.call(ReplaceCall("cart.py", "def add", "def put"))
    assert "Nothing found." == bench.call(search)


def test_a_file_that_would_be_a_folder_is_not_created() -> None:
    bench = Bench({})
    bench.call(CreateCall("a/b.py", "x\n"))
    assert "it is a folder" in bench.fail(CreateCall("a", "x\n"))


def test_a_renamed_file_is_edited_under_its_new_path_alone() -> None:
    bench = Bench({"cart.py": CART, "price.py": "P = 1\n"})
    assert "Proposed: cart.py is now shop/cart.py" in bench.call(RenameCall("cart.py", "shop/cart.py"))
    assert "No file 'cart.py'" in bench.fail(ReplaceCall("cart.py", "append", "insert"))
    bench.call(ReplaceCall("shop/cart.py", "append", "insert"))
    bench.call(RenameCall("shop/cart.py", "basket.py"))
    (file,) = bench.editor.proposal.files.values()
    assert ("rename", "cart.py", "basket.py") == (file.kind, file.source, file.path)
    assert CART.replace("\r\n", "\n").replace("append", "insert") == file.after
    assert "basket.py\nprice.py\n" == bench.call(ViewCall("."))
    assert "Nothing found." == bench.call(SearchCall("add"))
    for taken in (CreateCall("cart.py", "x\n"), RenameCall("price.py", "basket.py")):
        assert "this proposal has a file there, or takes one away" in bench.fail(taken)


@pytest.mark.parametrize(
    ("calls", "files"),
    [
        ([RenameCall("cart.py", "a.py"), RenameCall("a.py", "cart.py")], []),
        ([RenameCall("cart.py", "a.py"), DeleteCall("a.py")], [("delete", "cart.py")]),
        ([CreateCall("new.py", "x\n"), DeleteCall("new.py")], []),
        ([CreateCall("new.py", "x\n"), RenameCall("new.py", "b.py")], [("create", "b.py")]),
        ([DeleteCall("cart.py"), CreateCall("cart.py", "x\n")], [("change", "cart.py")]),
        ([ReplaceCall("cart.py", "append", "insert"), DeleteCall("cart.py")], [("delete", "cart.py")]),
    ],
)
def test_what_is_done_twice_comes_to_one_change(calls: list[ToolCall], files: list[tuple[str, str]]) -> None:
    bench = Bench({"cart.py": CART})
    for call in calls:
        bench.call(call)
    assert files == [(file.kind, file.path) for file in bench.editor.proposal.files.values()]


def test_an_edited_or_moved_program_runs_here() -> None:
    bench = Bench({"deploy": "one\n", "notes": "one\n"}, programs=("deploy",))
    for path in ("deploy", "notes"):
        bench.call(ReplaceCall(path, "one", "two"))
    files = bench.editor.proposal.files
    assert [True, False] == [files["deploy"].runs_here, files["notes"].runs_here]
    bench.call(RenameCall("deploy", "release"))
    assert bench.editor.proposal.files["release"].runs_here
    bench.call(DeleteCall("release"))
    assert bench.editor.proposal.files["deploy"].runs_here


def test_a_symlink_is_named_with_its_target(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("real.py")
    reason = why_not_new(tmp_path, None, NO_RULES, "link.py")
    assert "it is a symlink to real.py, which is the file to name" == reason
    editor = Editor(
        EditScope(
            lambda _: None,
            lambda _: False,
            lambda path: why_not_new(tmp_path, None, NO_RULES, path),
            lambda _: False,
        )
    )
    told = editor.edit(ReplaceCall("link.py", "1", "2"))
    assert isinstance(told, Problem)
    assert "symlink to real.py" in told.message
