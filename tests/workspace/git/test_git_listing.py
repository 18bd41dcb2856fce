"""What git says of paths that were given to it in one run."""

from __future__ import annotations

from pathlib import Path

from foreword.workspace.git.git_listing import ignored_by_git, those_ignored
from foreword.workspace.git.repository import open_repository
from gitrepo import make_repo


def test_paths_behind_links_to_folders_are_judged_by_what_the_links_lead_to(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    repo.write(".gitignore", "*.log\n")
    repo.write("real/.gitignore", "kept\n")
    (repo.path / "link").symlink_to("real")
    (repo.path / "away").symlink_to(tmp_path)
    repository, _ = open_repository(repo.path)
    assert repository is not None
    paths = ["first.log", "link/kept", "link/new.py", "link/x.log", "new.py", "z.log"]
    assert {"first.log", "link/kept", "link/x.log", "z.log"} == ignored_by_git(repository, paths)
    # Of what lies outside git says nothing: it is as little shown as what is ignored.
    assert {"away/new.py", "z.log"} == ignored_by_git(repository, ["away/new.py", "new.py", "z.log"])
    assert frozenset({"z.log"}) == those_ignored(repository, ["away/new.py", "new.py", "z.log"])
