"""What the user lets leave the machine: the workspaces that are trusted, and values that look like secrets and are none.

A grant is a file in the user's data directory, named by the workspace's real path. Nothing in a workspace can make one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from foreword.assist.session.ports import Trust
from foreword.core.errors import StoreError, unwritable
from foreword.storage.directories import Directories, make_private_folder, name_digest, write_private

TRUST_SCHEMA = "foreword.trust/1"
ALLOWED_VALUES = "allowed-secrets"
"""A file of the user's data: a digest a line."""


def is_trusted(places: Directories, root: Path) -> bool:
    """Whether the user granted trust to the workspace."""
    return _grant(places, root).is_file()


def is_revoked(places: Directories, root: Path) -> bool:
    """Whether the user took trust back: that wins over whoever vouches for the workspace, until it is granted again."""
    return _revocation(places, root).is_file()


def stored_trust(places: Directories, root: Path) -> Trust:
    """Trust as it was granted, where nobody is there to be asked."""
    return Trust(
        lambda: is_trusted(places, root) and not is_revoked(places, root),
        remedy="run `foreword trust` there",
    )


def set_trust(places: Directories, root: Path, *, trusted: bool) -> None:
    """Grant trust to a workspace, or take it back: what was taken back is remembered.

    Raises:
        StoreError: the data directory can't be written.
    """
    grant, revocation = _grant(places, root), _revocation(places, root)
    made, gone = (grant, revocation) if trusted else (revocation, grant)
    try:
        # The old file goes first: if the second step fails, no grant is left beside a wish to revoke.
        gone.unlink(missing_ok=True)
        make_private_folder(made.parent)
        write_private(made, str(root).encode("utf-8", "surrogateescape") + b"\n")
    except OSError as error:
        raise StoreError(unwritable(grant.parent, error)) from error


def allowed_values(places: Directories) -> frozenset[str]:
    """The digests of values that the user lets be shown, in all workspaces; none where the list can't be read."""
    try:
        words = (places.data / ALLOWED_VALUES).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return frozenset()
    return frozenset(words)


def set_allowed_values(places: Directories, digests: frozenset[str]) -> None:
    """Replace the list of `allowed_values`.

    Raises:
        StoreError: the data directory can't be written.
    """
    try:
        make_private_folder(places.data)
        write_private(places.data / ALLOWED_VALUES, "".join(f"{one}\n" for one in sorted(digests)).encode())
    except OSError as error:
        raise StoreError(unwritable(places.data, error)) from error


def trust_json(places: Directories, root: Path) -> dict[str, Any]:
    """As `foreword.trust/1`."""
    return {"schema": TRUST_SCHEMA, "workspace": str(root), "trusted": is_trusted(places, root)}


def _revocation(places: Directories, root: Path) -> Path:
    # Outside the workspace: nothing that is checked out can grant itself trust.
    return places.data / "revoked" / name_digest(str(root))


def _grant(places: Directories, root: Path) -> Path:
    return places.data / "trusted" / name_digest(str(root))
