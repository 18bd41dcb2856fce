"""Going back to a prefix that was sent: what it costs, and that every request shows the saved state exactly."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foreword.assist.answering.ask import ask
from foreword.assist.context import rewind
from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.question.answer import Answer
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture, delta_of

LARGE = "".join(f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(400))
State = Mapping[str, str]


@dataclass
class Walker:
    """Asks about one folder after another state was saved in it; what each question cost is kept."""

    session: Session
    fixture: WorkspaceFixture

    def ask(self, question: str = "What does function_7 do?") -> Answer:
        """The answer, offline, over the simulated cache."""

        async def run() -> list[object]:
            async with aclosing(ask(self.session, question)) as events:
                return [event async for event in events]

        answer = asyncio.run(run())[-1]
        assert isinstance(answer, Answer)
        return answer

    def prefix(self) -> Prefix:
        """The prefix of the last question."""
        return build_prefix(self.session, take_snapshot(self.session), keep=False)


@contextmanager
def walking(fixture: WorkspaceFixture, folder: Path) -> Iterator[Walker]:
    with fixture.session(folder) as session:
        yield Walker(session, fixture)


@pytest.fixture
def large(repo: GitRepo) -> GitRepo:
    """A repository that is larger than any model's minimum."""
    repo.write("shop/large.py", LARGE)
    repo.commit("Grow")
    return repo


def tokens(answer: Answer) -> tuple[int, int]:
    return answer.receipt.usage.read, answer.receipt.usage.written


def test_undo_redo_and_undo_again_write_nothing(fixture: WorkspaceFixture, large: GitRepo) -> None:
    edited = LARGE.replace("argument + 7\n", "argument + 8\n")
    with walking(fixture, large.path) as walker:
        base = tokens(walker.ask())[1]
        large.write("shop/large.py", edited)
        edit = tokens(walker.ask())
        assert base == edit[0]
        assert edit[1] > 0
        for text, read in ((LARGE, base), (edited, base + edit[1]), (LARGE, base), (edited, base + edit[1])):
            large.write("shop/large.py", text)
            answer = walker.ask()
            assert (read, 0) == tokens(answer)
            assert "hit" == answer.receipt.verdict.kind
            assert (() if text == LARGE else ("shop/large.py",)) == answer.receipt.freshness.delta_files


