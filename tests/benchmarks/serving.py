"""How quick the language server is: ratios and percentiles, measured in one run on this machine.

    python tests/benchmarks/serving.py [--rounds N]

Process start to the answer of `initialize`, against a pygls server that does nothing; handling of `didChange` in a
large document; memory of the idle server.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from foreword.lsp.registry import create_server

BARE = "from pygls.lsp.server import LanguageServer; server = LanguageServer('bare', '1'); server.start_io()"
OURS = "import sys; from foreword.cli.main import main; sys.exit(main(['serve']))"
LINES = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    starts: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for name, code in (("bare", BARE), ("ours", OURS)):
            starts[name].append(start_to_initialize(code)[0])
    bare, ours = (statistics.median(starts[name]) for name in ("bare", "ours"))
    print(
        f"initialize: {1000 * ours:.0f} ms, bare pygls {1000 * bare:.0f} ms, ratio {ours / bare:.2f} (target 2)"
    )
    print(
        f"memory after initialize: {start_to_initialize(OURS)[1]:.0f} MB, bare {start_to_initialize(BARE)[1]:.0f} MB"
    )
    p50, p95 = keystrokes()
    print(f"didChange in {LINES:,} lines: p50 {p50:.2f} ms, p95 {p95:.2f} ms (target 5)")


def start_to_initialize(code: str) -> tuple[float, float]:
    """Seconds until the answer has arrived, and megabytes in memory then (Linux)."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
        server.stdin.write(framed({"id": 1, "method": "initialize", "params": params}))
        server.stdin.flush()
        length = 0
        while (header := server.stdout.readline()) != b"\r\n":
            if header.startswith(b"Content-Length"):
                length = int(header.split(b":")[1])
        server.stdout.read(length)
        seconds = time.perf_counter() - started
        megabytes = resident(server.pid)
        server.kill()
    return seconds, megabytes


def keystrokes() -> tuple[float, float]:
    """Milliseconds to handle one typed character: median and 95th percentile."""
    server = create_server({})

    def send(method: str, params: object, **more: object) -> float:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more})
        started = time.perf_counter()
        server.protocol.receive(body)
        return 1000 * (time.perf_counter() - started)

    send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, id=1)
    text = "    some_value = another_value + 1  # 50 characters\n" * LINES
    item = {"uri": "file:///x.py", "languageId": "python", "version": 0, "text": text}
    send("textDocument/didOpen", {"textDocument": item})
    taken = []
    for version in range(1, 400):
        at = {"line": version * 97 % LINES, "character": 7}
        change = {"range": {"start": at, "end": at}, "text": "x"}
        document = {"uri": "file:///x.py", "version": version}
        taken.append(send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]}))
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def resident(process_id: int) -> float:
    pages = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
