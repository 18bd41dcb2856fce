"""A spending limit: nothing is sent that could go past it, and what was spent counts."""

from __future__ import annotations

from dataclasses import replace

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi

Q = "What is a refund?"


def limited(user: Foreword, dollars: str) -> Foreword:
    return replace(user, more={**user.more, "FOREWORD_LIMITS_DAY": dollars})


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
