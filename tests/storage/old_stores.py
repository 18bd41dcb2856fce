"""Stores as earlier and present versions wrote them: the SQL of each version, oldest first, with rows in every table that matters.

A version of a store that is new gets its text here in the same commit; the texts of older ones never change.
"""

from __future__ import annotations

LEDGER_1 = """
CREATE TABLE request (
    id TEXT PRIMARY KEY, at REAL NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, simulated INTEGER NOT NULL, status TEXT NOT NULL, message_id TEXT NOT NULL,
    fresh INTEGER NOT NULL, write_5m INTEGER NOT NULL, write_1h INTEGER NOT NULL, read INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, without_cache REAL NOT NULL, prices TEXT NOT NULL,
    verdict TEXT NOT NULL, digests TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
CREATE TABLE ratio (model TEXT PRIMARY KEY, ratio REAL NOT NULL) WITHOUT ROWID;
INSERT INTO request VALUES ('old', 1750075200.0, '/work', 'ask', 'anthropic', 'sonnet', 0, 'done', 'msg_0',
    1, 20, 300, 4000, 50000, 0.25, 1.0, '2026-11', 'hit', '{"base": "b"}');
INSERT INTO ratio VALUES ('sonnet', 3.25);
PRAGMA user_version = 1;
"""
LEDGER_2 = """
CREATE TABLE request (
    id TEXT PRIMARY KEY, at REAL NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, simulated INTEGER NOT NULL, status TEXT NOT NULL, message_id TEXT NOT NULL,
    fresh INTEGER NOT NULL, write_5m INTEGER NOT NULL, write_1h INTEGER NOT NULL, read INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, without_cache REAL NOT NULL, prices TEXT NOT NULL,
    verdict TEXT NOT NULL, digests TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '', file TEXT NOT NULL DEFAULT '',
    layer TEXT NOT NULL DEFAULT '', tokens_lost INTEGER NOT NULL DEFAULT 0, cause TEXT NOT NULL DEFAULT '',
    manifest TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
CREATE INDEX request_of ON request (workspace, at);
CREATE INDEX request_answer ON request (answer);
CREATE TABLE ratio (model TEXT PRIMARY KEY, ratio REAL NOT NULL) WITHOUT ROWID;
INSERT INTO request VALUES ('old', 1750075200.0, '/work', 'ask', 'anthropic', 'sonnet', 0, 'done', 'msg_0',
    1, 20, 300, 4000, 50000, 0.25, 1.0, '2026-11', 'hit', '{"base": "b"}', '', '', '', 0, '', '', '');
INSERT INTO ratio VALUES ('sonnet', 3.25);
PRAGMA user_version = 2;
"""
LEDGER_3 = """
CREATE TABLE request (
    id TEXT PRIMARY KEY, at REAL NOT NULL, workspace TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, simulated INTEGER NOT NULL, status TEXT NOT NULL, message_id TEXT NOT NULL,
    fresh INTEGER NOT NULL, write_5m INTEGER NOT NULL, write_1h INTEGER NOT NULL, read INTEGER NOT NULL,
    output INTEGER NOT NULL, cost REAL NOT NULL, without_cache REAL NOT NULL, prices TEXT NOT NULL,
    verdict TEXT NOT NULL, digests TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '', file TEXT NOT NULL DEFAULT '',
    layer TEXT NOT NULL DEFAULT '', tokens_lost INTEGER NOT NULL DEFAULT 0, cause TEXT NOT NULL DEFAULT '',
    manifest TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
CREATE INDEX request_of ON request (workspace, at);
CREATE INDEX request_answer ON request (answer);
CREATE TABLE reservation (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, amount REAL NOT NULL, until REAL NOT NULL,
    model TEXT NOT NULL DEFAULT '', workspace TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE ratio (model TEXT PRIMARY KEY, ratio REAL NOT NULL) WITHOUT ROWID;
INSERT INTO request VALUES ('old', 1750075200.0, '/work', 'ask', 'anthropic', 'sonnet', 0, 'done', 'msg_0',
    1, 20, 300, 4000, 50000, 0.25, 1.0, '2026-11', 'hit', '{"base": "b"}', '', '', '', 0, '', '', '');
INSERT INTO ratio VALUES ('sonnet', 3.25);
PRAGMA user_version = 3;
"""
PREFIXES_1 = """
CREATE TABLE lineage (
    worktree TEXT, variant TEXT, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (worktree, variant)
) WITHOUT ROWID;
CREATE TABLE content (blob TEXT PRIMARY KEY, data BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE sent (
    worktree TEXT, variant TEXT, provider TEXT, model TEXT, at REAL NOT NULL, ttl_s INTEGER NOT NULL,
    digests TEXT NOT NULL, PRIMARY KEY (worktree, variant, provider, model)
) WITHOUT ROWID;
CREATE TABLE simulated (digest TEXT PRIMARY KEY, expires REAL NOT NULL, ttl_s INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO sent VALUES ('w', 'v', 'p', 'm', 1000.0, 300, 'instructions=i base=b');
PRAGMA user_version = 1;
"""
PREFIXES_2 = """
CREATE TABLE lineage (
    worktree TEXT, variant TEXT, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (worktree, variant)
) WITHOUT ROWID;
CREATE TABLE content (blob TEXT PRIMARY KEY, data BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE request (
    worktree TEXT, variant TEXT, provider TEXT, model TEXT, base TEXT, at REAL NOT NULL, ttl_s INTEGER NOT NULL,
    digests TEXT NOT NULL, anchor TEXT NOT NULL, message_id TEXT NOT NULL, cached INTEGER NOT NULL,
    readable_at REAL NOT NULL, PRIMARY KEY (worktree, variant, provider, model, base)
) WITHOUT ROWID;
CREATE TABLE manifest (digest TEXT PRIMARY KEY, pieces BLOB NOT NULL, used REAL NOT NULL);
CREATE TABLE simulated (digest TEXT PRIMARY KEY, expires REAL NOT NULL, ttl_s INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO request VALUES ('w', 'v', 'p', 'm', 'b', 1000.0, 300, 'instructions=i base=b', '', '', 0, 1000.0);
PRAGMA user_version = 2;
"""
CHATS_1 = """
CREATE TABLE chat (
    id TEXT PRIMARY KEY, worktree TEXT NOT NULL, title TEXT NOT NULL, at REAL NOT NULL, opening BLOB
) WITHOUT ROWID;
CREATE INDEX chat_of_worktree ON chat (worktree, at);
CREATE TABLE piece (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE turn (
    chat TEXT NOT NULL, number INTEGER NOT NULL, question_id TEXT NOT NULL UNIQUE, answer_id TEXT NOT NULL UNIQUE,
    asked_at REAL NOT NULL, question TEXT NOT NULL, attachments TEXT NOT NULL, status TEXT NOT NULL,
    answered_at REAL, reply BLOB, exchange BLOB, PRIMARY KEY (chat, number)
);
INSERT INTO chat VALUES ('c', 'w', 'Precious', 1000.0, NULL);
INSERT INTO turn VALUES ('c', 1, 'q', 'a', 1000.0, 'What is precious?', '[]', 'interrupted', NULL, NULL, NULL);
PRAGMA user_version = 1;
"""
LEASES_1 = """
CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
INSERT INTO lease VALUES ('done', '', 5000000000.0);
PRAGMA user_version = 1;
"""
