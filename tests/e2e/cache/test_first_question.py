"""The first question does not wait for the whole index: workers wait at a gate, and the question is answered."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from clients import NEOVIM_0_11, usual_answers
from editor import Editor
from foreword.index.store.store_file import TABLES
from foreword_cli import Foreword
from gitrepo import GitRepo, make_repo
from messages_api import MessagesApi
from server_process import served

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the gate is a shell script and a FIFO")

N_FILES = 600
QUESTION = {"question": "What does `price_0` do?"}
GATED_GIT = """\
#!/bin/sh
# git, but whoever reads a slow blob waits at the gate
case " $* " in *" cat-file "*)
    asked=$(mktemp "$GATE.XXXXXX"); cat > "$asked"
    cat "$asked" >> "$GATE.asked"
    if grep -qFf "$GATE.slow" "$asked"; then read -r _ < "$GATE"; fi
    exec "$REAL_GIT" "$@" < "$asked" ;;
esac
exec "$REAL_GIT" "$@"
"""


@dataclass(frozen=True)
class Gate:
    """A git for one user that keeps readers of slow blobs waiting."""

    user: Foreword
    fifo: Path

    def asked(self) -> Counter[str]:
        """How often each blob was read by git."""
        return Counter(Path(f"{self.fifo}.asked").read_text(encoding="ascii").split())

    def close(self, repo: GitRepo) -> None:
        """From now on all but the first files, and those that changed lately, are slow."""
        Path(f"{self.fifo}.slow").write_text("\n".join(slow_blobs(repo)) + "\n", encoding="ascii")

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Nobody waits any more."""
        Path(f"{self.fifo}.slow").write_text("none\n", encoding="ascii")
        descriptor = os.open(self.fifo, os.O_RDWR)
        try:
            os.write(descriptor, b"\n" * 1000)
            yield
        finally:
            os.close(descriptor)


def slow_blobs(repo: GitRepo) -> list[str]:
    """What the gate keeps back: files that did not change lately, but for some of them."""
    return [line.split()[2] for line in repo.git("ls-tree", "-r", "HEAD", "old").splitlines()[100:]]


@pytest.fixture
def large(tmp_path: Path) -> GitRepo:
    """A repository of which one folder changed lately; the other one is in git alone, as in a sparse checkout."""
    repo = make_repo(tmp_path / "large")
    for number in range(N_FILES):
        repo.write(f"old/m{number:03}.py", f"def old_{number}():\n    return {number}\n")
    repo.commit("Begin")
    for number in range(40):
        repo.write(f"till/price{number:02}.py", f"def price_{number}():\n    return {number}\n")
    repo.commit("Add prices")
    repo.git("sparse-checkout", "set", "--no-cone", "/till/")
    return repo


@pytest.fixture
def gate(large: GitRepo, online: Foreword, tmp_path: Path) -> Gate:
    """A gate that is closed."""
    fifo, folder, real = tmp_path / "gate", tmp_path / "bin", shutil.which("git")
    assert real is not None
    os.mkfifo(fifo)
    folder.mkdir()
    (folder / "git").write_text(GATED_GIT, encoding="ascii")
    (folder / "git").chmod(0o755)
    path = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"]))
    more = {"PATH": path, "GATE": str(fifo), "REAL_GIT": real}
    made = Gate(replace(online, more=more), fifo)
    made.close(large)
    return made


async def begun(editor: Editor, repo: GitRepo) -> None:
    """The server indexes, and the files that changed lately are done."""
    await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"trusted": True})
    for name in ("price_0", "price_39"):
        while True:
            n_heard = editor.count("$/progress")
            if await editor.command("foreword.symbols", name=name):
                break
            await editor.hear("$/progress", partial(heard_more, editor, n_heard))


def heard_more(editor: Editor, n: int, _: object) -> bool:
    """Whether more progress than that was told."""
    return editor.count("$/progress") > n


async def indexed(editor: Editor) -> None:
    """The whole index is there."""
    begin = await editor.hear("$/progress", lambda told: told["value"].get("title") == "Indexing large")
    end = {"token": begin["token"], "value": {"kind": "end"}}
    await editor.hear("$/progress", lambda told: told == end)


async def request_of(editor: Editor) -> str:
    """The body that a question would send, as JSON text."""
    dry = await editor.command("foreword.ask", **QUESTION, dryRun=True)
    return json.dumps(dry["request"])


async def test_a_question_during_the_first_index_uses_what_is_there(
    large: GitRepo, gate: Gate, api: MessagesApi
) -> None:
    api.answer("It gives a price.")

    async with served(gate.user, answers=usual_answers()) as (editor, _):
        await begun(editor, large)
        early, answer = await request_of(editor), await editor.command("foreword.ask", **QUESTION)
        with gate.opened():
            await indexed(editor)
            read = gate.asked()
            late, again = await request_of(editor), await editor.command("foreword.ask", **QUESTION)
        assert {1} == {read[blob] for blob in slow_blobs(large)}, "each file is read once"
        assert 0 == await editor.stop()
    assert "cache_control" not in early
    assert "def price_0" in early
    assert "def old_599" not in early
    assert "files of this repository were read so far" in early
    assert "off" == answer["receipt"]["cache"]["verdict"]
    assert "the index is still being built" in answer["receipt"]["cache"]["detail"]
    assert "nothing was cached" in answer["note"]
    assert "cache_control" in late
    assert "were read so far" not in late
    assert "cold" == again["receipt"]["cache"]["verdict"]
    assert [False, True] == ["cache_control" in json.dumps(sent.body) for sent in api.messages]


def forget_outlines(user: Foreword) -> None:
    """Empty the index, but for the bases in it."""
    (path,) = user.data.glob("**/index/*.sqlite")
    with closing(sqlite3.connect(path)) as store, store:
        for table in TABLES:
            if table != "artifacts":
                store.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        # The last look at the workspace, from which a process goes on, has outlines too.
        store.execute("DELETE FROM artifacts WHERE key LIKE 'look:%'")


async def test_a_base_that_is_stored_is_used_while_the_index_is_built(large: GitRepo, gate: Gate) -> None:
    """As after an update of a grammar: the base is there, the outlines are not."""

    async with served(gate.user, answers=usual_answers()) as (editor, _):
        with gate.opened():
            await begun(editor, large)
            await indexed(editor)
            whole = await request_of(editor)
            await editor.command("foreword.ask", **QUESTION)
        assert 0 == await editor.stop()
    forget_outlines(gate.user)
    gate.close(large)
    large.write("till/price00.py", "def price_0():\n    return 'changed'\n")
    async with served(gate.user, answers=usual_answers()) as (editor, _):
        await begun(editor, large)
        early = await request_of(editor)
        with gate.opened():
            await indexed(editor)
        assert 0 == await editor.stop()
    before, after = (json.loads(body)["messages"][0]["content"] for body in (whole, early))
    n_base = max(place for place, block in enumerate(before) if "cache_control" in block) + 1
    assert before[:n_base] == after[:n_base]
    assert "'changed'" in after[n_base]["text"]
    assert "cache_control" in after[n_base]
