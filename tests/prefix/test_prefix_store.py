"""The store of prefixes, with real files and processes."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from foreword.prefix.layers import Anchor, Block, Lineage, Part, ShownVersion
from foreword.prefix.manifest import Manifest, Piece
from foreword.prefix.prefix_store import CONTENT_DAYS, SENT_DAYS, PrefixStore, SentRequest
from foreword.prefix.simulator import CacheEntry
from storage.old_stores import PREFIXES_1

LINEAGE = Lineage(Anchor("git", "tree", "commit"))
DAY = 86_400.0

APPEND = """
import sys
from pathlib import Path
from foreword.prefix.layers import Block
from foreword.prefix.layers import Anchor, Lineage
from foreword.prefix.prefix_store import PrefixStore

path, name, n_blocks = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with PrefixStore(path) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for n in range(n_blocks):
        done = False
        while not done:
            version, found = store.lineage("w", "v")
            grown = (found or Lineage(Anchor("git", "t", "c"))).append(Block(f"{name} {n}"), {})
            contents = {f"{name}{n}": name.encode() * 2000}
            done = store.swap("w", "v", version, grown, contents=contents, now=1.0)
        print(n, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "prefixes.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[PrefixStore]:
    with PrefixStore(path) as opened:
        yield opened


def swap(store: PrefixStore, version: int, lineage: Lineage, **contents: bytes) -> bool:
    return store.swap("w", "v", version, lineage, contents=contents, now=0.0)


def appender(path: Path, name: str, n_blocks: int) -> subprocess.Popen[str]:
    """A process that has the store open and waits for a line before it appends its blocks."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-c", APPEND, str(path), name, str(n_blocks)]
    process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "open\n" == process.stdout.readline()
    return process


def test_a_lineage_comes_back_from_another_connection(path: Path, store: PrefixStore) -> None:
    lineage = LINEAGE.append(Block("é", (Part("a", "diff", "d", 1.5),)), {"a": ShownVersion("1", "diff")})
    assert swap(store, 0, lineage)
    with PrefixStore(path) as other:
        assert (1, lineage) == other.lineage("w", "v")
        assert () == other.problems


def test_worktrees_and_variants_have_lineages_of_their_own(store: PrefixStore) -> None:
    swap(store, 0, LINEAGE)
    assert (0, None) == store.lineage("other", "v")
    assert (0, None) == store.lineage("w", "other")


def test_only_one_of_two_who_read_the_same_version_comes_through(path: Path, store: PrefixStore) -> None:
    with PrefixStore(path) as other:
        assert swap(store, 0, LINEAGE)
        assert not swap(other, 0, LINEAGE.append(Block("late"), {}), late=b"x")
        assert swap(other, 1, LINEAGE.append(Block("second"), {}))
        assert not swap(store, 1, LINEAGE.append(Block("stale"), {}), stale=b"x")
    version, found = store.lineage("w", "v")
    assert found is not None
    assert (2, ["second"]) == (version, [block.text for block in found.delta])
    assert {} == store.contents(["late", "stale"])


def test_two_processes_that_append_at_once_lose_no_block(path: Path) -> None:
    processes = [appender(path, name, 25) for name in ("a", "b")]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert 0 == process.returncode
    with PrefixStore(path) as store:
        version, found = store.lineage("w", "v")
    assert found is not None
    texts = [block.text for block in found.delta]
    assert 50 == version
    assert {f"{name} {n}" for name in "ab" for n in range(25)} == set(texts)
    assert [f"a {n}" for n in range(25)] == [text for text in texts if text.startswith("a")]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_process_that_is_killed_while_it_writes_leaves_a_readable_store(path: Path) -> None:
    process = appender(path, "a", 1_000_000)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    said = [process.stdout.readline() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=60)
    n_confirmed = sum(line.strip().isdigit() for line in said)
    with PrefixStore(path) as store:
        version, found = store.lineage("w", "v")
        assert () == store.problems
        assert found is not None
        texts = [block.text for block in found.delta]
        assert [f"a {n}" for n in range(version)] == texts
        assert n_confirmed <= version <= n_confirmed + 1
        assert version == len(store.contents(f"a{n}" for n in range(version)))
        assert swap(store, version, LINEAGE)


def test_a_lineage_that_can_not_be_read_counts_as_none_and_is_replaced(
    path: Path, store: PrefixStore
) -> None:
    swap(store, 0, LINEAGE)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE lineage SET body = '{\"anchor\": 5}'")
    assert (1, None) == store.lineage("w", "v")
    assert swap(store, 1, LINEAGE)
    assert (2, LINEAGE) == store.lineage("w", "v")


def test_a_broken_file_is_put_aside_and_that_is_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 500)
    with PrefixStore(path) as store:
        assert (0, None) == store.lineage("w", "v")
        assert swap(store, 0, LINEAGE)
        assert 1 == len(store.problems)
        assert "prefixes.sqlite could not be read" in store.problems[0].message
    assert (path.parent / "prefixes.sqlite.broken").read_bytes().startswith(b"this is no database")
    with PrefixStore(path) as again:
        assert () == again.problems


def test_contents_are_found_by_their_blob(store: PrefixStore) -> None:
    swap(store, 0, LINEAGE, one=b"\0\xff", two=b"")
    assert {"one": b"\0\xff", "two": b""} == store.contents(["one", "two", "three"])


def test_contents_that_nobody_wrote_for_long_are_dropped(store: PrefixStore) -> None:
    store.swap("w", "v", 0, LINEAGE, contents={"old": b"x"}, now=0.0)
    store.swap("w", "v", 1, LINEAGE, contents={"new": b"y"}, now=(CONTENT_DAYS + 1) * DAY)
    assert {"new": b"y"} == store.contents(["old", "new"])


def test_the_last_request_of_each_model_is_remembered_newest_first(store: PrefixStore) -> None:
    digests = {"instructions": "i", "base": "b", "delta": "d"}
    for at, model in ((1.0, "a"), (5.0, "b"), (3.0, "a")):
        store.record_sent("w", "v", SentRequest("p", model, at, 300, digests))
    store.record_sent("other", "v", SentRequest("p", "c", 9.0, 300, {}))
    assert (SentRequest("p", "b", 5.0, 300, digests), SentRequest("p", "a", 3.0, 300, digests)) == store.sent(
        "w", "v"
    )


@pytest.mark.parametrize(("now", "expected"), [(1_299.9, True), (1_300.0, False)])
def test_a_prefix_is_warm_for_its_time_to_live(now: float, expected: bool) -> None:
    assert expected == SentRequest("p", "m", 1_000.0, 300, {}).is_warm(now)


def test_entries_of_the_simulated_cache_outlive_the_process_until_they_expire(
    path: Path, store: PrefixStore
) -> None:
    store.put_simulated({"a": CacheEntry(100.0, 300), "b": CacheEntry(900.0, 3_600)}, now=0.0)
    with PrefixStore(path) as other:
        assert {"a": CacheEntry(100.0, 300)} == other.simulated(["a", "c"])
        other.put_simulated({"c": CacheEntry(500.0, 300)}, now=200.0)
    assert {"b": CacheEntry(900.0, 3_600), "c": CacheEntry(500.0, 300)} == store.simulated(["a", "b", "c"])


MANIFEST: Manifest = {
    "base": (Piece("a.py", "full", "1", 9.0), Piece("", "text", "2", 1.0)),
    "delta": (Piece("b.py", "diff", "3", 2.5),),
}


def test_a_store_of_the_first_version_goes_on_with_what_it_holds(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(PREFIXES_1)
    for _ in range(2):
        with PrefixStore(path) as store:
            assert () == store.problems
            (found,) = store.sent("w", "v")
            assert ("p", "m", 1_000.0, 300, {"instructions": "i", "base": "b"}) == (
                found.provider, found.model, found.at, found.ttl_s, found.digests,
            )  # fmt: skip
            assert found.is_warm(1_200.0)
            assert None is store.manifest(found)


def test_requests_over_two_bases_are_both_remembered(store: PrefixStore) -> None:
    pinned = SentRequest(
        "p", "m", 1.0, 300, {"base": "old"}, anchor="c1", message_id="msg_1", cached=7, readable_at=2.0
    )
    newer = SentRequest("p", "m", 5.0, 300, {"base": "new"})
    for sent in (pinned, newer):
        store.record_sent("w", "v", sent)
    store.record_sent("w", "other", SentRequest("p", "m", 3.0, 300, {"base": "b"}))
    assert (newer, pinned) == store.sent("w", "v")
    assert [5.0, 3.0, 1.0] == [sent.at for sent in store.sent("w")]


def test_what_a_request_was_made_of_is_kept_by_layer_and_forgotten_in_time(
    path: Path, store: PrefixStore
) -> None:
    sent = SentRequest("p", "m", 0.0, 300, {"base": "b", "delta": "d"})
    store.record_sent("w", "v", sent, MANIFEST)
    with PrefixStore(path) as other:
        assert MANIFEST == other.manifest(sent)
        assert {"base": MANIFEST["base"]} == other.manifest(
            SentRequest("p", "m", 0.0, 300, {"base": "b", "delta": "?"})
        )
    assert None is store.manifest(SentRequest("p", "m", 0.0, 300, {"base": "unknown"}))
    later = SentRequest("p", "m", (SENT_DAYS + 1) * DAY, 300, {"base": "b2"})
    store.record_sent("w", "v", later)
    assert None is store.manifest(sent)
    assert (later,) == store.sent("w", "v")
