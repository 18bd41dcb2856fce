from __future__ import annotations

from pathlib import Path

import pytest

from foreword.workspace.files.watch_filter import FEW, relevant_paths
from gitrepo import make_repo
from workspaces import repository_of

MANY = tuple(f"build/d{number % 7}/new{number}.py" for number in range(2 * FEW))


@pytest.mark.parametrize(
    ("changed", "counting"),
    [
        ((), set()),
        (("a.py", "b/new.py"), {"a.py", "b/new.py"}),
        (("build/new.py", "a.o"), set()),
        (("build/kept/tracked.py", "build/kept/new.py"), {"build/kept/tracked.py"}),
        (MANY, set()),
        ((*MANY, "build/kept/tracked.py", "a.py", "näm e.py"), {"build/kept/tracked.py", "a.py", "näm e.py"}),
        (tuple(f"o{number}.o" for number in range(2 * FEW)), set()),
        (tuple(f"o{number}.py" for number in range(2 * FEW)), {f"o{number}.py" for number in range(2 * FEW)}),
        (("build", "b"), {"build", "b"}),
        (("out",), set()),
        (("sub/node_modules/x/index.js", ".venv/lib/x.py", ".git/index"), set()),
        ((".gitignore", "out/.gitignore"), {".gitignore"}),
        (("link/a.py", "a.o"), {"link/a.py", "a.o"}),
    ],
    ids=[
        "nothing",
        "known and new",
        "in an ignored folder, and by its own name",
        "tracked in an ignored folder",
        "many in an ignored folder",
        "many, and some that count",
        "many of an ignored kind",
        "many new ones",
        "folders with tracked files",
        "an ignored folder",
        "in folders that nobody reads",
        "rules",
        "git refuses to look through a link",
    ],
)
def test_what_is_ignored_and_not_tracked_does_not_count(
    changed: tuple[str, ...], counting: set[str], tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "r")
    repo.write(".gitignore", "build/\nout/\n*.o\n")
    repo.write("a.py", "a\n")
    repo.write("b/c.py", "c\n")
    repo.write("build/kept/tracked.py", "tracked\n")
    repo.write("out/x", "x\n")
    (repo.path / "link").symlink_to("b")
    repo.git("add", "-f", "build/kept/tracked.py")
    repo.commit("Begin")
    assert counting == relevant_paths(repository_of(repo.path), changed)


def test_outside_git_only_folders_that_nobody_reads_do_not_count() -> None:
    assert {"a.o", "build/x"} == relevant_paths(None, ("a.o", "build/x", "node_modules/x/index.js"))
