from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from foreword.core.errors import StoreError, cause_of
from foreword.storage.database import SharedConnection, open_database, transaction

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and locks of POSIX")

SCHEMA = "CREATE TABLE IF NOT EXISTS item (name TEXT);"
NOBODY = 65_534


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as it is for somebody who may only read it; root may write anywhere, and becomes nobody meanwhile."""
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        for above in (folder, *folder.parents):
            if above.stat().st_uid == 0:
                above.chmod(above.stat().st_mode | 0o055)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)


def names(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM item ORDER BY name")]


def add(connection: SharedConnection, name: str) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO item VALUES (?)", (name,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one row."""
    path = tmp_path / "home" / "a.sqlite"
    connection, _ = open_database(path, SCHEMA)
    with closing(connection):
        add(connection, "stored")
    return path


def test_a_read_only_file_is_read_and_goes_on_in_memory_with_one_notice(path: Path) -> None:
    with read_only(path.parent):
        one, problems = open_database(path, SCHEMA)
        with closing(one):
            add(one, "for now")
            other, again = open_database(path, SCHEMA)
            with closing(other):
                assert ["for now", "stored"] == names(other)
            assert (True, problems) == (one.in_memory, again)
            assert ["they are read-only" in problem.message for problem in problems] == [True]
        last, _ = open_database(path, SCHEMA)
        with closing(last):
            assert ["stored"] == names(last)


def test_a_home_that_can_not_be_made_goes_on_in_memory(tmp_path: Path) -> None:
    with read_only(tmp_path):
        connection, problems = open_database(tmp_path / "home" / "data" / "a.sqlite", SCHEMA)
        with closing(connection):
            add(connection, "for now")
            assert ["for now"] == names(connection)
    assert ["they are read-only" in problem.message for problem in problems] == [True]


def test_a_newer_file_is_refused_where_nothing_can_be_written_too(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with read_only(path.parent), pytest.raises(StoreError, match="is of a newer Foreword"):
        open_database(path, SCHEMA)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("nobody here may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=60)


@pytest.mark.parametrize("n_left", [0, 4096, 16_384, 40_960])
def test_a_full_disk_is_told_as_what_it_is(small_disk: Path, n_left: int) -> None:
    (small_disk / "fill").write_bytes(bytes(256 * 1024 - n_left - 4096))

    def fill() -> None:
        connection, _ = open_database(small_disk / "home" / "items.sqlite", SCHEMA)
        with closing(connection), transaction(connection):
            connection.execute("INSERT INTO item VALUES (?)", ("x" * 400_000,))

    with pytest.raises(StoreError, match=r"full.*free space there, or set FOREWORD_HOME"):
        fill()
    # The file is not taken for a damaged one.
    assert [] == list(small_disk.rglob("*.broken*"))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "free space"),
        (errno.EDQUOT, "share of its disk"),
        (errno.EROFS, "takes no changes"),
        (errno.EACCES, "permissions"),
        (errno.EISDIR, "Is a directory"),
    ],
)
def test_what_the_system_says_comes_with_what_to_do(number: int, told: str) -> None:
    said = cause_of(OSError(number, os.strerror(number)))
    assert said.startswith(os.strerror(number))
    assert told in said


def test_a_file_system_without_locks_goes_on_in_memory_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("INSERT INTO item VALUES ('held')")
        monkeypatch.setattr("fcntl.lockf", no_locks)
        connection, problems = open_database(path, SCHEMA)
    with closing(connection):
        add(connection, "for now")
        assert "for now" in names(connection)
    assert ["no locks" in problem.message for problem in problems] == [True]
