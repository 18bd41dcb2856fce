"""A strict stand-in for the Messages API: a real HTTP server on 127.0.0.1, for tests and by hand.

    with MessagesApi() as api:
        api.script("First answer.", Status(529), Reply((tool_use_block("search", {"query": "x"}),)))
        client = AsyncAnthropic(base_url=api.url, api_key="any", max_retries=0)
        ...
        assert "read" == api.messages[1].verdict

It refuses what the service refuses, counts tokens, keeps a prefix cache with lifetimes and look-back, and
fails on demand. It knows nothing of the code under test, so that it can be a second opinion. Tools are
never run and no text is understood: answers are scripted, or say what was asked.
"""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from messages_api_errors import Json
from messages_api_faults import (
    BadJson,
    BadToolInput,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Fault,
    Hold,
    Html,
    SlowStart,
    Status,
    UnknownEvent,
)
from messages_api_models import MODELS, Model, find_model
from messages_api_prices import ARTICLE, PRICES, Price, cost
from messages_api_record import Recorded
from messages_api_replies import (
    Reply,
    Script,
    default_reply,
    refusal,
    text_block,
    thinking_block,
    tool_use_block,
)
from messages_api_server import Server
from messages_api_service import Service, Step

MAX_BODY_BYTES = 32 * 1024 * 1024
MANY = 10_000
NO_WORKSPACES: Mapping[str, str] = MappingProxyType({})

Scripted = Fault | Script | tuple[Fault, Script] | None


class MessagesApi:
    """The stand-in, running between `with` and its end.

    `keys` are the accepted API keys (any but "wrong" when None), `workspaces` maps keys to workspaces (all
    share one otherwise), `models` replaces the table of models, `clock` returns seconds.
    An error inside of the stand-in is raised at the end of the `with` block.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keys: Collection[str] | None = None,
        workspaces: Mapping[str, str] = NO_WORKSPACES,
        models: Mapping[str, Model] = MODELS,
        prices: Mapping[str, Price] = PRICES,
        clock: Callable[[], float] = time.monotonic,
        max_body: int = MAX_BODY_BYTES,
    ) -> None:
        namespace = f"{time.time_ns():x}"
        self._service = Service(
            clock=clock, keys=keys, workspaces=workspaces, models=models, namespace=namespace
        )
        self._server = Server(port, self._service, max_body)
        self._thread = threading.Thread(target=self._server.serve, name="messages-api", daemon=True)
        self._prices = prices

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release(MANY)
        is_quiet = self._server.stop()
        self._thread.join()
        self._server.server_close()
        if error is None and self._service.crashes:
            raise self._service.crashes[0]
        if error is None and not is_quiet:
            raise TimeoutError("a connection of the stand-in did not end")

    @property
    def url(self) -> str:
        """The base URL, as `ANTHROPIC_BASE_URL` takes it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[Recorded]:
        """All requests so far, in the order of their arrival."""
        return list(self._service.records)

    @property
    def messages(self) -> list[Recorded]:
        """The requests for an answer: no counts, no lists."""
        return [recorded for recorded in self.requests if recorded.is_message]

    @property
    def rejected(self) -> list[Recorded]:
        """The requests that were refused by a rule, and not by a fault of the script."""
        return [recorded for recorded in self.requests if recorded.error and recorded.fault is None]

    def script(self, *steps: Scripted) -> None:
        """What happens to the next requests for an answer, one step each: an answer, a fault, a fault with
        its answer (for streams that break), or None for the default answer. Invalid requests take no step.
        """
        with self._service.changed:
            self._service.steps.extend(_step(step) for step in steps)

    def answer(self, text: str | Reply) -> None:
        """The answer to the next request that has no step yet."""
        self.script(text)

    def answer_with(self, script: Script) -> None:
        """The answer to every request that has no step, from now on; a callable gets the request's body."""
        self._service.default = script

    def fail(self, *faults: Fault) -> None:
        """A fault for each of the next requests that have no step yet."""
        self.script(*faults)

    def release(self, n_holds: int = 1) -> None:
        """Let held answers go on, now or when they come to their hold: one answer for each of `n_holds`."""
        self._service.holds.release(n_holds)

    def advance(self, seconds: float) -> None:
        """Let time pass for the cache."""
        self._service.advance(seconds)

    def evict(self) -> None:
        """Empty the cache, as the service may do at any time."""
        self._service.cache.clear()

    def wait_for_request(self, n: int = 1, timeout: float = 10.0) -> Recorded:
        """The n-th request for an answer (from 1), as soon as it has arrived.

        Raises:
            TimeoutError: it did not within `timeout` seconds.
        """
        with self._service.changed:
            if not self._service.changed.wait_for(lambda: len(self.messages) >= n, timeout):
                raise TimeoutError(f"{len(self.messages)} of {n} requests arrived in {timeout} s")
        return self.messages[n - 1]

    def wait_for_any(self, n: int) -> Recorded:
        """The n-th request of any kind (from 1), as soon as it has arrived."""
        with self._service.changed:
            self._service.changed.wait_for(lambda: len(self._service.records) >= n)
        return self.requests[n - 1]

    def cost(self) -> float:
        """US dollars for all answers so far."""
        return sum(
            cost(recorded.usage, str((recorded.body or {})["model"]), self._prices)
            for recorded in self.messages
            if recorded.usage is not None
        )


def _step(step: Scripted) -> Step:
    match step:
        case None:
            return Step()
        case tuple():
            return Step(*step)
        case str() | Reply():
            return Step(reply=step)
        case _ if isinstance(step, Fault):
            return Step(fault=step)
        case _:
            return Step(reply=step)


def _line(recorded: Recorded, prices: Mapping[str, Price]) -> Json:
    """What the command line says about a request."""
    model = (recorded.body or {}).get("model")
    is_priced = recorded.usage is not None and (model in prices or prices is ARTICLE)
    return {
        "path": recorded.path,
        "status": recorded.status,
        "model": model,
        "verdict": recorded.verdict,
        "usage": recorded.usage,
        "cost": cost(recorded.usage or {}, str(model), prices) if is_priced else None,
        "error": recorded.error,
    }


def main(arguments: list[str]) -> int:
    """Serve until interrupted: the URL on the first line, then one JSON object for each request."""
    parser = argparse.ArgumentParser(description="A strict stand-in for the Messages API.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument(
        "--model-prices",
        choices=("article", "current"),
        default="current",
        help="prices for the cost of a request",
    )
    options = parser.parse_args(arguments)
    prices = ARTICLE if options.model_prices == "article" else PRICES
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with MessagesApi(port=options.port, prices=prices) as api:
            print(api.url, flush=True)
            for n in itertools.count(1):
                recorded = api.wait_for_any(n)
                recorded.finished.wait()
                print(json.dumps(_line(recorded, prices)), flush=True)
    except KeyboardInterrupt:
        pass
    return 0


__all__ = [
    "ARTICLE",
    "MODELS",
    "PRICES",
    "BadJson",
    "BadToolInput",
    "Cut",
    "Drop",
    "EndEarly",
    "ErrorEvent",
    "Fault",
    "Hold",
    "Html",
    "MessagesApi",
    "Model",
    "Price",
    "Recorded",
    "Reply",
    "Script",
    "SlowStart",
    "Status",
    "UnknownEvent",
    "cost",
    "default_reply",
    "find_model",
    "refusal",
    "text_block",
    "thinking_block",
    "tool_use_block",
]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
