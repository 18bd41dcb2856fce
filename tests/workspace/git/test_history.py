"""The anchor and the churn of real histories."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword.core.errors import WorkspaceError
from foreword.core.tree import Commit
from foreword.workspace.files.tree_builder import anchor_tree
from foreword.workspace.git.history import (
    HEAT_COMMITS,
    CommitAnchor,
    activity,
    churn,
    clean_revision,
    head_commit,
    is_cut_off,
    last_commit,
    merge_base,
    recent_commits,
    resolve_anchor,
    upstream_default,
)
from foreword.workspace.git.repository import Repository, open_repository
from gitrepo import GitRepo, make_repo
from workspaces import repository_of


def make_upstream(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "upstream")
    repo.write("a.txt", "a\n")
    repo.write("pkg/b.txt", "b\n")
    repo.commit("First")
    return repo


def anchor_of(path: Path) -> CommitAnchor:
    anchor = resolve_anchor(repository_of(path))
    assert anchor is not None
    return anchor


def test_an_empty_repository_has_no_anchor(tmp_path: Path) -> None:
    repository = repository_of(make_repo(tmp_path / "repo").path)
    assert resolve_anchor(repository) is None
    assert head_commit(repository) is None
    assert clean_revision(repository) == "main (no commit yet)"


def test_without_upstream_the_anchor_is_head(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    assert anchor_of(repo.path) == CommitAnchor(repo.head(), repo.git("rev-parse", "HEAD^{tree}"))


def test_own_commits_do_not_move_the_anchor(tmp_path: Path) -> None:
    fork = make_upstream(tmp_path).clone(tmp_path / "fork")
    base = fork.head()
    fork.branch("topic")
    fork.write("a.txt", "changed\n")
    fork.commit()
    assert anchor_of(fork.path) == CommitAnchor(
        base, fork.git("rev-parse", f"{base}^{{tree}}"), "refs/remotes/origin/HEAD"
    )


def test_a_newer_upstream_does_not_move_the_anchor_before_it_is_merged(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path)
    fork = upstream.clone(tmp_path / "fork")
    base = fork.head()
    fork.branch("topic")
    fork.commit()
    upstream.write("a.txt", "newer\n")
    newer = upstream.commit()
    fork.git("fetch", "-q")
    assert base == anchor_of(fork.path).commit
    fork.git("merge", "-q", "--no-edit", "origin/main")
    assert newer == anchor_of(fork.path).commit


def test_two_clones_on_different_branches_share_the_anchor(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path)
    one, two = upstream.clone(tmp_path / "one"), upstream.clone(tmp_path / "two")
    two.branch("topic")
    two.write("c.txt", "c\n")
    two.commit()
    assert anchor_of(one.path) == anchor_of(two.path)


def test_a_detached_head_has_an_anchor(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path)
    first = upstream.head()
    upstream.commit()
    fork = upstream.clone(tmp_path / "fork")
    fork.checkout(first)
    assert first == anchor_of(fork.path).commit
    assert first[:12] == clean_revision(repository_of(fork.path))


def test_unrelated_histories_fall_back_to_head(tmp_path: Path) -> None:
    fork = make_upstream(tmp_path).clone(tmp_path / "fork")
    fork.git("checkout", "-q", "--orphan", "fresh")
    head = fork.commit()
    assert anchor_of(fork.path) == CommitAnchor(head, fork.git("rev-parse", "HEAD^{tree}"))
    assert merge_base(repository_of(fork.path), "refs/remotes/origin/main") is None


def test_a_shallow_clone_of_the_default_branch_anchors_where_a_full_one_does(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path)
    upstream.commit()
    shallow, full = (
        upstream.clone(tmp_path / "shallow", "--depth=1"),
        upstream.clone(tmp_path / "full"),
    )
    assert anchor_of(full.path) == anchor_of(shallow.path)


def test_the_default_branch_is_guessed_where_the_remote_did_not_say(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path)
    upstream.branch("master")
    fork = upstream.clone(tmp_path / "fork")
    repository = repository_of(fork.path)
    assert upstream_default(repository) == "refs/remotes/origin/HEAD"
    fork.git("remote", "set-head", "origin", "--delete")
    assert upstream_default(repository) == "refs/remotes/origin/main"
    fork.git("branch", "-q", "-r", "-d", "origin/main")
    assert upstream_default(repository) == "refs/remotes/origin/master"
    fork.git("branch", "-q", "-r", "-d", "origin/master")
    assert upstream_default(repository) is None


def test_a_dangling_default_branch_is_passed_over(tmp_path: Path) -> None:
    fork = make_upstream(tmp_path).clone(tmp_path / "fork")
    fork.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    assert upstream_default(repository_of(fork.path)) == "refs/remotes/origin/main"


def test_without_origin_the_branch_decides_among_remotes(tmp_path: Path) -> None:
    fork = make_upstream(tmp_path).clone(tmp_path / "fork", "--origin=zulu")
    fork.git("remote", "add", "alpha", (tmp_path / "upstream").as_uri())
    # From git 2.48 on a fetch notes the remote's default branch.
    fork.git("config", "remote.alpha.followRemoteHEAD", "never")
    fork.git("fetch", "-q", "alpha")
    repository = repository_of(fork.path)
    assert upstream_default(repository) == "refs/remotes/zulu/HEAD"
    fork.git("checkout", "-q", "--detach")
    assert upstream_default(repository) == "refs/remotes/alpha/main"


def test_the_anchor_of_a_subfolder_is_its_part_of_the_tree(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    repository = repository_of(repo.path / "pkg")
    anchor = anchor_of(repo.path / "pkg")
    assert repo.git("rev-parse", "HEAD:pkg") == anchor.tree
    assert list(anchor_tree(repository, anchor).blobs) == ["b.txt"]


def test_a_subfolder_that_the_anchor_does_not_have_is_empty_there(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    repo.write("new/c.txt", "c\n")
    repository = repository_of(repo.path / "new")
    assert dict(anchor_tree(repository, anchor_of(repo.path / "new")).blobs) == {}
    fork = repo.clone(tmp_path / "fork")
    fork.remove("a.txt")
    fork.write("a.txt/inside", "x\n")
    assert dict(anchor_tree(repository_of(fork.path / "a.txt"), anchor_of(fork.path / "a.txt")).blobs) == {}


def test_sha256_repositories_work_alike(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", "--object-format=sha256")
    repo.write("a.txt", "a\n")
    repo.commit()
    repo.write("new/b.txt", "b\n")
    repository = repository_of(repo.path)
    tree = anchor_tree(repository, anchor_of(repo.path))
    assert {"a.txt": repo.git("rev-parse", "HEAD:a.txt")} == dict(tree.blobs)
    below = repository_of(repo.path / "new")
    assert dict(anchor_tree(below, anchor_of(repo.path / "new")).blobs) == {}


def test_an_anchor_that_is_gone_is_one_line(tmp_path: Path) -> None:
    repository = repository_of(make_upstream(tmp_path).path)
    with pytest.raises(WorkspaceError, match=r"^git ls-tree failed") as caught:
        anchor_tree(repository, CommitAnchor("0" * 40, "0" * 40))
    assert "\n" not in str(caught.value)


def test_the_revision_names_branch_and_commit(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    assert f"main@{repo.head()[:12]}" == clean_revision(repository_of(repo.path))


def test_recent_and_frequent_changes_weigh_more(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    for path in ("a.txt", "pkg/b.txt", "pkg/b.txt", 'odd "name"\t.txt'):
        repo.write(path, f"{repo.n_commits}\n")
        repo.commit()
    weights = churn(repository_of(repo.path), repo.head(), 10)
    assert weights == {'odd "name"\t.txt': 1.0, "pkg/b.txt": 1.7, "a.txt": 0.7}
    assert churn(repository_of(repo.path), repo.head(), 1) == {'odd "name"\t.txt': 1.0}
    assert churn(repository_of(repo.path / "pkg"), repo.head(), 10) == {"b.txt": 1.7}


def test_what_changed_just_now_and_alone_is_hot(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    for n in range(HEAT_COMMITS):
        repo.write("pkg/b.txt", f"{n}\n")
        repo.commit()
    repo.write("a.txt", "2\n")
    for n in range(3):
        repo.write(f"all{n}.txt", "2\n")
    repo.commit()
    repo.write("newest.txt", "2\n")
    repo.commit()
    heat = activity(repository_of(repo.path), repo.head()).heat
    assert 1.0 == heat["newest.txt"]
    assert heat["a.txt"] == pytest.approx(1 / (1 + 1 / HEAT_COMMITS) / 2)
    assert heat["pkg/b.txt"] == pytest.approx(
        sum(1 / (1 + place / HEAT_COMMITS) for place in range(2, HEAT_COMMITS + 2))
    )


def test_merges_and_the_first_commit_do_not_count_as_changes(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    repo.branch("side")
    repo.write("side.txt", "s\n")
    repo.commit()
    repo.checkout("main")
    repo.write("a.txt", "2\n")
    repo.commit()
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert set(churn(repository_of(repo.path), repo.head())) == {"side.txt", "a.txt"}


def test_a_clone_is_cut_off_where_its_edge_would_count(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    for n in range(5):
        repo.write("a.txt", f"{n}\n")
        repo.commit()
    shallow = repo.clone(tmp_path / "shallow", "--depth=3")
    cut = [is_cut_off(repository_of(shallow.path), shallow.head(), limit) for limit in (2, 3, 1000)]
    assert cut == [False, True, True]
    same = [churn(repository_of(one.path), one.head(), 2) for one in (repo, shallow)]
    assert same[0] == same[1]
    assert not is_cut_off(repository_of(repo.path), repo.head())


def test_where_a_shallow_history_ends_nothing_changed(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    repo.write("a.txt", "2\n")
    repo.commit()
    repo.write("a.txt", "3\n")
    repo.commit()
    shallow = repo.clone(tmp_path / "shallow", "--depth=2")
    assert churn(repository_of(shallow.path), shallow.head(), 10) == {"a.txt": 1.0}


def test_the_last_commit_that_touched_a_file_is_named(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    first = repo.head()
    repo.write("pkg/b.txt", "b2\n")
    touched = repo.commit("Change b: 100%")
    repo.write("a.txt", "a2\n")
    newest = repo.commit("Change a")
    repository = repository_of(repo.path)
    assert f"{touched[:7]} Change b: 100%" == last_commit(repository, first, newest, "pkg/b.txt")
    assert f"{newest[:7]} Change a" == last_commit(repository, first, newest)
    assert None is last_commit(repository, touched, newest, "pkg/b.txt")
    assert None is last_commit(repository, newest, newest)
    assert None is last_commit(repository, "0" * 40, newest)


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    repo = make_upstream(tmp_path)
    first = repo.head()
    repo.write("x.txt", "x\n")
    repo.commit("Add x")
    assert None is last_commit(repository_of(repo.path), first, repo.head(), "*.txt")


def repository(repo: GitRepo, folder: str = "") -> Repository:
    found, _ = open_repository(repo.path / folder)
    assert found is not None
    return found


@pytest.fixture
def story(tmp_path: Path) -> GitRepo:
    repo = make_repo(tmp_path / "repo")
    repo.write("a/one.py", "1\n")
    repo.commit("Begin")
    repo.write("a/one.py", "2\n")
    repo.write("b/two é.py", "2\n")
    repo.commit("Change two\n\nAt length.\n")
    repo.write("b/two é.py", "3\n")
    repo.commit("Ändere eine")
    return repo


def test_the_newest_commit_comes_first_with_its_message_and_its_files(story: GitRepo) -> None:
    newest, second, *_ = recent_commits(repository(story), story.head())
    assert Commit("Ändere eine", ("b/two é.py",)) == newest
    assert Commit("Change two\n\nAt length.", ("a/one.py", "b/two é.py")) == second


def test_of_a_folder_only_its_own_files_count(story: GitRepo) -> None:
    found = recent_commits(repository(story, "a"), story.head())
    assert [("Change two\n\nAt length.", ("one.py",))] == [(one.message, one.paths) for one in found][:1]


def test_a_limit_counts_commits(story: GitRepo) -> None:
    assert 1 == len(recent_commits(repository(story), story.head(), 1))


def test_merges_do_not_count(story: GitRepo) -> None:
    story.git("checkout", "-q", "-b", "other", "HEAD~1")
    story.write("a/one.py", "4\n")
    story.commit("Aside")
    story.git("merge", "-q", "--no-edit", "-m", "Join them", "@{-1}")
    assert "Join them" not in [one.message for one in recent_commits(repository(story), story.head())]
