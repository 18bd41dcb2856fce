"""A client of the language server that knows nothing of its insides: JSON over two streams, every wait bounded.

async with connected(environ) as editor:                 in memory; `Editor.over(process)` for a real process
    await editor.start([folder], capabilities)
    answer = await editor.command("foreword.ask", question="...")
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from foreword.lsp.transport.serve_client import serve
from lsp_conformance import Judge

PATIENCE = 60.0
"""Seconds that anything may take on a loaded machine before a test calls it stuck."""

Json = dict[str, Any]
Answers = Mapping[str, Callable[[Any], Any]]
"""For requests of the server: what to answer to its params."""


class Sink(Protocol):
    """Where bytes to the server go."""

    def write(self, data: bytes, /) -> Any:  # noqa: ANN401 - nobody looks at it
        """Send them."""
        ...


@dataclass
class RpcError(Exception):
    """An error reply."""

    code: int
    message: str
    data: Any = None


@dataclass
class Editor:
    """One client. `heard` is everything that the server sent of its own accord, in order."""

    reader: asyncio.StreamReader
    sink: Sink
    answers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)
    replies: dict[Any, asyncio.Future[Any]] = field(default_factory=dict)
    strays: list[Json] = field(default_factory=list)
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    exit_code: asyncio.Future[int] | None = None
    judge: Judge = field(default_factory=Judge)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _n_requests: int = 0

    async def listen(self) -> None:
        """Take in what the server sends, until it ends."""
        while True:
            try:
                header = await self.reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError as end:
                if end.partial:
                    raise AssertionError(f"no protocol: {end.partial!r}") from end
                break
            fields = dict(line.split(b": ", 1) for line in header.strip().split(b"\r\n"))
            self._take(json.loads(await self.reader.readexactly(int(fields[b"Content-Length"]))))
        for reply in self.replies.values():
            if not reply.done():
                reply.cancel()

    def _take(self, message: Json) -> None:
        assert message["jsonrpc"] == "2.0"
        self.judge.received(message)
        if "method" not in message:
            self._resolve(message)
            return
        self.heard.append(message)
        self._news.set()
        if "id" in message:
            self._answer(message)

    def _resolve(self, message: Json) -> None:
        reply = self.replies.pop(message["id"], None)
        if reply is None:
            self.strays.append(message)
            self._news.set()
        elif "error" in message:
            error = message["error"]
            reply.set_exception(RpcError(error["code"], error["message"], error.get("data")))
        else:
            reply.set_result(message.get("result"))

    def _answer(self, message: Json) -> None:
        known = self.answers.get(message["method"])
        if known is None:
            error = {"code": -32601, "message": "unknown method"}
            self.send({"id": message["id"], "error": error})
        else:
            before = dict(self.texts)
            result = known(message.get("params"))
            self._tell_changes(before)
            self.send({"id": message["id"], "result": result})

    def _tell_changes(self, before: Mapping[str, tuple[int, str]]) -> None:
        """What an edit of the server's did to the open documents."""
        for uri, (version, text) in self.texts.items():
            if uri in before and before[uri] != (version, text):
                document, changes = {"uri": uri, "version": version}, [{"text": text}]
                self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def send(self, message: Json) -> None:
        """Send one message."""
        self.judge.sent(message)
        self._write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode("utf-8", "replace"))

    def send_raw(self, body: bytes) -> None:
        """Send bytes as one message, whatever they are."""
        self.judge.is_raw = True
        self._write(body)

    def _write(self, body: bytes) -> None:
        self.sink.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: object = None) -> None:
        """Send a notification."""
        self.send({"method": method, "params": params})

    def begin(self, method: str, params: object = None) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; gives its id and the reply to come."""
        self._n_requests += 1
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.replies[self._n_requests] = reply
        self.send({"id": self._n_requests, "method": method, "params": params})
        return self._n_requests, reply

    async def request(self, method: str, params: object = None) -> Any:  # noqa: ANN401 - any JSON
        """The result of a request; an `RpcError` if it failed."""
        return await self.wait_for(self.begin(method, params)[1])

    async def command(self, name: str, /, **arguments: object) -> Any:  # noqa: ANN401 - any JSON
        """The result of a command."""
        return await self.request("workspace/executeCommand", {"command": name, "arguments": [arguments]})

    async def refusal(self, method: str, params: object = None) -> RpcError:
        """The error that a request gets; it must get one."""
        try:
            result = await self.request(method, params)
        except RpcError as error:
            if "\n" in error.message:
                raise
            return error
        raise AssertionError(f"{method} was answered: {result!r}")

    async def start(
        self, folders: Sequence[Path] = (), capabilities: Json | None = None, **more: object
    ) -> Json:
        """Say hello; gives the result of `initialize`."""
        shown = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        params = {
            "processId": os.getpid(),
            "rootUri": folders[0].as_uri() if folders else None,
            "capabilities": capabilities or {},
            "workspaceFolders": shown or None,
            **more,
        }
        result: Json = await self.request("initialize", params)
        self.notify("initialized", {})
        return result

    async def stop(self) -> int:
        """Say goodbye; gives the exit code."""
        await self.request("shutdown")
        self.notify("exit")
        assert self.exit_code is not None
        return int(await self.wait_for(self.exit_code))

    def open(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document."""
        self.texts[uri] = (1, text)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def replace(self, uri: str, text: str) -> None:
        """Change the whole text of an open document."""
        version = self.texts[uri][0] + 1
        self.texts[uri] = (version, text)
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    async def hear(self, method: str, fits: Callable[[Any], object] = lambda _: True) -> Any:  # noqa: ANN401 - any JSON
        """The params of the first message of a method that fits, waiting for it if need be."""
        return await self.wait_for(self._hear(method, fits))

    async def _hear(self, method: str, fits: Callable[[Any], object]) -> Any:  # noqa: ANN401 - any JSON
        while True:
            for message in self.heard:
                if message["method"] == method and fits(message.get("params")):
                    return message.get("params")
            self._news.clear()
            await self._news.wait()

    async def stray(self) -> Json:
        """The first reply to nothing that was asked, such as one without an id."""

        async def first() -> Json:
            while not self.strays:
                self._news.clear()
                await self._news.wait()
            return self.strays.pop(0)

        found: Json = await self.wait_for(first())
        return found

    async def wait_for(self, what: Any) -> Any:  # noqa: ANN401 - as asyncio.wait_for is typed
        """Wait, but not forever."""
        return await asyncio.wait_for(what, PATIENCE)

    def count(self, method: str) -> int:
        """How many messages of a method were heard."""
        return sum(message["method"] == method for message in self.heard)


class Pipe:
    """Bytes written here are read there."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader()
        self._is_closed = False

    def write(self, data: bytes) -> None:
        """Hand them over, unless nobody reads any more."""
        if not self._is_closed:
            self.reader.feed_data(data)

    def close(self) -> None:
        """That is all."""
        self._is_closed = True
        self.reader.feed_eof()


@asynccontextmanager
async def connected(environ: Mapping[str, str], answers: Answers | None = None) -> AsyncIterator[Editor]:
    """An editor with a server of its own in this process; at the end the server must have ended or end by itself.

    Whatever it sent must have been right: the protocol's shapes, and nothing that the client did not declare.
    """
    there, back = Pipe(), Pipe()
    editor = Editor(back.reader, there, dict(answers or {}))
    serving = asyncio.ensure_future(serve(there.reader, back, environ))
    editor.exit_code = serving
    listening = asyncio.ensure_future(editor.listen())
    try:
        yield editor
    finally:
        if not serving.done():
            there.close()
        await asyncio.wait_for(serving, PATIENCE)
        await asyncio.wait_for(listening, PATIENCE)
    assert [] == editor.judge.violations, editor.judge.told
