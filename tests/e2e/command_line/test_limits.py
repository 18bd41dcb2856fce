"""A spending limit: nothing is sent that could go past it, and what was spent counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, text_block, tool_use_block

Q = "What is a refund?"


def limited(user: Foreword, dollars: str) -> Foreword:
    return replace(user, more={**user.more, "FOREWORD_LIMITS_DAY": dollars})


def confirming(user: Foreword, dollars: str) -> Foreword:
    return replace(user, more={**user.more, "FOREWORD_LIMITS_CONFIRM": dollars})


def test_nothing_is_sent_past_the_limit_of_the_day(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    refused = limited(online, "0.000001").ask(shop.path, Q)
    assert (4, "") == (refused.code, refused.out)
    assert "limits.day" in refused.err
    assert 1 == len(refused.err.strip().splitlines())
    assert not api.messages


def test_what_was_spent_today_counts(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    first = limited(online, "5").ask(shop.path, Q)
    assert 0 == first.code
    spent = api.cost()
    second = limited(online, f"{spent * 1.01:.8f}").ask(shop.path, Q)
    assert 4 == second.code
    assert 1 == len(api.messages)


def test_an_offline_answer_needs_no_money(offline: Foreword, shop: GitRepo) -> None:
    assert 0 == limited(offline, "0.000001").ask(shop.path, Q).code


def test_a_project_can_not_lift_the_limit(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    shop.write(".foreword.toml", "[limits]\nday = 1000\n")
    refused = limited(online, "0.000001").ask(shop.path, Q)
    assert 4 == refused.code
    assert "can't be set by a project" in refused.err
    assert not api.messages


def test_a_request_above_the_limit_asks_and_without_a_terminal_is_refused(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    careful = confirming(online, "0.000001")
    refused = careful.ask(shop.path, Q)
    assert (4, "") == (refused.code, refused.out)
    assert "--yes" in refused.complaint
    assert "limits.confirm" in refused.complaint
    assert not api.messages
    assert 0 == careful.ask(shop.path, Q, "--yes").code
    assert 1 == len(api.messages)


def test_a_request_below_the_limit_does_not_ask(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    assert 0 == confirming(online, "5").ask(shop.path, Q).code
    assert 1 == len(api.messages)


def test_every_line_of_a_batch_and_an_edit_need_consent_too(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    careful = confirming(online, "0.000001")
    done = careful.batch(shop.path, [{"id": n, "question": Q} for n in range(3)])
    assert (4, ["Limit"] * 3) == (done.code, [answer["error"]["kind"] for answer in done.answers])
    assert 4 == careful.run("edit", "Rename it", "--workspace", str(shop.path)).code
    assert not api.messages


def test_a_project_can_not_lift_the_need_for_consent(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    shop.write(".foreword.toml", "[limits]\nconfirm = 1000\n[warm]\nday = 1000\n")
    refused = confirming(online, "0.000001").ask(shop.path, Q)
    assert 4 == refused.code
    for key in ("limits.confirm", "warm.day"):
        assert f'"{key}" can\'t be set by a project' in refused.err
    assert not api.messages


@pytest.mark.parametrize(("typed", "outcome"), [("y\n", (0, 1)), ("\n", (4, 0))])
def test_on_a_terminal_the_user_is_asked(
    online: Foreword, shop: GitRepo, api: MessagesApi, typed: str, outcome: tuple[int, int]
) -> None:
    done = confirming(online, "0.000001").on_terminal("ask", Q, "--workspace", str(shop.path), typed=typed)
    assert outcome == (done.code, len(api.messages))
    assert "more than the $0.000001 of limits.confirm. Send it? [y/N]" in " ".join(done.plain.split())


def test_a_tool_loop_stops_before_it_would_go_past_the_limit_and_keeps_what_it_has(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    seen = online.json("forecast", shop.path, Q)["cost"]
    api.answer_with(Reply((text_block("So far."), tool_use_block("search", {"query": "refund"}))))
    limit = seen["high"] * 2.2
    done = limited(online, f"{limit:.6f}").ask(shop.path, Q)
    assert 4 == done.code
    assert "So far." in done.answer["text"]
    assert "stopped early: today's limit" in done.answer["note"]
    assert 1 < len(api.messages) < 6
    assert api.cost() < limit


def with_budgets(user: Foreword, budgets: str) -> Foreword:
    return replace(user, more={**user.more, "FOREWORD_LIMITS_BUDGETS": budgets})


@pytest.mark.parametrize(
    ("budget", "code"),
    [
        ("0.000001/month", 4),
        ("0.000001/day kind=ask", 4),
        ("0/day model=claude-sonnet-*", 4),
        ("0/month workspace=shop", 4),
        ("0.000001/day kind=chat", 0),
        ("0/day model=claude-opus-*", 0),
        ("0/month workspace=elsewhere", 0),
    ],
)
def test_a_budget_stands_in_the_way_of_what_it_is_about(
    online: Foreword, shop: GitRepo, api: MessagesApi, budget: str, code: int
) -> None:
    done = with_budgets(online, f"100/month,{budget}").ask(shop.path, Q)
    assert code == done.code
    assert (code == 0) == bool(api.messages)
    assert (code == 4) == ("limits.budgets" in done.err and "is left" in done.err)


def test_what_is_left_stands_in_the_forecast(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    user = with_budgets(online, "5/month,1/day kind=chat")
    assert 0 == user.ask(shop.path, Q).code
    (standing,) = user.json("forecast", shop.path)["budgets"]
    assert ("limits.budgets", "this month's budget", 5.0) == tuple(
        standing[key] for key in ("key", "label", "limit")
    )
    assert standing["taken"] == pytest.approx(api.cost())
    assert standing["left"] == pytest.approx(5.0 - api.cost())
    shown = user.run("forecast", "--workspace", str(shop.path)).out
    assert "of this month's budget of $5.00 (limits.budgets)" in shown


def test_questions_at_the_same_moment_stay_within_a_budget_together(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    dry = online.json("forecast", shop.path)["cost"]
    user = with_budgets(online, f"{2.5 * dry['high']:.6f}/month model=claude-sonnet-*")
    done = user.batch(shop.path, [{"question": f"{Q} {n}"} for n in range(8)])
    assert 4 == done.code
    assert api.cost() <= 2.5 * dry["high"]


def test_a_project_sets_no_budget_and_names_no_team(online: Foreword, shop: GitRepo) -> None:
    shop.write(".foreword.toml", '[limits]\nbudgets = ["0/day"]\nteam = "/etc/passwd"\n')
    done = online.ask(shop.path, Q)
    assert 0 == done.code
    assert 2 == done.err.count("can't be set by a project")