def test_a_branch_and_back_and_there_again_writes_the_difference_once(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    with walking(fixture, large.path) as walker:
        base = tokens(walker.ask())[1]
        large.git("checkout", "-q", "-b", "other")
        for n in range(20):
            large.write(f"shop/part_{n}.py", LARGE[: 400 + n])
        large.commit("Split")
        away = tokens(walker.ask())
        assert base == away[0]
        large.git("checkout", "-q", "-")
        assert (base, 0) == tokens(walker.ask())
        large.git("checkout", "-q", "other")
        assert (base + away[1], 0) == tokens(walker.ask())


def test_who_comes_back_and_edits_pays_for_the_edit_alone(fixture: WorkspaceFixture, large: GitRepo) -> None:
    with walking(fixture, large.path) as walker:
        base = tokens(walker.ask())[1]
        for n in range(20):
            large.write(f"shop/part_{n}.py", LARGE[: 400 + n])
        stashed = tokens(walker.ask())[1]
        large.git("stash", "-q", "--include-untracked")
        large.write("shop/large.py", LARGE.replace("argument + 7\n", "argument + 8\n"))
        answer = walker.ask()
        assert base == tokens(answer)[0]
        assert 0 < tokens(answer)[1] < stashed / 5
        assert "hit" == answer.receipt.verdict.kind
        assert "part_" not in delta_of(walker.prefix())


def test_a_prefix_that_has_expired_is_not_gone_back_to(fixture: WorkspaceFixture, large: GitRepo) -> None:
    fixture.flags = {"cache.ttl": "5m"}
    with walking(fixture, large.path) as walker:
        texts = [LARGE.replace("argument + 7\n", f"argument + {n}\n") for n in (7, 8, 9)]
        for text in texts:
            large.write("shop/large.py", text)
            walker.ask()
        # The base is read at each question and stays; the first edit alone is not read any more.
        for _ in range(2):
            fixture.now += 200
            walker.ask()
        large.write("shop/large.py", texts[1])
        assert 3 == len(walker.prefix().delta)
        assert tokens(walker.ask())[1] > 0


def test_editing_one_file_again_and_again_goes_on_appending(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    with walking(fixture, large.path) as walker:
        walker.ask()
        for n in range(3):
            large.write("shop/large.py", LARGE.replace("argument + 7\n", f"argument + {n}00\n"))
            walker.ask()
            assert n + 1 == len(walker.prefix().delta)


def test_another_model_does_not_go_back_to_what_only_the_first_one_has(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    # Left to itself, the size of the base follows the model.
    fixture.flags = {"context.budget": 60_000}
    with walking(fixture, large.path) as walker:
        walker.ask()
        large.write("shop/large.py", LARGE.replace("argument + 7\n", "argument + 8\n"))
        walker.ask()
    large.write("shop/large.py", LARGE)
    fixture.flags |= {"model": "claude-opus-5-5"}
    with walking(fixture, large.path) as walker:
        assert 2 == len(walker.prefix().delta)


NAMES = ("a.py", "b.py", "c.py", "d/e.py")
TEXTS = tuple(
    "".join(f"def {name}_{n}():\n    return {n * k}\n" for n in range(k * 20, k * 20 + 60))
    for k, name in enumerate(("one", "two", "three"), 1)
)
STATES = st.fixed_dictionaries({}, optional={name: st.sampled_from(TEXTS) for name in NAMES}).filter(bool)
STEPS = st.lists(st.tuples(STATES, st.sampled_from((5, 60, 290, 1_000, 4_000))), min_size=3, max_size=9)


def walked(steps: Sequence[tuple[State, int]]) -> float:
    """What a walk over states costs, each of which every request must show exactly."""
    total = 0.0
    with TemporaryDirectory() as scratch:
        fixture, folder = WorkspaceFixture(Path(scratch) / "home"), Path(scratch) / "work"
        save(folder, {**steps[0][0], "large.py": LARGE})
        with walking(fixture, folder) as walker:
            for state, gap in steps:
                save(folder, {**state, "large.py": LARGE})
                fixture.now += gap
                total += walker.ask().receipt.cost
                assert {**state, "large.py": LARGE} == told_by(walker.prefix())
    return total


def save(folder: Path, state: State) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in state.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


PIECE = re.compile(
    r'<file path="(?P<path>[^"]*)"[^>]*>\n(?P<text>.*?)</file>\n'
    r'|<changed path="(?P<changed>[^"]*)">\n(?P<diff>.*?)</changed>\n'
    r'|<deleted path="(?P<deleted>[^"]*)"/>\n',
    re.DOTALL,
)


def told_by(prefix: Prefix) -> State:
    """The files as somebody knows them who reads a prefix from its beginning to its end."""
    files: dict[str, str] = {}
    for block in (*prefix.base.blocks, *prefix.delta):
        for piece in PIECE.finditer(block.text):
            if piece["path"]:
                files[piece["path"]] = piece["text"]
            elif piece["changed"]:
                files[piece["changed"]] = patched(files[piece["changed"]], piece["diff"])
            else:
                del files[piece["deleted"]]
    return files


def patched(text: str, diff: str) -> str:
    lines, done, at = text.splitlines(keepends=True), list[str](), 0
    for row in diff.splitlines(keepends=True)[2:]:
        header = re.match(r"@@ -(\d+)", row)
        if header:
            start = int(header[1]) - (1 if ",0" not in row.split("+")[0] else 0)
            done += lines[at:start]
            at = start
        elif row[0] == "+":
            done.append(row[1:])
        else:
            assert lines[at] == row[1:]
            done += lines[at : at + 1] if row[0] == " " else []
            at += 1
    return "".join([*done, *lines[at:]])


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_walk_over_states_costs_more_than_appending_and_each_request_shows_what_is_saved(
    steps: Sequence[tuple[State, int]],
) -> None:
    cost = walked(steps)
    with pytest.MonkeyPatch.context() as patch:
        # Nothing is warm for ever, so that nothing is gone back to.
        patch.setattr(rewind, "MARGIN_S", inf)
        appended = walked(steps)
    assert cost <= appended + 1e-9
