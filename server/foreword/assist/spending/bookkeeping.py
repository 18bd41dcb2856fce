"""Booking a request: its verdict, its row of the ledger, and what the next verdict needs to know.

Where a prefix changed, the commit or the save behind it is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from foreword.assist.accounts.ledger import WARM, LedgerRow, Status
from foreword.assist.question.attached_media import media_weight
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.ports import Provider
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import prefix_inputs
from foreword.assist.spending.single_flight import lifetime_of
from foreword.core.reply import Started
from foreword.core.tokens import Usage
from foreword.model.catalog.model_info import cost, cost_without_cache
from foreword.model.catalog.provider_info import is_own_api
from foreword.prefix.layers import Block, text_digest
from foreword.prefix.manifest import Manifest, as_digests, changed_inputs, first_difference, manifest_of
from foreword.prefix.policy.policy import TTL_SECONDS
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.simulator import positions_of
from foreword.prefix.verdict import ApiDiagnosis, Verdict, VerdictInputs, compared_with, diagnose
from foreword.prefix.warmth import key_of
from foreword.workspace.git.history import SHORT_ID, last_commit
from foreword.workspace.git.repository import Repository

ANTHROPIC_HOST = "api.anthropic.com"
TELLING = frozenset({"model_changed", "system_changed", "tools_changed", "messages_changed"})
"""What the API says of a request that it could compare with the one before."""


@dataclass(slots=True)
class Booking:
    """One request from its start to its row; `answer` is the id of the first request of the same answer.

    `verdict` is that of the answer: the first request brings it, the others are given it. `tail` are the messages of the
    tool loop so far. `is_estimated`: the endpoint counted nothing, so the tokens are our own.
    `factor` is that of the place where it was answered on every price.
    """

    session: Session
    prepared: PreparedRequest
    provider: Provider
    at: float
    answer: str = ""
    verdict: Verdict | None = None
    usage: Usage | None = None
    message_id: str = ""
    kind: str = ""
    last: SentRequest | None = None
    id: str = field(default_factory=lambda: uuid4().hex)
    tail: Sequence[Mapping[str, Any]] = ()
    is_estimated: bool = False
    factor: float = 1.0
    _judged_by: VerdictInputs | None = None

    def start(self, event: Started) -> Verdict:
        """The answer begins: judge what the cache did if nobody has, remember the request, write its row."""
        self.usage, self.message_id = event.usage, event.message_id
        self.answer = self.answer or self.id
        earlier = self.session.prefix_store.sent(self.session.worktree, self.prepared.prefix.variant)
        sent = self._sent(event.usage)
        everywhere = self.session.prefix_store.sent(self.session.worktree)
        earlier = self._continued(sent, earlier)
        # A read renews an entry for as long as it was once written for, whatever this request's mark says.
        sent = replace(sent, ttl_s=lifetime_of(sent, event.usage, everywhere))
        self.last = compared_with(sent, earlier)
        if self.verdict is None:
            self._judged_by = self._circumstances(sent, earlier, _api_diagnosis(event))
            self.verdict = self._judge(event.usage, self._judged_by)
        elif self.last is not None:
            sent = replace(sent, cached=self.last.cached)
        self._remember(sent)
        # Written now, so that a killed process loses nothing of what the API has billed.
        self.write("started")
        return self.verdict

    def _continued(self, sent: SentRequest, earlier: tuple[SentRequest, ...]) -> tuple[SentRequest, ...]:
        """Of warm requests over the same base, the one that this one goes on from, and all others.

        After a step back that is not the last request.
        """
        over = [one for one in earlier if one.is_warm(sent.at) and _is_over(one, sent)]
        if len(over) <= 1:
            return earlier
        manifest, store = _manifest(self.prepared), self.session.prefix_store
        olds = ((one, store.manifest(one)) for one in over)
        begun = next((one for one, old in olds if old and first_difference(old, manifest) is None), None)
        return earlier if begun is None else tuple(one for one in earlier if one is begun or one not in over)

    def finish(self, usage: Usage, n_characters: int, geography: str = "") -> None:
        """The answer is over. Some endpoints count the prompt only now: the verdict is about what is booked.

        What an endpoint never counts is booked as it was estimated; `n_characters` is the length of the answer,
        `geography` where the API says that it was answered.
        """
        self.factor = self.session.catalog.geography.get(geography, 1.0)
        if not usage.prompt:
            usage = self._estimated(usage, n_characters)
        first, self.usage = self.usage, usage
        known_by = self._judged_by
        if (
            known_by is not None
            and first is not None
            and first.read + first.written != usage.read + usage.written
        ):
            self.verdict = self._judge(usage, known_by)
            self._remember(replace(known_by.request, cached=usage.read + usage.written))

    def _estimated(self, usage: Usage, n_characters: int) -> Usage:
        """The tokens of a request that nobody counted: all of the prompt at the plain price, for no cache told of itself."""
        self.is_estimated, ratio = True, self.session.ratio
        weight = self.prepared.weight
        if self.tail:
            weight = positions_of(self.prepared.body(self.tail), media_weight(self.session))[-1].weight
        return Usage(fresh=round(weight / ratio), output=usage.output or round(n_characters / ratio))

    def _judge(self, usage: Usage, circumstances: VerdictInputs) -> Verdict:
        foreword = self.prepared.prefix
        if foreword.provisional:
            return Verdict("off", foreword.provisional)
        return Verdict("off", foreword.why) if foreword.ttl is None else diagnose(usage, circumstances)

    def _remember(self, sent: SentRequest) -> None:
        """Keep what the next request is compared with, if it may be read from the cache."""
        if self.prepared.payload.ttl is not None:
            self.session.prefix_store.record_sent(
                self.session.worktree, self.prepared.prefix.variant, sent, _manifest(self.prepared)
            )

    def write(self, status: Status) -> None:
        """Write or complete the row of the ledger, if the answer began."""
        if self.usage is not None:
            self.session.ledger.book(self._entry(status, self.usage))

    def _entry(self, status: Status, usage: Usage) -> LedgerRow:
        session, prepared, verdict = self.session, self.prepared, self.verdict or Verdict("off", "")
        kind = self.kind or prepared.kind
        return LedgerRow(
            id=self.id,
            at=self.at,
            workspace=str(session.root),
            kind=kind,
            provider=self.provider.name,
            model=prepared.parameters.model,
            simulated=self.provider.simulated,
            status=status,
            message_id=self.message_id,
            usage=usage,
            cost=cost(usage, session.model) * self.factor,
            # Nobody would have sent a warm-up without a cache, so all of it counts against the saving.
            without_cache=0.0 if kind == WARM else cost_without_cache(usage, session.model) * self.factor,
            prices=session.catalog.version,
            verdict=verdict.kind,
            digests=prepared.digests,
            detail=verdict.detail,
            file=verdict.file,
            layer=verdict.layer,
            tokens_lost=verdict.tokens_lost,
            cause=verdict.cause,
            manifest=text_digest(repr(sorted(sent_digests(self.session, prepared).items()))),
            answer=self.answer,
        )

    def _sent(self, usage: Usage) -> SentRequest:
        prepared = self.prepared
        return SentRequest(
            provider=self.provider.name,
            model=prepared.parameters.model,
            at=self.at,
            ttl_s=TTL_SECONDS[prepared.payload.ttl] if prepared.payload.ttl else 0,
            digests=sent_digests(self.session, prepared),
            anchor=prepared.prefix.anchor.name,
            message_id=self.message_id,
            cached=usage.read + usage.written,
            readable_at=self.session.clock(),
        )

    def _circumstances(
        self, sent: SentRequest, earlier: tuple[SentRequest, ...], api: ApiDiagnosis | None
    ) -> VerdictInputs:
        session, prepared = self.session, self.prepared
        old = session.prefix_store.manifest(self.last) if self.last else None
        return VerdictInputs(
            request=sent,
            marked=prepared.payload.ttl is not None,
            prefix_tokens=round(prepared.prefix_weight / session.ratio),
            # Of an unknown model the minimum is a guess, which must not explain a miss.
            minimum=session.model.minimum if session.model.known_as else 0,
            earlier=earlier,
            difference=first_difference(old, _manifest(prepared)) if old else None,
            elsewhere=() if earlier else session.prefix_store.sent(session.worktree),
            api=api,
        )


def book_warm(
    session: Session,
    prepared: PreparedRequest,
    provider: Provider,
    usage: Usage,
    at: float,
    *,
    message_id: str = "",
) -> LedgerRow:
    """Book a warm-up that started `at` (Unix seconds) and used `usage`: a row, and the prefix is warm from then on.

    Without a cache nobody would have sent it, so its whole cost counts against the saving.
    """
    booking = Booking(session, prepared, provider, at, kind=WARM)
    booking.start(Started(message_id, usage, prepared.parameters.model))
    booking.write("done")
    return booking._entry("done", usage)  # noqa: SLF001 - of this module


def diagnostics_of(session: Session, prepared: PreparedRequest, provider: str) -> dict[str, Any]:
    """The body's parameter that asks the API to compare the request with the last one; empty where nobody knows it.

    https://platform.claude.com/docs/en/build-with-claude/prompt-caching: only Anthropic's own API compares requests.
    """
    if not _is_compared(session, provider) or prepared.payload.ttl is None:
        return {}
    earlier = session.prefix_store.sent(session.worktree, prepared.prefix.variant)
    known = (sent.message_id for sent in earlier if sent.provider == provider and sent.message_id)
    return {"diagnostics": {"previous_message_id": next(known, None)}}


def sent_digests(session: Session, prepared: PreparedRequest) -> dict[str, str]:
    """The digests of the layers, tools and system prompt apart from each other, the endpoint, and what else they depend on."""
    parameters = prepared.parameters
    tools, system = text_digest(repr(parameters.tools)), text_digest(parameters.system)
    known = {"tools": tools, "system": system, "endpoint": session.endpoint}
    return {**prepared.digests, **known, **as_digests(prefix_inputs(session))}


def _is_over(one: SentRequest, other: SentRequest) -> bool:
    """Whether two requests went over the same base to the same model."""
    return key_of(one).is_of(other) and one.digests.get("base") == other.digests.get("base")


def _manifest(prepared: PreparedRequest) -> Manifest:
    parameters, prefix = prepared.parameters, prepared.prefix
    tools = tuple(Block(repr(tool)) for tool in parameters.tools)
    system = (Block(parameters.system),)
    return manifest_of({"tools": tools, "system": system, "base": prefix.base.blocks, "delta": prefix.delta})


def _is_compared(session: Session, provider: str) -> bool:
    match session.settings.cache_diagnostics:
        case "on":
            return is_own_api(provider)
        case "off":
            return False
        case _:
            # Gateways may refuse a field that they don't know.
            url = session.settings.model_url or session.environ.get("ANTHROPIC_BASE_URL", "")
            return is_own_api(provider) and (not url or urlsplit(url).hostname == ANTHROPIC_HOST)


def _api_diagnosis(event: Started) -> ApiDiagnosis | None:
    if event.miss_reason not in TELLING:
        return None
    return ApiDiagnosis(event.miss_reason, event.missed)


def with_cause(
    session: Session, prepared: PreparedRequest, verdict: Verdict, last: SentRequest | None
) -> Verdict:
    """The verdict on a changed base or delta with its cause; asks git, so it may take milliseconds."""
    if verdict.kind != "changed" or verdict.layer not in {"base", "delta"} or last is None or not last.anchor:
        return verdict
    return replace(verdict, cause=_cause(session, prepared, verdict, last))


def _cause(session: Session, prepared: PreparedRequest, verdict: Verdict, last: SentRequest) -> str:
    anchor = prepared.prefix.anchor
    if anchor.name == last.anchor:
        if verdict.layer == "delta":
            return f"{_saves(verdict)} made the delta too long, and it was begun anew (context.delta)"
        inputs = changed_inputs(last.digests, sent_digests(session, prepared))
        return inputs or "the settings, the history or a release of Foreword changed what the base shows"
    if not anchor.commit or session.repository is None:
        return f"{_saves(verdict)} after the delta had reached its limit (context.delta)"
    return _commit(session.repository, last.anchor, anchor.commit, verdict.file)


def _commit(repository: Repository, old: str, new: str, path: str) -> str:
    moved = f"the anchor moved from {old[:SHORT_ID]} to {new[:SHORT_ID]}"
    # The other way round for a checkout of an older state: then a commit was left and not added.
    for first, then, words in ((old, new, "commit"), (new, old, "leaving commit")):
        found = last_commit(repository, first, then, path)
        if found:
            return f"{words} {found}; {moved}"
    return moved


def _saves(verdict: Verdict) -> str:
    return f"saving {verdict.file}" if verdict.file else "saves"
