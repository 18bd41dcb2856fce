"""One question from its words to its answer: prepare a request, send it, run the tool loop, write the receipt.

`prepare` is all that needs no model (a dry run ends there); `answer` streams and books.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from foreword.assist.evidence import find_excerpts
from foreword.assist.laying import Foreword, lay_foreword
from foreword.assist.overlay import unsaved_files
from foreword.assist.pointing import Pointer, attachments_of
from foreword.assist.saved import Saved
from foreword.assist.session import Session
from foreword.assist.symbols import find_definitions
from foreword.assist.toolbox import Library
from foreword.core.errors import ContextTooLarge, UsageError
from foreword.core.excerpt import Excerpt
from foreword.core.outline import Definition
from foreword.index.search import search
from foreword.model.card import thinking_of
from foreword.model.tools import ToolStyle, tool_definitions
from foreword.prefix.instructions import ASK, EDIT, SYSTEM_PROMPT
from foreword.prefix.layers import text_digest
from foreword.prefix.marks import Laid, Parameters, request_body
from foreword.prefix.policy import choose_ttl
from foreword.prefix.simulator import positions_of
from foreword.prefix.turn import render_turn

MIN_ANSWER_TOKENS = 256

Kind = Literal["ask", "edit"]
INSTRUCTIONS: Mapping[Kind, str] = MappingProxyType({"ask": ASK, "edit": EDIT})
"""What the turn of each kind of request begins with: all that tells the kinds apart."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question that is ready to be sent.

    `weight` is that of the whole prompt and `prefix_weight` that of its prefix (see `core.tokens.weigh`);
    `asked_at` is when the user asked (Unix seconds); `unsaved` are texts by path that win over the saved ones.
    """

    question: str
    kind: Kind
    parameters: Parameters
    foreword: Foreword
    laid: Laid
    turn: tuple[str, ...]
    saved: Saved
    digests: Mapping[str, str]
    prefix_weight: float
    weight: float
    asked_at: float
    unsaved: Mapping[str, str] = field(default_factory=dict)

    def body(self, tail: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """The exact Messages body, after `tail` (the messages of the tool loop so far)."""
        return request_body(self.parameters, self.laid, self.turn, tail)


def prepare(
    session: Session,
    saved: Saved,
    question: str,
    pointers: Sequence[Pointer] = (),
    *,
    use_cache: bool = True,
    keep: bool = True,
    foreword: Foreword | None = None,
    tools_style: ToolStyle = "native",
    asked_at: float | None = None,
    kind: Kind = "ask",
    unsaved: Mapping[str, str] | None = None,
) -> Prepared:
    """Everything that is sent for a question; `keep=False` leaves the stored prefix as it is.

    `unsaved` are the texts of an editor that differ from the saved ones (`assist.overlay.unsaved_texts`).

    Raises:
        UsageError: the question is empty, or points at a file that is not there.
        ContextTooLarge: the prompt does not fit into the model's window.
    """
    asked_at = session.clock() if asked_at is None else asked_at
    if not question.strip():
        raise UsageError("the question is empty: give it in quotes, or - to read it from standard input")
    laying = foreword or lay_foreword(session, saved, keep=keep)
    texts = unsaved or {}
    attachments = attachments_of(pointers, saved, laying, texts)
    excerpts = () if laying.base.whole else _excerpts(session, saved, laying, question, pointers)
    ttl = choose_ttl(session.settings.cache_ttl) if use_cache else None
    parameters = _parameters(session, tools_style)
    laid = Laid(laying.base, laying.delta, ttl)
    turn = render_turn(INSTRUCTIONS[kind], attachments, excerpts, question, unsaved_files(saved, texts))
    return _measured(session, Prepared(
        question, kind, parameters, laying, laid, turn, saved, _digests(parameters, laying), 0.0, 0.0, asked_at,
        texts,
    ))  # fmt: skip


def library_of(saved: Saved, unsaved: Mapping[str, str] | None = None) -> Library:
    """What the tools may see: unsaved texts first, then the saved state. Search knows the saved state alone."""
    texts = unsaved or {}

    def read(path: str) -> str | None:
        return texts[path] if path in texts else saved.read_content(path)

    def find(query: str, limit: int) -> Sequence[Excerpt]:
        return search(saved.index, query, saved.read_content, limit=limit)

    def define(name: str) -> Sequence[tuple[str, Definition]]:
        return find_definitions(saved.index, name)

    paths = (*saved.index.paths, *sorted(texts.keys() - saved.index.blobs.keys()))
    return Library(paths, read, find, define)


def _excerpts(
    session: Session, saved: Saved, laying: Foreword, question: str, pointers: Sequence[Pointer]
) -> tuple[Excerpt, ...]:
    return find_excerpts(
        saved,
        question,
        budget=session.settings.context_excerpts,
        near=[p.path for p in pointers],
        shown=laying.shown_in_full,
    )


def _parameters(session: Session, tools_style: ToolStyle) -> Parameters:
    model = session.model
    tools = tool_definitions(tools_style)
    return Parameters(
        model=session.settings.model,
        max_tokens=min(session.settings.answer_tokens, model.max_output),
        system=SYSTEM_PROMPT,
        tools=tuple(tools) if session.settings.tools_rounds else (),
        thinking=thinking_of(model),
    )


def _digests(parameters: Parameters, laying: Foreword) -> dict[str, str]:
    instructions = text_digest(parameters.system + repr(parameters.tools))
    return {"instructions": instructions, **laying.digests}


def _measured(session: Session, prepared: Prepared) -> Prepared:
    """With the weights of the prompt, after making sure that it fits."""
    positions = positions_of(prepared.body())
    n_turn = len(prepared.turn)
    weight, prefix_weight = positions[-1].weight, positions[-1 - n_turn].weight
    model, n_tokens = session.model, round(weight / session.ratio)
    if n_tokens + MIN_ANSWER_TOKENS > model.context:
        raise ContextTooLarge(
            f"the prompt of about {n_tokens:,} tokens does not fit into the {model.context:,} of {model.id}: "
            "lower context.budget, or choose another model"
        )
    return replace(prepared, prefix_weight=prefix_weight, weight=weight)
