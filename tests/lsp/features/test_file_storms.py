"""Many files change at once that git ignores: they cost nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from clients import VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo

Environ = dict[str, str]
CLIENT = VSCODE_CLIENT_11 | {"experimental": {"foreword": True}}


def tell(editor: Editor, paths: Iterable[Path]) -> None:
    """As a client does that watches: in batches."""
    changes = [{"uri": path.as_uri(), "type": 1} for path in paths]
    for start in range(0, len(changes), 100):
        editor.notify("workspace/didChangeWatchedFiles", {"changes": changes[start : start + 100]})


async def is_whole(editor: Editor, total: int) -> None:
    """Wait until so many files are in the index, of as many that were looked for."""
    await editor.hear("foreword/status", lambda told: told["index"] == {"done": total, "total": total})


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which git writes down each of its runs."""
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    return tmp_path / "trace"


def n_looks(trace: Path) -> int:
    return trace.read_text().count('"diff-files"')


async def test_an_install_or_a_build_beside_us_makes_nobody_look(
    repo: GitRepo, environ: Environ, trace: Path
) -> None:
    repo.write(".gitignore", "build/\n*.o\n")
    repo.commit("Ignore")
    installed = [repo.path / "node_modules" / f"p{n}" / "index.js" for n in range(200)]
    built = [repo.path / "build" / f"{n}.py" for n in range(200)]
    objects = [repo.path / f"{n}.o" for n in range(200)]

    async with connected(environ, usual_answers()) as editor:
        await editor.start([repo.path], CLIENT)
        await is_whole(editor, 3)

        async def looks_for(paths: Iterable[Path]) -> int:
            """How often git was asked about all files, a command that looks included."""
            n_before = n_looks(trace)
            tell(editor, paths)
            assert 3 == (await editor.command("foreword.index"))["files"]
            return n_looks(trace) - n_before

        of_the_command = await looks_for(())
        for path in (*installed, *built, *objects):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n")
        assert of_the_command == await looks_for((*installed, *built, *objects))
        (repo.path / "new").mkdir()
        assert of_the_command < await looks_for([repo.path / "new", *built])
