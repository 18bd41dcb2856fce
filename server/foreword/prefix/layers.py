"""The values of a prefix: parts make a block, blocks make a layer, layers make the prefix.

A prefix is bytes first: two prefixes are the same exactly if their block texts are the same.
Parts say which file stands where, for the context view and for the diagnosis of a miss.

A `Lineage` is the prefix in force in one worktree: its anchor, the delta blocks that were sent, and what they showed. It
outlives the process: whoever asks next, from an editor or a script, goes on with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Form = Literal["full", "parts", "outline", "diff", "hidden", "instructions", "cut"]
"""How a block shows a file; of a hidden one it says only why its text is left out.

`parts` are some lines of it, each with its number. `instructions` is an instruction file as a whole, `cut` the beginning of one.
"""
Lines = tuple[int, int]
"""The first and the last of some lines, 1-based and inclusive."""
WHOLE: frozenset[Form] = frozenset(("full", "instructions"))
"""The forms that show a whole text."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a block shows of one file; `digest` is of the text shown, `weight` is `core.tokens.weigh` of it.

    `lines` are those that the form `parts` shows, in their order.
    """

    path: str
    form: Form
    digest: str
    weight: float
    lines: tuple[Lines, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One text block of the request with the files in it, in the order of the text."""

    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """The repository at its anchor: `stable` changes seldom and ends at the inner breakpoint, `rest` follows.

    Either may be empty; `whole` says that every file that counts is given in full. `instructions` is the layer of
    instruction files, behind both.
    """

    stable: tuple[Block, ...]
    rest: tuple[Block, ...]
    whole: bool = False
    instructions: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in order."""
        return self.stable + self.rest + self.instructions

    @property
    def forms(self) -> dict[str, Form]:
        """How each file in the base is shown, at its best: one that is shown in parts stands in the map too."""
        return {part.path: part.form for block in self.blocks for part in block.parts}

    @property
    def parts_shown(self) -> dict[str, tuple[Lines, ...]]:
        """The lines that are shown of files that are shown in parts."""
        return {part.path: part.lines for block in self.blocks for part in block.parts if part.lines}


def text_digest(text: str) -> str:
    """SHA-256 of a text, shortened to 16 hex digits: names things, protects nothing."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def blocks_digest(blocks: Iterable[Block]) -> str:
    """SHA-256 over the texts of blocks, their boundaries included."""
    digest = hashlib.sha256()
    for block in blocks:
        encoded = block.text.encode()
        # The length goes first: "ab" and "c" must not have the digest of "a" and "bc", as each block may end
        # with a mark.
        digest.update(b"%d\0" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()


def instructions_digest(system: str, tools: tuple[Mapping[str, Any], ...]) -> str:
    """The digest of what stands before the base: tool definitions and system prompt."""
    # The order of keys counts: the API caches the bytes that are sent, and those follow it.
    return text_digest(system + repr(tools))


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
class ShownVersion:
    """The version of a file that the model saw last: its blob id (None: told that it is gone, or hidden) and its form.

    `hidden` is the reason that was told for leaving its text out; empty for a file that is shown, or gone.
    """

    blob: str | None
    form: Form
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The prefix of one worktree under one variant of the settings: its anchor, and the delta blocks sent since.

    `shown` has the version that the model saw last of each file (by path) that the delta told of; all others stand as
    in the anchor.
    """

    anchor: Anchor
    delta: tuple[Block, ...] = ()
    shown: Mapping[str, ShownVersion] = field(default_factory=dict)

    def append(self, block: Block, shown: Mapping[str, ShownVersion]) -> Lineage:
        """With one more block; nothing that was sent changes."""
        # One block a question at most: what the last question wrote is then one position back, and the
        # look-back reaches twenty.
        return replace(self, delta=(*self.delta, block), shown={**self.shown, **shown})

    def without(self, paths: Container[str]) -> Lineage:
        """As if the delta had not told of these files, for a comparison that leaves them out."""
        return replace(self, shown={path: shown for path, shown in self.shown.items() if path not in paths})


def decode_part(raw: Mapping[str, Any]) -> Part:
    """A part from what JSON has of it."""
    lines = tuple((first, last) for first, last in raw.get("lines", ()))
    return Part(raw["path"], raw["form"], raw["digest"], raw["weight"], lines)


def encode(lineage: Lineage) -> str:
    """As JSON text."""
    # The delta is source text: escapes for all that is not ASCII would make the row larger and nothing safer.
    return json.dumps(asdict(lineage), ensure_ascii=False)


def decode(text: str) -> Lineage:
    """From the JSON text of `encode`.

    Raises:
        ValueError: the text is not one of ours.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        blocks = tuple(
            Block(block["text"], tuple(map(decode_part, block["parts"]))) for block in raw["delta"]
        )
        shown = {path: ShownVersion(**value) for path, value in raw["shown"].items()}
        return Lineage(Anchor(**raw["anchor"]), blocks, shown)
    # JSON of another shape, as another release may have written it; what is no JSON is a ValueError by
    # itself.
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not a lineage: {error!r}") from error
