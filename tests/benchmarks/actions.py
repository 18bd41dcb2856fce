"""How quickly code actions are answered in a large workspace while its index is refreshed, measured over stdio.

    python tests/benchmarks/actions.py [DIR] [--seconds N]

DIR is only read; without it a repository of 50,000 files is made. Each request for code actions is followed by one for
a method that the server does not know, which costs nothing but the way there and back: the ratio is that of the two.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OURS = "import sys; from foreword.cli.main import main; sys.exit(main(['serve']))"
FILES = 50_000
PER_FOLDER = 200
MANY = 64
"""So many changed files make the server look at all of them."""
PAUSE_S = 0.01
CAPABILITIES: dict[str, Any] = {
    "experimental": {"foreword": True},
    "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}},
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}},
            "dataSupport": True,
            "disabledSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        }
    },
}

Json = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=15.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = given.folder.resolve() if given.folder else generate(Path(home) / "many")
        with client(Path(home)) as server:
            measure(server, folder, given.seconds)


def generate(folder: Path) -> Path:
    """A folder with many small Python files."""
    for number in range(FILES):
        path = folder / f"part{number // PER_FOLDER}" / f"till{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"def total_{number}(prices):\n    return sum(prices)\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
    return folder


def measure(server: Client, folder: Path, seconds: float) -> None:
    began = time.perf_counter()
    shown = [{"uri": folder.as_uri(), "name": folder.name}]
    server.request("initialize", {"processId": None, "capabilities": CAPABILITIES, "workspaceFolders": shown})
    server.notify("initialized", {})
    found = server.request("workspace/executeCommand", {"command": "foreword.index", "arguments": [{}]})
    n_files = found["result"]["files"]
    print(f"{n_files:,} files indexed in {time.perf_counter() - began:.0f} s")
    path = max(folder.rglob("*.py"), default=None, key=lambda path: path.stat().st_size < 50_000)
    path = path or max(folder.rglob("*.js"), key=lambda path: path.stat().st_size < 50_000)
    text = path.read_text(encoding="utf-8", errors="replace")
    item = {"uri": path.as_uri(), "languageId": "x", "version": 1, "text": text}
    server.notify("textDocument/didOpen", {"textDocument": item})
    time.sleep(1)
    for name, refreshes in (("idle", False), ("while refreshed", True)):
        ours, bare, n_refreshes = rounds(server, path, text, seconds, refreshes=refreshes)
        print(
            f"{name}: codeAction p50 {statistics.median(ours):.2f} ms, p95 {p95(ours):.2f} ms (target 10), "
            f"max {max(ours):.1f} ms; unknown method p50 {statistics.median(bare):.2f} ms, p95 {p95(bare):.2f} ms; "
            f"ratio {statistics.median(ours) / statistics.median(bare):.2f}; {len(ours)} requests, "
            f"{n_refreshes} refreshes"
        )


def rounds(
    server: Client, path: Path, text: str, seconds: float, *, refreshes: bool
) -> tuple[list[float], list[float], int]:
    """Milliseconds of code actions and of nothing, in turn; the index is refreshed all the time, if at all."""
    ours, bare, version, n_before = [], [], 1, server.n_looks
    n_lines = text.count("\n") + 1
    pending = server.n_looks - 1
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if refreshes and server.n_looks > pending:
            pending = server.n_looks
            server.notify("workspace/didChangeWatchedFiles", {"changes": changes_in(path.parent)})
        version += 1
        change = {"range": span(version % n_lines), "text": " "}
        document = {"uri": path.as_uri(), "version": version}
        server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        where = {"textDocument": {"uri": path.as_uri()}, "range": span(version * 7 % n_lines)}
        started = time.perf_counter()
        server.request("textDocument/codeAction", {**where, "context": {"diagnostics": []}})
        between = time.perf_counter()
        server.request("bare/request", {})
        ours.append(1000 * (between - started))
        bare.append(1000 * (time.perf_counter() - between))
        time.sleep(PAUSE_S)
    return ours, bare, server.n_looks - n_before


def changes_in(folder: Path) -> list[Json]:
    """Word of more changed files than the server looks at one by one."""
    return [{"uri": (folder / f"changed{number}.py").as_uri(), "type": 2} for number in range(MANY)]


def span(line: int) -> Json:
    return {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


class Client:
    """JSON over the two streams of a process; `n_looks` counts the looks at the files that were reported as done."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.stdin, self.stdout = process.stdin, process.stdout
        self.n_looks = self.n_requests = 0

    def notify(self, method: str, params: Json) -> None:
        self.send({"method": method, "params": params})

    def request(self, method: str, params: Json) -> Json:
        """The reply; what the server asks meanwhile is refused."""
        self.n_requests += 1
        self.send({"id": self.n_requests, "method": method, "params": params})
        while True:
            message = self.read()
            if "method" not in message and message["id"] == self.n_requests:
                return message
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            index = (
                message.get("params", {}).get("index") if message.get("method") == "foreword/status" else None
            )
            self.n_looks += bool(index and index["done"] == index["total"])

    def send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.stdin.flush()

    def read(self) -> Json:
        length = 0
        while (header := self.stdout.readline()) != b"\r\n":
            assert header, "the server has ended"
            if header.startswith(b"Content-Length"):
                length = int(header.split(b":")[1])
        found: Json = json.loads(self.stdout.read(length))
        return found


@contextmanager
def client(home: Path) -> Iterator[Client]:
    """A server in a process of its own, with its data in `home`."""
    environ = os.environ | {"FOREWORD_HOME": str(home / "data"), "FOREWORD_PROVIDER": "offline"}
    with subprocess.Popen(
        [sys.executable, "-c", OURS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as process:
        try:
            yield Client(process)
        finally:
            process.kill()


if __name__ == "__main__":
    main()
