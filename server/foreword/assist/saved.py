"""The saved state of a workspace: its tree, the index of it, and a name for exactly this state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from foreword.assist.session import Session
from foreword.core.errors import Problem
from foreword.core.source import Reader, Source
from foreword.core.text import Text, decode
from foreword.core.tree import FileTree, blob_id
from foreword.index.build import BuildReport, refresh
from foreword.index.index import Index
from foreword.prefix.instructions import BUILDER_VERSION
from foreword.workspace.disk import hash_of, read_file, read_sources
from foreword.workspace.files import saved_tree
from foreword.workspace.ignore import FOREWORDIGNORE, IgnoreRules, read_rules
from foreword.workspace.snapshot import snapshot_digest


@dataclass(frozen=True, slots=True)
class Saved:
    """`revision` names the saved bytes of all files; `variant` what else a prefix depends on."""

    root: Path
    tree: FileTree
    index: Index
    report: BuildReport
    revision: str
    variant: str
    rules: IgnoreRules
    reader: Reader

    def read(self, path: str) -> Text | None:
        """The saved text of a file of the index, or None."""
        return self.read_all([path]).get(path)

    def read_all(self, paths: Sequence[str]) -> dict[str, Text]:
        """The saved texts of those of the paths that are in the index and can be read."""
        known = [path for path in paths if path in self.index.blobs]
        texts = {path: data for path in known if (data := self._on_disk(path)) is not None}
        rest = [Source(p, self.tree.blobs[p], p in self.tree.dirty) for p in known if p not in texts]
        texts |= {source.path: data for source, data in self.reader(rest) if data is not None}
        return {path: decode(texts[path]) for path in known if path in texts}

    def read_content(self, path: str) -> str | None:
        """The characters of a file, or None."""
        text = self.read(path)
        return text.content if text else None

    def _on_disk(self, path: str) -> bytes | None:
        """The bytes on disk if they are still those of the tree: quicker than asking git for each file."""
        data = read_file(self.root, path)
        return (
            data
            if data is not None and hash_of(data, self.tree.blobs[path]) == self.tree.blobs[path]
            else None
        )


def look(session: Session) -> Saved:
    """The saved state as it is now; unseen files are indexed."""
    rules, wrong = read_rules(session.root)
    session.report(*wrong)
    tree = saved_tree(session.root, session.repository, rules)
    reader = partial(read_sources, session.root, session.repository)
    index, report = refresh(session.index_store, tree, reader, on_progress=session.on_progress)
    session.report(*report.problems)
    if not index.blobs:
        session.report(
            Problem("there are no files to read here: check --workspace, or what is ignored and left out")
        )
    return Saved(
        session.root, tree, index, report, snapshot_digest(tree)[:16], _variant(session), rules, reader
    )


def _variant(session: Session) -> str:
    """What the bytes of a base depend on besides the anchor."""
    ignored = read_file(session.root, FOREWORDIGNORE) or b""
    parts = [BUILDER_VERSION, session.settings.context_budget, blob_id(ignored)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
