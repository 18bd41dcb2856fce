"""What a test can see of a request afterwards, or while it is being answered."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from messages_api.errors import Json
from messages_api.prompt import Prompt

MESSAGES = "/v1/messages"


@dataclass(slots=True, eq=False)
class Recorded:
    """One HTTP request, filled in as its answer proceeds.

    `headers` have lower-case names; `body` is None where it is no JSON object; `time` is in seconds of the
    stand-in's clock. `usage` is the API's own, with the output as far as it was sent. `verdict` is the
    cache's: unmarked, below minimum, read, written, or read and written. `error` is the message of an error
    answer. `disconnected` is set when the client goes away before the end, `finished` when nothing more
    will be sent or recorded.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    time: float
    body: Json | None = None
    status: int | None = None
    workspace: str | None = None
    prompt: Prompt | None = None
    usage: Json | None = None
    verdict: str | None = None
    message_id: str | None = None
    error: str | None = None
    fault: object = None
    disconnected: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def is_message(self) -> bool:
        """Whether it asks for an answer, and not for a count or a list."""
        return self.method == "POST" and self.path.split("?", 1)[0] == MESSAGES

    @property
    def marks(self) -> list[tuple[str, str]]:
        """The places and lifetimes of all cache marks, the automatic one included."""
        positions = self.prompt.positions if self.prompt else ()
        return [(position.piece.place, position.ttl) for position in positions if position.ttl]
