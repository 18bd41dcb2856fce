"""How a request of the Messages API goes out: attempts, deadlines, and failures as the user meets them.

A request is sent as the body says, field by field: through the SDK's client, but not through its typed methods, which
would put `messages` before `system` and `tools` (one cloud's cache misses on that order) and drop fields that they don't
know.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import anthropic
import httpx2

from foreword.core.errors import CredentialsError, ModelError, ModelUnavailable, RequestRejected
from foreword.core.reply import Json
from foreword.model.messages_api.api_errors import Endpoint, Failure, failure, failure_of, given_up, quote
from foreword.model.messages_api.retry_policy import Patience, pause, spell

Client = (
    anthropic.AsyncAnthropic
    | anthropic.AsyncAnthropicBedrock
    | anthropic.AsyncAnthropicBedrockMantle
    | anthropic.AsyncAnthropicVertex
)
Sleep = Callable[[float], Awaitable[None]]
Result = TypeVar("Result")

FIRST_FIELDS = ("tools", "system", "messages")
"""These lead the body, in the order in which the cache reads them; a cloud's cache needs it so."""

NO_JSON = "The endpoint sent an answer that is no JSON: try again."


@dataclass(frozen=True, slots=True)
class Ports:
    """What a provider needs from outside; tests put their own in place.

    `strangers` are the exceptions of a cloud's own library when its credentials are of no use.
    """

    sleep: Sleep = asyncio.sleep
    chance: Callable[[], float] = random.random
    strangers: tuple[type[Exception], ...] = ()


class Transport:
    """One endpoint that requests are sent to, by a client that must not retry by itself."""

    def __init__(self, client: Client, place: Endpoint, patience: Patience, ports: Ports) -> None:
        self.client = client
        self.place = place
        self.patience = patience
        self._ports = ports

    async def get(self, path: str, query: Mapping[str, str]) -> Json:
        """The JSON object that one request without a body is answered with."""
        request = self.request()
        reply = await self.insist(
            lambda: self.client.get(path, cast_to=object, options={"params": query}), request
        )
        if not isinstance(reply, dict):
            raise RequestRejected(f"{request.place.url} did not answer with JSON: check model.url.")
        return reply

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """The JSON object that answers one request that does not stream."""
        request = self.request(body)
        wire = in_order(body)

        async def ask() -> object:
            try:
                return await self.client.post(path, cast_to=object, body=wire)
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                raise ModelUnavailable(NO_JSON) from error

        reply = await self.insist(ask, request)
        if not isinstance(reply, dict):
            raise RequestRejected(f"{request.place.url} did not answer with JSON: check model.url.")
        return reply

    async def insist(self, ask: Callable[[], Awaitable[Result]], request: Request) -> Result:
        """What `ask` gives, asked again as `Patience` allows."""
        attempt = 0
        while True:
            outcome = await self.attempt(ask, request)
            if not isinstance(outcome, Failure):
                return outcome
            attempt += 1
            wait = outcome.wait or pause(attempt - 1, self._ports.chance())
            # A wait that ends after the deadline is not begun, so the user hears of the failure now.
            if not outcome.retry or attempt >= self.patience.max_attempts or wait >= request.left():
                raise given_up(outcome)
            await self._ports.sleep(wait)

    async def attempt(self, ask: Callable[[], Awaitable[Result]], request: Request) -> Result | Failure:
        """One attempt, its failure as a value."""
        # The client's own timeout counts silence only, and pings break silence without an answer.
        bound = min(self.patience.first_event, request.left())
        try:
            async with asyncio.timeout(bound):
                return await ask()
        except TimeoutError:
            stem = f"{request.place.url} did not begin to answer within {spell(bound)}"
            return failure(ModelUnavailable, stem, "try again, or raise model.deadline")
        except ModelError as error:
            return Failure(error, str(error), retry=isinstance(error, ModelUnavailable))
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            return failure_of(error, request.place)
        # The SDK raises a TypeError where it finds no way to authenticate.
        except (TypeError, UnicodeEncodeError) as error:
            return _unsent(error, request.place)
        except self._ports.strangers as error:
            return failure(
                CredentialsError,
                f"The credentials for {self.place.provider} can't be used",
                quote(str(error)),
            )

    def request(self, body: Mapping[str, Any] | None = None) -> Request:
        """A request that begins now, with its deadline."""
        until = asyncio.get_running_loop().time() + self.patience.deadline
        return Request(replace(self.place, model=str((body or {}).get("model", ""))), until)


@dataclass(frozen=True, slots=True)
class Request:
    """Who is asked, and until when, in seconds of the event loop's clock."""

    place: Endpoint
    until: float

    def left(self) -> float:
        """Seconds until the deadline."""
        return max(self.until - asyncio.get_running_loop().time(), 0.0)


def in_order(body: Mapping[str, Any]) -> Json:
    """The same body with the cached fields first."""
    first = {key: body[key] for key in FIRST_FIELDS if key in body}
    return first | {key: value for key, value in body.items() if key not in FIRST_FIELDS}


def _unsent(error: TypeError | UnicodeEncodeError, place: Endpoint) -> Failure:
    """What the SDK raises before it sends anything.

    Without any credentials that is a TypeError; with some, it is a mistake in the body.
    """
    if isinstance(error, UnicodeEncodeError):
        return failure(RequestRejected, "The request holds a lone surrogate", "make its text printable first")
    # With credentials a TypeError is a fault in our body, to be seen and not to be explained away.
    if place.key_source:
        raise error
    return failure(
        CredentialsError, "There is no API key", "set ANTHROPIC_API_KEY, or use --provider offline"
    )
