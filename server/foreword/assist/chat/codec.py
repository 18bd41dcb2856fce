"""A chat's values as JSON and back. What several chats or turns have in common is a piece, named by its digest.

JSON keeps the order of keys and every character, so the messages that come back are, byte for byte, those that were
sent: the API refuses thinking that comes back after anything else.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from foreword.assist.chat.chat import Exchange, Opening
from foreword.core.errors import StoreError
from foreword.model.echo import echoes_of
from foreword.prefix.layers import Base, Block, Part
from foreword.prefix.lineage import Anchor, Shown
from foreword.prefix.request_body import Parameters

Json = dict[str, Any]
Pieces = dict[str, bytes]


def pack(value: object) -> bytes:
    """Any JSON, compressed; lone surrogates of a model's words survive as escapes."""
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode("ascii"), 6)


def unpack(packed: bytes) -> Any:  # noqa: ANN401 - any JSON
    """What was packed.

    Raises:
        StoreError: it is damaged.
    """
    try:
        return json.loads(zlib.decompress(packed))
    except (ValueError, zlib.error) as error:
        raise StoreError(f"a chat can't be read any more ({error}): open a new one") from error


def encode_opening(opening: Opening) -> tuple[Json, Pieces]:
    """An opening, and the pieces that it names: base and known files are large, and the same for many chats."""
    pieces: Pieces = {}
    raw = {
        "variant": opening.variant,
        "anchor": asdict(opening.anchor),
        "base": _put(pieces, asdict(opening.base)),
        "delta": [asdict(block) for block in opening.delta],
        "known": _put(pieces, dict(sorted(opening.known.items()))),
        "shown": _shown_json(opening.shown),
    }
    return raw, pieces


def decode_opening(raw: Json, piece: Callable[[str], bytes]) -> Opening:
    """An opening from its JSON and its pieces."""
    base = unpack(piece(raw["base"]))
    return Opening(
        raw["variant"],
        Anchor(**raw["anchor"]),
        Base(_blocks(base["stable"]), _blocks(base["rest"]), base["whole"]),
        _blocks(raw["delta"]),
        unpack(piece(raw["known"])),
        _shown(raw["shown"]),
    )


def pieces_of_opening(raw: Json) -> tuple[str, ...]:
    """The names of the pieces of an opening, out of its JSON."""
    return raw["base"], raw["known"]


def encode_exchange(exchange: Exchange) -> tuple[Json, Pieces]:
    """An exchange, and the piece with its parameters."""
    pieces: Pieces = {}
    parameters = exchange.parameters
    named = {
        "model": parameters.model,
        "max_tokens": parameters.max_tokens,
        "system": parameters.system,
        "tools": list(parameters.tools),
        "thinking": parameters.thinking,
    }
    raw = {
        "voice": list(exchange.voice),
        "parameters": _put(pieces, named),
        "messages": list(exchange.messages),
        "told": asdict(exchange.told) if exchange.told else None,
        "shown": _shown_json(exchange.shown),
    }
    return raw, pieces


def decode_exchange(raw: Json, piece: Callable[[str], bytes]) -> Exchange:
    """An exchange from its JSON and its piece."""
    named = unpack(piece(raw["parameters"]))
    provider, model = raw["voice"]
    return Exchange(
        (provider, model),
        Parameters(**{**named, "tools": tuple(named["tools"])}),
        tuple(_messages(raw["messages"])),
        _blocks([raw["told"]])[0] if raw["told"] else None,
        _shown(raw["shown"]),
    )


def _messages(stored: Iterable[Json]) -> Iterator[Json]:
    """The messages of an exchange; of the model's, what an older version kept and the API refuses is left out."""
    for message in stored:
        if message["role"] != "assistant":
            yield message
        elif content := echoes_of(message["content"]):
            yield {**message, "content": content}


def _put(pieces: Pieces, value: object) -> str:
    """Add a piece, and give its name."""
    packed = pack(value)
    digest = hashlib.sha256(packed).hexdigest()[:32]
    pieces[digest] = packed
    return digest


def _blocks(raw: Iterable[Json]) -> tuple[Block, ...]:
    return tuple(Block(block["text"], tuple(Part(**part) for part in block["parts"])) for block in raw)


def _shown_json(shown: Mapping[str, Shown]) -> Json:
    return {path: asdict(version) for path, version in shown.items()}


def _shown(raw: Json) -> dict[str, Shown]:
    return {path: Shown(**version) for path, version in raw.items()}
