"""Where chats live: one SQLite database for all workspaces, which several processes may use at once.

A turn is written when it is asked, and completed in one transaction when its answer is whole; whatever kills the
process between the two leaves the question, and nothing half in the conversation.

Chats are kept until they take too much room (`prune`); there is no other end to them. Then the oldest go, whole, with
what only they hold. One that is open, or was heard of lately, stays, whatever its size.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

from foreword.assist.chat.chat import (
    NO_MODEL,
    Chat,
    Conversation,
    Exchange,
    Pieces,
    PinnedPrefix,
    Status,
    Turn,
    decode_exchange,
    decode_opening,
    encode_exchange,
    encode_opening,
    pack,
    pieces_of_opening,
    title_of,
    unpack,
    without_answer,
)
from foreword.core.errors import StoreError
from foreword.storage.database import SharedConnection, open_database, transaction

KEPT_BYTES = 200_000_000
"""So much may the chats of all workspaces take on disk: years of them, as a rule."""
KEPT_DAYS = 30
"""A chat that was heard of since then is not removed: another process may have it open."""


def prune(connection: SharedConnection, now: float, opened: Collection[str], limit: int) -> None:
    """Remove the oldest chats, but for those in `opened`, until the rest takes at most `limit` bytes.

    The caller holds a transaction.
    """
    if _used_bytes(connection) <= limit:
        return
    # Several chats may share a piece, so it goes with the last of them only.
    pieces = Counter(_pieces(connection.execute("SELECT opening FROM chat WHERE opening IS NOT NULL")))
    rows = connection.execute(
        "SELECT id, opening FROM chat WHERE at < ? ORDER BY at, id", (now - KEPT_DAYS * 86_400,)
    )
    old = ((chat_id, opening) for chat_id, opening in rows.fetchall() if chat_id not in opened)
    # Measured anew after each chat: how much room one frees depends on what it shares.
    for chat_id, opening in takewhile(lambda _: _used_bytes(connection) > limit, old):
        _delete(connection, chat_id)
        for digest in _pieces([(opening,)] if opening else []):
            pieces[digest] -= 1
            if not pieces[digest]:
                connection.execute("DELETE FROM piece WHERE digest = ?", (digest,))


def _delete(connection: SharedConnection, chat_id: str) -> None:
    connection.execute("DELETE FROM turn WHERE chat = ?", (chat_id,))
    connection.execute("DELETE FROM choice WHERE chat = ?", (chat_id,))
    connection.execute("DELETE FROM chat WHERE id = ?", (chat_id,))


def forget_opening(connection: SharedConnection, opening: bytes) -> None:
    """Remove what only this packed opening holds, which is no chat's any more."""
    kept = set(_pieces(connection.execute("SELECT opening FROM chat WHERE opening IS NOT NULL")))
    for digest in _pieces([(opening,)]):
        if digest not in kept:
            connection.execute("DELETE FROM piece WHERE digest = ?", (digest,))


def _pieces(rows: Iterable[tuple[bytes]]) -> Iterator[str]:
    """The names of the pieces that packed openings are made of, as often as they occur."""
    return (digest for (opening,) in rows for digest in pieces_of_opening(unpack(opening)))


def _used_bytes(connection: SharedConnection) -> int:
    """What the file's pages in use take; removed rows leave free ones, which later chats fill."""
    counts = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        # The file does not shrink when rows go; its free pages are used again, so they don't count.
        for name in ("page_count", "freelist_count", "page_size")
    ]
    return int((counts[0] - counts[1]) * counts[2])


