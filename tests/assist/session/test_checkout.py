from __future__ import annotations

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

N_FILES = 2_000


def test_a_checkout_of_two_thousand_files_parses_what_is_unseen_and_nothing_on_the_way_back(
    repo: GitRepo, fixture: WorkspaceFixture
) -> None:
    for number in range(N_FILES):
        repo.write(f"m/{number // 100}/f{number}.py", f"def on_main_{number}(): ...\n")
    repo.commit("Many files")
    repo.branch("other")
    for number in range(N_FILES):
        repo.write(f"m/{number // 100}/f{number}.py", f"def on_other_{number}(): ...\n")
    repo.commit("Change them all")
    repo.checkout("main")
    with fixture.session(repo.path) as session:
        n_files = take_snapshot(session).report.files
        repo.checkout("other")
        there = take_snapshot(session)
        assert (n_files, N_FILES) == (there.report.files, there.report.parsed)
        assert ["m/0/f7.py"] == [path for path, _ in there.index.definitions("on_other_7")]
        assert [] == list(there.index.definitions("on_main_7"))
        repo.checkout("main")
        back = take_snapshot(session)
        assert (n_files, 0) == (back.report.files, back.report.parsed)
        assert ["m/0/f7.py"] == [path for path, _ in back.index.definitions("on_main_7")]
