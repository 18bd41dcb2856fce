"""The tables of an index store.

Everything hangs on the row id of a blob in one language under one version of its grammar, so that branches,
worktrees and dirty files share what they have in common. `VERSION` is raised whenever a table, the way that
outlines or vectors are packed, or the way that words are split changes: each version has a file of its own.
`used` is the day when a row was last wanted; the ids of deleted rows are never given again. `uses` says which artifact was
used last: it is apart, as to change a row means to write all of it. `owners` says who is parsing what at the moment (see
`claims`). `checksum` is the CRC-32 of what stands before it, as what is decoded must be what was written.
"""

from __future__ import annotations

VERSION = 9

SCHEMA = """
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  blob TEXT NOT NULL,
  language TEXT NOT NULL,
  grammar TEXT NOT NULL,
  spoken TEXT NOT NULL,
  size INTEGER NOT NULL,
  n_lines INTEGER NOT NULL,
  n_definitions INTEGER NOT NULL,
  n_references INTEGER NOT NULL,
  n_terms INTEGER NOT NULL,
  reason TEXT,
  failed TEXT,
  used INTEGER NOT NULL,
  UNIQUE (blob, language, grammar)
);
CREATE TABLE outlines (id INTEGER PRIMARY KEY, packed BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, counts BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE names (hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (hash, id)) WITHOUT ROWID;
CREATE TABLE artifacts (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE uses (key TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE owners (owner TEXT PRIMARY KEY, process TEXT NOT NULL, until REAL NOT NULL, held BLOB NOT NULL) WITHOUT ROWID;
"""

TABLES = ("blobs", "outlines", "vectors", "names", "artifacts", "uses", "owners")
