from __future__ import annotations

import random
import subprocess
from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import Text, decode
from foreword.core.outline import EMPTY_OUTLINE, Definition, Outline
from foreword.core.tokens import estimate
from foreword.prefix.delta import (
    MAX_BLOCK_TOKENS,
    MAX_FILE_TOKENS,
    MAX_NAMED,
    FileChange,
    render_delta,
    unified_diff,
)
from foreword.prefix.layers import Block, Form

OUTLINE = Outline((Definition("run", "function", "def run():", 7, 9),))


def change(
    path: str,
    before: str | None,
    after: str | None,
    form: Form | None = "full",
    outline: Outline = EMPTY_OUTLINE,
) -> FileChange:
    old = None if before is None else Text(before)
    new = None if after is None else Text(after)
    return FileChange(path, old, new, outline, form)


def block_of(*changes: FileChange, further: tuple[str, ...] = ()) -> Block:
    block = render_delta(changes, further)
    assert block is not None
    return block


def lines(first: int, last: int) -> str:
    return "".join(f"line {n}\n" for n in range(first, last + 1))


def test_without_changes_there_is_no_block() -> None:
    assert render_delta([]) is None


def test_a_change_of_one_line_is_shown_as_that_line() -> None:
    after = lines(1, 50).replace("line 25\n", "line twenty-five\n")
    text = block_of(change("a.py", lines(1, 50), after)).text
    assert "\n-line 25\n+line twenty-five\n" in text
    assert "line 21\n" not in text
    assert "line 29\n" not in text
    assert text.startswith('<changes>\n<changed path="a.py">\n')
    assert text.endswith("</changed>\n</changes>\n")


def test_a_new_file_is_shown_whole() -> None:
    block = block_of(change("new.py", None, "def run(): ...\n", None, OUTLINE))
    assert (
        '<new>\n<file path="new.py" lines="1" definitions="7 run">\ndef run(): ...\n</file>\n</new>\n'
        in block.text
    )
    assert [("new.py", "full")] == [(part.path, part.form) for part in block.parts]


def test_a_deleted_file_is_said_to_be_gone() -> None:
    assert '<changes>\n<deleted path="old.py"/>\n</changes>\n' == block_of(change("old.py", "x\n", None)).text


def test_a_renamed_file_is_one_that_is_gone_and_one_that_is_new() -> None:
    text = block_of(change("b.py", None, "x\n", None), change("a.py", "x\n", None)).text
    assert text.index('<deleted path="a.py"/>') < text.index('path="b.py"')


def test_changes_are_told_in_path_order() -> None:
    block = block_of(*(change(path, "x\n", "y\n") for path in ("c", "a", "b")))
    assert ["a", "b", "c"] == [part.path for part in block.parts]


def test_where_only_a_redacted_value_changed_that_is_said_and_neither_value_is() -> None:
    first, second = ("".join(random.Random(n).choices(ascii_letters + digits, k=36)) for n in (1, 2))
    before, after = ("token = 'gh" + f"p_{value}'\n" for value in (first, second))
    told = block_of(change("a", before, after))
    assert '<changed path="a">only a redacted value changed</changed>' in told.text
    assert first not in told.text
    assert second not in told.text


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"a\nb\n", b"a\r\nb\r\n"), (b"a\n", b"\xef\xbb\xbfa\n"), (b"\xc3\xa9\n", "é\n".encode("utf-16"))],
)
def test_a_change_that_the_model_can_not_see_is_said_in_words(before: bytes, after: bytes) -> None:
    told = block_of(FileChange("a", decode(before), decode(after), EMPTY_OUTLINE, "full"))
    assert '<changed path="a">only line endings or the encoding changed</changed>' in told.text


@pytest.mark.parametrize(("form", "listed"), [("full", False), ("outline", True), (None, True)])
def test_who_saw_an_outline_gets_the_new_one(form: Form | None, listed: bool) -> None:
    block = block_of(change("a.py", "x\n", "y\n", form, OUTLINE))
    assert listed == ("7 def run():" in block.text)
    assert "+y\n" in block.text


