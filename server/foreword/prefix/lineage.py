"""The prefix in force in one worktree: its anchor, the delta blocks that were sent, and what they showed.

The prefix outlives the process: whoever asks next, from an editor or a script, goes on with the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from foreword.prefix.layers import Block, Form, Part


@dataclass(frozen=True, slots=True)
class Anchor:
    """The fixed tree that the base shows. `tree` is git's tree id, or the digest of a snapshot.

    `commit` is empty for a snapshot (a folder outside git, or a repository without a commit).
    """

    kind: Literal["git", "snapshot"]
    tree: str
    commit: str = ""

    @property
    def name(self) -> str:
        """The commit of a git anchor, the digest of a snapshot."""
        return self.commit or self.tree


@dataclass(frozen=True, slots=True)
class Shown:
    """The version of a file that the model saw last: its blob id (None: told that it is gone) and its form."""

    blob: str | None
    form: Form


@dataclass(frozen=True, slots=True)
class Lineage:
    """`shown` holds only the files that the delta told of; all others stand as in the anchor."""

    anchor: Anchor
    delta: tuple[Block, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)

    def append(self, block: Block, shown: Mapping[str, Shown]) -> Lineage:
        """With one more block; nothing that was sent changes."""
        return replace(self, delta=(*self.delta, block), shown={**self.shown, **shown})

    def without(self, paths: Container[str]) -> Lineage:
        """As if the delta had not told of these files, for a comparison that leaves them out."""
        return replace(self, shown={path: shown for path, shown in self.shown.items() if path not in paths})


def encode(lineage: Lineage) -> str:
    """As JSON text."""
    return json.dumps(asdict(lineage), ensure_ascii=False)


def decode(text: str) -> Lineage:
    """From the JSON text of `encode`.

    Raises:
        ValueError: the text is not one of ours.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        blocks = tuple(
            Block(block["text"], tuple(Part(**part) for part in block["parts"])) for block in raw["delta"]
        )
        shown = {path: Shown(**value) for path, value in raw["shown"].items()}
        return Lineage(Anchor(**raw["anchor"]), blocks, shown)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a lineage: {error!r}") from error
