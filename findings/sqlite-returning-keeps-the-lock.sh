#!/usr/bin/env bash
# CPython 3.11 with SQLite 3.40.1 (those on PATH are tried, and their versions told); nothing is installed.
#
# Guess: `INSERT ... RETURNING` is done when `execute` is back, like an INSERT: a commit makes it last, and without a transaction it lasts at
#   once, whether its rows are fetched or not.
# Seen: while a row is left to be fetched the statement is under way. `commit()` fails ("SQL statements in progress"), and without a
#   transaction the row is in the file, but the lock is kept: every other process that writes waits and fails until the last row is
#   fetched or the cursor goes.
# Why it matters: a helper that returns the id and a caller that does not look at it lock the database for all others, for as long as
#   somebody holds the cursor.
# In the product: nothing; no statement returns rows of what it writes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >returning.py <<'PYTHON'
import sqlite3
import sys

print("Python", sys.version.split()[0], "SQLite", sqlite3.sqlite_version)
ours = sqlite3.connect("file.db")
ours.execute("PRAGMA journal_mode = WAL")
ours.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x)")
ours.commit()


def other_writes():
    other = sqlite3.connect("file.db", timeout=0.2, isolation_level=None)
    try:
        other.execute("INSERT INTO t (x) VALUES ('other')")
    except sqlite3.OperationalError as error:
        return str(error)
    finally:
        other.close()
    return "written"


cursor = ours.execute("INSERT INTO t (x) VALUES ('a') RETURNING id")
try:
    ours.commit()
    committed = "committed"
except sqlite3.OperationalError as error:
    committed = str(error)
print("commit before the row is fetched:", committed)
cursor.close()
ours.commit()

ours.isolation_level = None
cursor = ours.execute("INSERT INTO t (x) VALUES ('b') RETURNING id")
unfetched = other_writes()
row = cursor.fetchone()
fetched = other_writes()
print(f"another process: {unfetched}; after the row {row} is fetched: {fetched}")
assert "in progress" in committed
assert (unfetched, fetched) == ("database is locked", "written")
PYTHON

python3 returning.py
echo "as described"
