from __future__ import annotations

import json
import os
import subprocess
import sys
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


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from foreword.assist.edits.apply import apply_proposal
from foreword.assist.edits.proposal import Proposal, ProposedFile
from foreword.core.documents.text import Text

small, large = "a\\n" * 100, "line\\n" * 10_000
proposal = Proposal()
for file in (
    ProposedFile("small.txt", Text(small), small + "more\\n"),
    ProposedFile("large.txt", Text(large), large + "more\\n"),
    ProposedFile("new.txt", None, large),
    ProposedFile("moved.txt", Text(large), large + "more\\n", "large2.txt"),
):
    proposal = proposal.having(file)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
outcomes = apply_proposal(Path(sys.argv[1]), proposal)
print(json.dumps([[one.path, one.applied, [problem.message for problem in one.problems]] for one in outcomes]))
"""


@pytest.mark.skipif(os.name != "posix", reason="no limits of that kind")
def test_what_the_disk_does_not_take_leaves_each_file_as_it_was_or_as_it_shall_be(root: Path) -> None:
    large = "line\n" * 10_000
    for name, text in {"small.txt": "a\n" * 100, "large.txt": large, "large2.txt": large}.items():
        (root / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, root], capture_output=True, text=True, check=True, timeout=60
    )
    small, *others = json.loads(done.stdout)
    assert ["small.txt", True, []] == small
    assert ["large.txt", "new.txt", "moved.txt"] == [path for path, _, _ in others]
    for path, is_applied, problems in others:
        assert not is_applied
        assert [f"can't write {path}: File too large (nothing was changed in it)"] == problems
    held = {path.name: path.read_text() for path in root.iterdir()}
    assert {"small.txt": "a\n" * 100 + "more\n", "large.txt": large, "large2.txt": large} == held


@pytest.mark.skipif(os.name != "posix", reason="no x bit")
def test_a_program_is_written_only_with_leave_for_what_runs_here(root: Path) -> None:
    file = changed("run", CODE.encode(), ("line 2\n", "two\n"))
    (root / "run").write_text(CODE)
    (root / "run").chmod(0o755)
    proposal = Proposal().having(file)
    (outcome,) = apply_proposal(root, proposal, allow_config=False)
    assert (False, CODE) == (outcome.applied, (root / "run").read_text())
    assert "--allow-config" in outcome.problems[0].message
    (outcome,) = apply_proposal(root, proposal, allow_config=True)
    assert (True, 0o755) == (outcome.applied, (root / "run").stat().st_mode & 0o777)


def test_a_script_that_names_its_interpreter_runs_here() -> None:
    assert ProposedFile("deploy", Text("#!/bin/sh\necho one\n"), "#!/bin/sh\necho two\n").runs_here
    assert ProposedFile("deploy", None, "#!/usr/bin/env python3\n").runs_here
    assert not ProposedFile("notes", None, "# a note\n").runs_here
