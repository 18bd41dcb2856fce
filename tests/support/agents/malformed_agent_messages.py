"""An agent's process that is sent messages which no client should send: what it says, and whether it lives.

python tests/support/agents/malformed_agent_messages.py acp|mcp N [SEED]     sends N of them, and prints what was seen as JSON
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
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

Json = Any
PATIENCE_S = 90.0
EACH_PROBE = 100
"""After so many messages the agent has to answer a request that is all right."""
ODD: tuple[Json, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
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
TEXT = {"type": "text", "text": "What is alpha?"}
LINK = {"type": "resource_link", "uri": "file:///nowhere/a.py#L1:2", "name": "a"}
HELD = {"type": "resource", "resource": {"uri": "untitled:a", "text": "x"}}
ACP_CALLS: tuple[tuple[str, Json], ...] = (
    ("initialize", {"protocolVersion": 1, "clientCapabilities": {"fs": {"readTextFile": False}}}),
    ("authenticate", {"methodId": "offline"}),
    ("session/new", {"cwd": "/nowhere", "mcpServers": []}),
    ("session/load", {"cwd": "/nowhere", "sessionId": "s", "mcpServers": []}),
    ("session/list", {"cwd": "/nowhere", "cursor": "1"}),
    ("session/resume", {"cwd": "/nowhere", "sessionId": "s"}),
    ("session/close", {"sessionId": "s"}),
    ("session/prompt", {"sessionId": "s", "prompt": [TEXT, LINK, HELD]}),
    ("session/cancel", {"sessionId": "s"}),
    ("session/set_mode", {"sessionId": "s", "modeId": "ask"}),
    ("session/set_config_option", {"sessionId": "s", "configId": "mode", "value": "ask"}),
    ("session/fork", {"sessionId": "s", "cwd": "/nowhere"}),
    ("_own/method", {"a": 1}),
    ("unknown/method", {"a": 1}),
)
MCP_CALLS: tuple[tuple[str, Json], ...] = (
    ("tools/list", {}),
    ("tools/call", {"name": "search", "arguments": {"query": "alpha", "limit": 3}}),
    ("tools/call", {"name": "read", "arguments": {"path": "a.py", "start_line": 1}}),
    ("tools/call", {"name": "outline", "arguments": {"path": "."}}),
    ("tools/call", {"name": "changes_since", "arguments": {"since": "HEAD"}}),
    ("resources/list", {}),
    ("resources/read", {"uri": "foreword://map"}),
    ("prompts/list", {}),
    ("ping", {}),
    ("notifications/cancelled", {"requestId": 1}),
    (
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "a"}, "argument": {"name": "b", "value": ""}},
    ),
    ("unknown/method", {"a": 1}),
)


@dataclass(slots=True)
class Seen:
    """What came of it: how often each kind of reply, and what was said that is no message."""

    replies: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    n_probes: int = 0
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


def messages(r: random.Random, calls: tuple[tuple[str, Json], ...]) -> Iterator[bytes]:
    """Lines without end."""
    while True:
        method, params = r.choice(calls)
        about = mutated(r, params) if r.random() < 0.8 else params
        number = r.randrange(1, 50)
        message: Json = {"jsonrpc": "2.0", "id": number, "method": method, "params": about}
        match r.randrange(12):
            case 0:
                message = mutated(r, message)
            case 1:
                message = {
                    "jsonrpc": "2.0",
                    "id": number,
                    r.choice(("result", "error", "params")): r.choice(ODD),
                }
            case 2 | 3:
                del message["id"]
            case 4:
                yield r.randbytes(r.randrange(1, 200)).replace(b"\n", b" ")
                continue
            case 5:
                message = r.choice(ODD)
        yield json.dumps(message).encode()


class Talk:
    """An agent's process on a small folder, offline, and what it says."""

    def __init__(self, door: str, folder: Path, home: Path) -> None:
        environ = {
            key: value for key, value in os.environ.items() if not key.startswith(("ANTHROPIC", "FOREWORD"))
        }
        environ |= {"FOREWORD_HOME": str(home), "FOREWORD_PROVIDER": "offline"}
        pipe = subprocess.PIPE
        more = ["-w", str(folder)] if door == "mcp" else []
        command = [sys.executable, "-m", "foreword", door, *more]
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environ
        )
        self.said: SimpleQueue[Json] = SimpleQueue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def request(self, name: Json, method: str, params: Json) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", "id": name, "method": method, "params": params}).encode())

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(json.loads(line))
        self.said.put(None)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def answer(talk: Talk, name: Json, seen: Seen) -> Json:
    """The answer to a request that is all right; what else is said meanwhile is counted."""
    while True:
        try:
            said = talk.said.get(timeout=PATIENCE_S)
        except Empty:
            said = None
        if said is None:
            seen.is_alive = False
            return None
        error = said.get("error")
        seen.replies["error" if error else "message" if "method" in said else "result"] += 1
        if error:
            seen.codes[error["code"]] += 1
            # What nobody thought of: all that is expected has words of its own.
            if error["message"].startswith("Internal"):
                seen.unexpected.append(json.dumps(error))
        if said.get("id") == name:
            seen.is_alive = error is None
            return said.get("result")


PROBES: Mapping[str, tuple[str, Json]] = {
    "acp": ("session/list", {}),
    "mcp": ("tools/call", {"name": "symbols", "arguments": {"name": "alpha"}}),
}


def begin(door: str, talk: Talk, folder: Path, seen: Seen) -> tuple[tuple[str, Json], ...]:
    """Introduce the client; what calls there are from then on, some of them about a session that there is."""
    if door == "mcp":
        who = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        }
        talk.request("start", "initialize", who)
        answer(talk, "start", seen)
        talk.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        return MCP_CALLS
    talk.request("start", "initialize", {"protocolVersion": 1})
    answer(talk, "start", seen)
    talk.request("session", "session/new", {"cwd": str(folder), "mcpServers": []})
    session_id = (answer(talk, "session", seen) or {}).get("sessionId")
    texts = ((method, json.dumps(params)) for method, params in ACP_CALLS)
    real = [
        (method, json.loads(text.replace('"s"', json.dumps(session_id)).replace("/nowhere", str(folder))))
        for method, text in texts
        if method not in ("session/close", "session/new")
    ]
    return (*ACP_CALLS, *real)


def attack(door: str, n: int, seed: int) -> Seen:
    """Send `n` messages to an agent of its own."""
    seen = Seen()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "folder")
        folder.mkdir()
        (folder / "a.py").write_text("def alpha():\n    return 1\n", encoding="ascii")
        talk = Talk(door, folder, Path(name, "home"))
        try:
            source = messages(random.Random(seed), begin(door, talk, folder, seen))
            for number in range(n):
                talk.send(next(source))
                if number % EACH_PROBE == EACH_PROBE - 1 or number == n - 1:
                    talk.request(f"probe {number}", *PROBES[door])
                    answer(talk, f"probe {number}", seen)
                    seen.n_probes += 1
                    if not seen.is_alive:
                        break
        finally:
            talk.close()
    return seen


def main() -> None:
    """Print what was seen."""
    door, n = sys.argv[1], int(sys.argv[2])
    seen = attack(door, n, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    told = {"alive": seen.is_alive, "probes": seen.n_probes, "replies": seen.replies, "codes": seen.codes}
    print(json.dumps({**told, "unexpected": seen.unexpected[:5]}))


if __name__ == "__main__":
    main()
