"""A chat as values, and these values as JSON: the opening that it pins, and its turns with what each added to it.

What a model is sent of a chat is a function of these values alone: the opening's blocks, then the messages of the
turns that are done. So each request begins with exactly the messages of the one before.

JSON keeps the order of keys and every character, so the messages that are read back are, byte for byte, those that
were sent: the API refuses thinking that comes back after anything else. What several chats or turns have in common is
a piece, named by its digest.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from foreword.assist.context.build_prefix import Prefix
from foreword.assist.question.receipt import receipt_from_json
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.errors import StoreError, UsageError
from foreword.core.settings import AUTO, EFFORTS
from foreword.model.echo import echoes_of
from foreword.prefix.layers import Anchor, Base, Block, Lineage, ShownVersion, decode_part
from foreword.prefix.request_body import Parameters

Status = Literal["pending", "done", "refused", "failed", "cancelled", "interrupted"]
"""What became of a turn. Only what is `done` is sent again; `pending` is under way."""

ModelKey = tuple[str, str]
"""Who speaks for the assistant: provider and model."""

NO_MODEL: ModelKey = ("", "")
"""Who spoke where no later request may show the thinking to anyone: over a prefix that does not come back."""

THINKING = frozenset({"thinking", "redacted_thinking"})
MAX_TITLE = 60
MAX_MODEL = 200


@dataclass(frozen=True, slots=True)
class PinnedPrefix:
    """The prefix that a chat pins with its first turn, as bytes: it needs neither git nor this release to be sent again.

    `known` are the files of that moment by blob id, `shown` those among them that the delta told of, `anchored` their
    blob ids in the tree of the base.
    """

    variant: str
    anchor: Anchor
    base: Base
    delta: tuple[Block, ...]
    known: Mapping[str, str]
    shown: Mapping[str, ShownVersion]
    anchored: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a turn that is done added: its messages as they were sent and answered, the first one without the opening.

    `told` is the block of changes among them, `shown` the versions of files that it told of.
    """

    voice: ModelKey
    parameters: Parameters
    messages: tuple[Mapping[str, Any], ...]
    told: Block | None
    shown: Mapping[str, ShownVersion]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; times in Unix seconds.

    `attachments` are as the client gave them, `reply` as the client got it (`chat_turn.reply_json`), or why there is none.
    """

    question_id: str
    answer_id: str
    asked_at: float
    question: str
    attachments: tuple[Mapping[str, Any], ...] = ()
    status: Status = "pending"
    answered_at: float | None = None
    reply: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a worktree; `at` is when it was last heard of, `n_turns` how many it has, whatever became of them.

    `model` and `effort` were chosen for it; each is empty where the settings decide.
    """

    id: str
    worktree: str
    title: str
    at: float
    n_turns: int = 0
    model: str = ""
    effort: str = ""

    @property
    def flags(self) -> Mapping[str, object]:
        """The settings that hold for this chat alone, by key."""
        chosen = {"model": self.model, "model.effort": self.effort}
        return {key: value for key, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that the next request of a chat begins with; without an opening nothing was said yet."""

    opening: PinnedPrefix | None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def told(self) -> tuple[Block, ...]:
        """The blocks of changes since the opening, in order."""
        return tuple(exchange.told for exchange in self.exchanges if exchange.told is not None)

    @property
    def lineage(self) -> Lineage | None:
        """What the model was shown of the files so far."""
        if self.opening is None:
            return None
        # Later turns overlay earlier ones: the model knows the version that it was told of last.
        shown = dict(self.opening.shown)
        for exchange in self.exchanges:
            shown |= exchange.shown
        return Lineage(self.opening.anchor, (*self.opening.delta, *self.told), shown)

    def history(self, voice: ModelKey) -> tuple[Mapping[str, Any], ...]:
        """The messages for one model. Nobody but the model that thought them can read thinking blocks.

        For each model this only ever grows at its end, also when two models take turns.
        """
        return tuple(
            message
            for exchange in self.exchanges
            # A signature of thinking is good for the model that made it alone; the API refuses it from any
            # other.
            for message in (exchange.messages if exchange.voice == voice else _unthought(exchange.messages))
        )

    def parameters(self, voice: ModelKey) -> Parameters | None:
        """What this model was told beside the messages: the same tools and instructions in all of a chat's requests."""
        # Other tools or instructions would change the beginning of the request, and the cache would miss all
        # of the chat.
        return next((e.parameters for e in reversed(self.exchanges) if e.voice == voice), None)


def opening_of(prefix: Prefix, saved: WorkspaceSnapshot) -> PinnedPrefix:
    """The opening of a chat whose first turn was sent over a prefix that was built for this saved state."""
    known = {**saved.index.blobs, **{path: saved.tree.blobs[path] for path in saved.unread}}
    return PinnedPrefix(
        prefix.variant, prefix.anchor, prefix.base, prefix.delta, known, prefix.shown, prefix.anchored
    )


def with_choice(chat: Chat, model: str, effort: str) -> Chat:
    """The chat as it goes on with this model and effort; empty, or `auto`, leaves one to the settings.

    Raises:
        UsageError: there is no such effort, or the model's name is none.
    """
    if effort not in ("", *EFFORTS):
        raise UsageError(f'"effort" must be one of {", ".join(EFFORTS)}, not {effort!r}')
    if not model.isprintable() or len(model) > MAX_MODEL:
        raise UsageError('"model" must be the id of a model')
    return replace(chat, model="" if model == AUTO else model, effort="" if effort == AUTO else effort)


def title_of(question: str) -> str:
    """The beginning of a question, in one line."""
    words = " ".join(question.split())
    return words if len(words) <= MAX_TITLE else f"{words[: MAX_TITLE - 1]}…"


def echo(
    messages: Sequence[Mapping[str, Any]], content: Sequence[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """The messages of a turn with the last words of the model, so that a message of the user may follow.

    Thinking that led to no words is left out, as the API takes no message that ends with it; calls that were not
    carried out get results that say so.
    """
    yield from messages
    if any(block.get("type") not in THINKING for block in content):
        yield {"role": "assistant", "content": [dict(block) for block in content]}
    calls = [block["id"] for block in content if block.get("type") == "tool_use"]
    if calls:
        # The API refuses a conversation in which a call has no result.
        words = "Not carried out: there were too many rounds of tools."
        yield {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": call, "content": words, "is_error": True}
                for call in calls
            ],
        }


def messages_of(turn: Turn) -> tuple[dict[str, Any], ...]:
    """A turn as clients see it: the user's message, and the assistant's if there is something of it."""
    asked = {
        "id": turn.question_id,
        "role": "user",
        "text": turn.question,
        "at": turn.asked_at,
        "status": turn.status,
    }
    if turn.attachments:
        asked["attachments"] = [dict(attachment) for attachment in turn.attachments]
    if turn.reply is None or not turn.reply.get("text"):
        return (asked | {key: turn.reply[key] for key in ("note",) if turn.reply and key in turn.reply},)
    answered = {
        "id": turn.answer_id,
        "role": "assistant",
        "at": turn.answered_at,
        "status": turn.status,
        **turn.reply,
    }
    receipt = turn.reply.get("receipt")
    if receipt and "summary" not in receipt:
        summary = receipt_from_json(receipt, turn.reply.get("provider", "")).summary
        answered["receipt"] = {"summary": summary, **receipt}
    return asked, answered


def without_answer(turn: Turn) -> Turn:
    """The turn as if its answer had been cancelled before its first word."""
    return replace(turn, status="cancelled", answered_at=None, reply=None)


def _unthought(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for message in messages:
        content = [block for block in message["content"] if block.get("type") not in THINKING]
        if content:
            yield {**message, "content": content}


Json = dict[str, Any]
Pieces = dict[str, bytes]


def pack(value: object) -> bytes:
    """Any JSON, compressed; lone surrogates of a model's words survive as escapes."""
    # ASCII escapes keep lone surrogates, which UTF-8 can't hold.
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


def encode_opening(opening: PinnedPrefix) -> tuple[Json, Pieces]:
    """An opening, and the pieces that it names: base and known files are large, and the same for many chats."""
    pieces: Pieces = {}
    raw = {
        "variant": opening.variant,
        "anchor": asdict(opening.anchor),
        "base": _put(pieces, asdict(opening.base)),
        "delta": [asdict(block) for block in opening.delta],
        "known": _put(pieces, dict(sorted(opening.known.items()))),
        "shown": _shown_json(opening.shown),
        "anchored": dict(opening.anchored),
    }
    return raw, pieces


def decode_opening(raw: Json, piece: Callable[[str], bytes]) -> PinnedPrefix:
    """An opening from its JSON and its pieces."""
    base = unpack(piece(raw["base"]))
    return PinnedPrefix(
        raw["variant"],
        Anchor(**raw["anchor"]),
        Base(
            _blocks(base["stable"]),
            _blocks(base["rest"]),
            base["whole"],
            _blocks(base.get("instructions", ())),
        ),
        _blocks(raw["delta"]),
        unpack(piece(raw["known"])),
        _shown(raw["shown"]),
        # Openings of older releases did not say it: what their delta told of counts as changed.
        raw.get("anchored", {}),
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
        # Absent where it is the model's own, as in chats of older releases: so equal parameters stay one piece.
        **({"effort": parameters.effort} if parameters.effort else {}),
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
        # What is stored was checked when it came, but by the rules of the version that stored it.
        elif content := echoes_of(message["content"]):
            yield {**message, "content": content}


def _put(pieces: Pieces, value: object) -> str:
    """Add a piece, and give its name."""
    packed = pack(value)
    # By content, so that many chats over one base store it once.
    digest = hashlib.sha256(packed).hexdigest()[:32]
    pieces[digest] = packed
    return digest


def _blocks(raw: Iterable[Json]) -> tuple[Block, ...]:
    return tuple(Block(block["text"], tuple(map(decode_part, block["parts"]))) for block in raw)


def _shown_json(shown: Mapping[str, ShownVersion]) -> Json:
    return {path: asdict(version) for path, version in shown.items()}


def _shown(raw: Json) -> dict[str, ShownVersion]:
    return {path: ShownVersion(**version) for path, version in raw.items()}
