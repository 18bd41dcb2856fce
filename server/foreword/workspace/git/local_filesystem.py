"""Whether a folder is on file systems of this machine alone, whose times are those of what is there now.

A file system that others write to too (NFS, SMB, FUSE) may go on for a minute with the times that it once asked for.
"""

from __future__ import annotations

import re
from pathlib import Path

LOCAL = frozenset(
    ("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs")
)
MOUNTS = Path("/proc/self/mountinfo")
"""Only Linux has it, see proc_pid_mountinfo(5): <id> <parent> <device> <root> <place> <options> [...] - <type> ..."""
_PLACE = 4
_OCTAL = re.compile(r"\\([0-7]{3})")


def is_local(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether all file systems in a folder, an absolute path without symlinks, are local; False where that is unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    types = dict(map(_mount, lines))
    inside = [place for place in types if place.is_relative_to(folder)]
    around = [place for place in types if folder.is_relative_to(place)]
    places = [*inside, max(around, key=lambda place: len(place.parts))] if around else []
    return bool(places) and all(types[place] in LOCAL for place in places)


def _mount(line: str) -> tuple[Path, str]:
    """Where something is mounted, and its type; of two at one place the later line counts."""
    mount, _, source = line.partition(" - ")
    place = _OCTAL.sub(lambda found: chr(int(found[1], 8)), mount.split(" ")[_PLACE])
    return Path(place), source.split(" ")[0]
