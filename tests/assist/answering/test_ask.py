"""A question from its words to its receipt, answered offline."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from foreword.assist.answering.ask import ask
from foreword.assist.question.answer import Answer
from foreword.assist.question.pointers import parse_pointer
from foreword.core.errors import ContextTooLarge, UsageError
from foreword.core.reply import TextDelta
from gitrepo import GitRepo
from workspace_fixture import WorkspaceFixture

LARGE = "".join(f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(400))


def answer_to(
    fixture: WorkspaceFixture, repo: GitRepo, question: str, *paths: str, use_cache: bool = True
) -> Answer:
    async def run() -> list[object]:
        with fixture.session(repo.path) as session:
            pointers = [parse_pointer(path) for path in paths]
            async with aclosing(ask(session, question, pointers, use_cache=use_cache)) as events:
                return [event async for event in events]

    events = asyncio.run(run())
    last = events[-1]
    assert isinstance(last, Answer)
    assert last.text == "".join(event.text for event in events if isinstance(event, TextDelta))
    return last


@pytest.fixture
def large(repo: GitRepo) -> GitRepo:
    """A repository that is larger than any model's minimum."""
    repo.write("shop/large.py", LARGE)
    repo.commit("Grow")
    return repo


def test_without_a_key_the_answer_comes_from_the_index(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    answer = answer_to(fixture, repo, "Where is price_of defined?")
    assert "offline" == answer.provider
    assert "shop/price.py" in [citation.path for citation in answer.citations]
    assert answer.receipt.simulated
    assert (repo.head(), ()) == (answer.receipt.freshness.anchor, answer.receipt.freshness.delta_files)


def test_the_second_question_reads_what_the_first_one_wrote(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    first = answer_to(fixture, large, "What does function_7 do?").receipt
    fixture.now += 60
    second = answer_to(fixture, large, "And function_8?").receipt
    assert ("cold", "hit") == (first.verdict.kind, second.verdict.kind)
    assert first.usage.written == second.usage.read > 0
    assert 0 == second.usage.written
    assert second.cost < first.cost


def test_an_edit_between_two_questions_writes_the_edit_alone(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    first = answer_to(fixture, large, "What does function_7 do?").receipt
    large.write("shop/price.py", "def price_of(item):\n    return 0\n")
    second = answer_to(fixture, large, "And price_of?").receipt
    assert "hit" == second.verdict.kind
    assert first.usage.written == second.usage.read
    assert 0 < second.usage.written < 200
    assert ("shop/price.py",) == second.freshness.delta_files
    assert first.freshness.revision != second.freshness.revision


def test_after_a_long_pause_the_verdict_says_so(fixture: WorkspaceFixture, large: GitRepo) -> None:
    answer_to(fixture, large, "What does function_7 do?")
    fixture.now += 600
    verdict = answer_to(fixture, large, "And function_8?").receipt.verdict
    assert ("expired", "idle for 10 min, longer than the 5 min it is kept") == (verdict.kind, verdict.detail)


def test_without_the_cache_everything_is_fresh_and_nothing_is_saved(
    fixture: WorkspaceFixture, large: GitRepo
) -> None:
    answer_to(fixture, large, "What does function_7 do?")
    receipt = answer_to(fixture, large, "And function_8?", use_cache=False).receipt
    assert ("off", 0, 0) == (receipt.verdict.kind, receipt.usage.read, receipt.usage.written)
    assert receipt.cost == pytest.approx(receipt.without_cache)


def test_a_repository_under_the_minimum_is_told_about_it(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    fixture.flags = {"model": "claude-haiku-4-5"}
    receipt = answer_to(fixture, repo, "What is sold here?").receipt
    assert ("below_minimum", 0) == (receipt.verdict.kind, receipt.usage.written)


def test_every_answer_is_booked_as_simulated(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    receipts = [answer_to(fixture, repo, "Where is price_of?").receipt for _ in range(2)]
    with fixture.session(repo.path) as session:
        (total,) = session.ledger.totals("kind")
        assert 0.0 == session.ledger.spent_since(0.0)
    assert ("ask", True, 2) == (total.group, total.simulated, total.n_requests)
    assert sum(receipt.usage.prompt for receipt in receipts) == total.usage.prompt


@pytest.mark.parametrize(
    ("question", "path", "words"),
    [
        ("", "README.md", "the question is empty"),
        ("\n\t ", "README.md", "is empty"),
        ("Why?", "no.py", "there is no file no.py"),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused(
    fixture: WorkspaceFixture, repo: GitRepo, question: str, path: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        answer_to(fixture, repo, question, path)


def test_a_question_larger_than_the_window_is_refused_before_it_is_sent(
    fixture: WorkspaceFixture, repo: GitRepo
) -> None:
    with pytest.raises(ContextTooLarge, match=r"lower context\.budget, or choose another model"):
        answer_to(fixture, repo, "x" * 9_000_000)


def test_a_question_without_an_answer_leads_to_the_readme(fixture: WorkspaceFixture, repo: GitRepo) -> None:
    assert "README.md:1" in answer_to(fixture, repo, "zzzzqqqq").text
