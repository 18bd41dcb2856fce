"""The secrets in the files of a workspace: what a model is shown a placeholder for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.text import printable
from foreword.core.secrets.allowed import digest_of
from foreword.core.secrets.detection import find_secrets

# So many texts are in memory at a time.
FILES_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class RedactedSecret:
    """A secret of some kind on a line (from 1) of a file; the digest is of its value."""

    path: str
    line: int
    kind: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        """One entry of the list that `foreword secrets` gives."""
        return {"path": self.path, "line": self.line, "kind": self.kind, "digest": self.digest}


def list_secrets(saved: WorkspaceSnapshot) -> tuple[RedactedSecret, ...]:
    """The secrets of all files that can be shown, in the order of paths and lines."""
    paths = iter(saved.paths)
    found = list[RedactedSecret]()
    while some := list(islice(paths, FILES_AT_ONCE)):
        for path, text in saved.read_all(some).items():
            found += _secrets_of(path, printable(text.content))
    return tuple(sorted(found, key=lambda one: (one.path, one.line)))


def _secrets_of(path: str, text: str) -> Iterator[RedactedSecret]:
    line, at = 1, 0
    for one in find_secrets(text):
        # Counted on from the last one; from the beginning each time it would be quadratic.
        line += text.count("\n", at, one.start)
        at = one.start
        # The value itself is never told: two places with one secret can be matched by the digest.
        yield RedactedSecret(path, line, one.kind, digest_of(text[one.start : one.end]))
