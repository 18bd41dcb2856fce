from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from foreword.assist.accounts.ledger import Ledger
from foreword.assist.chat.chat_store import ChatStore
from foreword.core.errors import StoreError
from foreword.prefix.prefix_store import PrefixStore
from foreword.storage.database import Schema, open_database, transaction
from foreword.storage.lease import Leases
from storage.old_stores import CHATS_1, LEASES_1, LEDGER_1, LEDGER_2, LEDGER_3, PREFIXES_1, PREFIXES_2


def in_ledger(path: Path) -> object:
    with Ledger(path) as ledger:
        assert () == ledger.problems
        (entry,) = ledger.find("old")
        return entry.cost, entry.usage.read, entry.answer, ledger.ratio("sonnet", 2.5)


def in_prefixes(path: Path) -> object:
    with PrefixStore(path) as store:
        assert () == store.problems
        return [(sent.at, dict(sent.digests), sent.cached) for sent in store.sent("w", "v")]


def in_chats(path: Path) -> object:
    with ChatStore(path) as store:
        assert () == store.problems
        return [(chat.title, [turn.question for turn in store.turns(chat.id)]) for chat in store.chats("w")]


def in_leases(path: Path) -> object:
    with Leases(path) as leases:
        return leases.state("done", 1_000.0)


STORES: dict[str, tuple[Callable[[Path], object], object, tuple[str, ...]]] = {
    "ledger": (in_ledger, (0.25, 4_000, "", 3.25), (LEDGER_1, LEDGER_2, LEDGER_3)),
    "prefixes": (in_prefixes, [(1_000.0, {"instructions": "i", "base": "b"}, 0)], (PREFIXES_1, PREFIXES_2)),
    "chats": (in_chats, [("Precious", ["What is precious?"])], (CHATS_1,)),
    "leases": (in_leases, "done", (LEASES_1,)),
}
WRITTEN = [(name, version) for name, (_, _, texts) in STORES.items() for version in range(1, len(texts) + 1)]


OF_TOMORROW = "CREATE TABLE of_"


def written(path: Path, script: str) -> None:
    """A file as some version left it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL;{script}")


def upgraded(path: Path) -> None:
    """What a newer version makes of the file: a higher number, a table of its own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        number = connection.execute("PRAGMA user_version").fetchone()[0] + 1
        connection.executescript(f"{OF_TOMORROW}{number} (precious TEXT); PRAGMA user_version = {number};")


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]


@pytest.mark.parametrize(("name", "version"), WRITTEN)
def test_what_an_older_version_wrote_is_read_and_kept_as_it_was(
    tmp_path: Path, name: str, version: int
) -> None:
    read, expected, texts = STORES[name]
    path = tmp_path / f"{name}.sqlite"
    written(path, texts[version - 1])
    before = dump(path)
    assert expected == read(path)
    assert expected == read(path)
    kept = tmp_path / f"{name}.sqlite.v{version}"
    if version == len(texts):
        assert not kept.exists()
    else:
        assert before == dump(kept)
    assert [] == list(tmp_path.glob("*.broken*"))


@pytest.mark.parametrize(("name", "version"), WRITTEN)
def test_what_a_newer_version_wrote_is_refused_in_one_line_and_left_as_it_is(
    tmp_path: Path, name: str, version: int
) -> None:
    read, _, texts = STORES[name]
    path = tmp_path / f"{name}.sqlite"
    written(path, texts[version - 1])
    for _ in range(1 + len(texts) - version):
        upgraded(path)
    before = dump(path)
    for _ in range(5):
        with pytest.raises(StoreError, match=r"^.* is of a newer Foreword .*: update this Foreword.*$"):
            read(path)
    assert before == dump(path)
    assert [path.name] == [file.name for file in tmp_path.iterdir()]


VERSIONS = tuple(
    Schema(
        f"CREATE TABLE IF NOT EXISTS t (a INTEGER{''.join(f', b{n} TEXT' for n in range(2, version + 1))});",
        version,
        {older: (f"ALTER TABLE t ADD COLUMN b{older + 1} TEXT",) for older in range(1, version)},
    )
    for version in (1, 2, 3, 4)
)


@pytest.mark.parametrize("older", VERSIONS, ids=lambda schema: f"from{schema.version}")
@pytest.mark.parametrize("newer", VERSIONS, ids=lambda schema: f"to{schema.version}")
def test_every_version_leaves_what_every_other_one_wrote(
    tmp_path: Path, older: Schema, newer: Schema
) -> None:
    """Each opens the file in turn, several times over, as a server in an editor and a command in a terminal do."""
    path = tmp_path / "a.sqlite"
    connection, _ = open_database(path, older)
    with closing(connection), transaction(connection):
        connection.execute("INSERT INTO t (a) VALUES (1)")
    for schema in (max(older, newer, key=lambda schema: schema.version), newer, older, newer, older):
        if schema.version < max(older.version, newer.version):
            with pytest.raises(StoreError, match="is of a newer Foreword"):
                open_database(path, schema)
            continue
        connection, problems = open_database(path, schema)
        with closing(connection):
            assert () == problems
            assert [(1,)] == connection.execute("SELECT a FROM t").fetchall()
    assert [] == list(tmp_path.glob("*.broken*"))
    assert (older.version < newer.version) == (tmp_path / f"a.sqlite.v{older.version}").exists()


def test_who_has_a_file_open_that_another_version_brings_up_writes_nothing_more_into_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.sqlite"
    connection, _ = open_database(path, VERSIONS[0])
    with closing(connection):
        later, _ = open_database(path, VERSIONS[1])
        later.close()
        with pytest.raises(StoreError, match="is of a newer Foreword"), transaction(connection):
            connection.execute("INSERT INTO t (a) VALUES (1)")
        assert [] == connection.execute("SELECT * FROM t").fetchall()


def test_a_copy_that_can_not_be_made_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    connection, _ = open_database(path, VERSIONS[0])
    connection.close()
    before = dump(path)
    (tmp_path / "a.sqlite.v1.part").mkdir()
    with pytest.raises(StoreError, match="can't keep a copy"):
        open_database(path, VERSIONS[1])
    (tmp_path / "a.sqlite.v1.part").rmdir()
    assert before == dump(path)
