"""How much of the chats is kept: beyond a size the oldest go, whole, with what only they hold.

One that is open, or was heard of lately, stays, whatever its size. What remains of a chat's parameters is shared by
nearly all chats, and small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile

from foreword.assist.chat.codec import pieces_of_opening, unpack
from foreword.storage.database import SharedConnection

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
    pieces = Counter(_pieces(connection.execute("SELECT opening FROM chat WHERE opening IS NOT NULL")))
    rows = connection.execute(
        "SELECT id, opening FROM chat WHERE at < ? ORDER BY at, id", (now - KEPT_DAYS * 86_400,)
    )
    old = ((chat_id, opening) for chat_id, opening in rows.fetchall() if chat_id not in opened)
    for chat_id, opening in takewhile(lambda _: _used_bytes(connection) > limit, old):
        connection.execute("DELETE FROM turn WHERE chat = ?", (chat_id,))
        connection.execute("DELETE FROM chat WHERE id = ?", (chat_id,))
        for digest in _pieces([(opening,)] if opening else []):
            pieces[digest] -= 1
            if not pieces[digest]:
                connection.execute("DELETE FROM piece WHERE digest = ?", (digest,))


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
        for name in ("page_count", "freelist_count", "page_size")
    ]
    return int((counts[0] - counts[1]) * counts[2])
