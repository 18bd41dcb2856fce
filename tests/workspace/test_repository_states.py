"""States that real repositories are in: what is saved is what is seen, and it is seen the same way twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import pytest

from foreword.core.tree import blob_id
from foreword.workspace.files.disk import open_root
from foreword.workspace.files.walk import snapshot_digest
from foreword.workspace.git.history import churn, heads, resolve_anchor
from foreword.workspace.git.repository import open_repository
from gitrepo import GitRepo, make_repo, run_git
from workspaces import saved

EDITED = "a = 'saved'\n"


def git(*commands: str) -> Callable[[GitRepo], Path]:
    """A state that some git commands make; those that stop at a conflict are meant to."""

    def arrange(repo: GitRepo) -> Path:
        for command in commands:
            subprocess.run(
                ["git", *command.split()], cwd=repo.path, capture_output=True, timeout=60, check=False
            )
        return repo.path

    return arrange


def clone(*options: str) -> Callable[[GitRepo], Path]:
    def arrange(repo: GitRepo) -> Path:
        repo.git("config", "uploadpack.allowFilter", "true")
        target = repo.path.parent / "clone"
        run_git(repo.path.parent, "clone", "-q", *options, repo.path.as_uri(), str(target))
        return target

    return arrange


def attributes(line: str) -> Callable[[GitRepo], Path]:
    def arrange(repo: GitRepo) -> Path:
        repo.write(".gitattributes", f"{line}\n")
        repo.commit()
        return repo.path

    return arrange


def worktree(repo: GitRepo) -> Path:
    repo.git("worktree", "add", "-q", str(repo.path.parent / "linked"), "-b", "linked")
    return repo.path.parent / "linked"


def submodule(repo: GitRepo) -> Path:
    outer = make_repo(repo.path.parent / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", repo.path.as_uri(), "inner")
    outer.commit()
    return outer.path / "inner"


def moved_git_directory(repo: GitRepo) -> Path:
    elsewhere = repo.path.parent / "elsewhere.git"
    (repo.path / ".git").rename(elsewhere)
    (repo.path / ".git").write_text(f"gitdir: {elsewhere}\n")
    return repo.path


def subfolder(repo: GitRepo) -> Path:
    return repo.path / "folder"


def no_git(repo: GitRepo) -> Path:
    (repo.path / ".git").rename(repo.path.parent / "away")
    return repo.path


def lock_left_behind(repo: GitRepo) -> Path:
    (repo.path / ".git" / "index.lock").touch()
    return repo.path


def no_index(repo: GitRepo) -> Path:
    (repo.path / ".git" / "index").unlink()
    return repo.path


def sha256(repo: GitRepo) -> Path:
    other = make_repo(repo.path.parent / "sha256", "--object-format=sha256")
    other.write("a.py", "a = 1\n")
    other.commit()
    return other.path


STATES: Mapping[str, Callable[[GitRepo], Path]] = {
    "clean": git(),
    "shallow clone": clone("--depth=1"),
    "blobless clone": clone("--filter=blob:none"),
    "treeless clone": clone("--filter=tree:0"),
    "clone of one branch": clone("--single-branch"),
    "shared clone": clone("--shared"),
    "linked worktree": worktree,
    "submodule": submodule,
    "git directory elsewhere": moved_git_directory,
    "subfolder": subfolder,
    "outside git": no_git,
    "sha256": sha256,
    "lock left behind": lock_left_behind,
    "no index": no_index,
    "index version 2": git("update-index --index-version 2"),
    "index version 4": git("update-index --index-version 4"),
    "split index": git("update-index --split-index"),
    "untracked cache": git("update-index --untracked-cache"),
    "sparse checkout": git("sparse-checkout set folder"),
    "sparse index": git("sparse-checkout set --sparse-index folder"),
    "assume unchanged": git("update-index --assume-unchanged a.py"),
    "skip worktree": git("update-index --skip-worktree a.py"),
    "intent to add": git("rm -q --cached a.py", "add -N a.py"),
    "removed from the index": git("rm -q --cached a.py"),
    "detached": git("checkout -q --detach"),
    "unborn branch": git("checkout -q --orphan new"),
    "orphan, all removed": git("checkout -q --orphan new", "rm -rfq --cached ."),
    "merge with a conflict": git("merge other"),
    "rebase with a conflict": git("rebase other"),
    "cherry-pick with a conflict": git("cherry-pick other"),
    "revert with a conflict": git("revert --no-edit HEAD~1"),
    "am stopped": git("am --show-current-patch"),
    "bisect": git("bisect start", "bisect bad", "bisect good HEAD~1"),
    "stash": git("stash"),
    "packed": git("gc -q", "pack-refs --all"),
    "commit graph": git("commit-graph write --reachable"),
    "no reflog": git("config core.logAllRefUpdates false"),
    "tag of the branch's name": git("tag main"),
    "upstream is gone": git("config branch.main.remote nowhere", "config branch.main.merge refs/heads/main"),
    "autocrlf": git("config core.autocrlf true"),
    "no file modes": git("config core.fileMode false"),
    "ignore case": git("config core.ignoreCase true"),
    "no quoting": git("config core.quotePath false"),
    "relative paths off": git("config status.relativePaths false"),
    "many remotes": git("remote add b ../nowhere", "remote add a ../nowhere"),
    "text=auto": attributes("* text=auto"),
    "eol=crlf": attributes("* text eol=crlf"),
    "ident": attributes("* ident"),
    "encoding": attributes("*.txt working-tree-encoding=UTF-16LE"),
    "export-ignore": attributes("a.py export-ignore"),
    "merge driver": attributes("a.py merge=ours diff=nothing"),
    "large files": attributes("*.bin filter=lfs diff=lfs merge=lfs -text"),
}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """Two commits of `a.py`, and another branch that a merge of is a conflict."""
    repo = make_repo(tmp_path / "repo")
    repo.write("a.py", "a = 0\n")
    repo.write("folder/a.py", "a = 0\n")
    repo.write("odd [name] größe.py", "o = 0\n")
    repo.commit()
    repo.git("checkout", "-q", "-b", "other")
    repo.write("a.py", "a = 'other'\n")
    repo.commit()
    repo.git("checkout", "-q", "-")
    repo.write("a.py", "a = 1\n")
    repo.commit()
    return repo


@pytest.mark.parametrize("state", STATES)
def test_in_every_state_of_a_repository_the_saved_text_is_seen_and_seen_again(
    repo: GitRepo, state: str
) -> None:
    root = open_root(str(STATES[state](repo)))
    (root / "a.py").write_bytes(EDITED.encode())
    (root / "new.py").write_bytes(b"n = 1\n")
    first, second = saved(root), saved(root)
    algorithm: Literal["sha1", "sha256"] = "sha256" if state == "sha256" else "sha1"
    assert blob_id(EDITED.encode(), algorithm) == first.blobs["a.py"]
    assert blob_id(b"n = 1\n", algorithm) == first.blobs["new.py"]
    assert {"a.py", "new.py"} <= first.dirty
    assert snapshot_digest(first) == snapshot_digest(second)
    repository, problem = open_repository(root)
    assert ("outside git" == state) == (repository is None)
    assert ("treeless clone" == state) == (problem is not None)
    if repository is not None:
        anchor = resolve_anchor(repository)
        heads(repository)
        assert anchor is None or set(churn(repository, anchor.commit).values()) <= {
            n / 1000 for n in range(2001)
        }
