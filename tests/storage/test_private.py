from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword.storage.database import open_database
from foreword.storage.directories import close_to_others, make_private_folder, write_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    previous = os.umask(0o022)
    yield
    os.umask(previous)


def test_a_new_folder_and_those_above_it_are_for_the_user_alone(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    assert [0o700, 0o700] == [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")]


def test_a_database_its_log_and_its_folder_are_for_the_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "a.sqlite"
    connection, _ = open_database(path, "CREATE TABLE IF NOT EXISTS t (a)")
    connection.execute("INSERT INTO t VALUES (1)")
    modes = {file.name: mode(file) for file in path.parent.iterdir()}
    connection.close()
    assert {"a.sqlite": 0o600, "a.sqlite-wal": 0o600, "a.sqlite-shm": 0o600} == modes
    assert 0o700 == mode(path.parent)


def test_what_exists_already_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    (folder / "data" / "chat").mkdir(parents=True)
    for name in ("data/a.sqlite", "data/chat/old.md", "run.sh"):
        (folder / name).write_text("mine", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    close_to_others(folder)
    found = {str(path.relative_to(folder)): mode(path) for path in folder.rglob("*")}
    assert {
        "data": 0o700,
        "data/chat": 0o700,
        "data/a.sqlite": 0o600,
        "data/chat/old.md": 0o600,
        "run.sh": 0o700,
    } == found
    assert 0o700 == mode(folder)


def test_what_a_link_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (elsewhere / "file").write_text("theirs", encoding="utf-8")
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home" / "link").symlink_to(elsewhere)
    (tmp_path / "home" / "file").symlink_to(elsewhere / "file")
    close_to_others(tmp_path / "home")
    assert [0o755, 0o644] == [mode(elsewhere), mode(elsewhere / "file")]


def test_a_folder_that_is_closed_already_is_not_gone_through(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "home")
    (tmp_path / "home" / "file").write_text("mine", encoding="utf-8")
    close_to_others(tmp_path / "home")
    assert 0o644 == mode(tmp_path / "home" / "file")


def test_a_private_file_is_written_over_one_that_all_could_read(tmp_path: Path) -> None:
    path = tmp_path / "answer.md"
    path.write_text("an older and longer answer", encoding="utf-8")
    write_private(path, b"new")
    assert (0o600, b"new") == (mode(path), path.read_bytes())


def test_where_others_have_a_place_of_their_own_nothing_is_changed(tmp_path: Path) -> None:
    close_to_others(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()
