"""Which lines recent commits changed, told by where they stand now; real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword.workspace.git.line_changes import changed_lines
from gitrepo import GitRepo, make_repo
from workspaces import repository_of

TEXT = [f"line {n}" for n in range(1, 21)]


def write(repo: GitRepo, lines: list[str], path: str = "a.py", message: str = "Change") -> None:
    repo.write(path, "".join(f"{line}\n" for line in lines))
    repo.commit(message)


def changed(repo: GitRepo, *paths: str) -> dict[str, list[tuple[int, int, int]]]:
    repository = repository_of(repo.path)
    head = repo.git("rev-parse", "HEAD").strip()
    found = changed_lines(repository, head, paths or ("a.py",))
    return {path: [(one.commit, one.first, one.last) for one in lines] for path, lines in found.items()}


@pytest.fixture
def lined(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    write(repo, TEXT)
    return repo


def test_changed_lines_are_told_for_each_commit_the_newest_first(lined: GitRepo) -> None:
    write(lined, [*TEXT[:4], "five", *TEXT[5:]])
    write(lined, [*TEXT[:4], "five", *TEXT[5:9], "ten", "eleven", *TEXT[11:]])
    assert [(0, 10, 11), (1, 5, 5)] == changed(lined)["a.py"][:2]


def test_what_later_commits_put_above_moves_a_line_down_and_what_they_took_moves_it_up(
    lined: GitRepo,
) -> None:
    write(lined, [*TEXT[:9], "ten", *TEXT[10:]])
    write(lined, ["new", "new", "new", *TEXT[:9], "ten", *TEXT[10:]])
    assert (1, 13, 13) in changed(lined)["a.py"]
    write(lined, [*TEXT[5:9], "ten", *TEXT[10:]])
    assert (2, 5, 5) in changed(lined)["a.py"]


def test_a_line_that_was_replaced_since_stands_where_the_new_ones_begin(lined: GitRepo) -> None:
    write(lined, [*TEXT[:9], "ten", *TEXT[10:]])
    write(lined, [*TEXT[:8], "nine", "and ten", *TEXT[10:]])
    assert [(0, 9, 10), (1, 9, 9)] == changed(lined)["a.py"][:2]


def test_lines_that_look_like_a_patch_are_not_taken_for_one(lined: GitRepo) -> None:
    head = lined.git("rev-parse", "HEAD").strip()
    write(lined, ["++ b/other.py", "@@ -1 +1 @@", head, *TEXT])
    assert {"a.py": [(0, 1, 3)]} == {path: lines[:1] for path, lines in changed(lined).items()}


def test_what_was_deleted_stands_at_the_line_before(lined: GitRepo) -> None:
    write(lined, [*TEXT[:4], *TEXT[8:]])
    assert (0, 4, 4) == changed(lined)["a.py"][0]


def test_only_the_files_that_are_asked_for_are_told(lined: GitRepo) -> None:
    write(lined, ["x"], "sub/b.py")
    write(lined, ["y"], "sub/ü.py")
    assert {"sub/b.py", "sub/ü.py"} == changed(lined, "sub/b.py", "sub/ü.py", "gone.py").keys()
    assert {} == changed(lined, "gone.py")


def test_a_folder_of_a_repository_has_paths_of_its_own(lined: GitRepo) -> None:
    write(lined, ["x"], "sub/b.py")
    write(lined, ["x", "y"], "sub/b.py")
    repository = repository_of(lined.path / "sub")
    found = changed_lines(repository, lined.git("rev-parse", "HEAD").strip(), ["b.py"])
    assert (2, 2) == (found["b.py"][0].first, found["b.py"][0].last)


def test_the_users_configuration_and_attributes_change_nothing(lined: GitRepo) -> None:
    write(lined, [*TEXT[:4], "five", *TEXT[5:]])
    plain = changed(lined)
    for name, value in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "9"),
        ("diff.interHunkContext", "9"),
        ("diff.algorithm", "patience"),
        ("color.ui", "always"),
    ):
        lined.git("config", name, value)
    lined.write(".git/info/attributes", "*.py binary\n")
    assert plain == changed(lined)


def test_a_clone_without_old_contents_tells_nothing_whatever_of_them_is_there(
    lined: GitRepo, tmp_path: Path
) -> None:
    write(lined, [*TEXT, "one more"])
    lined.git("config", "uploadpack.allowFilter", "true")
    partial = lined.clone(tmp_path / "partial", "--filter=blob:none")
    assert repository_of(partial.path).is_partial
    assert {} == changed(partial)


def test_a_commit_counts_less_the_older_it_is(lined: GitRepo) -> None:
    write(lined, [*TEXT, "one more"])
    repository = repository_of(lined.path)
    found = changed_lines(repository, lined.git("rev-parse", "HEAD").strip(), ["a.py"])["a.py"]
    assert 1.0 == found[0].weight
    assert sorted((one.weight for one in found), reverse=True) == [one.weight for one in found]
