"""What a command costs in a warm, unchanged workspace, beside another state of this code, and where a server answers it.

    PYTHONPATH=server:tests python tests/benchmarks/commands.py DIR --before CHECKOUT [--times 9] [--symbol NAME]

Whole processes, in turn: the checkout, this code, and this code while the server of an editor has the workspace open; `python -c pass`
beside them. CPU is user and system of the process and all that it waits for, git among it. The first byte is the time from the
start of `foreword ask` until the stand-in of the API has its request. Medians; DIR is only read, each row has a home of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.actions import OURS, Client
from messages_api import MessagesApi

SERVER = Path(__file__).parents[2] / "server"
WARM_UP = 2
Environ = Mapping[str, str]


def environ_of(code: Path, home: Path, api: str = "") -> dict[str, str]:
    """A user's environment, for the code in a folder."""
    home.mkdir(exist_ok=True)
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    given = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(code),
        "XDG_RUNTIME_DIR": str(runtime),
        "FOREWORD_HOME": str(home / "data"),
    }
    if not api:
        return given | {"FOREWORD_PROVIDER": "offline"}
    return given | {
        "ANTHROPIC_API_KEY": "any",
        "ANTHROPIC_BASE_URL": api,
        "FOREWORD_MODEL": "claude-sonnet-4-6",
    }


def cpu_of(line: Sequence[str], folder: Path, environ: Environ) -> float:
    """Milliseconds of CPU of a process."""
    process = subprocess.Popen(
        line, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(line)} ended with {process.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


@contextmanager
def serving(folder: Path, environ: Environ) -> Iterator[None]:
    """A server that answers the command line about a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", OURS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as process:
        try:
            server = Client(process)
            shown = [{"uri": folder.as_uri(), "name": folder.name}]
            server.request("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": shown})
            server.notify("initialized", {})
            while "command line" not in str(server.read().get("params")):
                pass
            yield
        finally:
            process.kill()


def compared(rows: Mapping[str, Callable[[], float]], times: int) -> dict[str, float]:
    """The median of each, measured in turn."""
    for measure in rows.values():
        for _ in range(WARM_UP):
            measure()
    taken: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(times):
        for name, measure in rows.items():
            taken[name].append(measure())
    return {name: median(values) for name, values in taken.items()}


def told(title: str, found: Mapping[str, float], *, of: str = "before") -> None:
    ratios = "  ".join(f"{name} {value:7.0f} ms ({value / found[of]:.2f})" for name, value in found.items())
    print(f"{title:10} {ratios}", flush=True)


def commands(folder: Path, before: Path, home: Path, symbol: str, times: int) -> None:
    """CPU of the look-ups."""
    lines = {
        "symbols": ["symbols", symbol],
        "search": ["search", "how are errors handled"],
        "context": ["context"],
        "status": ["status", "--line"],
    }
    apart = {name: environ_of(code, home / name) for name, code in (("before", before), ("now", SERVER))}
    served = environ_of(SERVER, home / "s")
    with serving(folder, served):
        for title, line in lines.items():
            command = [sys.executable, "-m", "foreword", *line]
            rows: dict[str, Callable[[], float]] = {
                "pass": lambda: cpu_of([sys.executable, "-c", "pass"], folder, served),
                "before": lambda command=command: cpu_of(command, folder, apart["before"]),  # type: ignore[misc]
                "now": lambda command=command: cpu_of(command, folder, apart["now"]),  # type: ignore[misc]
                "served": lambda command=command: cpu_of(command, folder, served),  # type: ignore[misc]
            }
            told(title, compared(rows, times))


def first_byte(folder: Path, before: Path, home: Path, times: int) -> None:
    """From the start of `ask` to its request."""
    with MessagesApi() as api:

        def asked(environ: Environ) -> float:
            n_before, started = len(api.messages), time.monotonic()
            cpu_of([sys.executable, "-m", "foreword", "ask", "What is this?"], folder, environ)
            return 1000 * (api.messages[n_before].time - started)

        apart = {
            "before": environ_of(before, home / "b", api.url),
            "now": environ_of(SERVER, home / "n", api.url),
        }
        served = environ_of(SERVER, home / "a", api.url)
        with serving(folder, served):
            rows = {
                "before": lambda: asked(apart["before"]),
                "now": lambda: asked(apart["now"]),
                "served": lambda: asked(served),
            }
            told("first byte", compared(rows, times))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--symbol", default="main")
    given = parser.parse_args()
    folder, before = given.folder.resolve(), given.before.resolve() / "server"
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="fw") as made:
        commands(folder, before, Path(made), given.symbol, given.times)
        first_byte(folder, before, Path(made), given.times)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
