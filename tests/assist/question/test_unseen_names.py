from __future__ import annotations

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.question.names import unseen_note
from foreword.assist.question.pointers import Pointer
from foreword.core.exclusion import MAX_FILE_BYTES
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

ONE = "the answer does not know the file that the question names: "


@pytest.fixture
def leaky(repo: GitRepo) -> GitRepo:
    """Files that are left out, each for a reason of its own."""
    repo.write(".gitignore", "*.log\n")
    repo.write("deploy/.env", "MODE=1\n")
    repo.write("build/out.log", "failed\n")
    repo.write("data/big.json", "[" + "1,\n" * (MAX_FILE_BYTES // 2) + "1]\n")
    repo.write("one/same.lock", b"\0")
    repo.write("two/same.lock", b"\0")
    repo.write("web/node_modules/left/index.js", "x\n")
    repo.write("seen/twin.bin", "text\n")
    repo.write("other/twin.bin", b"\0\0")
    (repo.path / "link.py").symlink_to("seen/twin.bin")
    repo.commit()
    return repo


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is in deploy/.env?", "deploy/.env is left out (secret)"),
        ("What is in `.env`?", "deploy/.env is left out (secret)"),
        ("Why does ./build/out.log:12 say failed?", "build/out.log is left out (ignored by git)"),
        ("How large is (big.json)?", "data/big.json is left out (too large)"),
        (
            "See web\\node_modules\\left\\index.js:3-4.",
            "web/node_modules/left/index.js is left out (vendored)",
        ),
        ("What does link.py do?", "link.py is a symlink to seen/twin.bin: name the file itself"),
    ],
)
def test_a_question_that_names_a_file_that_is_left_out_is_told_so(
    fixture: WorkspaceFixture, leaky: GitRepo, question: str, expected: str
) -> None:
    with fixture.saved(leaky.path) as saved:
        assert ONE + expected == unseen_note(question, saved, ())


@pytest.mark.parametrize(
    "question",
    [
        "What does the till do?",
        "Is twin.bin text?",
        "Which same.lock counts?",
        "What of v1.2, self.foo, a/b, --flag, /etc/passwd, https://example.org/deploy/.env and nowhere.log?",
        "x" * 300 + ".py",
    ],
)
def test_a_question_without_such_a_name_or_with_an_ambiguous_one_is_not(
    fixture: WorkspaceFixture, leaky: GitRepo, question: str
) -> None:
    with fixture.saved(leaky.path) as saved:
        assert unseen_note(question, saved, ()) is None


def test_several_files_are_told_in_one_line_and_those_that_are_shown_are_not(
    fixture: WorkspaceFixture, leaky: GitRepo
) -> None:
    question = "Compare build/out.log, .env, big.json, link.py and one/same.lock"
    with fixture.saved(leaky.path) as saved:
        note = unseen_note(question, saved, {"build/out.log"}) or ""
    assert note.startswith("the answer does not know files that the question names: deploy/.env is left out")
    assert note.endswith("; and 1 more")
    assert "out.log" not in note


async def test_the_answer_says_it_unless_the_file_is_attached(
    fixture: WorkspaceFixture, leaky: GitRepo
) -> None:
    async def note(*pointers: Pointer) -> str | None:
        with fixture.session(leaky.path) as session:
            events = [event async for event in ask(session, "What is in big.json?", pointers)]
        (answer,) = [event for event in events if isinstance(event, Answer)]
        assert answer.note == answer.to_json().get("note")
        return answer.note

    assert ONE + "data/big.json is left out (too large)" == await note()
    assert await note(Pointer("data/big.json", 1, 3)) is None
