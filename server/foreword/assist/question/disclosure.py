"""A secret in the user's own words: it is sent only if the user says so, and else redacted as everywhere."""

from __future__ import annotations

from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.core.documents.text import printable
from foreword.core.secrets.detection import find_secrets


async def may_be_told(session: Session, words: str) -> bool:
    """Whether words may be sent as they are: if they hold a secret, the user is asked."""
    kinds = "" if provider_name(session) == "offline" else kinds_in(words)
    return bool(kinds) and await session.disclose(f"the question holds a secret ({kinds}): send it as it is?")


def redaction_note(words: str) -> str:
    """What the user is told of words that are sent without their secrets; empty if there are none."""
    kinds = kinds_in(words)
    return f"a secret in the question ({kinds}) was not sent: the model saw a placeholder" if kinds else ""


def kinds_in(words: str) -> str:
    """The kinds of secrets in words, each once."""
    return ", ".join(dict.fromkeys(one.kind for one in find_secrets(printable(words))))
