from __future__ import annotations

import pytest

from foreword.assist.answering.ask import prepare_now
from foreword.assist.spending.bookkeeping import book_warm, diagnostics_of, sent_digests
from foreword.assist.spending.explain import explain
from foreword.core.tokens import Usage
from foreword.model.provider import OfflineProvider
from foreword.prefix.manifest import INPUT, ORDER
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

PROVIDER = OfflineProvider(lambda: "", lambda _: Usage())
PING = Usage(fresh=3, read=50_000)


def test_a_warm_up_is_a_row_that_saves_nothing_and_keeps_the_prefix_warm(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with fixture.session(repo.path) as session:
        prepared = prepare_now(session, "warm")
        entry = book_warm(session, prepared, PROVIDER, PING, at=fixture.now, message_id="msg_w")
        assert ("warm", "done", 0.0, "hit") == (entry.kind, entry.status, entry.without_cache, entry.verdict)
        (total,) = session.ledger.totals("kind")
        assert "warm" == total.group
        assert -entry.cost == pytest.approx(total.saved)
        (sent,) = session.prefix_store.sent(session.worktree, prepared.prefix.variant)
        assert (fixture.now, 50_000, "msg_w") == (sent.at, sent.cached, sent.message_id)
        assert sent.is_warm(fixture.now + 299)
        manifest = session.prefix_store.manifest(sent)
        assert manifest is not None
        assert {"shop/cart.py", "shop/price.py", "README.md"} <= {piece.path for piece in manifest["base"]}
        assert ORDER[:3] == tuple(manifest)
        assert "warm-up of" in explain(session.ledger, str(session.root)).lines[0]


def test_a_row_names_the_layers_that_were_sent(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    with fixture.session(repo.path) as session:
        first = book_warm(session, prepare_now(session, "warm"), PROVIDER, PING, at=1.0)
        again = book_warm(session, prepare_now(session, "warm"), PROVIDER, PING, at=2.0)
        repo.write("shop/price.py", "PRICE = 1\n")
        other = book_warm(session, prepare_now(session, "warm"), PROVIDER, PING, at=3.0)
        assert first.manifest == again.manifest != other.manifest
        sent = sent_digests(session, prepare_now(session, "x"))
        layers = {"tools", "system", "base", "delta", "instructions", "endpoint"}
        assert layers == {name for name in sent if not name.startswith(INPUT)}


@pytest.mark.parametrize(
    ("place", "setting", "is_asked"),
    [
        (("anthropic", ""), "auto", True),
        (("anthropic", "https://api.anthropic.com/v1"), "auto", True),
        (("anthropic", "https://gateway.example"), "auto", False),
        (("anthropic", "http://127.0.0.1:8080"), "auto", False),
        (("anthropic", "https://gateway.example"), "on", True),
        (("anthropic", ""), "off", False),
        (("bedrock", ""), "auto", False),
        (("bedrock", ""), "on", False),
        (("offline", ""), "on", False),
    ],
)
def test_only_who_knows_the_question_is_asked_why_the_cache_missed(
    fixture: WorkspaceFixture, repo: GitRepo, place: tuple[str, str], setting: str, is_asked: bool
) -> None:
    provider, url = place
    fixture.flags = {"cache.diagnostics": setting, "model.url": url}
    with fixture.session(repo.path) as session:
        asked = diagnostics_of(session, prepare_now(session, "x"), provider)
        assert is_asked == ("diagnostics" in asked)
