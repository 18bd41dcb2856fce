"""Is the prefix a pure function of the repository? Two fresh processes build it under different circumstances.

They differ in hash seed, locale, time zone, working directory and home; each indexes from nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foreword.core.errors import WorkspaceError

# Each of these has changed the output of programs: the order of sets, sorting and case, dates, paths.
CIRCUMSTANCES: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"},
    {
        "PYTHONHASHSEED": "4242",
        "LC_ALL": "C",
        "LANG": "tr_TR.UTF-8",
        "TZ": "Asia/Kathmandu",
        "USER": "somebody",
    },
)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """The layers as both processes built them, and the first file that differs (None: all bytes are the same).

    `expected` is the digest, or the beginning of it, that the base should have; empty if nobody said.
    """

    layers: tuple[tuple[str, str, str], ...]
    first_difference: str | None
    expected: str = ""

    @property
    def is_same(self) -> bool:
        """Whether both built the same bytes."""
        return all(first == second for _, first, second in self.layers)

    @property
    def is_expected(self) -> bool:
        """Whether the base is the one that was asked for: that of a teammate, or of another machine."""
        return any(name == "base" and first.startswith(self.expected) for name, first, _ in self.layers)

    def to_json(self) -> Json:
        """As `foreword.verify/1`."""
        against = {"against": self.expected, "sameAsThat": self.is_expected} if self.expected else {}
        layers = [{"name": name, "first": first, "second": second} for name, first, second in self.layers]
        return {
            "schema": "foreword.verify/1",
            "same": self.is_same,
            "layers": layers,
            "firstDifference": self.first_difference,
            **against,
        }


def verify(root: Path, flags: Sequence[str]) -> Verification:
    """Build the prefix of the saved state twice; `flags` are passed on to `foreword context`.

    Raises:
        WorkspaceError: one of the processes failed.
    """
    with tempfile.TemporaryDirectory(prefix="foreword-verify-") as scratch:
        processes = [
            _start(root, flags, Path(scratch) / str(n), circumstances)
            for n, circumstances in enumerate(CIRCUMSTANCES)
        ]
        first, second = (_result(process) for process in processes)
    pairs = zip(first["layers"], second["layers"], strict=True)
    layers = tuple((a["name"], a["digest"], b["digest"]) for a, b in pairs)
    return Verification(layers, _first_difference(first, second))


def _start(
    root: Path, flags: Sequence[str], home: Path, circumstances: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    home.mkdir()
    command = [sys.executable, "-m", "foreword", "context", "--json", "--workspace", str(root), *flags]
    environ = {
        **os.environ,
        **circumstances,
        # A home of its own: nothing that is stored already can hide a difference.
        "FOREWORD_HOME": str(home),
        # The working directory is another one, so relative entries have to be made absolute.
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
    }
    return subprocess.Popen(command, cwd=home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _result(process: subprocess.Popen[bytes]) -> Json:
    output, complaint = process.communicate()
    if process.returncode != 0:
        last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise WorkspaceError(f"a build failed: {last.removeprefix('foreword: ')}")
    built: Json = json.loads(output)
    return built


def _first_difference(first: Json, second: Json) -> str | None:
    for ours, theirs in zip(first["layers"], second["layers"], strict=True):
        if ours["digest"] == theirs["digest"]:
            continue
        for a, b in zip(ours["files"], theirs["files"], strict=False):
            if (a["path"], a["digest"]) != (b["path"], b["digest"]):
                return str(a["path"])
        return f"(the frame of {ours['name']})"
    return None
