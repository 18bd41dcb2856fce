"""A chat that showed what may not be shown any more: it begins again over a new base, without the turns that tell of it.

What was sent can't be taken back, but each request of a chat sends all of it anew. A file may be ignored since, or be
secret by the rules of now; a chat of an earlier version may hold what only the rules of now know for a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from foreword.assist.chat.chat import NO_MODEL, Conversation, Exchange
from foreword.assist.context.build_prefix import build_prefix
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.withheld_files import withheld_files
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.media import is_media
from foreword.core.documents.text import decode
from foreword.core.secrets.redaction import redact
from foreword.core.tree import Source
from foreword.workspace.files.disk import is_file, read_file

SHOWN_PATH = re.compile(
    r'(?<!<hidden )\bpath="([^"\n]{1,4096})"|^([^\n:]{1,4096}):\d{1,9}-\d{1,9}\b', re.MULTILINE
)
"""How a turn names the files that it shows, and a result of a tool those that it found."""
WORD = re.compile(r"[^\W_](?:[\w.@/+=-]*\w)?")
MIN_WORD, MIN_PLAIN_WORD = 4, 6
"""Shorter words tell nothing of a file; plain ones have lower-case letters alone."""
SECRET_VALUE = "a value that is secret by the rules of now"  # noqa: S105 - a description
MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a chat may not send any more, by path with the reason, and the exchanges that remain (None: left out)."""

    withheld: Mapping[str, str]
    exchanges: tuple[Exchange | None, ...]

    @property
    def note(self) -> str:
        """What the user is told."""
        names = sorted(self.withheld)
        listed = ", ".join(
            f"{name} ({self.withheld[name]})" if name else SECRET_VALUE for name in names[:MAX_NAMED]
        )
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        n_gone = sum(one is None for one in self.exchanges)
        turns = f" and {n_gone} earlier turn{'s' * (n_gone != 1)} that told of it" if n_gone else ""
        return f"the chat began again over a new base: it no longer sends {listed}{more}{turns}"


def find_withdrawal(
    session: Session, saved: WorkspaceSnapshot, conversation: Conversation
) -> Withdrawal | None:
    """What a chat has to forget before its next request, if anything."""
    withheld = withheld_files(saved, session.repository, _paths_shown(conversation))
    opening = conversation.opening
    # The name of the variant has the version of the rules in it: with the same one nothing new can be found.
    is_judged_anew = opening is not None and opening.variant != saved.variant
    has_secrets = is_judged_anew and _has_secret(_opening_texts(conversation))
    exposed = [is_judged_anew and _has_secret(_texts(one)) for one in conversation.exchanges]
    if not withheld and not has_secrets and not any(exposed):
        return None
    words = _words_of(session, saved, conversation, withheld)
    telling = words - _words_allowed(session, saved) if words else words
    exchanges = tuple(
        None if is_exposed or _tells(one, withheld, telling) else _apart(one)
        for one, is_exposed in zip(conversation.exchanges, exposed, strict=True)
    )
    return Withdrawal(withheld | ({"": ""} if has_secrets or any(exposed) else {}), exchanges)


def _apart(exchange: Exchange) -> Exchange:
    """An exchange without the base that it went on from: no changes against it, and nobody's thinking."""
    messages = list(exchange.messages)
    if exchange.told is not None and messages:
        told = {"type": "text", "text": exchange.told.text}
        content = [block for block in messages[0]["content"] if block != told]
        messages[0] = {**messages[0], "content": content}
    return replace(exchange, voice=NO_MODEL, messages=tuple(messages), told=None, shown={})


