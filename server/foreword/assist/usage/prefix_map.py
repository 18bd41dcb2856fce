"""The prefix of a workspace as it was sent last, by layer and file: a treemap and, for every reader, a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType

from foreword.assist.usage.charts import Rectangle, squarify
from foreword.core.tokens import NOMINAL_RATIO
from foreword.prefix.manifest import Layer, Manifest
from foreword.prefix.prefix_store import PrefixStore, SentRequest
from foreword.storage.directories import name_digest

WIDTH, HEIGHT = 960, 460
HEADER, MARGIN = 18, 2
MAX_SHOWN = 1_000
MAX_ROWS = 500
CHARACTER_PX = 6.2
LINE_PX = 14
LAYERS: Mapping[Layer, str] = MappingProxyType(
    {"tools": "instructions", "system": "instructions", "base": "base", "delta": "delta"}
)
FORMS: Mapping[str, str] = MappingProxyType(
    {
        "full": "whole file",
        "parts": "parts of a file",
        "outline": "outline",
        "diff": "change",
        "text": "text around files",
        "cut": "instructions, cut",
    }
)


@dataclass(frozen=True, slots=True)
class Tile:
    """What a layer shows of one file (`path` empty: text of no file), in tokens."""

    layer: str
    path: str
    form: str
    tokens: float

    @property
    def name(self) -> str:
        """The path, or what it is instead."""
        if self.path:
            return self.path
        return "instructions and tools" if self.layer == "instructions" else "overview and frame"


@dataclass(frozen=True, slots=True)
class PrefixMap:
    """The tiles of the last request over a workspace, the largest of each layer first."""

    sent: SentRequest
    tiles: tuple[Tile, ...]

    @property
    def tokens(self) -> float:
        """The tokens of all tiles together."""
        return sum(tile.tokens for tile in self.tiles)


def prefix_map(store: PrefixStore, root: Path) -> PrefixMap | None:
    """The prefix that was last sent over a workspace; None if there was none, or what it held is not kept."""
    for sent in store.sent(name_digest(str(root))):
        manifest = store.manifest(sent)
        if manifest is not None:
            return PrefixMap(sent, _tiles(sent, manifest))
    return None


def treemap_svg(shown: PrefixMap) -> str:
    """The treemap: a rectangle for each layer, in it one for each file."""
    groups = [(layer, list(group)) for layer, group in _by_layer(shown.tiles).items()]
    groups.sort(key=lambda group: -_sum(group[1]))
    room = Rectangle(0, 0, WIDTH, HEIGHT)
    places = squarify([_sum(group) for _, group in groups], room)
    drawn = "".join(_layer(layer, group, place) for (layer, group), place in zip(groups, places, strict=True))
    name = f"The prefix by layer and file, about {shown.tokens:,.0f} tokens; the table below says the same"
    return f'<svg class="treemap" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}">{drawn}</svg>'


def table_rows(shown: PrefixMap) -> list[tuple[str, str, str, str]]:
    """Layer, file, form and tokens, the largest first; what does not fit is summed up in the last row."""
    ordered = sorted(shown.tiles, key=lambda tile: -tile.tokens)
    rows = [(t.layer, t.name, FORMS.get(t.form, t.form), f"{t.tokens:,.0f}") for t in ordered[:MAX_ROWS]]
    rest = ordered[MAX_ROWS:]
    if rest:
        rows.append(("", f"{len(rest):,} more", "", f"{_sum(rest):,.0f}"))
    return rows


def _tiles(sent: SentRequest, manifest: Manifest) -> tuple[Tile, ...]:
    """By layer, path and form; weights become tokens by what the provider counted, where it did."""
    weights: dict[tuple[str, str, str], float] = {}
    for layer, pieces in manifest.items():
        for piece in pieces:
            key = (LAYERS[layer], piece.path, piece.form)
            weights[key] = weights.get(key, 0.0) + piece.weight
    total = sum(weights.values())
    scale = sent.cached / total if sent.cached and total else 1 / NOMINAL_RATIO
    tiles = [Tile(*key, weight * scale) for key, weight in weights.items() if weight > 0]
    return tuple(sorted(tiles, key=lambda tile: (tile.layer, -tile.tokens, tile.path)))


def _by_layer(tiles: Iterable[Tile]) -> dict[str, list[Tile]]:
    groups: dict[str, list[Tile]] = {}
    for tile in tiles:
        groups.setdefault(tile.layer, []).append(tile)
    return groups


def _layer(layer: str, tiles: Sequence[Tile], place: Rectangle) -> str:
    tokens = _sum(tiles)
    inner = place.inset(HEADER if place.height > 3 * HEADER else MARGIN, MARGIN)
    shown = _with_rest(tiles)
    boxes = squarify([tile.tokens for tile in shown], inner)
    drawn = "".join(_tile(tile, box) for tile, box in zip(shown, boxes, strict=True))
    title = f"{layer}: {tokens:,.0f} tokens"
    head = _label(title, Rectangle(place.x + 2, place.y, place.width - 4, HEADER), "head") if inner.y else ""
    return f'<g class="layer"><title>{escape(title)}</title>{_box("frame", place)}{head}{drawn}</g>'


def _with_rest(tiles: Sequence[Tile]) -> list[Tile]:
    """The largest ones, and all others as one; in falling order, as the drawing needs them."""
    shown, rest = list(tiles[:MAX_SHOWN]), tiles[MAX_SHOWN:]
    if rest:
        shown.append(Tile(rest[0].layer, f"{len(rest):,} more files", rest[0].form, _sum(rest)))
    return sorted(shown, key=lambda tile: -tile.tokens)


def _tile(tile: Tile, box: Rectangle) -> str:
    title = f"{tile.name}: {FORMS.get(tile.form, tile.form)}, {tile.tokens:,.0f} tokens"
    label = _label(tile.name, box, "name")
    kind = tile.form if tile.form in FORMS else "text"
    return f"<g><title>{escape(title)}</title>{_box(f'tile {kind}', box)}{label}</g>"


def _box(kind: str, box: Rectangle) -> str:
    return f'<rect class="{kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"/>'


def _label(text: str, box: Rectangle, kind: str) -> str:
    """A label where there is room for one; of a path the end matters more."""
    room = int((box.width - 8) / CHARACTER_PX)
    short = text if len(text) <= room else text.rsplit("/", 1)[-1]
    if box.height < LINE_PX or room < min(4, len(short)):
        return ""
    if len(short) > room:
        short = f"{short[: room - 1]}…"
    return f'<text class="{kind}" x="{box.x + 4:.1f}" y="{box.y + 12:.1f}">{escape(short)}</text>'


def _sum(tiles: Iterable[Tile]) -> float:
    return sum(tile.tokens for tile in tiles)
