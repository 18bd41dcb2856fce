"""The tool `ask` of the MCP server: off unless the user switches it on, and never past trust, key and limits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from foreword_cli import command
from gitrepo import GitRepo
from mcp_client import called, connected, refused
from messages_api import MessagesApi


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def key(api: MessagesApi) -> dict[str, str]:
    """What makes a model answer."""
    return {"ANTHROPIC_API_KEY": "any", "ANTHROPIC_BASE_URL": api.url}


def trust(shop: GitRepo, *flags: str) -> None:
    subprocess.run(command("trust", "-w", str(shop.path), *flags), env=dict(os.environ), check=True)


async def test_it_is_there_only_where_it_is_switched_on(shop: GitRepo) -> None:
    async with connected(shop.path) as client:
        assert "ask" not in {tool.name for tool in (await client.list_tools()).tools}
        assert "Nothing is sent anywhere" in (client.instructions or "")
    async with connected(shop.path, "--allow-ask") as client:
        (tool,) = (tool for tool in (await client.list_tools()).tools if tool.name == "ask")
        assert tool.annotations is not None
        assert not tool.annotations.read_only_hint
        assert "costs the user money" in (client.instructions or "")


async def test_it_answers_with_what_it_cost(shop: GitRepo, api: MessagesApi, key: dict[str, str]) -> None:
    trust(shop)
    api.script("See shop/checkout.py:1-3.")
    async with connected(shop.path, "--allow-ask", **key) as client:
        found = await called(client, "ask", question="What is a refund?", paths=["shop/checkout.py:1-3"])
    assert "See shop/checkout.py:1-3." == found["text"]
    assert [{"path": "shop/checkout.py", "start_line": 1, "end_line": 3}] == found["citations"]
    assert found["complete"]
    assert found["cost_usd"] > 0
    assert "cache: cold" in found["receipt"]
    assert '<attached path="shop/checkout.py" lines="1-3">' in str(api.messages[0].body)


async def test_without_trust_nothing_is_sent(shop: GitRepo, api: MessagesApi, key: dict[str, str]) -> None:
    async with connected(shop.path, "--allow-ask", **key) as client:
        assert "run `foreword trust` there" in await refused(client, "ask", question="What is a refund?")
        trust(shop)
        await called(client, "ask", question="What is a refund?")
        trust(shop, "--revoke")
        assert "is not trusted" in await refused(client, "ask", question="And a voucher?")
    assert 1 == len(api.messages)


async def test_it_keeps_within_the_limits_and_asks_nobody(
    shop: GitRepo, api: MessagesApi, key: dict[str, str]
) -> None:
    trust(shop)
    limits = {"FOREWORD_LIMITS_CONFIRM": "0.000001"}
    async with connected(shop.path, "--allow-ask", **key, **limits) as client:
        assert "nothing was sent" in await refused(client, "ask", question="What is a refund?")
    limits = {"FOREWORD_LIMITS_DAY": "0.000001"}
    async with connected(shop.path, "--allow-ask", **key, **limits) as client:
        assert "limits.day" in await refused(client, "ask", question="What is a refund?")
    assert [] == api.messages


async def test_without_a_key_the_index_answers(shop: GitRepo) -> None:
    async with connected(shop.path, "--allow-ask") as client:
        found = await called(client, "ask", question="Where is the VAT?")
    assert 0 == found["cost_usd"]
    assert "offline" in found["receipt"]


async def test_another_agent_names_no_file_of_the_machine(shop: GitRepo) -> None:
    async with connected(shop.path, "--allow-ask") as client:
        why = await refused(client, "ask", question="What is this?", paths=["/etc/shadow.png"])
    assert "is not in the workspace" in why
