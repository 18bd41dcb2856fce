"""One question from its words to its answer: prepare a request, send it, run the tool loop, write the ledger.

`prepare` is all that needs no model (a dry run ends there); `answer` streams and books.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Literal

from foreword.assist.context.build_prefix import Prefix, build_prefix
from foreword.assist.context.instruction_layer import nearest_instructions
from foreword.assist.question.attached_media import has_pictures, media_note, media_weight, take_media
from foreword.assist.question.names import find_definitions, unseen_note, why_unseen
from foreword.assist.question.pointers import (
    Pointer,
    attachments_of,
    large_text,
    pointed_names,
    resolve_pointers,
)
from foreword.assist.question.retrieved import find_excerpts
from foreword.assist.question.tools import ToolScope
from foreword.assist.session.cache_key import current_reasoning, current_system_prompt, rendered
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.overlay import NOTHING_UNSAVED, Overlay, unsaved_files, with_unsaved
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.media import Media
from foreword.core.documents.text import printable
from foreword.core.errors import ContextTooLarge, UsageError
from foreword.core.outline import Definition, Excerpt
from foreword.core.secrets.detection import find_secrets
from foreword.core.tree import LeftOut
from foreword.index.search.search import search
from foreword.model.tool_definitions import ToolStyle, tool_definitions
from foreword.prefix import instructions
from foreword.prefix.layers import Block, instructions_digest
from foreword.prefix.request_body import Parameters, PrefixPayload, request_body
from foreword.prefix.simulator import positions_of
from foreword.prefix.turn import render_turn, render_unsaved
from foreword.prefix.warmth import PICTURES

MIN_ANSWER_TOKENS = 256
UNSAVED_TOO_LARGE = "too large: only named, the model can view it"
"""Why an unsaved text is not in the request itself."""

Kind = Literal["ask", "edit", "explain", "review", "fix", "rewrite", "simplify", "document", "tests", "chat"]
INSTRUCTIONS: Mapping[Kind, str] = MappingProxyType(
    {
        "ask": instructions.ASK,
        "edit": instructions.EDIT,
        "explain": instructions.EXPLAIN,
        "review": instructions.REVIEW,
        "fix": instructions.FIX,
        "rewrite": instructions.REWRITE,
        "simplify": instructions.SIMPLIFY,
        "document": instructions.DOCUMENT,
        "tests": instructions.TESTS,
        "chat": instructions.CHAT,
    }
)
"""What the turn of each kind of request begins with: all that tells the kinds apart."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a later turn of a chat goes on from.

    `prefix` is the chat's own base, with all changes that the chat was told, `delta` the part of them that stands in
    the first message. `history` are the messages so far, the first one without base and delta. `changes` were saved
    since the chat last heard of them. `parameters` are those of earlier turns, None to take those of now.
    """

    prefix: Prefix
    delta: tuple[Block, ...]
    history: tuple[Mapping[str, Any], ...]
    changes: Block | None
    parameters: Parameters | None


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A question that is ready to be sent.

    `weight` is that of the whole prompt and `prefix_weight` that of its prefix (see `core.tokens.weigh`);
    `asked_at` is when the user asked (Unix seconds); `unsaved` are texts by path that win over the saved ones,
    `unsaved_left_out` are files with unsaved text that is not sent. `note` is what the user should know of it.
    `pointers` are the places that it points at, as files of the workspace; `media` pictures and PDF files that go with it.
    """

    question: str
    kind: Kind
    parameters: Parameters
    prefix: Prefix
    payload: PrefixPayload
    turn: tuple[str, ...]
    saved: WorkspaceSnapshot
    digests: Mapping[str, str]
    prefix_weight: float
    weight: float
    asked_at: float
    unsaved: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    pointers: tuple[Pointer, ...] = ()
    unsaved_left_out: tuple[LeftOut, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def turn_blocks(self) -> tuple[dict[str, Any], ...]:
        """The content of the turn: pictures and PDF files first, as the API's documentation advises, then the texts."""
        texts = ({"type": "text", "text": text} for text in self.turn)
        return (*(one.block for one in self.media), *texts)

    @property
    def unsaved_sent(self) -> tuple[str, ...]:
        """The files whose unsaved text is part of the request."""
        named = {left.path for left in self.unsaved_left_out}
        return tuple(path for path in sorted(self.unsaved) if path not in named)

    @property
    def history(self) -> tuple[Mapping[str, Any], ...]:
        """The messages before the newest turn, for a chat."""
        return self.payload.history

    def body(self, tail: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """The exact Messages body, after `tail` (the messages of the tool loop so far)."""
        return request_body(self.parameters, self.payload, self.turn_blocks, tail)


def prepare(
    session: Session,
    saved: WorkspaceSnapshot,
    question: str,
    pointers: Sequence[Pointer] = (),
    *,
    use_cache: bool = True,
    keep: bool = True,
    prefix: Prefix | None = None,
    tools_style: ToolStyle = "native",
    asked_at: float | None = None,
    kind: Kind = "ask",
    asked_for: Kind | None = None,
    overlay: Overlay = NOTHING_UNSAVED,
    thread: Thread | None = None,
    as_it_is: bool = False,
) -> PreparedRequest:
    """Everything that is sent for a question; `keep=False` leaves the stored prefix as it is.

    `asked_for` is the kind whose instructions a turn of a chat gets. `overlay` is what an editor has not saved; `thread` is
    what a turn goes on from, None for a chat's first. `as_it_is`: the user wants secrets in the question sent.

    Raises:
        UsageError: the question is empty, or points at a file that is not there.
        ContextTooLarge: the prompt does not fit into the model's window.
    """
    asked_at = session.clock() if asked_at is None else asked_at
    if not question.strip():
        raise UsageError("the question is empty: give some words, or - to read it from standard input")
    prefix = thread.prefix if thread else prefix or build_prefix(session, saved, keep=keep)
    texts = overlay.texts
    payload = _payload(prefix, thread, use_cache=use_cache, is_chat=kind == "chat")
    pointers, media = take_media(session, resolve_pointers(pointers, saved), saved, payload.history)
    attachments = attachments_of(pointers, saved, prefix, texts)
    # A base that shows every file in full leaves nothing to find.
    excerpts = () if prefix.base.whole else _excerpts(session, saved, prefix, question, pointers, texts=texts)
    parameters = _parameters(session, tools_style, thread)
    first = _instructions(kind, asked_for, goes_on=thread is not None and bool(thread.history))
    unsaved, named = render_unsaved(unsaved_files(saved, texts))
    more = _near(session, saved, prefix, pointers) + unsaved
    turn = _changes_of(thread) + render_turn(
        first, attachments, excerpts, question, more, media=media, as_it_is=as_it_is
    )
    shown = {*texts, *(p.path for p in pointers), *(one.path for one in media)}
    notes = _note(question, saved, shown, as_it_is=as_it_is), media_note(session, media)
    digests = _digests(parameters, prefix, with_pictures=has_pictures(media, payload.history))
    return _measured(session, PreparedRequest(
        question, kind, parameters, prefix, payload, turn, saved, digests, 0.0, 0.0, asked_at,
        texts, "; ".join(filter(None, notes)), pointers, _not_sent(overlay, named), media,
    ))  # fmt: skip


def _payload(prefix: Prefix, thread: Thread | None, *, use_cache: bool, is_chat: bool) -> PrefixPayload:
    # No later request begins like a provisional prefix, so writing it would cost its premium for nothing.
    ttl = prefix.ttl if use_cache and not prefix.provisional else None
    payload = PrefixPayload(prefix.base, prefix.delta, ttl, is_chat=is_chat)
    return payload if thread is None else replace(payload, delta=thread.delta, history=thread.history)


def marked_for_tools(session: Session, prepared: PreparedRequest) -> PreparedRequest:
    """The request as it goes on after a call of a tool: who calls one mostly calls another, which reads what is marked now."""
    prefix, payload = prepared.prefix, prepared.payload
    if payload.ttl is not None or prefix.provisional or session.settings.cache_ttl != "auto":
        return prepared
    return replace(prepared, prefix=replace(prefix, ttl="5m"), payload=replace(payload, ttl="5m"))


def _changes_of(thread: Thread | None) -> tuple[str, ...]:
    return (thread.changes.text,) if thread is not None and thread.changes is not None else ()


def _not_sent(overlay: Overlay, named: Iterable[str]) -> tuple[LeftOut, ...]:
    return tuple(sorted((*overlay.left_out, *(LeftOut(path, UNSAVED_TOO_LARGE) for path in named))))


def _note(question: str, saved: WorkspaceSnapshot, shown: Collection[str], *, as_it_is: bool) -> str:
    """What the user should know of the question: secrets in it, and files that it names and the model does not see."""
    redacted = "" if as_it_is else redaction_note(question)
    return "; ".join(filter(None, (redacted, unseen_note(question, saved, shown))))


def _instructions(kind: Kind, asked_for: Kind | None, *, goes_on: bool) -> str:
    """What the turn begins with; a chat that goes on has a chat's own instructions in its first turn."""
    again = instructions.CHAT_AGAIN if goes_on else ""
    if asked_for is not None and asked_for != kind:
        return again + INSTRUCTIONS[asked_for]
    return again or INSTRUCTIONS[kind]


def library_of(
    saved: WorkspaceSnapshot,
    unsaved: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> ToolScope:
    """What the tools may see: unsaved texts first, then the saved state.

    `hidden` are files that the model was told to be left out, with the reasons.
    """
    texts = unsaved or {}

    # An index of the unsaved texts is made for tools that ask for it alone: most only view files.
    @cache
    def shown() -> WorkspaceSnapshot:
        return with_unsaved(saved, texts)

    def read(path: str) -> str | None:
        if path in texts:
            return texts[path]
        text = saved.read_content(path)
        return large_text(path, saved) if text is None else text

    def find(query: str, limit: int) -> Sequence[Excerpt]:
        seen = shown()
        return search(seen.index, query, seen.read_shown, limit=limit, commit_messages=seen.commit_messages)

    def define(name: str) -> Sequence[tuple[str, Definition]]:
        return find_definitions(shown().index, name)

    # Files that exist in the editor only.
    paths = (*saved.paths, *sorted(texts.keys() - saved.tree.blobs.keys()))
    return ToolScope(
        paths, read, find, define, why_unseen=partial(why_unseen, saved=saved), hidden=hidden or {}
    )


def _near(session: Session, saved: WorkspaceSnapshot, prefix: Prefix, pointers: Iterable[Pointer]) -> str:
    """The instruction files that hold for the files pointed at, where the prefix has no room for them."""
    if session.settings.context_instructions <= 0:
        return ""
    return nearest_instructions(saved, prefix.forms, [p.path for p in pointers if p.text is None])


def _excerpts(
    session: Session,
    saved: WorkspaceSnapshot,
    prefix: Prefix,
    question: str,
    pointers: Sequence[Pointer],
    *,
    texts: Mapping[str, str],
) -> tuple[Excerpt, ...]:
    return find_excerpts(
        saved,
        question,
        budget=session.settings.context_excerpts,
        price=session.model.prices.input,
        near=[*texts, *(p.path for p in pointers)],
        shown=prefix.shown_in_full,
        shown_lines={path: lines for path, lines in prefix.shown_in_parts.items() if path not in texts},
        about=pointed_names(saved, [p for p in pointers if p.path not in texts]),
    )


def _parameters(session: Session, tools_style: ToolStyle, thread: Thread | None) -> Parameters:
    model = session.model
    thinking, effort = current_reasoning(session)
    if thread is not None and thread.parameters is not None:
        earlier = thread.parameters
        # The API has the effort stay for all of a conversation that goes without thinking before its answers.
        is_fixed = (earlier.thinking or {}).get("type") == "between_tools"
        # `max_tokens` is no part of what is cached, so it may follow the settings; the user may want another effort.
        return replace(
            earlier,
            max_tokens=min(session.settings.answer_tokens, model.max_output),
            effort=earlier.effort if is_fixed else effort,
        )
    tools = tool_definitions(tools_style)
    return Parameters(
        model=session.model_id,
        max_tokens=min(session.settings.answer_tokens, model.max_output),
        system=current_system_prompt(session),
        tools=tuple(tools) if session.settings.tools_rounds else (),
        thinking=thinking,
        effort=effort,
    )


def _digests(parameters: Parameters, prefix: Prefix, *, with_pictures: bool) -> dict[str, str]:
    """The digests of the layers, and what else keeps two entries of the cache apart."""
    told = {
        "instructions": instructions_digest(parameters.system, parameters.tools),
        **rendered(parameters.thinking, parameters.effort),
        **({PICTURES: "yes"} if with_pictures else {}),
    }
    return told | prefix.digests


def _measured(session: Session, prepared: PreparedRequest) -> PreparedRequest:
    """With the weights of the prompt, after making sure that it fits."""
    positions = positions_of(prepared.body(), media_weight(session))
    n_turn = len(prepared.turn_blocks)
    weight, before = positions[-1].weight, positions[-1 - n_turn].weight
    # A chat marks its newest message, so the next turn reads all of this one.
    prefix_weight = weight if prepared.payload.is_chat else before
    model, n_tokens = session.model, round(weight / session.ratio)
    # Refused here with advice, rather than by the API after the whole prompt went over the wire.
    if n_tokens + MIN_ANSWER_TOKENS > model.context:
        advice = "lower context.budget, or choose another model"
        if prepared.history:
            advice = "shorten the message, truncate the chat, or open a new one"
        raise ContextTooLarge(
            f"the prompt of about {n_tokens:,} tokens does not fit into the {model.context:,} of {model.id}: {advice}"
        )
    return replace(prepared, prefix_weight=prefix_weight, weight=weight)


async def may_be_told(session: Session, words: str) -> bool:
    """Whether words may be sent as they are: if they hold a secret, the user is asked."""
    kinds = "" if provider_name(session) == "offline" else kinds_in(words)
    return bool(kinds) and await session.disclose(f"the question holds a secret ({kinds}): send it as it is?")


def redaction_note(words: str) -> str:
    """What the user is told of words that are sent without their secrets; empty if there are none."""
    kinds = kinds_in(words)
    return f"a secret in the question ({kinds}) was not sent: the model saw a placeholder" if kinds else ""


def kinds_in(words: str) -> str:
    """The kinds of secrets in words, each once."""
    return ", ".join(dict.fromkeys(one.kind for one in find_secrets(printable(words))))
