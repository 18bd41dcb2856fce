"""Which workspaces the user trusts: nothing of any other leaves the machine.

A grant is a file in the user's data directory, named by the workspace's real path. Nothing in a workspace can make one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from foreword.core.errors import StoreError
from foreword.storage.directories import Directories, name_digest
from foreword.storage.private import make_private_folder, write_private

TRUST_SCHEMA = "foreword.trust/1"


def is_trusted(places: Directories, root: Path) -> bool:
    """Whether the user granted trust to the workspace."""
    return _grant(places, root).is_file()


def set_trust(places: Directories, root: Path, *, trusted: bool) -> None:
    """Grant trust to a workspace, or take it back.

    Raises:
        StoreError: the data directory can't be written.
    """
    grant = _grant(places, root)
    try:
        if trusted:
            make_private_folder(grant.parent)
            write_private(grant, str(root).encode("utf-8", "surrogateescape") + b"\n")
        else:
            grant.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"can't write to {grant.parent} ({error.strerror}): set FOREWORD_HOME") from error


def trust_json(places: Directories, root: Path) -> dict[str, Any]:
    """As `foreword.trust/1`."""
    return {"schema": TRUST_SCHEMA, "workspace": str(root), "trusted": is_trusted(places, root)}


def _grant(places: Directories, root: Path) -> Path:
    return places.data / "trusted" / name_digest(str(root))
