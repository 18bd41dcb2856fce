"""Scratch files: answers and diffs for clients that can show files only. They lie in the user's data directory."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from foreword.core.errors import StoreError
from foreword.storage.private import make_private_folder, write_private

KEPT_DAYS = 30
"""One that nobody wrote to since then goes when the next one comes."""


def write_scratch(path: Path, text: str) -> None:
    """Write a scratch file, in a folder that has nothing else in it.

    Raises:
        StoreError: the data directory can't be written.
    """
    try:
        make_private_folder(path.parent)
        _forget_old(path.parent)
        write_private(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StoreError(f"can't write to {path.parent} ({error.strerror}): set FOREWORD_HOME") from error


def _forget_old(folder: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another process was faster
            if file.stat().st_mtime < oldest and file.is_file():
                file.unlink()
