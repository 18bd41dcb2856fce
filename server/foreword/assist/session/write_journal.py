"""Which files are being written, noted outside the workspace: what a killed process left there is cleared away at the next start.

Each file is written beside its target and takes its place at once, so that a target is as it was or as it shall be; what
can be left is the file beside it. Only what has several names or is a mount of its own is written over, in one call.

    noted --> written, file by file --> the note is gone
               killed --> the next start: files beside targets are removed, the note is gone
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from foreword.core.exclusion import TEMPORARY
from foreword.storage.directories import Directories, make_private_folder, write_private
from foreword.storage.process_identity import has_ended, name_of_this_process

_BESIDE = re.compile(re.escape(TEMPORARY) + r"[a-z0-9_]{8}")
MAX_NOTES = 1_000


@contextmanager
def noted(places: Directories, root: Path, paths: Iterable[str]) -> Iterator[None]:
    """Note for the time of a block that files at `paths` of a workspace are written.

    Where the note can't be written the files are written all the same: the disk that is full may be another one.
    """
    note = _folder(places) / f"{uuid4().hex}.json"
    folders = sorted({str((root / path).parent) for path in paths})
    # The process is named with its start, so that an id that was given again is not mistaken for it.
    text = json.dumps({"process": name_of_this_process(), "folders": folders})
    with suppress(OSError):
        make_private_folder(note.parent)
        write_private(note, text.encode("ascii"))
    try:
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)


def clear_away(places: Directories) -> None:
    """Remove what processes left that ended while they wrote."""
    try:
        notes = sorted(_folder(places).glob("*.json"))[:MAX_NOTES]
    except OSError:
        return
    for note in notes:
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(note.read_bytes())
            # A note of a process that may live is left alone: it is writing there.
            if has_ended(str(told["process"])):
                for folder in told["folders"]:
                    _clear(Path(folder))
                note.unlink()


def _clear(folder: Path) -> None:
    with suppress(OSError):
        for file in folder.iterdir():
            # Only names that we give, and no link: whatever else is in the folder is the user's.
            if _BESIDE.fullmatch(file.name) and file.is_file() and not file.is_symlink():
                file.unlink()


def _folder(places: Directories) -> Path:
    return places.data / "journal"
