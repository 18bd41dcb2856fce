"""What the API can answer, or fail to: a line that says what to do, the right exit code, and nothing lost."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import pytest

from foreword_cli import Foreword
from foreword_output import ANSWER, misfit
from gitrepo import GitRepo
from messages_api import (
    BadJson,
    Cut,
    Drop,
    EndEarly,
    ErrorEvent,
    Fault,
    Html,
    MessagesApi,
    Reply,
    Status,
    UnknownEvent,
    refusal,
    text_block,
)

Q = "What is a refund?"
SHORT = {"FOREWORD_MODEL_DEADLINE": "2"}
"""Two seconds for everything: what may be asked again is asked once or twice."""

LONG_ANSWER = "The refund is made by the warehouse. " * 20

ERRORS: Mapping[str, tuple[Fault, str]] = {
    "overloaded": (Status(529), "overloaded"),
    "an internal error": (Status(500), "has trouble"),
    "a rate limit": (Status(429), "limits the rate"),
    "an hour's rate limit": (Status(429, retry_after=3600), "wait 60 min"),
    "an error page": (Html(502), "try again"),
    "no answer at all": (Drop(), "Can't reach"),
    "no permission": (Status(403, kind="permission_error"), "--model"),
    "no money": (Status(402, kind="billing_error"), "billing"),
    "too large": (Status(413, kind="request_too_large"), "lower context.budget"),
    "an error within the stream": (ErrorEvent(after=0), "overloaded"),
    "a stream cut at once": (Cut(after=0), "ask again"),
    "a stream that ends at once": (EndEarly(after=0), "again"),
}


@pytest.fixture
def hasty(online: Foreword) -> Foreword:
    """A user who does not wait long."""
    return Foreword(online.home, url=online.url, more=SHORT)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_the_api_is_told_in_one_line_with_exit_code_5(
    hasty: Foreword, api: MessagesApi, shop: GitRepo, name: str
) -> None:
    fault, words = ERRORS[name]
    api.fail(*[fault] * 10)
    done = hasty.ask(shop.path, Q)
    assert words in done.complaint
    assert (5, "") == (done.code, done.out)
    assert 1 <= len(api.messages) <= 4


def test_an_hour_of_retry_after_is_not_waited_for(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.fail(Status(429, retry_after=3600))
    done = online.ask(shop.path, Q, seconds=60)
    assert "the API asks to wait 60 min" in done.complaint
    assert (5, 1) == (done.code, len(api.messages))


def test_a_passing_overload_is_asked_again(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.fail(Status(529), Status(500, retry_after=0))
    done = online.ask(shop.path, Q)
    assert (0, "", 3) == (done.code, done.err, len(api.messages))


def test_a_wrong_key_is_named_with_its_variable(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    user = Foreword(online.home, url=api.url, more={"ANTHROPIC_API_KEY": "wrong"})
    done = user.ask(shop.path, Q)
    assert "ANTHROPIC_API_KEY" in done.complaint
    assert "--provider offline" in done.complaint
    assert (5, 1) == (done.code, len(api.messages))
    assert "wrong" not in done.err.replace("wrong key", "")


def test_a_wrong_key_ends_a_batch_at_once(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    user = Foreword(online.home, url=api.url, more={"ANTHROPIC_API_KEY": "wrong"})
    done = user.batch(shop.path, [{"question": Q}] * 5)
    assert "ANTHROPIC_API_KEY" in done.complaint
    assert (5, 1) == (done.code, len(api.messages))


def test_a_line_of_a_batch_that_fails_does_not_take_the_others_along(
    hasty: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.fail(Status(400, message="no"), Status(529, should_retry=False))
    done = hasty.batch(shop.path, [{"id": n, "question": Q} for n in range(5)])
    assert {0, 1} == {answer["id"] for answer in done.answers if "error" in answer}
    assert {2, 3, 4} == {answer["id"] for answer in done.answers if "text" in answer}
    assert 5 == done.code


def test_a_model_that_the_api_does_not_know_is_named(online: Foreword, shop: GitRepo) -> None:
    done = online.ask(shop.path, Q, "--model", "gpt-9")
    assert 5 == done.code
    assert "Traceback" not in done.err
    notice, complaint = done.err.splitlines()
    assert "nknown model" in notice + complaint
    assert "does not know the model 'gpt-9'" in notice + complaint


def test_nobody_listening_is_told_with_the_address(online: Foreword, shop: GitRepo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = Foreword(online.home, url=url, more=SHORT).ask(shop.path, Q)
    assert f"Can't reach {url}" in done.complaint
    assert "ANTHROPIC_BASE_URL" in done.complaint
    assert 5 == done.code


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_told(online: Foreword, shop: GitRepo, url: str) -> None:
    done = Foreword(online.home, url=url, more=SHORT).ask(shop.path, Q)
    assert "Traceback" not in done.err
    assert 1 == len(done.err.splitlines())
    assert done.code in {2, 5}


@pytest.mark.parametrize(
    "fault",
    [Cut(after=3), EndEarly(after=3), ErrorEvent(after=3), BadJson(after=3)],
    ids=lambda f: type(f).__name__,
)
def test_the_text_of_a_broken_stream_is_kept_and_marked(
    online: Foreword, api: MessagesApi, shop: GitRepo, fault: Fault
) -> None:
    api.script((fault, LONG_ANSWER))
    done = online.ask(shop.path, Q)
    assert "Traceback" not in done.err
    answer = done.answer
    assert misfit(answer, ANSWER) is None
    assert "interrupted" == answer["stopReason"]
    assert answer["text"]
    assert LONG_ANSWER.startswith(answer["text"])
    assert "the part that arrived is kept" in answer["note"]
    assert 5 == done.code
    assert 1 == len(api.messages)
    (row,) = online.json_of("usage")["rows"]
    assert 1 == row["requests"]
    assert 0 < row["tokens"]["write5m"] == answer["receipt"]["tokens"]["write5m"]


def test_a_broken_stream_is_marked_for_people_too(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.script((Cut(after=3), LONG_ANSWER))
    done = online.run("ask", Q, cwd=shop.path)
    assert done.out.strip()
    assert "broke off" in done.err
    assert "Traceback" not in done.err


def test_an_event_of_a_new_kind_is_passed_over(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.script((UnknownEvent(), LONG_ANSWER))
    done = online.ask(shop.path, Q)
    assert (0, LONG_ANSWER) == (done.code, done.answer["text"])


def test_a_refusal_is_an_answer_with_a_note(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.answer(refusal("cyber", "No."))
    done = online.ask(shop.path, Q)
    assert ("refusal", "") == (done.answer["stopReason"], done.answer["text"])
    assert "declined" in done.answer["note"]
    api.answer(refusal("cyber", "No."))
    shown = online.run("ask", Q, cwd=shop.path)
    assert (5, 5) == (done.code, shown.code)


@pytest.mark.parametrize("how", ["batch", "run", "commit"])
def test_a_refusal_is_no_success_of_any_command_that_asks(
    how: str, online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.answer(Reply((text_block("No."),), "refusal"))
    shop.write(".foreword/tasks/look.md", "---\nkind: answer\n---\nLook.\n")
    shop.git("add", "-A")
    before = shop.head()
    if how == "run":
        assert 0 == online.run("trust", cwd=shop.path).code
    done = {
        "batch": lambda: online.batch(shop.path, [{"question": Q}]),
        "run": lambda: online.run("run", "look", cwd=shop.path),
        "commit": lambda: online.run("commit", "--workspace", str(shop.path)),
    }[how]()
    assert 5 == done.code, done
    assert "No." in done.out
    assert before == shop.head()


def test_an_answer_that_is_too_long_says_so(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.answer(LONG_ANSWER * 20)
    user = Foreword(online.home, url=api.url, more={"FOREWORD_ANSWER_TOKENS": "256"})
    done = user.ask(shop.path, Q)
    assert ("max_tokens", 256) == (done.answer["stopReason"], done.answer["receipt"]["tokens"]["output"])
    assert "answer.tokens" in done.answer["note"]
    assert 5 == done.code
    again = user.run("last", "--workspace", str(shop.path))
    assert "answer.tokens" in again.err
    assert 0 == again.code


def test_an_answer_without_text_is_no_trouble(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.answer(Reply((text_block(" "),)))
    done = online.ask(shop.path, Q)
    assert (0, "") == (done.code, done.err)


def test_a_spent_day_stops_before_anything_is_sent(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    user = Foreword(online.home, url=api.url, more={"FOREWORD_LIMITS_DAY": "0.000001"})
    done = user.ask(shop.path, Q)
    assert "limits.day" in done.complaint
    assert (4, []) == (done.code, api.messages)
