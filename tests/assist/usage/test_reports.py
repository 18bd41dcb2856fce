from __future__ import annotations

from foreword.assist.session.snapshot.workspace_snapshot import take_snapshot
from foreword.assist.usage.reports import index_json
from foreword.core.tree import blob_id, make_tree
from foreword.index.build.build import refresh
from gitrepo import GitRepo
from index_files import FaultyExtractor, MemoryReader
from workspace_fixture import WorkspaceFixture


def test_a_file_on_which_its_grammar_crashed_is_named(repo: GitRepo, fixture: WorkspaceFixture) -> None:
    broken = {"broken.py": b"raise\n"}
    repo.write("broken.py", broken["broken.py"])
    repo.commit("Break")
    with fixture.session(repo.path) as session:
        tree = make_tree({path: blob_id(data) for path, data in broken.items()})
        refresh(session.index_store, tree, MemoryReader(broken), n_workers=1, extract=FaultyExtractor())
        told = index_json(take_snapshot(session))
    assert (4, 3) == (told["files"], told["parsed"])
    assert [{"path": "broken.py", "reason": "crash"}] == told["asText"]
