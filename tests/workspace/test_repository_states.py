"""States that real repositories are in: what is saved is what is seen, and it is seen the same way twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
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


def bare_with_a_worktree(repo: GitRepo) -> Path:
    outer = repo.path.parent
    run_git(outer, "clone", "-q", "--bare", str(repo.path), str(outer / "bare.git"))
    run_git(outer / "bare.git", "worktree", "add", "-q", str(outer / "tree"))
    return outer / "tree"


def locked_worktree(repo: GitRepo) -> Path:
    repo.git("config", "extensions.worktreeConfig", "true")
    linked = repo.path.parent / "linked"
    repo.git("worktree", "add", "-q", "--lock", "--detach", str(linked))
    run_git(linked, "config", "--worktree", "core.autocrlf", "false")
    return linked


def worktree_in_the_repository(repo: GitRepo) -> Path:
    repo.git("worktree", "add", "-q", str(repo.path / ".trees" / "x"), "-b", "x")
    return repo.path / ".trees" / "x"


def reached_by_a_symlink(repo: GitRepo) -> Path:
    (repo.path.parent / "door").symlink_to(repo.path)
    return repo.path.parent / "door"


def reftable(repo: GitRepo) -> Path:
    other = repo.path.parent / "reftable"
    made = subprocess.run(
        ["git", "init", "-q", "--ref-format=reftable", str(other)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    if made.returncode:
        pytest.skip("this git has no reftable")
    GitRepo(other).write("a.py", "a = 1\n")
    GitRepo(other).commit()
    return other


def fsmonitor(repo: GitRepo) -> Path:
    """A hook that would hide every change; and leave a trace if anybody ran it."""
    hook = repo.write(".git/monitor", "#!/bin/sh\ntouch ran\nprintf 'token\\0'\n")
    hook.chmod(0o755)
    repo.git("-c", f"core.fsmonitor={hook}", "update-index", "--fsmonitor")
    (repo.path / "ran").unlink(missing_ok=True)
    repo.git("config", "core.fsmonitor", str(hook))
    return repo.path


def rebase_at_an_edit(repo: GitRepo) -> Path:
    subprocess.run(
        ["git", "-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-q", "-i", "HEAD~1"],
        cwd=repo.path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (repo.path / ".git" / "rebase-merge").is_dir()
    return repo.path


def staged_otherwise(repo: GitRepo) -> Path:
    repo.write("a.py", "a = 'staged'\n")
    repo.git("add", "a.py")
    return repo.path


def replaced_object(repo: GitRepo) -> Path:
    repo.git("replace", "HEAD", "HEAD~1")
    return repo.path


def excluded_elsewhere(repo: GitRepo) -> Path:
    repo.write(".git/info/exclude", "*.log\n")
    repo.write(".git/info/attributes", "* text=auto\n")
    repo.write("out.log", "no\n")
    return repo.path


def corrupt_commit_graph(repo: GitRepo) -> Path:
    repo.write(".git/objects/info/commit-graph", b"CGPH nonsense")
    return repo.path


def renamed_by_case(repo: GitRepo) -> Path:
    """As a copy from a disk that ignores case: git sees a file that is gone, and none that has come."""
    repo.git("config", "core.ignoreCase", "true")
    repo.write(".gitignore", "*.LOG\n")
    repo.write("b.log", "no\n")
    (repo.path / "folder" / "a.py").rename(repo.path / "folder" / "A.py")
    repo.write("A.PY", "other = 1\n")
    return repo.path


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
    "renamed by case": renamed_by_case,
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
    "documentation": attributes("docs/** linguist-documentation"),
    "bare with a worktree": bare_with_a_worktree,
    "locked worktree": locked_worktree,
    "worktree in the repository": worktree_in_the_repository,
    "reached by a symlink": reached_by_a_symlink,
    "reftable": reftable,
    "shallow and of one branch": clone("--depth=1", "--no-single-branch"),
    "clone with a reference": lambda repo: clone("--reference", str(repo.path))(repo),
    "clone without tags and a checkout": clone("--no-tags", "--no-checkout"),
    "sparse clone": clone("--sparse", "--filter=blob:none"),
    "file system monitor": fsmonitor,
    "rebase at an edit": rebase_at_an_edit,
    "merge that is not committed": git("merge --no-commit -s ours other"),
    "revert that is not committed": git("revert --no-commit HEAD"),
    "staged otherwise": staged_otherwise,
    "moved": git("mv a.py b.py"),
    "replaced object": replaced_object,
    "excluded elsewhere": excluded_elsewhere,
    "commit graph that is damaged": corrupt_commit_graph,
    "branch of an odd name": git("checkout -q -b größe/[日本]"),
    "many index forms": git(
        "config index.threads 4", "config feature.manyFiles true", "update-index --refresh"
    ),
    "signatures wanted": git("config commit.gpgSign true", "config log.showSignature true"),
}
ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "within a hook": {"GIT_DIR": "/nowhere/.git", "GIT_INDEX_FILE": "/nowhere/index", "GIT_PREFIX": "x/"},
    "another work tree": {"GIT_WORK_TREE": "/nowhere"},
    "traces on": {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_CURL_VERBOSE": "1"},
    "patterns taken literally": {"GIT_LITERAL_PATHSPECS": "1"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    "colours and columns": {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": "color.ui",
        "GIT_CONFIG_VALUE_0": "always",
        "GIT_CONFIG_KEY_1": "column.ui",
        "GIT_CONFIG_VALUE_1": "always",
        "GIT_CONFIG_KEY_2": "core.abbrev",
        "GIT_CONFIG_VALUE_2": "4",
    },
    "no home": {"HOME": "", "XDG_CONFIG_HOME": ""},
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
    seen_as_saved(open_root(str(STATES[state](repo))), state)


IN_PLACE = (
    "index version 4", "split index", "untracked cache", "sparse checkout", "sparse index", "assume unchanged", "skip worktree",
    "intent to add", "removed from the index", "detached", "unborn branch", "merge with a conflict", "rebase with a conflict",
    "cherry-pick with a conflict", "bisect", "stash", "packed", "commit graph", "autocrlf", "no file modes", "no quoting",
    "many index forms", "signatures wanted", "replaced object", "excluded elsewhere", "ident", "text=auto", "eol=crlf",
    "file system monitor", "staged otherwise", "renamed by case",
)  # fmt: skip
"""States that a repository can be in at once with others; git refuses some of them in some orders."""


@pytest.mark.parametrize("seed", range(16))
def test_in_several_states_at_once_the_saved_text_is_seen_and_seen_again(repo: GitRepo, seed: int) -> None:
    names = Random(seed).sample(IN_PLACE, 4)
    for name in names:
        with suppress(AssertionError):
            STATES[name](repo)
    seen_as_saved(open_root(str(repo.path)), "+".join(names))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_in_every_environment_the_saved_text_is_seen_and_seen_again(
    repo: GitRepo, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(variable, value)
    seen_as_saved(open_root(str(repo.path)), name)


def test_a_name_that_differs_by_case_is_another_file(repo: GitRepo) -> None:
    tree = saved(open_root(str(renamed_by_case(repo))))
    assert {"A.PY", "a.py", "folder/A.py"} <= tree.blobs.keys()
    assert not {"folder/a.py", "b.log"} & tree.blobs.keys()


def seen_as_saved(root: Path, state: str) -> None:
    (root / "a.py").write_bytes(EDITED.encode())
    (root / "new.py").write_bytes(b"n = 1\n")
    first, second = saved(root), saved(root)
    algorithm: Literal["sha1", "sha256"] = "sha256" if state == "sha256" else "sha1"
    assert blob_id(EDITED.encode(), algorithm) == first.blobs["a.py"]
    assert blob_id(b"n = 1\n", algorithm) == first.blobs["new.py"]
    assert {"a.py", "new.py"} <= first.dirty
    assert snapshot_digest(first) == snapshot_digest(second)
    # Programs that the repository's configuration names are not run.
    assert not (root / "ran").exists()
    repository, problem = open_repository(root)
    assert ("outside git" == state) == (repository is None)
    assert ("treeless clone" == state) == (problem is not None)
    if repository is not None:
        anchor = resolve_anchor(repository)
        heads(repository)
        assert anchor is None or set(churn(repository, anchor.commit).values()) <= {
            n / 1000 for n in range(2001)
        }
