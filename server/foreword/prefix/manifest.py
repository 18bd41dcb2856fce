"""What a sent prefix was made of: layer by layer and file by file, without its text, and from which settings.

    manifest = manifest_of({"tools": ..., "base": base.blocks, "delta": delta})
    first_difference(manifest_of_the_last_request, manifest)    None: the new one begins with the old one

The files of a block come before the piece that stands for the block as a whole (its `path` is empty), so that
text around the files is named only where every file is the same.

So a verdict names the one that changed, with its old and its new value.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from foreword.core.tokens import weigh
from foreword.prefix.layers import Block, text_digest

Layer = Literal["tools", "system", "base", "delta"]
How = Literal["changed", "added", "removed", "moved"]
ORDER: tuple[Layer, ...] = ("tools", "system", "base", "delta")
"""The layers in the order in which the cache reads them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file as a block shows it, or the rest of a block (`path` is empty); `weight` as `core.tokens.weigh` has it."""

    path: str
    form: str
    digest: str
    weight: float


Manifest = Mapping[Layer, tuple[Piece, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two prefixes part: the layer, the file (empty: text of no file), and the weight of what is the same."""

    layer: Layer
    path: str
    how: How
    same: float


def manifest_of(layers: Mapping[Layer, Sequence[Block]]) -> Manifest:
    """The manifest of the blocks of each layer."""
    return {name: tuple(_pieces(layers[name])) for name in ORDER if layers.get(name)}


def first_difference(old: Manifest, new: Manifest) -> Difference | None:
    """Where the new prefix stops to be the old one; None if it goes on to its end."""
    same = 0.0
    for layer in ORDER:
        before, after = old.get(layer, ()), new.get(layer, ())
        n = _n_same(before, after)
        same += sum(piece.weight for piece in before[:n])
        if n < len(before):
            path, how = _named(before, after, n)
            return Difference(layer, path, how, same)
        # Longer at the very end is going on. Longer with an old layer behind it shifts all of that, which is
        # a difference.
        if n < len(after) and any(old.get(later) for later in ORDER[ORDER.index(layer) + 1 :]):
            return Difference(layer, after[n].path, "added", same)
    return None


def encode_pieces(pieces: Sequence[Piece]) -> bytes:
    """A layer of a manifest in few bytes."""
    rows = [(piece.path, piece.form, piece.digest, piece.weight) for piece in pieces]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def decode_pieces(stored: bytes) -> tuple[Piece, ...]:
    """From the bytes of `encode_pieces`.

    Raises:
        ValueError: they are not ours.
    """
    try:
        return tuple(Piece(*row) for row in json.loads(zlib.decompress(stored)))
    # A row of another length is a TypeError of `Piece`; what is no JSON is a ValueError by itself.
    except (TypeError, zlib.error) as error:
        raise ValueError(f"not a manifest: {error!r}") from error


def _pieces(blocks: Sequence[Block]) -> Iterator[Piece]:
    for block in blocks:
        for part in block.parts:
            yield Piece(part.path, part.form, part.digest, part.weight)
        rest = max(0.0, weigh(block.text) - sum(part.weight for part in block.parts))
        # The piece of the whole block comes last: the files before it name a difference, if it is in one of
        # them.
        yield Piece("", "text", text_digest(block.text), rest)


def _n_same(before: Sequence[Piece], after: Sequence[Piece]) -> int:
    pairs = zip(before, after, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def _named(before: Sequence[Piece], after: Sequence[Piece], n: int) -> tuple[str, How]:
    """The file at the first difference, and what happened to it."""
    old, new = before[n], after[n] if n < len(after) else None
    if new is None:
        return old.path, "removed"
    if new.path and new.path not in {piece.path for piece in before}:
        return new.path, "added"
    if old.path and old.path not in {piece.path for piece in after}:
        return old.path, "removed"
    if old.path == new.path:
        return old.path, "changed"
    return _moved(before, after, new.path or old.path)


def _moved(before: Sequence[Piece], after: Sequence[Piece], path: str) -> tuple[str, How]:
    """Files in another order: a file whose own text changed explains it better than one that only made room."""
    digests = {piece.path: piece.digest for piece in before if piece.path}
    changed = (p.path for p in after if p.path and digests.get(p.path, p.digest) != p.digest)
    found = next(changed, None)
    return (path, "moved") if found is None else (found, "changed")


INPUT = "input: "
"""How the name of an input begins among the digests of a request; a layer is never called so."""
NOTHING = "nothing"
TOOLS = frozenset({"tools.rounds", "tools.style"})
"""Inputs of the tool definitions; all others are those of the base."""


def as_digests(inputs: Mapping[str, str]) -> dict[str, str]:
    """Inputs by their names among the digests of a request."""
    return {f"{INPUT}{name}": value for name, value in inputs.items()}


def changed_inputs(old: Mapping[str, str], new: Mapping[str, str], *, of_tools: bool = False) -> str:
    """Which inputs differ between two requests' digests, each with both values; empty for none, or where the old are not known."""
    names = sorted(key for key in new if key.startswith(INPUT) and _is_of(key, TOOLS) is of_tools)
    # A request that an older release sent has none of them.
    return "; ".join(
        f"{key.removeprefix(INPUT)} changed from {old[key] or NOTHING} to {new[key] or NOTHING}"
        for key in names
        if key in old and old[key] != new[key]
    )


def _is_of(key: str, names: Collection[str]) -> bool:
    return key.removeprefix(INPUT) in names