SCHEMA_VERSION = 1
EMPTY_DAYS = 1
"""How long a chat is kept in which nothing was ever said."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chat (
    id TEXT PRIMARY KEY, worktree TEXT NOT NULL, title TEXT NOT NULL, at REAL NOT NULL, opening BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chat_of_worktree ON chat (worktree, at);
CREATE TABLE IF NOT EXISTS choice (chat TEXT PRIMARY KEY, model TEXT NOT NULL, effort TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS piece (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS turn (
    chat TEXT NOT NULL, number INTEGER NOT NULL, question_id TEXT NOT NULL UNIQUE, answer_id TEXT NOT NULL UNIQUE,
    asked_at REAL NOT NULL, question TEXT NOT NULL, attachments TEXT NOT NULL, status TEXT NOT NULL,
    answered_at REAL, reply BLOB, exchange BLOB, PRIMARY KEY (chat, number)
);
"""
_TURN = "question_id, answer_id, asked_at, question, attachments, status, answered_at, reply"


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a turn at a time (Unix seconds). Only an exchange joins the conversation.

    The first `opening` that is given counts for the chat from then on.
    """

    status: Status
    reply: Mapping[str, Any]
    at: float
    exchange: Exchange | None = None
    opening: PinnedPrefix | None = None


class ChatStore:
    """One connection, to be closed (a context manager); `problems` say what went wrong when it was opened.

    Raises from every method that writes:
        StoreError: another process keeps the database locked, or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._connection, self.problems = open_database(path, _SCHEMA, SCHEMA_VERSION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def create(self, chat: Chat, opened: Collection[str] = (), limit: int = KEPT_BYTES) -> None:
        """Add a chat, and forget those of yesterday that nobody said anything in, and what is too much (`prune`).

        The chats in `opened` stay; `limit` is in bytes.
        """
        with transaction(self._connection) as connection:
            connection.execute(
                "DELETE FROM chat WHERE at < ? AND id NOT IN (SELECT chat FROM turn)",
                (chat.at - EMPTY_DAYS * 86_400,),
            )
            connection.execute("DELETE FROM choice WHERE chat NOT IN (SELECT id FROM chat)")
            connection.execute(
                "INSERT INTO chat VALUES (?, ?, ?, ?, NULL)", (chat.id, chat.worktree, chat.title, chat.at)
            )
            prune(connection, chat.at, opened, limit)

    def resume(self, chat_id: str, at: float) -> None:
        """Note that a chat was heard of again."""
        with transaction(self._connection) as connection:
            # Another process may have written a later time already.
            connection.execute("UPDATE chat SET at = max(at, ?) WHERE id = ?", (at, chat_id))

    def find(self, chat_id: str) -> Chat | None:
        """A chat by its id."""
        # A client may send what is no text that a database takes, such as half a surrogate pair.
        if not chat_id.isascii():
            return None
        return next(iter(self._chats("id = ?", chat_id)), None)

    def chats(self, worktree: str) -> tuple[Chat, ...]:
        """The chats of a worktree in which something was said, newest first."""
        return tuple(chat for chat in self._chats("worktree = ?", worktree) if chat.n_turns)

    def search(self, worktree: str, words: str) -> tuple[Chat, ...]:
        """Those among them whose title, questions or answers have all of these words, newest first."""
        wanted = words.casefold().split()
        return tuple(
            chat for chat in self.chats(worktree) if all(word in self._text(chat) for word in wanted)
        )

    def _text(self, chat: Chat) -> str:
        said = (
            part for turn in self.turns(chat.id) for part in (turn.question, (turn.reply or {}).get("text"))
        )
        return "\n".join((chat.title, *(str(part) for part in said if part))).casefold()

    def rename(self, chat_id: str, title: str) -> None:
        """Give a chat another title."""
        with transaction(self._connection) as connection:
            connection.execute("UPDATE chat SET title = ? WHERE id = ?", (title_of(title), chat_id))

    def choose(self, chat_id: str, model: str, effort: str) -> None:
        """Have a chat go on with this model and effort; what is empty is left to the settings."""
        with transaction(self._connection) as connection:
            # A table beside the chats, which releases that know nothing of it leave alone.
            connection.execute("INSERT OR REPLACE INTO choice VALUES (?, ?, ?)", (chat_id, model, effort))

    def remove(self, chat_id: str) -> None:
        """Forget a chat, and what only it holds."""
        with transaction(self._connection) as connection:
            _forget_opening_of(connection, chat_id)
            _delete(connection, chat_id)

    def turns(self, chat_id: str) -> tuple[Turn, ...]:
        """The turns of a chat in order."""
        sql = f"SELECT {_TURN} FROM turn WHERE chat = ? ORDER BY number"  # noqa: S608 - constant columns
        rows = self._connection.execute(sql, (chat_id,))
        return tuple(_turn(row) for row in rows)

    def conversation(self, chat_id: str) -> Conversation:
        """What was said in the turns that are done.

        Raises:
            StoreError: it is damaged.
        """
        row = self._connection.execute("SELECT opening FROM chat WHERE id = ?", (chat_id,)).fetchone()
        opening = decode_opening(unpack(row[0]), self._piece) if row and row[0] else None
        rows = self._connection.execute(
            "SELECT exchange FROM turn WHERE chat = ? AND exchange IS NOT NULL ORDER BY number", (chat_id,)
        ).fetchall()
        return Conversation(
            opening, tuple(decode_exchange(unpack(packed), self._piece) for (packed,) in rows)
        )

    def begin(self, chat_id: str, turn: Turn) -> None:
        """Write down a question before it is sent; one that was never answered is so no longer under way."""
        with transaction(self._connection) as connection:
            connection.execute(
                # At most one turn of a chat is under way: this one takes over from a process that died or was
                # slower.
                "UPDATE turn SET status = 'interrupted' WHERE chat = ? AND status = 'pending'",
                (chat_id,),
            )
            # Within the transaction that uses it, or two processes would take the same number.
            last = connection.execute("SELECT max(number) FROM turn WHERE chat = ?", (chat_id,)).fetchone()[0]
            _put_turn(connection, chat_id, 1 + (last or 0), turn)
            connection.execute(
                "UPDATE chat SET at = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (turn.asked_at, title_of(turn.question), chat_id),
            )

    def end(self, chat_id: str, question_id: str, ending: Ending) -> None:
        """Say what became of a turn that is under way; one that another process went on without stays as it is.

        Raises:
            StoreError: an exchange can't join the conversation, which went on or was cut off elsewhere meanwhile.
        """
        raw, pieces = encode_exchange(ending.exchange) if ending.exchange else (None, {})
        opened, more = encode_opening(ending.opening) if ending.opening else (None, {})
        with transaction(self._connection) as connection:
            ended = connection.execute(
                "UPDATE turn SET status = ?, reply = ?, answered_at = ?, exchange = ? "
                # Only if nobody went on meanwhile: an exchange that joined late would not begin with what
                # went before it.
                "WHERE chat = ? AND question_id = ? AND status = 'pending'",
                (
                    ending.status,
                    pack(ending.reply),
                    ending.at,
                    pack(raw) if raw else None,
                    chat_id,
                    question_id,
                ),
            )
            if ended.rowcount and opened is not None:
                # The first opening stays: everything that the chat says later begins with its bytes.
                sql = "UPDATE chat SET opening = ? WHERE id = ? AND opening IS NULL"
                connection.execute(sql, (pack(opened), chat_id))
            if ended.rowcount:
                _put_pieces(connection, pieces | more)
        # Raised after the transaction, which has changed nothing then.
        if raw and not ended.rowcount:
            raise StoreError(
                "the chat went on in another window meanwhile: this answer is not part of it, ask again"
            )

    def begin_again(self, chat_id: str, exchanges: Sequence[Exchange | None]) -> None:
        """Leave the opening out of what is sent from now on, and have these exchanges, or none, for those so far.

        Raises:
            StoreError: the chat went on elsewhere meanwhile.
        """
        with transaction(self._connection) as connection:
            sql = "SELECT number FROM turn WHERE chat = ? AND exchange IS NOT NULL ORDER BY number"
            numbers = [number for (number,) in connection.execute(sql, (chat_id,)).fetchall()]
            is_same = len(numbers) == len(exchanges)
            for number, exchange in zip(numbers, exchanges, strict=False) if is_same else ():
                raw, pieces = encode_exchange(exchange) if exchange else (None, {})
                _put_pieces(connection, pieces)
                connection.execute(
                    "UPDATE turn SET exchange = ? WHERE chat = ? AND number = ?",
                    (pack(raw) if raw else None, chat_id, number),
                )
            if is_same:
                _forget_opening_of(connection, chat_id)
        if not is_same:
            raise StoreError("the chat went on in another window meanwhile: send the message again")

    def forget_voices(self, chat_id: str) -> None:
        """Leave the thinking of all answers so far out of what is sent from now on."""
        with transaction(self._connection) as connection:
            sql = "SELECT number, exchange FROM turn WHERE chat = ? AND exchange IS NOT NULL"
            for number, packed in connection.execute(sql, (chat_id,)).fetchall():
                connection.execute(
                    "UPDATE turn SET exchange = ? WHERE chat = ? AND number = ?",
                    # The messages stay as they are; a voice that no model has makes them be sent without
                    # their thinking.
                    (pack({**unpack(packed), "voice": list(NO_MODEL)}), chat_id, number),
                )

    def forget(self, chat_id: str, question_id: str) -> None:
        """Take back a question that could not even be asked."""
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM turn WHERE chat = ? AND question_id = ?", (chat_id, question_id))

    def truncate(self, chat_id: str, message_id: str) -> bool:
        """Drop a message and all after it; False if the chat has no such message. Without turns, nothing is pinned."""
        if not message_id.isascii():
            return False
        with transaction(self._connection) as connection:
            row = connection.execute(
                f"SELECT number, {_TURN} FROM turn WHERE chat = ? AND ? IN (question_id, answer_id)",  # noqa: S608 - constant columns
                (chat_id, message_id),
            ).fetchone()
            if row is None:
                return False
            number, turn = row[0], _turn(row[1:])
            connection.execute("DELETE FROM turn WHERE chat = ? AND number >= ?", (chat_id, number))
            if message_id == turn.answer_id:
                _put_turn(connection, chat_id, number, without_answer(turn))
            sql = "SELECT 1 FROM turn WHERE chat = ? AND exchange IS NOT NULL"
            # With no exchange left nothing depends on the old bytes, and the next turn can take a fresh base.
            if connection.execute(sql, (chat_id,)).fetchone() is None:
                _forget_opening_of(connection, chat_id)
        return True

    def _chats(self, where: str, value: str) -> list[Chat]:
        rows: sqlite3.Cursor = self._connection.execute(
            "SELECT id, worktree, title, at, (SELECT count(*) FROM turn WHERE chat = id), "  # noqa: S608 - constant clauses
            "coalesce(model, ''), coalesce(effort, '') FROM chat LEFT JOIN choice ON choice.chat = chat.id "
            f"WHERE {where} ORDER BY at DESC, id",
            (value,),
        )
        return [Chat(*row) for row in rows]

    def _piece(self, digest: str) -> bytes:
        row = self._connection.execute("SELECT data FROM piece WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise StoreError("a part of this chat is missing from Foreword's data: open a new one")
        return bytes(row[0])


def _forget_opening_of(connection: SharedConnection, chat_id: str) -> None:
    """Let a chat begin with the prefix of its next turn, and remove what only its opening holds."""
    row = connection.execute("SELECT opening FROM chat WHERE id = ?", (chat_id,)).fetchone()
    if row and row[0]:
        connection.execute("UPDATE chat SET opening = NULL WHERE id = ?", (chat_id,))
        forget_opening(connection, row[0])


def _put_turn(connection: SharedConnection, chat_id: str, number: int, turn: Turn) -> None:
    """A turn without an answer."""
    attachments = json.dumps(list(turn.attachments))
    connection.execute(
        "INSERT INTO turn (chat, number, question_id, answer_id, asked_at, question, attachments, status) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chat_id, number, turn.question_id, turn.answer_id, turn.asked_at, turn.question, attachments,
            turn.status,
        ),
    )  # fmt: skip


def _put_pieces(connection: SharedConnection, pieces: Pieces) -> None:
    # A piece is named by its content, so one that is there already is the same.
    connection.executemany("INSERT OR IGNORE INTO piece VALUES (?, ?)", list(pieces.items()))


def _turn(row: tuple[Any, ...]) -> Turn:
    question_id, answer_id, asked_at, question, attachments, status, answered_at, reply = row
    return Turn(
        question_id, answer_id, asked_at, question, tuple(json.loads(attachments)), status, answered_at,
        unpack(reply) if reply else None,
    )  # fmt: skip
