"""The life of a prefix over saved edits, commits and time, with real repositories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from foreword.assist.answering.ask import prepare_now
from foreword.prefix.layers import Anchor
from foreword.prefix.prefix_store import PrefixStore
from gitrepo import GitRepo, make_repo
from workspace_fixture import WorkspaceFixture, delta_of, text_of

COLD = 301.0


def test_a_small_repository_is_laid_whole_at_its_head(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    prefix = fixture.ask_about(repo.path)
    assert Anchor("git", repo.git("rev-parse", "HEAD^{tree}"), repo.head()) == prefix.anchor
    assert prefix.base.whole
    assert () == prefix.delta
    assert {"README.md": "full", "shop/cart.py": "full", "shop/price.py": "full"} == prefix.base.forms


def test_asking_again_gives_the_same_bytes(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    assert fixture.ask_about(repo.path) == fixture.ask_about(repo.path)


def test_each_saved_edit_adds_a_block_and_changes_nothing_before_it(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    first = fixture.ask_about(repo.path)
    repo.write("shop/price.py", "def price_of(item):\n    return item.price * 2\n")
    second = fixture.ask_about(repo.path)
    repo.write("shop/tax.py", "RATE = 0.2\n")
    third = fixture.ask_about(repo.path)
    assert first.base == second.base == third.base
    assert second.delta == third.delta[:1]
    assert (1, 2) == (len(second.delta), len(third.delta))
    assert "+    return item.price * 2\n" in second.delta[0].text
    assert "RATE = 0.2" in third.delta[1].text
    assert "price" not in third.delta[1].text
    assert ("shop/price.py", "shop/tax.py") == third.delta_files


def test_without_a_further_edit_nothing_is_added(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    repo.write("shop/price.py", "x = 1\n")
    assert fixture.ask_about(repo.path) == fixture.ask_about(repo.path)


def test_an_edit_that_is_taken_back_is_told_as_such(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    original = (repo.path / "shop/price.py").read_text()
    fixture.ask_about(repo.path)
    repo.write("shop/price.py", original.replace("item.price", "0"))
    fixture.ask_about(repo.path)
    repo.write("shop/price.py", original)
    prefix = fixture.ask_about(repo.path)
    assert 2 == len(prefix.delta)
    assert "-    return 0\n+    return item.price\n" in prefix.delta[1].text


def test_a_file_that_is_deleted_and_comes_back_is_new(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.ask_about(repo.path)
    repo.remove("shop/price.py")
    assert '<deleted path="shop/price.py"/>' in delta_of(fixture.ask_about(repo.path))
    repo.write("shop/price.py", "PRICE = 1\n")
    prefix = fixture.ask_about(repo.path)
    assert "<new>" in prefix.delta[1].text
    assert prefix.shows_in_full("shop/price.py")


def test_committing_while_warm_moves_nothing(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    first = fixture.ask_about(repo.path)
    repo.write("shop/price.py", "x = 1\n")
    second = fixture.ask_about(repo.path)
    repo.commit("Change the price")
    assert second == fixture.ask_about(repo.path)
    assert first.anchor == second.anchor


def test_switching_the_branch_while_warm_is_told_as_changes(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    first = fixture.ask_about(repo.path)
    repo.branch("topic")
    repo.write("shop/topic.py", "TOPIC = True\n")
    repo.commit("Topic")
    fixture.ask_about(repo.path)
    repo.checkout("main")
    prefix = fixture.ask_about(repo.path)
    assert first.base == prefix.base
    assert '<deleted path="shop/topic.py"/>' in prefix.delta[1].text


def test_a_cold_base_moves_to_the_new_commit_and_the_delta_is_gone(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.ask_about(repo.path)
    repo.write("shop/price.py", "x = 1\n")
    fixture.ask_about(repo.path)
    head = repo.commit("Change the price")
    fixture.now += COLD
    prefix = fixture.ask_about(repo.path)
    assert (head, ()) == (prefix.anchor.commit, prefix.delta)
    assert "x = 1\n" in text_of(prefix)


def test_every_question_keeps_the_base_warm(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    first = fixture.ask_about(repo.path)
    repo.commit("Nothing much")
    repo.write("shop/price.py", "x = 1\n")
    for _ in range(3):
        fixture.now += COLD - 2
        assert first.base == fixture.ask_about(repo.path).base


def test_a_base_that_lives_for_an_hour_is_warm_after_half_of_it(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    first = fixture.ask_about(repo.path, ttl_s=3_600)
    repo.write("shop/price.py", "x = 1\n")
    repo.commit()
    fixture.now += 1_800
    assert first.anchor == fixture.ask_about(repo.path).anchor


def test_a_cold_delta_without_a_commit_is_folded_into_one_block(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    for n in range(3):
        repo.write("shop/price.py", f"x = {n}\n")
        fixture.ask_about(repo.path)
    fixture.now += COLD
    prefix = fixture.ask_about(repo.path)
    assert 1 == len(prefix.delta)
    assert "+x = 2\n" in delta_of(prefix)
    assert "x = 1" not in delta_of(prefix)


def test_a_delta_over_its_limit_moves_the_base_although_it_is_warm(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {"context.delta": 500}
    first = fixture.ask_about(repo.path)
    repo.write("shop/big.py", "".join(f"value_{n} = {n}\n" for n in range(200)))
    head = repo.commit("Add much")
    prefix = fixture.ask_about(repo.path)
    assert first.anchor != prefix.anchor
    assert (head, ()) == (prefix.anchor.commit, prefix.delta)


def test_the_base_is_shared_with_the_upstream_until_own_commits_are_too_much(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path
) -> None:
    fork = repo.clone(tmp_path / "fork")
    shared = fork.head()
    fork.write("shop/own.py", "OWN = 1\n")
    fork.commit("Own work")
    prefix = fixture.ask_about(fork.path)
    assert shared == prefix.anchor.commit
    assert "OWN = 1" in delta_of(prefix)
    fixture.flags = {"context.delta": 500}
    fork.write("shop/big.py", "".join(f"value_{n} = {n}\n" for n in range(200)))
    head = fork.commit("Much own work")
    assert head == fixture.ask_about(fork.path).anchor.commit


def test_a_look_changes_nothing_that_is_kept(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.ask_about(repo.path)
    repo.write("shop/price.py", "x = 1\n")
    seen = fixture.look_at(repo.path)
    assert "+x = 1\n" in delta_of(seen)
    repo.write("shop/price.py", "x = 2\n")
    prefix = fixture.ask_about(repo.path)
    assert 1 == len(prefix.delta)
    assert "x = 1" not in delta_of(prefix)


def test_a_folder_outside_of_git_is_anchored_at_what_it_held(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_text("a = 1\nb = 1\n")
    first = fixture.ask_about(folder)
    assert "snapshot" == first.anchor.kind
    (folder / "a.py").write_text("a = 2\nb = 1\n")
    second = fixture.ask_about(folder)
    assert first.base == second.base
    assert "-a = 1\n+a = 2\n b = 1\n" in delta_of(second)
    (folder / "a.py").unlink()
    assert '<deleted path="a.py"/>' in fixture.ask_about(folder).delta[1].text
    fixture.now += COLD
    (folder / "b.py").write_text("b = 2\n")
    third = fixture.ask_about(folder)
    assert (first.anchor != third.anchor, ()) == (True, third.delta)


def test_a_look_before_the_first_question_does_not_lose_what_a_folder_held(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_text("a = 1\n" + "# the same\n" * 20)
    fixture.look_at(folder)
    fixture.ask_about(folder)
    (folder / "a.py").write_text("a = 2\n" + "# the same\n" * 20)
    assert "-a = 1\n+a = 2\n" in delta_of(fixture.ask_about(folder))


def test_a_snapshot_whose_index_was_deleted_is_laid_anew(fixture: WorkspaceFixture, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_text("a = 1\n")
    first = fixture.ask_about(folder)
    (folder / "a.py").write_text("a = 2\n")
    for path in sorted((fixture.home / "cache").rglob("*")):
        if path.is_file():
            path.unlink()
    prefix = fixture.ask_about(folder)
    assert first.anchor != prefix.anchor
    assert ["a new base is laid"] == [problem.split("; ")[-1] for problem in fixture.problems]


def test_of_a_large_file_the_base_shows_what_is_worked_on_until_the_file_changes(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.flags = {"context.budget": 8_000}
    functions = [f"def step_{n}(order):\n" + "    order.total += 7  # a step\n" * 20 for n in range(60)]
    repo.write("shop/steps.py", "\n\n".join(functions))
    repo.commit("Write many steps")
    functions[40] = functions[40].replace("total += 7", "total += 8")
    repo.write("shop/steps.py", "\n\n".join(functions))
    repo.commit("Change one step")
    prefix = fixture.ask_about(repo.path)
    assert "parts" == prefix.base.forms["shop/steps.py"]
    ((first, last),) = [part for part in prefix.shown_in_parts["shop/steps.py"] if part[0] <= 921 <= part[1]]
    assert (921, 941) == (first, last)
    text = "".join(block.text for block in prefix.base.blocks)
    assert f"{first}\tdef step_40(order):\n{first + 1}\t    order.total += 8  # a step\n" in text
    # From the store, where another process finds it.
    assert prefix.base == fixture.ask_about(repo.path).base
    with fixture.session(repo.path) as session:
        asked = prepare_now(session, "Which order has the total of step_40, and step_39?")
        material = "".join(asked.turn)
        assert "def step_39(order)" in material or "step_39" in text
        assert f"{first + 1}\t" not in material
    functions[40] = functions[40].replace("total += 8", "total += 9")
    repo.write("shop/steps.py", "\n\n".join(functions))
    after = fixture.ask_about(repo.path)
    assert prefix.base == after.base
    assert "+    order.total += 9  # a step\n" in after.delta[-1].text
    assert {} == after.shown_in_parts


def test_an_empty_repository_and_an_empty_folder_have_a_prefix(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "empty")
    assert "(no files yet)" in text_of(fixture.ask_about(repo.path))
    folder = tmp_path / "nothing"
    folder.mkdir()
    assert fixture.ask_about(folder).base == fixture.ask_about(repo.path).base


def test_the_first_commit_of_a_repository_becomes_its_anchor_when_it_is_cold(
    fixture: WorkspaceFixture, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "young")
    repo.write("a.py", "a = 1\n")
    assert "snapshot" == fixture.ask_about(repo.path).anchor.kind
    head = repo.commit()
    assert "snapshot" == fixture.ask_about(repo.path).anchor.kind
    fixture.now += COLD
    repo.write("b.py", "b = 1\n")
    assert head == fixture.ask_about(repo.path).anchor.commit


def test_an_anchor_that_git_has_thrown_away_is_replaced(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    first = fixture.ask_about(repo.path)
    tree = first.anchor.tree
    repo.write("shop/price.py", "x = 1\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "-m", "Rewritten")
    for object_id in (first.anchor.commit, tree):
        (repo.path / ".git" / "objects" / object_id[:2] / object_id[2:]).unlink()
    for path in sorted((fixture.home / "cache").rglob("*.sqlite*")):
        path.unlink()
    prefix = fixture.ask_about(repo.path)
    assert (repo.head(), ()) == (prefix.anchor.commit, prefix.delta)
    assert any("can't be read any more" in problem for problem in fixture.problems)


def test_a_lineage_is_kept_when_the_index_is_deleted(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    first = fixture.ask_about(repo.path)
    repo.write("shop/price.py", "x = 1\n")
    second = fixture.ask_about(repo.path)
    for path in sorted((fixture.home / "cache").rglob("*.sqlite*")):
        path.unlink()
    assert second == fixture.ask_about(repo.path)
    assert first.base == second.base


@pytest.mark.parametrize("setting", [{"context.budget": 3_000}, {}])
def test_other_settings_of_the_base_have_a_prefix_of_their_own(
    fixture: WorkspaceFixture, repo: GitRepo, setting: dict[str, object]
) -> None:
    first = fixture.ask_about(repo.path)
    fixture.flags = setting
    second = fixture.ask_about(repo.path)
    fixture.flags = {}
    assert (first.variant == second.variant) == (not setting)
    assert first == fixture.ask_about(repo.path)


def test_two_clones_and_a_linked_worktree_share_every_byte(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "elsewhere" / "of another name")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    places = [repo.path, clone.path, tmp_path / "linked"]
    prefix = [
        WorkspaceFixture(tmp_path / f"home-{n}", now=1e9 * (n + 1)).ask_about(place)
        for n, place in enumerate(places)
    ]
    assert 1 == len({json.dumps(one.digests) for one in prefix})
    assert 1 == len({text_of(one) for one in prefix})
    assert all(str(tmp_path) not in text_of(one) for one in prefix)


def test_worktrees_of_one_user_have_deltas_of_their_own(
    fixture: WorkspaceFixture, repo: GitRepo, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    fixture.ask_about(repo.path)
    (tmp_path / "linked" / "shop" / "price.py").write_text("x = 1\n")
    linked = fixture.ask_about(tmp_path / "linked")
    main = fixture.ask_about(repo.path)
    assert (main.base, main.delta) == (linked.base, ())
    assert 1 == len(linked.delta)


def test_a_folder_of_a_repository_is_a_workspace_of_its_own(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    prefix = fixture.ask_about(repo.path / "shop")
    assert {"cart.py", "price.py"} == prefix.base.forms.keys()
    repo.write("README.md", "changed\n")
    repo.write("shop/price.py", "x = 1\n")
    assert ("price.py",) == fixture.ask_about(repo.path / "shop").delta_files


def test_a_damaged_store_of_prefixes_costs_the_cache_and_nothing_else(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    fixture.ask_about(repo.path)
    store = fixture.home / "data" / "prefixes.sqlite"
    for path in store.parent.glob("prefixes.sqlite*"):
        path.unlink()
    store.write_bytes(b"rubbish" * 1_000)
    assert fixture.ask_about(repo.path).base.whole
    assert any("prefixes.sqlite could not be read" in problem for problem in fixture.problems)


LAY = """
import sys
from pathlib import Path
from workspace_fixture import WorkspaceFixture
laid = WorkspaceFixture(Path(sys.argv[1])).ask_about(Path(sys.argv[2]))
print(laid.digests["base"], laid.digests["delta"])
"""


def test_two_processes_that_ask_at_once_send_the_same_bytes(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.ask_about(repo.path)
    repo.write("shop/price.py", "x = 1\n")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-c", LAY, str(fixture.home), str(repo.path)]
    started = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate(timeout=60)[0] for process in started}
    assert [0, 0, 0] == [process.returncode for process in started]
    assert 1 == len(said)
    with (
        fixture.session(repo.path) as session,
        PrefixStore(fixture.home / "data" / "prefixes.sqlite") as store,
    ):
        lineage = store.lineage(session.worktree, fixture.look_at(repo.path).variant)[1]
    assert lineage is not None
    assert 1 == len(lineage.delta)


def test_a_repository_whose_head_is_lost_is_read_as_it_stands_on_disk(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    (repo.path / ".git" / "objects" / repo.head()[:2] / repo.head()[2:]).unlink()
    prefix = fixture.ask_about(repo.path)
    assert "snapshot" == prefix.anchor.kind
    assert prefix.base.whole
