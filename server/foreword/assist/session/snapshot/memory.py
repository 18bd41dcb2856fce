"""What a session keeps in memory from one look at a workspace to the next: a matter of time, never of results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from foreword.assist.session.snapshot.commit_history import Past
from foreword.core.secrets.redaction import RedactionCache
from foreword.core.tree import FileTree
from foreword.index.build.build import Whole
from foreword.index.index import Index
from foreword.prefix.layers import Anchor
from foreword.prefix.policy.base_size import BaseSize
from foreword.workspace.files.working_tree import SavedFiles
from foreword.workspace.git.untracked_files import Untracked

KEPT_TREES = 2
"""The anchor in force, and the one that might come next."""


@dataclass(slots=True)
class Recall:
    """Belongs to the thread of its session.

    `files` and `index` are the last look's, of the saved state; `remembered` is the listing of the one that is stored.
    `untracked` is what git once found beside the files that it tracks; `is_outdated` says that something changed since.
    `past` is what the history says; `anchors` are those of the heads that they stand beside. `budget` is
    the size of the base that was decided, with what it hangs on and the day. `redactions` know where the
    secrets of the files are that were read.
    """

    files: SavedFiles | None = None
    index: Index | None = None
    remembered: str | None = None
    untracked: Untracked | None = None
    is_outdated: bool = False
    past: Past | None = None
    anchors: tuple[str, tuple[Anchor, ...]] | None = None
    budget: tuple[str, float, BaseSize] | None = None
    redactions: RedactionCache = field(default_factory=RedactionCache)
    _whole: Whole | None = None
    _trees: dict[tuple[str, ...], FileTree] = field(default_factory=dict)

    @property
    def whole(self) -> Whole | None:
        """The last look's index, if it is of all files, and in the store as it is."""
        whole = self._whole
        # A store that was damaged and begun anew has another generation; its rows are gone.
        return whole if whole is not None and whole.index.generation == whole.index.store.generation else None

    def keep(self, found: Whole, *, is_whole: bool) -> None:
        """Make a look's index the one that the next look goes on from; `is_whole` if it is of all files."""
        self.index, self._whole = found.index, found if is_whole else None

    def tree(self, key: tuple[str, ...], make: Callable[[], FileTree]) -> FileTree:
        """The tree that `key` names for good, made when it is first asked for."""
        # Taken out and put back, so that the dictionary's order is that of use.
        found = self._trees.pop(key, None)
        self._trees[key] = found if found is not None else make()
        while len(self._trees) > KEPT_TREES:
            del self._trees[next(iter(self._trees))]
        return self._trees[key]
