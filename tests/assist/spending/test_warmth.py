"""Everything that says "warm" or "cold" says the same of the same prefix at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.assist.answering import pin_files
from foreword.assist.answering.ask import prepare_now
from foreword.assist.context import build_prefix
from foreword.assist.context.policy_inputs import situation_of
from foreword.assist.question.context_view import context_report
from foreword.assist.question.request import PreparedRequest
from foreword.assist.session.session import Session, open_session
from foreword.assist.session.workspace_status import standing
from foreword.assist.spending import single_flight
from foreword.assist.spending.forecast import forecast_request
from foreword.assist.spending.single_flight import PendingRequest, request_over
from foreword.prefix.prefix_store import SentRequest
from foreword.prefix.verdict import compared_with
from sample_repo import make_sample

NOW = 1_750_000_000.0
MODELS = ("claude-sonnet-5-5", "claude-opus-5-5")
PROVIDERS = ("anthropic", "bedrock")


@dataclass(frozen=True)
class Past:
    """A request `ago` seconds before now; `same` says whether it went over the base of now."""

    provider: str
    model: str
    same: bool
    ago: int
    ttl_s: int


PASTS = st.builds(
    Past,
    provider=st.sampled_from(PROVIDERS),
    model=st.sampled_from(MODELS),
    same=st.booleans(),
    ago=st.one_of(st.integers(0, 5_000), st.sampled_from([299, 300, 301, 3_599, 3_600, 3_601])),
    ttl_s=st.sampled_from([300, 3_600]),
)


def remember(session: Session, prepared: PreparedRequest, pasts: list[Past]) -> None:
    """Put a history in the place of the one so far, oldest first."""
    session.prefix_store._connection.execute("DELETE FROM request")  # noqa: SLF001 - a history of its own for each example
    for past in sorted(pasts, key=lambda past: -past.ago):
        digests = dict(prepared.digests) if past.same else {**prepared.digests, "base": "another"}
        anchor = prepared.prefix.anchor.name if past.same else "another"
        # On Bedrock a model has another id.
        is_bedrock = past.provider == "bedrock"
        model = session.catalog.bedrock_id(past.model, "") if is_bedrock else past.model
        sent = SentRequest(past.provider, model, NOW - past.ago, past.ttl_s, digests, anchor)
        session.prefix_store.record_sent(session.worktree, prepared.prefix.variant, sent)


def expected_until(pasts: list[Past], provider: str, model: str) -> float | None:
    """The newest request over this base at this provider and model renews its entry, for its own lifetime."""
    mine = [past for past in pasts if (past.provider, past.model, past.same) == (provider, model, True)]
    if not mine:
        return None
    last = min(
        reversed(mine), key=lambda past: past.ago
    )  # of two in one second the one that was recorded last
    until = NOW - last.ago + last.ttl_s
    return until if until > NOW else None


def answers(session: Session, prepared: PreparedRequest) -> dict[str, object]:
    """What everybody says of the base: until when, or whether at all."""
    request = request_over(prepared, session.settings.provider, NOW)
    earlier = session.prefix_store.sent(session.worktree, prepared.prefix.variant)
    last = compared_with(request, earlier)
    pending = PendingRequest(request, prepared.prefix.variant, caches=True, waits_s=0)
    context = {
        layer["name"]: layer["warmUntil"] for layer in context_report(session, prepared).to_json()["layers"]
    }
    base = prepared.digests["base"]
    return {
        "status": standing(session, prepared.saved)["warmUntil"],
        "context": context["base"],
        "forecast": forecast_request(session, prepared).warm_until,
        "policy": situation_of(session, prepared.prefix.base).is_warm,
        "folding": build_prefix._warmth(session, prepared.prefix.base)[0],  # noqa: SLF001 - each by itself
        "pins": pin_files._is_warm(session, base),  # noqa: SLF001 - as above
        "flight": len(single_flight._cold_names(session, pending)) < len(single_flight.LAYERS),  # noqa: SLF001 - as above
        "why": last is not None and last.is_warm(NOW) and last.digests["base"] == base,
    }


def test_status_context_forecast_policy_pins_flight_and_verdict_agree(tmp_path: Path) -> None:
    repo = make_sample(tmp_path / "shop", 30)
    environ = {"FOREWORD_HOME": str(tmp_path / "home"), "ANTHROPIC_API_KEY": "sk-none"}

    @settings(max_examples=150, deadline=None)
    @given(st.lists(PASTS, max_size=8))
    def check(pasts: list[Past]) -> None:
        remember(session, prepared, pasts)
        until = expected_until(pasts, session.settings.provider, session.settings.model)
        told = answers(session, prepared)
        times = {"status", "context", "forecast"}
        expected = {who: until if who in times else until is not None for who in told}
        assert expected == told

    for provider, model in product(PROVIDERS, MODELS):
        flags = {"provider": provider, "model": model, "context.budget": 10_000}
        with open_session(repo.path, flags, environ, clock=lambda: NOW) as session:
            prepared = prepare_now(session, "What does checkout do?")
            assert forecast_request(session, prepared).prefix > session.model.minimum
            check()
