from __future__ import annotations

from pathlib import Path

import pytest

from foreword.assist.edits.apply import Outcome, apply_proposal
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.documents.text import Text, decode, printable
from foreword.workspace.files.disk import open_root

CODE = "".join(f"line {n}\n" for n in range(1, 13))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return open_root(str(tmp_path / "work"))


def apply_one(root: Path, file: ProposedFile) -> Outcome:
    (outcome,) = apply_proposal(root, Proposal().having(file))
    return outcome


def changed(path: str, before: bytes, *pairs: tuple[str, str]) -> ProposedFile:
    text = decode(before)
    after = printable(text.content)
    for old, new in pairs:
        assert 1 == after.count(old)
        after = after.replace(old, new)
    return ProposedFile(path, text, after)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("latin-1", b""),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_keeps_its_encoding_mark_and_line_ends(
    root: Path, encoding: str, mark: bytes, end: str
) -> None:
    def written(content: str) -> bytes:
        return mark + content.replace("\n", end).encode(encoding)

    content = "# Un café très fermé.\n\told = 1\nlast"
    (root / "a.py").write_bytes(written(content))
    file = changed("a.py", written(content), ("old", "new"), ("last", "last = é\n"))
    assert Outcome("a.py", applied=True, fitting=(0,)) == apply_one(root, file)
    assert written(content.replace("old", "new") + " = é\n") == (root / "a.py").read_bytes()


def test_a_file_that_moved_on_gets_the_hunks_that_fit(root: Path) -> None:
    file = changed("a.txt", CODE.encode(), ("line 2\n", "two\n"), ("line 11\n", "eleven\n"))
    (root / "a.txt").write_text("above\n" + CODE.replace("line 10\n", "ten\n"))
    outcome = apply_one(root, file)
    expected = "above\n" + CODE.replace("line 10\n", "ten\n").replace("line 2\n", "two\n")
    assert expected == (root / "a.txt").read_text()
    assert outcome.applied
    assert ["a.txt: the change of line 11 (line 11) was not applied: the file has changed there"] == [
        problem.message for problem in outcome.problems
    ]


def test_a_file_where_nothing_fits_is_left_alone(root: Path) -> None:
    (root / "a.txt").write_text(CODE * 2)
    outcome = apply_one(root, changed("a.txt", CODE.encode(), ("line 6\n", "six\n")))
    assert (False, 1) == (outcome.applied, len(outcome.problems))
    assert CODE * 2 == (root / "a.txt").read_text()


def test_one_file_that_fails_does_not_take_the_others_along(root: Path) -> None:
    (root / "a.py").write_text("a = 1\n")
    (root / "taken.py").write_text("theirs\n")
    proposal = Proposal()
    for file in (
        changed("gone.py", b"x = 1\n", ("1", "2")),
        ProposedFile("taken.py", None, "ours\n"),
        ProposedFile("../out.py", None, "ours\n"),
        changed("a.py", b"a = 1\n", ("1", "2")),
        ProposedFile("new/b.py", None, "b = 1\n"),
    ):
        proposal = proposal.having(file)
    outcomes = apply_proposal(root, proposal)
    assert ["a.py", "new/b.py"] == [outcome.path for outcome in outcomes if outcome.applied]
    assert ["is gone", "exists by now", "leads out"] == [
        next(
            words
            for words in ("is gone", "exists by now", "leads out")
            if words in outcome.problems[0].message
        )
        for outcome in outcomes[:3]
    ]
    assert ("a = 2\n", "b = 1\n", "theirs\n") == tuple(
        (root / path).read_text() for path in ("a.py", "new/b.py", "taken.py")
    )


def test_a_file_that_has_become_too_large_is_left_alone(root: Path) -> None:
    (root / "a.py").write_bytes(b"a = 1\n" + b"#" * 1_000_000)
    outcome = apply_one(root, changed("a.py", b"a = 1\n", ("1", "2")))
    assert not outcome.applied
    assert 1_000_006 == (root / "a.py").stat().st_size


def test_only_a_file_that_is_as_it_was_is_deleted(root: Path) -> None:
    (root / "a.py").write_bytes(b"a\r\n")
    stale = apply_one(root, ProposedFile("a.py", Text("b\n"), None))
    assert "has changed since" in stale.problems[0].message
    assert apply_one(root, ProposedFile("a.py", Text("a\n"), None)).applied
    assert not (root / "a.py").exists()


def test_a_renamed_file_keeps_its_bytes_and_its_mode(root: Path) -> None:
    data = b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"
    (root / "a.py").write_bytes(data)
    (root / "a.py").chmod(0o755)
    file = ProposedFile("new/b.py", decode(data), "a = 1\nb = 3\n", source="a.py")
    assert Outcome("new/b.py", applied=True, fitting=(0,)) == apply_one(root, file)
    assert data.replace(b"2", b"3") == (root / "new/b.py").read_bytes()
    assert (["new"], 0o755) == (
        [path.name for path in root.iterdir()],
        (root / "new/b.py").stat().st_mode & 0o777,
    )


@pytest.mark.parametrize(("path", "says"), [("taken.py", "exists by now"), ("../b.py", "leads out")])
def test_a_file_is_not_renamed_onto_another_or_out_of_the_workspace(root: Path, path: str, says: str) -> None:
    (root / "a.py").write_text("a\n")
    (root / "taken.py").write_text("theirs\n")
    outcome = apply_one(root, ProposedFile(path, Text("a\n"), "b\n", source="a.py"))
    assert (False, True) == (outcome.applied, says in outcome.problems[0].message)
    assert ("a\n", "theirs\n") == ((root / "a.py").read_text(), (root / "taken.py").read_text())