def test_a_huge_change_is_told_by_its_definitions() -> None:
    text = "x" * 100 + "\n"
    huge = text * (MAX_FILE_TOKENS // 20)
    block = block_of(change("a.py", huge, huge.upper(), "full", OUTLINE))
    assert "too large to show here" in block.text
    assert "7 def run():" in block.text
    assert "X" not in block.text
    assert ["outline"] == [part.form for part in block.parts]


def test_a_small_change_of_a_huge_file_is_shown() -> None:
    huge = lines(1, 20_000)
    assert "+here\n" in block_of(change("a.py", huge, huge.replace("line 777\n", "here\n"))).text


def test_what_does_not_fit_is_named() -> None:
    large = "x" * 100 + "\n"
    block = block_of(*(change(f"{n:03}.py", None, large * 60, None) for n in range(400)))
    assert estimate(block.text) < MAX_BLOCK_TOKENS + 1_500
    told, named = block.text.split("<changed-files>", 1)
    assert "399.py\n" in named
    assert '<file path="000.py"' in told
    assert all((f'path="{n:03}.py"' in told) != (f"{n:03}.py\n" in named) for n in range(400))
    assert 400 == len(block.parts)


def test_files_beyond_the_first_ones_are_named_only() -> None:
    block = block_of(change("a.py", "x\n", "y\n"), further=("b.py", "c.py"))
    assert "view them for their text:\nb.py\nc.py\n</changed-files>" in block.text


def test_a_file_that_is_only_named_is_no_longer_known_in_full() -> None:
    block = block_of(further=("b.py",))
    assert [("b.py", "outline")] == [(part.path, part.form) for part in block.parts]


def test_of_very_many_files_only_some_are_named_and_the_rest_is_counted() -> None:
    block = block_of(further=tuple(f"{n:05}" for n in range(MAX_NAMED + 7)))
    assert "(and 7 more)" in block.text
    assert f"{MAX_NAMED - 1:05}\n" in block.text
    assert f"{MAX_NAMED:05}\n" not in block.text


def test_a_block_does_not_depend_on_the_order_of_the_changes() -> None:
    changes = [change(str(n), "x" * 900, "y" * 900 * n) for n in range(30)]
    shuffled = list(changes)
    random.Random(1).shuffle(shuffled)
    assert block_of(*changes) == block_of(*shuffled)


@pytest.mark.parametrize("place", [0, 1, 200, 398, 399])
def test_a_change_of_one_line_is_short_in_a_file_whose_lines_are_all_alike(place: int) -> None:
    before = [f"  value {n % 5},\n" for n in range(400)]
    after = [*before[:place], "  changed,\n", *before[place + 1 :]]
    rows = unified_diff("".join(before), "".join(after), "f").splitlines()
    assert len(rows) <= 2 + 1 + 8
    first = max(1, place - 2)
    assert rows[2].startswith(f"@@ -{first},")


def test_a_missing_final_newline_is_marked_as_git_does() -> None:
    assert "+b\n\\ No newline at end of file\n" in unified_diff("a\n", "a\nb", "f")
    assert "-a\n\\ No newline at end of file\n+a\n" in unified_diff("a", "a\n", "f")


FILES = st.lists(
    st.sampled_from(["", "a", "b", "c", "def f():", "\t", "\x0c", "+x", "-x", "@@"]), max_size=14
)


@settings(deadline=None, max_examples=60)
@given(FILES, FILES, st.booleans(), st.booleans())
def test_a_diff_is_one_that_git_can_apply(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], ends: bool, ended: bool
) -> None:
    before = "\n".join(old) + ("\n" if ends and old else "")
    after = "\n".join(new) + ("\n" if ended and new else "")
    diff = unified_diff(before, after, "file")
    folder = tmp_path_factory.mktemp("apply")
    assert (before == after) == (diff == "")
    if diff:
        assert after == _patched(folder, before, diff)


def _patched(folder: Path, before: str, diff: str) -> str:
    """The file `before` after `git apply`; emptied files are removed by it."""
    file = folder / "file"
    file.write_bytes(before.encode())
    command = ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=folder, input=diff.encode(), check=True, capture_output=True)
    return file.read_bytes().decode()