def _paths_shown(conversation: Conversation) -> set[str]:
    opening = conversation.opening
    if opening is None:
        shown = set[str]()
    else:
        delta = (part.path for block in opening.delta for part in block.parts if part.form != "hidden")
        shown = {*opening.base.forms, *delta, *(p for p, one in opening.shown.items() if not one.hidden)}
    for exchange in conversation.exchanges:
        shown |= {path for path, one in exchange.shown.items() if not one.hidden}
        shown |= {
            name for text in _texts(exchange) for match in SHOWN_PATH.findall(text) for name in match if name
        }
        shown |= {path for path in _called_paths(exchange) if path}
    return shown


def _called_paths(exchange: Exchange) -> Iterator[str]:
    for block in _blocks(exchange):
        given = block.get("input")
        if isinstance(given, Mapping):
            yield from (
                str(given[key]).removeprefix("./").lstrip("/") for key in ("path", "new_path") if key in given
            )


def _tells(exchange: Exchange, paths: Iterable[str], words: frozenset[str] | None) -> bool:
    """Whether an exchange has a path among its words, or a word that only these files have; None: nobody knows them."""
    text = "\n".join(_texts(exchange))
    names = {name for path in paths for name in (path, path.rpartition("/")[2])}
    return words is None or any(name in text for name in names) or not words.isdisjoint(WORD.findall(text))


def _words_of(
    session: Session, saved: WorkspaceSnapshot, conversation: Conversation, paths: Iterable[str]
) -> frozenset[str] | None:
    """The words of all versions of files that a chat was shown, and of those on disk; None if one can't be read."""
    wanted = [path for path in paths if path]
    opening, blobs = conversation.opening, set[tuple[str, str]]()
    for known in (opening.shown if opening else {}, *(one.shown for one in conversation.exchanges)):
        blobs |= {(path, known[path].blob or "") for path in wanted if path in known}
    blobs |= {(path, opening.known[path]) for path in wanted if opening and path in opening.known}
    contents = _contents(session, saved, {(path, blob) for path, blob in blobs if blob})
    if any(data is None for data in contents):
        return None
    on_disk = [read_file(saved.root, path) or b"" for path in wanted if is_file(saved.root, path)]
    texts = [decode(data).content for data in (*contents, *on_disk) if data is not None]
    return frozenset(word for text in texts for word in WORD.findall(text) if _is_telling(word))


def _words_allowed(session: Session, saved: WorkspaceSnapshot) -> frozenset[str]:
    """The words of what the chat will begin with."""
    prefix = build_prefix(session, saved, keep=False)
    blocks = (*prefix.base.blocks, *prefix.delta)
    return frozenset(word for block in blocks for word in WORD.findall(block.text))


def _contents(
    session: Session, saved: WorkspaceSnapshot, versions: set[tuple[str, str]]
) -> list[bytes | None]:
    kept = session.prefix_store.contents([blob for _, blob in versions])
    rest = [Source(path, blob) for path, blob in sorted(versions) if blob not in kept]
    # Outside git a reader knows files by what is on disk now, and an old version may be nowhere else.
    return [*kept.values(), *(data for _, data in saved.reader(rest))]


def _is_telling(word: str) -> bool:
    return len(word) >= (MIN_PLAIN_WORD if word.isalpha() and word.islower() else MIN_WORD)


def _has_secret(texts: Iterable[str]) -> bool:
    return any(redact(text) != text for text in texts)


def _opening_texts(conversation: Conversation) -> Iterator[str]:
    opening = conversation.opening
    if opening is not None:
        yield from (block.text for block in (*opening.base.blocks, *opening.delta))


def _texts(exchange: Exchange) -> Iterator[str]:
    """All words of an exchange that are sent again: of the user, the model, its calls and their results."""
    for block in _blocks(exchange):
        # The data of a picture has no words.
        if not is_media(block):
            yield from _strings(
                {key: value for key, value in block.items() if key not in {"signature", "data"}}
            )


def _blocks(exchange: Exchange) -> Iterator[Mapping[str, Any]]:
    for message in exchange.messages:
        content = message["content"]
        yield from [{"type": "text", "text": content}] if isinstance(content, str) else content


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
