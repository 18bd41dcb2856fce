"""A real engine with a real prefix cache: llama.cpp's own HTTP server, which speaks the Messages API, on 127.0.0.1.

It runs in a process of its own, with one thread: `python tests/support/engine/local_engine.py MODEL PORT CONTEXT` serves until killed.
Its cache is the longest common prefix of tokens; marks, minimums and lifetimes are unknown to it, so it
answers one question: are the bytes that we send really a shared prefix?
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
REQUEST_SECONDS = 300.0
ANY_MODEL = "local"


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine."""

    url: str

    def count(self, text: str) -> int:
        """The engine's own count of the tokens of a text."""
        return self._count(text) - self._count("")

    def _count(self, text: str) -> int:
        body = {"model": ANY_MODEL, "messages": [{"role": "user", "content": f"x{text}"}]}
        return int(self._post("/v1/messages/count_tokens", body)["input_tokens"])

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)  # noqa: S310  # ours
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:  # noqa: S310  # ours
            said: dict[str, Any] = json.load(response)
            return said


@contextmanager
def running_engine(model: Path, n_context: int) -> Iterator[Engine]:
    """An engine that serves `model`, ended with the block.

    Raises:
        RuntimeError: it did not start.
    """
    port = _free_port()
    command = [sys.executable, __file__, str(model), str(port), str(n_context)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with process:
        assert process.stderr is not None
        log: list[bytes] = []
        # Its log must be read all the time, or the engine stands still once the pipe is full.
        reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            _wait_until_healthy(process, f"http://127.0.0.1:{port}", log)
            yield Engine(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()
            reader.join()


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: list[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:  # noqa: S310  # ours
                if response.status == 200:
                    return
        except OSError:
            _pause(process)
    raise RuntimeError("the engine did not start: " + b"".join(log[-5:]).decode(errors="replace"))


def _pause(process: subprocess.Popen[bytes]) -> None:
    """A tenth of a second, unless the process ends before."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def _free_port() -> int:
    """A port that was free a moment ago: the engine can't be given port 0 and asked which one it took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(model: str, port: int, n_context: int) -> None:
    """Serve until killed."""
    xllamacpp = import_module("xllamacpp")

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = n_context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.use_jinja = True
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    threading.Event().wait()
    del server


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
