"""What can go wrong with an otherwise valid request; each fault is for one request.

`after` counts `content_block_delta` events that are sent before; an answer with fewer deltas meets the
fault right before its `message_delta`. Where a request does not stream, the faults of a stream become
the nearest thing: a body that breaks off, or that is no JSON.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """An error answer; `retry_after` is the header's value (seconds or a date), None leaves it out."""

    status: int
    message: str = "The stand-in was told to fail"
    kind: str | None = None
    retry_after: float | str | None = None
    error_code: str | None = None
    should_retry: bool | None = None


@dataclass(frozen=True, slots=True)
class Html:
    """An error page of something between client and service."""

    status: int = 502


@dataclass(frozen=True, slots=True)
class Foreign:
    """An answer of a gateway or an engine in words of its own: nothing of it is the API's, no request id either."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection closes without an answer."""


@dataclass(frozen=True, slots=True)
class SlowStart:
    """Nothing is sent until `MessagesApi.release`, or until `seconds` have passed."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The stream stands still until `MessagesApi.release`."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """An `error` event in the stream, whose HTTP status was 200; the stream ends."""

    after: int = 1
    kind: str = "overloaded_error"
    message: str = "Overloaded"


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is reset in the middle."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class EndEarly:
    """The stream ends in an orderly way, but without `message_delta` and `message_stop`."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class BadJson:
    """A data line that is no JSON; the stream goes on."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a type that nobody knows yet; the stream goes on."""

    after: int = 1


@dataclass(frozen=True, slots=True)
class BadToolInput:
    """The input of tool calls is no JSON."""


StreamFault = Hold | ErrorEvent | Cut | EndEarly | BadJson | UnknownEvent
Fault = Status | Html | Foreign | Drop | SlowStart | StreamFault | BadToolInput
