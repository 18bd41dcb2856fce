"""A server that is sent messages which no client should send: what it says, and whether it lives.

python tests/reliability/malformed_messages.py N [SEED]     sends N of them, and prints what was seen as JSON
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

Json = Any
PATIENCE_S = 60.0
EACH_PROBE = 100
"""After so many messages the server has to answer a request that is all right."""
ODD: tuple[Json, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    1e308,
    "",
    "x",
    "x" * 5_000,
    "\ud800",
    "\0",
    [],
    {},
    [[]],
    {"": 0},
)
FILE = "file:///nowhere/a.py"
POINT = {"line": 0, "character": 0}
RANGE = {"start": POINT, "end": {"line": 3, "character": 1}}
DOCUMENT = {"uri": FILE, "languageId": "python", "version": 1, "text": "def a():\n    pass\n"}
CALLS: tuple[tuple[str, Json], ...] = (
    ("textDocument/didOpen", {"textDocument": DOCUMENT}),
    (
        "textDocument/didChange",
        {"textDocument": {"uri": FILE, "version": 2}, "contentChanges": [{"range": RANGE, "text": "b"}]},
    ),
    ("textDocument/didClose", {"textDocument": {"uri": FILE}}),
    (
        "textDocument/codeAction",
        {"textDocument": {"uri": FILE}, "range": RANGE, "context": {"diagnostics": []}},
    ),
    ("codeAction/resolve", {"title": "a", "data": {"kind": "fix", "uri": FILE, "range": RANGE}}),
    ("workspace/executeCommand", {"command": "foreword.symbols", "arguments": [{"name": "alpha"}]}),
    (
        "workspace/executeCommand",
        {"command": "foreword.search", "arguments": [{"query": "alpha", "limit": 3}]},
    ),
    ("workspace/executeCommand", {"command": "foreword.context", "arguments": [{}]}),
    ("workspace/didChangeConfiguration", {"settings": {"foreword": {"context": {"budget": 9000}}}}),
    ("workspace/didChangeWatchedFiles", {"changes": [{"uri": FILE, "type": 1}]}),
    ("workspace/textDocumentContent", {"uri": "foreword:/map"}),
    ("window/workDoneProgress/cancel", {"token": "t"}),
    ("foreword/chat/open", {"title": "a"}),
    ("foreword/chat/history", {"chatId": "a", "limit": 3}),
    ("$/cancelRequest", {"id": 3}),
    ("unknown/method", {"a": 1}),
)


@dataclass(slots=True)
class Seen:
    """What came of it: how often each kind of reply, and the memory of the server after each probe, in kilobytes."""

    replies: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    is_alive: bool = True


def mutated(r: random.Random, value: Json, depth: int = 0) -> Json:
    """The value with something odd in it, or in its place."""
    if depth and r.random() < 0.3:
        return r.choice(ODD)
    if isinstance(value, dict) and value:
        key = r.choice(list(value))
        changed = {**value, key: mutated(r, value[key], depth + 1)}
        if r.random() < 0.2:
            del changed[key]
        return changed
    if isinstance(value, list) and value:
        return [*value[:-1], mutated(r, value[-1], depth + 1)] * r.choice((1, 1, 3))
    return r.choice(ODD)


def messages(r: random.Random) -> Iterator[bytes]:
    """Bodies of messages without end."""
    while True:
        method, params = r.choice(CALLS)
        message: Json = {
            "jsonrpc": "2.0",
            "id": r.randrange(1, 50),
            "method": method,
            "params": mutated(r, params),
        }
        match r.randrange(12):
            case 0:
                message = mutated(r, message)
            case 1:
                message = {
                    "jsonrpc": "2.0",
                    "id": r.randrange(1, 50),
                    r.choice(("result", "error", "params")): r.choice(ODD),
                }
            case 2 | 3 | 4:
                del message["id"]
            case 5:
                yield r.randbytes(r.randrange(200))
                continue
        yield json.dumps(message).encode()


class Server:
    """A server process on a small folder, offline, and what it says."""

    def __init__(self, folder: Path, home: Path) -> None:
        environ = {
            key: value for key, value in os.environ.items() if not key.startswith(("ANTHROPIC", "FOREWORD"))
        }
        environ |= {"FOREWORD_HOME": str(home), "FOREWORD_PROVIDER": "offline"}
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "foreword", "serve"]
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environ
        )
        self.said: SimpleQueue[Json] = SimpleQueue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        start: Json = {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}
        self.send(
            json.dumps({"jsonrpc": "2.0", "id": "start", "method": "initialize", "params": start}).encode()
        )
        self.send(b'{"jsonrpc": "2.0", "method": "initialized", "params": {}}')

    def send(self, body: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.process.stdin.flush()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            length = int(header.split(b":")[1])
            while self.process.stdout.readline() != b"\r\n":
                pass
            self.said.put(json.loads(self.process.stdout.read(length)))
        self.said.put(None)

    def memory(self) -> int:
        """The resident memory in kilobytes; 0 where that is not told."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def probe(server: Server, name: str, seen: Seen) -> None:
    """Wait for the answer to a request that is all right, and count what else is said meanwhile."""
    call = {"command": "foreword.symbols", "arguments": [{"name": "alpha"}]}
    server.send(
        json.dumps(
            {"jsonrpc": "2.0", "id": name, "method": "workspace/executeCommand", "params": call}
        ).encode()
    )
    while True:
        try:
            said = server.said.get(timeout=PATIENCE_S)
        except Empty:
            said = None
        if said is None:
            seen.is_alive = False
            return
        error = said.get("error")
        seen.replies["error" if error else "message" if "method" in said else "result"] += 1
        if error and "unexpected" in error["message"]:
            seen.unexpected.append(error["message"])
        if said.get("id") == name:
            seen.memory.append(server.memory())
            seen.is_alive = error is None
            return


def attack(n: int, seed: int) -> Seen:
    """Send `n` messages to a server of its own."""
    seen, source = Seen(), messages(random.Random(seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "folder")
        folder.mkdir()
        (folder / "a.py").write_text("def alpha():\n    return 1\n", encoding="ascii")
        server = Server(folder, Path(name, "home"))
        try:
            for number in range(n):
                server.send(next(source))
                if number % EACH_PROBE == EACH_PROBE - 1 or number == n - 1:
                    probe(server, f"probe {number}", seen)
                    if not seen.is_alive:
                        break
        finally:
            server.close()
    return seen


def main() -> int:
    """Print what was seen, with the memory in megabytes along the way; 1 if it is not what should be."""
    began = time.monotonic()
    seen = attack(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    memory = {
        EACH_PROBE * (at + 1): seen.memory[at] // 1024
        for at in (len(seen.memory) * part // 100 for part in (1, 10, 25, 50, 99))
        if at < len(seen.memory)
    }
    summary = {
        "alive": seen.is_alive,
        "unexpected": seen.unexpected[:5],
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps({**summary, "replies": seen.replies, "megabytes": memory}))
    return int(not seen.is_alive or bool(seen.unexpected))


if __name__ == "__main__":
    sys.exit(main())
