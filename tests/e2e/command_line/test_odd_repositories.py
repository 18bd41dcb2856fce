"""Repositories as they are out there: none of them crashes a command, and what can be answered is."""

from __future__ import annotations

import itertools
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from foreword_cli import Foreword
from foreword_output import ANSWER, Done, misfit
from gitrepo import GitRepo, make_repo, run_git
from messages_api import MessagesApi
from prefix_money import prefix_texts

Q = "How does checkout compute the gross total?"


def check(done: Done) -> list[str]:
    """The paths that an answer cites; there was nothing to complain about."""
    assert (0, "") == (done.code, done.err)
    assert misfit(done.answer, ANSWER) is None
    return [citation["path"] for citation in done.answer["citations"]]


def test_a_repository_without_a_commit_keeps_its_warm_snapshot_when_the_first_one_comes(
    offline: Foreword, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("app.py", "def checkout():\n    return 1\n")
    assert ["app.py"] == check(offline.ask(repo.path, Q))
    repo.write("app.py", "def checkout():\n    return 2\n")
    check(offline.ask(repo.path, Q))
    repo.commit("At last")
    check(offline.ask(repo.path, Q))
    assert "snapshot" == offline.json("context", repo.path)["anchor"]["kind"]
    colleague = Foreword(tmp_path / "colleague")
    assert "git" == colleague.json("context", repo.path)["anchor"]["kind"]


def test_a_module_in_the_working_directory_is_not_run(
    offline: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    shop.write("multiprocessing.py", "open('it-ran', 'w').close()\n")
    shop.write("types.py", "raise SystemExit('the wrong types')\n")
    start = tmp_path / "start.py"
    start.write_text("from foreword.cli.main import run\n\nif __name__ == '__main__':\n    run()\n")
    done = subprocess.run(
        [sys.executable, str(start), "index"],
        cwd=shop.path,
        env=offline.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert not (shop.path / "it-ran").exists()


def test_a_detached_head(offline: Foreword, shop: GitRepo) -> None:
    first = shop.head()
    shop.write("later.py", "def checkout_later():\n    pass\n")
    shop.commit("Later")
    shop.checkout(first)
    assert "shop/checkout.py" in check(offline.ask(shop.path, Q))
    assert first == offline.json("context", shop.path)["anchor"]["commit"]


def test_a_shallow_clone_gives_the_same_digest_of_the_tree(
    offline: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    shop.write("README.md", "# Changed\n")
    shop.commit("Change")
    shallow = shop.clone(tmp_path / "shallow", "--depth", "1")
    done = offline.ask(shallow.path, Q)
    assert "shallow clone" in done.err
    assert "shop/checkout.py" in check(replace(done, err=""))


def test_a_blobless_clone(offline: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    shop.git("config", "uploadpack.allowFilter", "true")
    partial = shop.clone(tmp_path / "partial", "--filter=blob:none")
    assert "shop/checkout.py" in check(offline.ask(partial.path, Q))


def test_a_branch_ahead_of_its_upstream_keeps_the_shared_base(
    offline: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    clone = shop.clone(tmp_path / "clone")
    clone.branch("topic")
    clone.write("topic.py", "def topic():\n    pass\n")
    clone.commit("Work")
    shown = offline.json("context", clone.path)
    assert shop.head() == shown["anchor"]["commit"]
    assert ["topic.py"] == [file["path"] for file in shown["layers"][2]["files"]]


def test_a_submodule_is_named_and_not_read(offline: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner")
    inner.write("inner.py", "def inner_checkout():\n    pass\n")
    inner.commit("Begin")
    shop.git("submodule", "add", "-q", inner.path.as_uri(), "vendored")
    shop.commit("Vendor")
    assert "shop/checkout.py" in check(offline.ask(shop.path, Q))
    assert {"path": "vendored", "reason": "submodule"} in offline.json("index", shop.path)["leftOut"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_symlink_loops_ways_out_and_pipes(offline: Foreword, shop: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("def outside_secret():\n    pass\n")
    (shop.path / "loop").symlink_to(shop.path, target_is_directory=True)
    (shop.path / "self.py").symlink_to("self.py")
    (shop.path / "out.py").symlink_to(tmp_path / "outside.py")
    (shop.path / "dangling.py").symlink_to("nowhere.py")
    os.mkfifo(shop.path / "pipe.py")
    done = offline.ask(shop.path, Q)
    assert "shop/checkout.py" in check(done)
    assert [] == offline.json("symbols", shop.path, "outside_secret")
    shop.git("add", "-A", "--", "loop", "self.py", "out.py", "dangling.py")
    shop.commit("Commit the links")
    assert "shop/checkout.py" in check(offline.ask(shop.path, Q))
    assert [] == offline.json("symbols", shop.path, "outside_secret")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("is_in_git", [True, False])
def test_devices_sockets_and_links_to_them_are_not_read(
    is_in_git: bool, offline: Foreword, short_path: Path
) -> None:
    if is_in_git:
        make_repo(short_path)
    (short_path / "app.py").write_text("def checkout():\n    return 1\n")
    (short_path / "zero.py").symlink_to("/dev/zero")
    (short_path / "in").symlink_to("/dev")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(short_path / "socket.py"))
        with suppress(OSError):  # only root may make one
            os.mknod(short_path / "device.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        assert ["app.py"] == check(offline.ask(short_path, Q))
        assert {"path": "zero.py", "reason": "symlink"} in offline.json("index", short_path)["leftOut"]


@pytest.fixture
def short_path() -> Iterator[Path]:
    """The path of a socket has a hundred bytes at most."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name).resolve()


N_DEEP = 100_000
DEEP = {
    "deep.py": "x = " + "(\n" * N_DEEP + "1" + ")\n" * N_DEEP,
    "deep.js": "[" * N_DEEP + "\n" + "]" * N_DEEP + "\n",
    "deep.json": "[\n" * N_DEEP + "]\n" * N_DEEP,
    "deep.c": "int f() " + "{\n" * N_DEEP + "}\n" * N_DEEP,
    "deep.rs": "mod a {\n" * (N_DEEP // 3) + "}\n" * (N_DEEP // 3),
    "deep.md": "> " * N_DEEP + "\n",
    "classes.py": "".join(f"{' ' * n}class A{n}:\n" for n in range(400)) + " " * 400 + "pass\n",
    "operators.py": "x = (\n" + "1 +\n" * N_DEEP + "1)\n",
}


def test_sources_that_nest_a_hundred_thousand_deep_are_read(offline: Foreword, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("app.py", "def checkout():\n    return 1\n")
    for name, text in DEEP.items():
        repo.write(name, text)
    repo.commit("Begin")
    assert "app.py" in check(offline.ask(repo.path, Q))
    index = offline.json("index", repo.path)
    assert (len(DEEP), [{"path": "deep.js", "reason": "minified"}]) == (index["files"], index["leftOut"])
    assert ["classes.py"] == [one["path"] for one in offline.json("symbols", repo.path, "A399")]
    assert "deep.rs" in check(offline.ask(repo.path, "What is mod a?", "--path", "deep.rs:3"))


def test_a_minified_file_of_five_megabytes_on_one_line_is_left_out(offline: Foreword, shop: GitRepo) -> None:
    shop.write("bundle.js", "var a=function(checkout){return checkout+1};" * 120_000)
    assert "shop/checkout.py" in check(offline.ask(shop.path, Q))
    assert {"path": "bundle.js", "reason": "too large"} in offline.json("index", shop.path)["leftOut"]


def test_a_file_that_grows_while_it_is_read_is_answered_and_known_once_it_rests(
    offline: Foreword, shop: GitRepo
) -> None:
    enough, path = threading.Event(), shop.path / "grows.py"

    def grow() -> None:
        with path.open("a") as file:
            for number in itertools.count():
                file.write(f"def checkout_{number}(): ...\n")
                file.flush()
                if enough.wait(0.001):
                    file.write("def checkout_last(): ...\n")
                    return

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(3):
            assert "shop/checkout.py" in check(offline.ask(shop.path, Q))
    finally:
        enough.set()
        writer.join()
    assert ["grows.py"] == [one["path"] for one in offline.json("symbols", shop.path, "checkout_last")]


TEXTS = {
    "utf8_bom.py": "\ufeffdef checkout_bom():\n    return 'ü'\n".encode(),
    "utf16.py": "def checkout_utf16():\n    return 'ü'\n".encode("utf-16"),
    "latin1.py": "# -*- coding: latin-1 -*-\ndef checkout_latin():\n    return 'ü'\n".encode("latin-1"),
    "crlf.py": b"def checkout_crlf():\r\n    return 1\r\n",
    "cr.py": b"def checkout_cr():\r    return 1\r",
    "nul.py": b"def checkout_nul():\n    return '\0'\n",
    "surrogate.py": b"def checkout_lone():\n    return '\xed\xa0\x80'\n",
    "empty.py": b"",
    "no_end.py": b"def checkout_end(): return 1",
    "only_newlines.py": b"\n\n\n",
    "control.md": b"# Title \x1b[31mred\x1b[0m \x07\x0c\x0b\xc2\x85\xe2\x80\xa8\n",
    "bidi.py": "access = '\u202eadmin\u202c'\n".encode(),
    "long_line.txt": b"checkout " * 4_000,
}


def test_any_bytes_in_files_are_answered_and_sent_as_valid_json(
    offline: Foreword, online: Foreword, api: MessagesApi, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo")
    for name, data in TEXTS.items():
        repo.write(name, data)
    repo.commit("Begin")
    assert check(offline.ask(repo.path, "Where is checkout_crlf and checkout_utf16 and checkout_latin?"))
    for n in range(2):
        assert 0 == online.ask(repo.path, Q).code
        for name, data in TEXTS.items():
            repo.write(name, data + f"# {n}\n".encode())
    assert [] == api.rejected
    assert "checkout_utf16" in "".join(prefix_texts(api.messages[0]))
    assert prefix_texts(api.messages[0]) == prefix_texts(api.messages[1])[:-1]


UNREADABLE_NAMES = ["new\nline.py", os.fsdecode(b"\xff\xfe.py")]
NAMES = ["with space.py", 'quo"te.py', "apos'trophe.py", "übung.py", "日本/日本.py", "-dash.py", "$(x).py"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_any_names_of_files(online: Foreword, api: MessagesApi, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    for n, name in enumerate(NAMES):
        repo.write(name, f"def checkout_{n}():\n    return {n}\n")
    for name in UNREADABLE_NAMES:
        (repo.path / name).write_text("def checkout_bytes():\n    pass\n")
    repo.commit("Begin")
    for n, name in enumerate(NAMES):
        repo.write(name, f"def checkout_{n}():\n    return -{n}\n")
    done = online.ask(repo.path, Q, "--path", "with space.py", "--path", "日本/日本.py:1")
    assert (0, []) == (done.code, api.rejected)
    changed = done.answer["receipt"]["freshness"]["deltaFiles"]
    assert set(NAMES) == set(changed)
    left_out = online.json("index", repo.path)["leftOut"]
    assert ["unreadable name"] * 2 == [left["reason"] for left in left_out]


def test_a_folder_that_is_no_repository_keeps_its_snapshot(
    online: Foreword, api: MessagesApi, tmp_path: Path
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "app.py").write_text("def checkout():\n    return 1\n")
    (folder / ".gitignore").write_text("ignored.py\n")
    (folder / "ignored.py").write_text("def ignored():\n    pass\n")
    online.ask(folder, Q)
    (folder / "app.py").write_text("def checkout():\n    return 2\n")
    online.ask(folder, Q)
    first, second = (prefix_texts(recorded) for recorded in api.messages)
    assert first == second[:-1]
    assert "+    return 2" in second[-1]
    assert "def ignored" not in "".join(second)


def test_a_folder_inside_a_repository_is_a_workspace_of_its_own(offline: Foreword, shop: GitRepo) -> None:
    shown = offline.json("context", shop.path / "shop")
    paths = {file["path"] for file in shown["layers"][1]["files"]}
    assert "checkout.py" in paths
    assert "README.md" not in paths
    assert "checkout.py" in check(offline.ask(shop.path / "shop", Q))


def test_two_worktrees_share_the_base_and_keep_their_own_deltas(
    online: Foreword, api: MessagesApi, shop: GitRepo, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    shop.git("worktree", "add", "-q", str(linked), "-b", "topic")
    (linked / "topic.py").write_text("def topic():\n    pass\n")
    shop.write("main.py", "def main():\n    pass\n")
    for folder in (shop.path, linked, shop.path):
        assert 0 == online.ask(folder, Q).code
    one, two, three = (prefix_texts(recorded) for recorded in api.messages)
    assert one == three
    assert one[:-1] == two[:-1]
    assert "def topic" in two[-1]
    assert "def main" in one[-1]
    assert "read and written" == api.messages[1].verdict


def test_a_changed_branch_is_followed(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    online.ask(shop.path, Q)
    shop.branch("topic")
    shop.write("topic.py", "def topic():\n    pass\n")
    shop.commit("Work")
    online.ask(shop.path, Q)
    shop.checkout("main")
    online.ask(shop.path, Q)
    first, second, third = (prefix_texts(recorded) for recorded in api.messages)
    assert first == second[: len(first)]
    assert "topic.py" in second[-1]
    # Back where it was, over the prefix that is warm from then.
    assert first == third


def test_a_repository_whose_objects_are_damaged_is_told(offline: Foreword, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write("app.py", "def checkout():\n    return 1\n")
    repo.commit("Begin")
    blob = run_git(repo.path, "rev-parse", "HEAD:app.py")
    damaged = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    done = offline.ask(repo.path, Q)
    assert "Traceback" not in done.err
    assert "unexpected" not in done.err
    assert len(done.err.splitlines()) <= 1


def test_a_head_that_points_nowhere_is_told(offline: Foreword, shop: GitRepo) -> None:
    (shop.path / ".git" / "HEAD").write_text("0" * 39 + "1\n")
    done = offline.ask(shop.path, Q)
    assert "Traceback" not in done.err
    assert "unexpected" not in done.err
    assert len(done.err.splitlines()) <= 1
