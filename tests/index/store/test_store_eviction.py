from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from foreword.core.outline import Definition
from foreword.index.store import store_eviction
from foreword.index.store.facts import Key, ParsedBlob, make_facts
from foreword.index.store.outline_store import Store, open_store
from foreword.index.store.store_eviction import GRACE_DAYS, collect, today

TODAY = today()


def version_of(_language: str) -> str:
    return "2"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened, _ = open_store(tmp_path / "index.db")
    with opened:
        yield opened


@pytest.fixture
def connection(store: Store) -> Iterator[sqlite3.Connection]:
    """Another one to the same file."""
    assert store.path is not None
    with closing(sqlite3.connect(store.path, isolation_level=None)) as opened:
        yield opened


def add(store: Store, blob: str, grammar: str = "2", n_words: int = 1) -> Key:
    key = Key(blob, "python", grammar)
    words = " ".join(f"{blob}{n}" for n in range(n_words))
    store.add(
        make_facts([ParsedBlob(key, "python", words.encode(), (Definition(blob, "function", blob, 1, 1),))])
    )
    return key


def use(connection: sqlite3.Connection, key: Key, day: int) -> None:
    connection.execute("UPDATE blobs SET used = ? WHERE blob = ?", (day, key.blob))


def run(connection: sqlite3.Connection, max_bytes: int = store_eviction.MAX_STORE_BYTES) -> int:
    def select(sql: str, parameters: Sequence[Any]) -> list[Any]:
        return connection.execute(sql, parameters).fetchall()

    def transaction(change: Callable[[sqlite3.Connection], None]) -> None:
        with connection:
            change(connection)

    return collect(select, transaction, version_of=version_of, day=TODAY, max_bytes=max_bytes)


@pytest.mark.parametrize(
    ("grammar", "days_ago", "stays"),
    [
        ("2", 0, True),
        ("2", GRACE_DAYS + 1, True),
        ("1", 0, True),
        ("1", GRACE_DAYS, True),
        ("1", GRACE_DAYS + 1, False),
    ],
)
def test_only_facts_of_an_old_grammar_go_and_only_after_some_days(
    store: Store, connection: sqlite3.Connection, grammar: str, days_ago: int, stays: bool
) -> None:
    key = add(store, "area", grammar)
    use(connection, key, TODAY - days_ago)
    assert (0 if stays else 1) == run(connection)
    assert stays == (key in store.find([key]))


def test_nothing_is_left_of_what_goes(store: Store, connection: sqlite3.Connection) -> None:
    use(connection, add(store, "area", "1"), 0)
    run(connection)
    ids = "SELECT id FROM blobs UNION SELECT id FROM outlines UNION SELECT id FROM vectors UNION SELECT id FROM names"
    assert [] == connection.execute(ids).fetchall()


def test_above_the_limit_the_least_recently_used_go_first(
    store: Store, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_eviction, "ROWS_AT_ONCE", 1)
    keys = [add(store, name, n_words=5_000) for name in ("oldest", "older", "old")]
    for day, key in enumerate(keys):
        use(connection, key, day)
    (n_pages,), (page_size,) = (
        connection.execute(f"PRAGMA {it}").fetchone() for it in ("page_count", "page_size")
    )
    limit = n_pages * page_size * 9 // 10
    assert 0 < run(connection, limit) < len(keys)
    assert keys[0] not in store.find(keys)
    assert keys[2] in store.find(keys)


def test_above_the_limit_what_is_in_use_stays(store: Store, connection: sqlite3.Connection) -> None:
    kept, gone = add(store, "kept", n_words=5_000), add(store, "gone", n_words=5_000)
    for key in (kept, gone):
        use(connection, key, 0)
    store.collect([store.find([kept])[kept].id], version_of)
    assert 1 == run(connection, 1)
    assert {kept} == store.find([kept, gone]).keys()


def test_the_id_of_what_went_is_not_given_again(store: Store, connection: sqlite3.Connection) -> None:
    first = add(store, "area", "1")
    before = store.find([first])[first].id
    use(connection, first, 0)
    run(connection)
    second = add(store, "width")
    assert before < store.find([second])[second].id


def test_what_a_store_collects_is_never_what_it_just_got(store: Store) -> None:
    key = add(store, "area", "1")
    assert 0 == store.collect([], version_of)
    assert key in store.find([key])
