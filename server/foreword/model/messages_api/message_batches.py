"""Message Batches: many requests at half the price, answered within a day, in any order.

    create -> in_progress -> ended -> results (kept for 29 days)

https://platform.claude.com/docs/en/build-with-claude/batch-processing. Nothing here asks twice for a batch to be created: whether one came to be whose answer was lost, only the list tells.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any
from urllib.parse import quote as quoted

import anthropic
import httpx2

from foreword.core.errors import ModelUnavailable, RequestRejected
from foreword.core.reply import Json
from foreword.model.catalog.provider_info import PROVIDER_INFO
from foreword.model.message_batch import EMPTY, BatchOutcome, BatchRequest, BatchState
from foreword.model.messages_api.api_errors import Failure, why_broken
from foreword.model.messages_api.api_transport import Transport
from foreword.model.messages_api.retry_policy import PASSING_KINDS
from foreword.model.messages_api.stream_assembler import finished_of

PATH = "/v1/messages/batches"
PAGE = 100


class MessageBatches:
    """The batches of one endpoint and workspace."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def url(self) -> str:
        """The base URL of the endpoint, without credentials."""
        return self._transport.place.url

    async def check(self) -> None:
        """Find out, at no cost, whether the endpoint has batches.

        Raises:
            RequestRejected: it has none.
            ModelError: it can't be asked.
        """
        place = self._transport.place
        hint = "ask the questions now, by `foreword batch` without --later"
        if not PROVIDER_INFO[place.provider].has_batches:
            raise RequestRejected(f"{place.provider} has no Message Batches: {hint}.")
        try:
            await self._transport.get(PATH, {"limit": "1"})
        except RequestRejected as error:
            raise RequestRejected(f"{place.url} has no Message Batches: {hint}.") from error

    async def create(self, requests: Sequence[BatchRequest]) -> BatchState:
        """Submit a batch, in one attempt.

        Raises:
            ModelUnavailable: there was no answer: the batch may have come to be.
            ModelError: it was refused.
        """
        size = EMPTY + sum(one.size for one in requests) - 1
        headers = {"Content-Type": "application/json", "Content-Length": str(size)}

        async def submit() -> object:
            # A length that is known keeps it from being sent in chunks, which some gateways don't take.
            return await self._transport.client.post(
                PATH, cast_to=object, content=_body(requests), options={"headers": headers}
            )

        outcome = await self._transport.attempt(submit, self._transport.request())
        if isinstance(outcome, Failure):
            raise outcome.error
        return _state(outcome)

    async def find(self, batch_id: str) -> BatchState:
        """One batch as it is now.

        Raises:
            ModelError: there is none of this id, or it can't be asked for.
        """
        return _state(await self._transport.get(_path(batch_id), {}))

    async def cancel(self, batch_id: str) -> BatchState:
        """Ask for a batch to be cancelled; what is processed by then has results and costs money.

        Raises:
            ModelError: it has ended, or can't be asked for.
        """
        return _state(await self._transport.post(f"{_path(batch_id)}/cancel", {}))

    async def newest(self, since: float) -> AsyncGenerator[BatchState, None]:
        """The batches that were created since a time (Unix seconds), newest first.

        Raises:
            ModelError: the endpoint does not list them.
        """
        after = ""
        while True:
            query = {"limit": str(PAGE), **({"after_id": after} if after else {})}
            page = await self._transport.get(PATH, query)
            listed = [_state(one) for one in page.get("data") or () if isinstance(one, dict)]
            for state in listed:
                if state.created < since:
                    return
                yield state
            after = str(page.get("last_id") or "")
            if not (listed and page.get("has_more") and after):
                return

    async def results(self, batch_id: str) -> AsyncGenerator[BatchOutcome, None]:
        """What became of each request of a batch that has ended, in any order.

        Iterate within `contextlib.aclosing`.

        Raises:
            ModelError: they can't be had, or broke off.
        """
        request = self._transport.request()

        # Asked for by the batch's id and not by its `results_url`: the key goes to no address that an answer names.
        async def ask() -> anthropic.AsyncStream[object]:
            return await self._transport.client.get(
                f"{_path(batch_id)}/results",
                cast_to=object,
                stream=True,
                stream_cls=anthropic.AsyncStream[object],
            )

        stream = await self._transport.insist(ask, request)
        try:
            async with aclosing(_lines(stream.response)) as lines:
                async for line in lines:
                    if line.strip():
                        yield _outcome(json.loads(line))
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            why = why_broken(error, request.place)
            raise ModelUnavailable(f"The results of {batch_id} broke off: {why}: ask again.") from error
        except ValueError as error:
            raise ModelUnavailable(f"The results of {batch_id} are no JSON lines: ask again.") from error
        finally:
            await stream.response.aclose()


async def _body(requests: Sequence[BatchRequest]) -> AsyncIterator[bytes]:
    """The body of a batch, piece by piece: it is never in memory as a whole."""
    yield b'{"requests":['
    for index, one in enumerate(requests):
        yield b"".join((b"," if index else b"", *one.pieces))
    yield b"]}"


async def _lines(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """The lines of a response, at line feeds alone: JSON may hold other line separators as they are."""
    rest = bytearray()
    async for chunk in response.aiter_bytes():
        rest += chunk
        if b"\n" in chunk:
            *whole, last = bytes(rest).split(b"\n")
            rest = bytearray(last)
            for line in whole:
                yield line
    if rest:
        yield bytes(rest)


def _path(batch_id: str) -> str:
    # The id may be what a user typed, and must not become another path.
    return f"{PATH}/{quoted(batch_id, safe='')}"


def _state(raw: object) -> BatchState:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise ModelUnavailable("The endpoint sent an answer that describes no batch: list the batches.")
    counts = raw.get("request_counts")
    known = counts if isinstance(counts, dict) else {}
    return BatchState(
        id=raw["id"],
        status=str(raw.get("processing_status") or "in_progress"),
        counts={str(name): n for name, n in known.items() if isinstance(n, int)},
        created=_seconds(raw.get("created_at")) or 0.0,
        expires=_seconds(raw.get("expires_at")),
        ended=_seconds(raw.get("ended_at")),
    )


def _seconds(moment: object) -> float | None:
    """Unix seconds of a moment as RFC 3339 writes it."""
    try:
        return datetime.fromisoformat(str(moment)).timestamp()
    except ValueError:
        return None


def _outcome(line: Any) -> BatchOutcome:  # noqa: ANN401 - any JSON
    result: Json = line["result"] if isinstance(line, dict) and isinstance(line.get("result"), dict) else {}
    custom_id, kind = str(line.get("custom_id") if isinstance(line, dict) else ""), str(result.get("type"))
    message, error = result.get("message"), result.get("error")
    if kind == "succeeded" and isinstance(message, dict):
        return BatchOutcome(custom_id, kind, finished_of(message), model=str(message.get("model") or ""))
    inner = error.get("error") if isinstance(error, dict) and isinstance(error.get("error"), dict) else error
    told: Json = inner if isinstance(inner, dict) else {}
    # Who sent a request that is not valid gets the same error again.
    may_help = kind in {"expired", "canceled"} or told.get("type") in PASSING_KINDS
    return BatchOutcome(custom_id, kind, None, error=str(told.get("message") or ""), may_retry=may_help)
