"""Whether another process has ended, where that can be told for sure.

The name of a process says on which boot of a machine it began, and when, and in which namespace its id holds: so
neither a container nor an id that was given again is mistaken. Only Linux tells all that (see proc(5)).
"""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
_STATE, _START = 0, 19
"""Fields of /proc/PID/stat behind the name of the program."""


def name_of_this_process() -> str:
    """A name for this process that no other ever has; empty where there is none."""
    pid = os.getpid()
    place, start = _place(), _start_of(pid)
    return f"{place} {pid} {start}" if place and start else ""


def has_ended(name: str) -> bool:
    """Whether the process of this name has surely ended; False where that can't be told."""
    place, _, rest = name.partition(" ")
    # An id alone proves nothing: it is given again. The same id with another start is another process.
    pid, _, start = rest.partition(" ")
    return bool(start) and place == _place() and _start_of(int(pid)) != start


def _place() -> str:
    """Where ids of processes mean what they mean here; empty where that is unknown."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = (PROC / "self/ns/pid").readlink()
        # A /proc that was mounted from another namespace counts ids that mean other processes here.
        is_ours = str((PROC / "self").readlink()) == str(os.getpid())
    except OSError:
        return ""
    return f"{boot}/{namespace}" if is_ours else ""


def _start_of(pid: int) -> str:
    """When a process began, in the kernel's own count; empty if it has ended, whether or not its parent knows."""
    try:
        fields = (
            (PROC / str(pid) / "stat")
            .read_text(encoding="utf-8", errors="replace")
            # The program's name stands in parentheses and may hold spaces and parentheses itself
            # (proc_pid_stat(5)).
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return ""
    return "" if fields[_STATE] in {"Z", "X"} else fields[_START]
