"""Foreword's own data in the way: damaged files are begun anew and said so; a locked one is not waited for forever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo

Q = "How does checkout compute the gross total?"

STORES = {"index": "cache/index/*.sqlite", "prefixes": "data/prefixes.sqlite", "ledger": "data/ledger.sqlite"}


def store_of(user: Foreword, name: str) -> Path:
    (path,) = user.data.glob(STORES[name])
    return path


def without_log(path: Path) -> None:
    """What a process that was killed leaves may include a log; the damage is to be in the file itself."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def check_recovery(user: Foreword, repo: GitRepo, path: Path) -> None:
    """The next command goes on and says what happened; the one after it has nothing to say."""
    done = user.ask(repo.path, Q)
    assert 0 == done.code
    assert path.name in done.complaint
    assert "shop/checkout.py" in [citation["path"] for citation in done.answer["citations"]]
    again = user.ask(repo.path, Q)
    assert (0, "") == (again.code, again.err)
    assert "hit" == again.answer["receipt"]["cache"]["verdict"]


@pytest.mark.parametrize("name", STORES)
def test_a_file_that_is_no_database_is_begun_anew_and_said(
    offline: Foreword, shop: GitRepo, name: str
) -> None:
    offline.ask(shop.path, Q)
    path = store_of(offline, name)
    without_log(path)
    path.write_bytes(b"this is no database at all\n" * 400)
    check_recovery(offline, shop, path)


@pytest.mark.parametrize("name", STORES)
def test_a_database_with_damaged_pages_is_begun_anew_and_said(
    offline: Foreword, shop: GitRepo, name: str
) -> None:
    offline.ask(shop.path, Q)
    path = store_of(offline, name)
    without_log(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    check_recovery(offline, shop, path)


@pytest.mark.parametrize("name", STORES)
def test_a_truncated_database_is_begun_anew_and_said(offline: Foreword, shop: GitRepo, name: str) -> None:
    offline.ask(shop.path, Q)
    path = store_of(offline, name)
    without_log(path)
    path.write_bytes(path.read_bytes()[:5000])
    check_recovery(offline, shop, path)


@pytest.mark.parametrize("name", STORES)
def test_an_empty_file_is_a_new_database(offline: Foreword, shop: GitRepo, name: str) -> None:
    offline.ask(shop.path, Q)
    path = store_of(offline, name)
    without_log(path)
    path.write_bytes(b"")
    done = offline.ask(shop.path, Q)
    assert (0, "") == (done.code, done.err)


def test_data_that_is_deleted_costs_nothing_but_time(offline: Foreword, shop: GitRepo) -> None:
    first = offline.ask(shop.path, Q).answer
    for name in STORES:
        path = store_of(offline, name)
        without_log(path)
        path.unlink()
    done = offline.ask(shop.path, Q)
    assert (0, "", first["text"]) == (done.code, done.err, done.answer["text"])


@pytest.mark.parametrize(
    "arguments",
    [("symbols", "Checkout"), ("search", "gross total"), ("map", "--budget", "1000")],
    ids=lambda words: words[0],
)
def test_damage_that_only_a_query_meets_is_made_good_while_it_is_asked(
    offline: Foreword, shop: GitRepo, arguments: tuple[str, ...]
) -> None:
    expected = offline.run(*arguments, "--workspace", str(shop.path)).out
    path = store_of(offline, "index")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE outlines SET packed = substr(packed, 2)")
        connection.execute("DELETE FROM artifacts")
    done = offline.run(*arguments, "--workspace", str(shop.path))
    assert (0, expected) == (done.code, done.out)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process's lock that lets nobody else read or write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE IF NOT EXISTS held (x)")
        yield


@pytest.mark.parametrize("name", ["index", "prefixes"])
def test_a_locked_database_is_waited_for_a_few_seconds_and_then_told(
    offline: Foreword, shop: GitRepo, name: str
) -> None:
    offline.ask(shop.path, Q)
    path = store_of(offline, name)
    with locked(path):
        done = offline.ask(shop.path, Q, seconds=60)
    assert path.name in done.complaint
    assert "locked" in done.complaint
    assert (1, "") == (done.code, done.out)
    assert 0 == offline.ask(shop.path, Q).code


def test_a_home_that_is_a_file_is_told(offline: Foreword, shop: GitRepo) -> None:
    offline.data.parent.mkdir(parents=True, exist_ok=True)
    offline.data.write_text("x")
    done = offline.ask(shop.path, Q)
    assert "FOREWORD_HOME" in done.complaint
    assert 1 == done.code
