"""How long a question takes until its request leaves this machine, measured over stdio against the stand-in.

    PYTHONPATH=server:tests python tests/benchmarks/first_byte.py DIR [--asks N]

DIR is only read. Once its index is there, questions are asked by `foreword.ask` and in a chat; the clock runs from the
message of the client until the API has the request, a little after its first byte. The first question is apart.
Memory is that of the idle server after all that, beside that of a pygls server which does nothing.
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
from pathlib import Path

from benchmarks.actions import CAPABILITIES, OURS, Client, Json
from benchmarks.serving import BARE, resident, start_to_initialize
from messages_api import MessagesApi

QUESTIONS = (
    "How are database connections closed?",
    "Where is `QuerySet` defined, and what does filter() do?",
    "How does the template engine escape HTML?",
    "What happens when a migration fails?",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--asks", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, MessagesApi() as api:
        environ = os.environ | {
            "FOREWORD_HOME": home,
            "FOREWORD_MODEL": "claude-sonnet-5-5",
            "ANTHROPIC_API_KEY": "any",
            "ANTHROPIC_BASE_URL": api.url,
        }
        with subprocess.Popen(
            [sys.executable, "-c", OURS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        ) as process:
            try:
                measure(Client(process), process.pid, api, given.folder.resolve(), given.asks)
                bare = start_to_initialize(BARE)[1]
                ours = resident(process.pid)
                print(f"memory idle: {ours:.0f} MB, bare pygls {bare:.0f} MB, ratio {ours / bare:.1f}")
            finally:
                process.kill()


def measure(server: Client, pid: int, api: MessagesApi, folder: Path, n_asks: int) -> None:
    shown = [{"uri": folder.as_uri(), "name": folder.name}]
    params = {"processId": None, "capabilities": CAPABILITIES, "workspaceFolders": shown}
    server.request("initialize", {**params, "initializationOptions": {"trusted": True}})
    server.notify("initialized", {})
    began = time.perf_counter()
    index = server.request("workspace/executeCommand", {"command": "foreword.index", "arguments": [{}]})
    print(f"{index['result']['files']:,} files indexed in {time.perf_counter() - began:.1f} s")
    time.sleep(5)
    print(f"first question: {asked(server, api, 'What is this?'):.0f} ms")
    for name, ask in (("foreword.ask", asked), ("foreword/chat/send", Chat(server).asked)):
        before = cpu_ms(pid)
        taken = [ask(server, api, f"{QUESTIONS[n % len(QUESTIONS)]} ({n})") for n in range(n_asks)]
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(
            f"{name}: p50 {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms (target 150), max {max(taken):.0f} ms; "
            f"{(cpu_ms(pid) - before) / n_asks:.0f} ms of CPU a question"
        )


def cpu_ms(pid: int) -> float:
    """Milliseconds of CPU that a process has used (Linux): these hardly depend on what else runs on the machine."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def asked(server: Client, api: MessagesApi, question: str) -> float:
    """Milliseconds until the request of a question arrives."""
    arguments = [{"question": question, "show": False}]
    return until_sent(
        server, api, "workspace/executeCommand", {"command": "foreword.ask", "arguments": arguments}
    )


class Chat:
    """One chat, in which everything is asked."""

    def __init__(self, server: Client) -> None:
        self.chat_id = server.request("foreword/chat/open", {})["result"]["chatId"]

    def asked(self, server: Client, api: MessagesApi, question: str) -> float:
        """Milliseconds until the request of a question arrives."""
        return until_sent(server, api, "foreword/chat/send", {"chatId": self.chat_id, "text": question})


def until_sent(server: Client, api: MessagesApi, method: str, params: Json) -> float:
    n_before, started = len(api.messages), time.monotonic()
    reply = server.request(method, params)
    if "error" in reply:
        sys.exit(json.dumps(reply["error"]))
    return 1000 * (api.messages[n_before].time - started)


if __name__ == "__main__":
    main()
