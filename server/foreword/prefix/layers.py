"""The values of a prefix: parts make a block, blocks make a layer, layers make the prefix.

A prefix is bytes first: two prefixes are the same exactly if their block texts are the same.
Parts say which file stands where, for the context view and for the diagnosis of a miss.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["full", "outline", "diff"]


@dataclass(frozen=True, slots=True)
class Part:
    """What a block shows of one file; `digest` is of the text shown, `weight` is `core.tokens.weigh` of it."""

    path: str
    form: Form
    digest: str
    weight: float


@dataclass(frozen=True, slots=True)
class Block:
    """One text block of the request with the files in it, in the order of the text."""

    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Base:
    """The repository at its anchor: `stable` changes seldom and ends at the inner breakpoint, `rest` follows.

    Either may be empty; `whole` says that every file that counts is given in full.
    """

    stable: tuple[Block, ...]
    rest: tuple[Block, ...]
    whole: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in order."""
        return self.stable + self.rest

    @property
    def forms(self) -> dict[str, Form]:
        """How each file in the base is shown."""
        return {part.path: part.form for block in self.blocks for part in block.parts}


def text_digest(text: str) -> str:
    """SHA-256 of a text, shortened to 16 hex digits: names things, protects nothing."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def blocks_digest(blocks: Iterable[Block]) -> str:
    """SHA-256 over the texts of blocks, their boundaries included."""
    digest = hashlib.sha256()
    for block in blocks:
        encoded = block.text.encode()
        digest.update(b"%d\0" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()


def instructions_digest(system: str, tools: tuple[Mapping[str, Any], ...]) -> str:
    """The digest of what stands before the base: tool definitions and system prompt."""
    return text_digest(system + repr(tools))
