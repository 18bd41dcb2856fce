"""How quick the MCP server's lookups are, beside ripgrep and Serena: percentiles of warm calls, in one run on this machine.

    python tests/benchmarks/mcp_lookups.py --make FOLDER --files N [--only .py] REPOSITORY...   a repository out of real ones
    python tests/benchmarks/mcp_lookups.py FOLDER [--calls N] [--rg RG] [--serena SERENA]

Each name is that of a definition of the index, taken evenly; `search` gets a question with the same words. Every call of ours looks
at the disk first. ripgrep looks for the name as a word in all files, and Serena once for the symbol (`find_symbol`) and once for the
text (`search_for_pattern`). Serena writes into the folder and into `~/.serena`: give it a copy, and a HOME of its own; `serena
project index` beforehand spares its first call. It asks for Python 3.13.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from mcp.client.stdio import stdio_client

from mcp import Client, StdioServerParameters

WARM = 3
PATIENCE = 3_600.0
Call = Callable[[str], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--make", type=Path)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--rg", default="")
    parser.add_argument("--serena", default="")
    parser.add_argument("--only", default="", help="take files whose names end so")
    given = parser.parse_args()
    if given.make:
        make(given.make, given.files, given.folders, given.only)
        return
    for folder in given.folders:
        n_files = len(subprocess.check_output(["git", "-C", str(folder), "ls-files"]).splitlines())
        print(f"{folder.name}: {n_files:,} files, {given.calls} calls each", flush=True)
        asyncio.run(measure(folder.resolve(), given))


def make(target: Path, n_files: int, sources: Sequence[Path], ending: str = "") -> None:
    """A repository with the text files of others, as often as it takes; each copy has a line of its own."""
    listed = [
        (source, name)
        for source in sources
        for name in subprocess.run(
            ["git", "-C", str(source), "ls-files"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if name.endswith(ending) and (source / name).is_file() and (source / name).stat().st_size < 100_000
    ]
    for n, (source, name) in zip(range(n_files), itertools.cycle(listed), strict=False):
        copy = target / f"{source.name}{n // len(listed)}" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, copy)
        if n >= len(listed):
            with copy.open("ab") as file:
                file.write(f"\n# {n}\n".encode())
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Files"]):
        who = ["-c", "user.name=b", "-c", "user.email=b@example.org"]
        subprocess.run(["git", "-C", str(target), *who, *words], check=True)


async def measure(folder: Path, given: argparse.Namespace) -> None:
    """All that is asked for of one folder."""
    words = [sys.executable, "-m", "foreword", "mcp", "-w", str(folder)]
    async with Client(stdio_client(server(words)), read_timeout_seconds=PATIENCE) as client:
        began = time.perf_counter()
        names = await names_of(client, given.calls)
        print(f"  until the first answer, with the index: {time.perf_counter() - began:.0f} s", flush=True)

        async def symbols(name: str) -> None:
            found = await client.call_tool("symbols", {"name": name})
            assert not found.is_error, found.content

        async def search(name: str) -> None:
            question = " ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)) or name
            found = await client.call_tool("search", {"query": f"how does {question} work"})
            assert not found.is_error, found.content

        await timed("symbols", names, symbols)
        await timed("search", names, search)
        print(f"  memory of the idle server: {memory_below(os.getpid(), 'foreword'):.0f} MB")
    if given.rg:

        async def ripgrep(name: str) -> None:
            done = await asyncio.create_subprocess_exec(
                given.rg, "-n", "-w", "-F", "-e", name, str(folder), stdout=asyncio.subprocess.DEVNULL
            )
            assert await done.wait() in {0, 1}

        await timed("ripgrep", names, ripgrep)
    if given.serena:
        await measure_serena(given.serena, folder, names)


async def measure_serena(serena: str, folder: Path, names: Sequence[str]) -> None:
    """Serena's two lookups of the same names; its log goes where errors go."""
    words = [serena, "start-mcp-server", "--project", str(folder), "--agent-interface", "tools"]
    quiet = ["--context", "ide", "--enable-web-dashboard", "false", "--log-level", "ERROR"]
    async with Client(stdio_client(server([*words, *quiet])), read_timeout_seconds=PATIENCE) as client:

        async def find_symbol(name: str) -> None:
            found = await client.call_tool("find_symbol", {"name_path_pattern": name})
            assert not found.is_error, found.content

        async def search_for_pattern(name: str) -> None:
            found = await client.call_tool("search_for_pattern", {"substring_pattern": rf"\b{name}\b"})
            assert not found.is_error, found.content

        began = time.perf_counter()
        await find_symbol(names[0])
        print(f"  Serena, until its first answer: {time.perf_counter() - began:.0f} s", flush=True)
        await timed("Serena, find_symbol", names, find_symbol)
        await timed("Serena, search_for_pattern", names, search_for_pattern)
        print(f"  memory of idle Serena: {memory_below(os.getpid(), 'serena'):.0f} MB")


def server(words: Sequence[str]) -> StdioServerParameters:
    """A server in a process of its own."""
    return StdioServerParameters(command=words[0], args=list(words[1:]), env=dict(os.environ))


async def names_of(client: Client, n_names: int) -> list[str]:
    """Names of definitions, evenly out of the first thousand that the outline has."""
    found: Any = await client.call_tool("outline", {"path": ".", "limit": 1_000, "budget": 20_000})
    assert not found.is_error, found.content
    names = sorted(
        {row["name"] for row in found.structured_content["definitions"] if row["name"].isidentifier()}
    )
    step = max(1, len(names) // (n_names + WARM))
    return names[::step][: n_names + WARM]


async def timed(what: str, names: Sequence[str], call: Call) -> None:
    """Call with each name, and print percentiles; the first ones warm up."""
    seconds = []
    for n, name in enumerate(names):
        began = time.perf_counter()
        await call(name)
        if n >= WARM:
            seconds.append(time.perf_counter() - began)
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    print(f"  {what}: p50 {1000 * cuts[9]:.0f} ms, p95 {1000 * cuts[18]:.0f} ms", flush=True)


def memory_below(process: int, word: str) -> float:
    """Resident megabytes of the processes below one whose command has a word (Linux)."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            command = (status.parent / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if int(fields["PPid"]) == process and word in command:
            total += float(fields.get("VmRSS", "0 kB").split()[0]) / 1024
            total += memory_below(int(status.parent.name), "")
    return total


if __name__ == "__main__":
    main()
