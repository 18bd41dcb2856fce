#!/usr/bin/env bash
# SQLite as python3 on PATH has it (3.40.1 was tried; its version is told); nothing is installed.
#
# Guess: `sqlite3.connect(timeout=2)` makes every statement wait up to two seconds for a lock that somebody else has.
# Seen: the switch to a write-ahead log does not wait at all: "database is locked" comes at once. Nor does any statement in a
#   database in memory that connections share by `cache=shared`, where a reader fails at a writer, too. Shared by `vfs=memdb` they wait.
# Why it matters: two processes that make the same database at the same moment both switch it, and one of them fails, though it said that it
#   would wait. A program that falls back to memory gets errors that the file never gave.
# In the product: `storage/database.py` repeats the switch, which would be unnecessary; `storage/in_memory.py` shares by
#   `memdb` (server/docs/decisions/processes.md, "Where nothing can be stored, a database in memory stands for each file").
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >waits.py <<'PYTHON'
import sqlite3
import time

print("SQLite", sqlite3.sqlite_version)


def seconds_until_locked(connection, statement):
    began = time.monotonic()
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        took = time.monotonic() - began
        print(f"{statement}: {error} after {took:.1f} s")
        return took
    raise AssertionError(f"{statement} was carried out")


first = sqlite3.connect("file.db", isolation_level=None)
first.execute("CREATE TABLE t (x)")
first.execute("BEGIN IMMEDIATE")
second = sqlite3.connect("file.db", timeout=2, isolation_level=None)
assert seconds_until_locked(second, "INSERT INTO t VALUES (1)") > 1.5
assert seconds_until_locked(second, "PRAGMA journal_mode = WAL") < 0.5

for shared in ("file:shared?mode=memory&cache=shared", "file:/shared?vfs=memdb"):
    print(shared)
    writer = sqlite3.connect(shared, uri=True, isolation_level=None)
    writer.execute("CREATE TABLE t (x)")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (1)")
    other = sqlite3.connect(shared, uri=True, timeout=2, isolation_level=None)
    for statement in ("SELECT * FROM t", "INSERT INTO t VALUES (2)"):
        assert (seconds_until_locked(other, statement) > 1.5) == ("memdb" in shared)
PYTHON

python3 waits.py
echo "as described"
