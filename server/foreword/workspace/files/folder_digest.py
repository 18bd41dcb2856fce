"""The identity of a folder's contents outside git, where no commit can be the anchor."""

from __future__ import annotations

import hashlib

from foreword.core.tree import FileTree


def snapshot_digest(tree: FileTree) -> str:
    """SHA-256 over the paths and blob ids: equal contents under equal names have equal digests everywhere.

    Paths in a tree have no control characters, so that NUL and newline separate them unambiguously.
    """
    digest = hashlib.sha256()
    for path, blob in tree.blobs.items():
        digest.update(f"{path}\0{blob}\n".encode())
    return digest.hexdigest()
