"""Everything that `foreword mcp` says against the schema that the protocol publishes, read off the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gitrepo import GitRepo
from malformed_agent_messages import Seen, Talk, answer

SCHEMA = Path(__file__).parents[1] / "support" / "agents" / "protocol" / "mcp_2025_11_25.json"
VERSION = "2025-11-25"
CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("search", {"query": "gross total"}),
    ("symbols", {"name": "checkout"}),
    ("outline", {"path": "shop"}),
    ("read", {"path": "shop/checkout.py", "start_line": 3, "end_line": 9}),
    ("changes_since", {"since": "HEAD"}),
    ("map", {}),
    ("context", {}),
    ("why", {}),
    ("read", {"path": "nowhere.py"}),
    ("symbols", {"name": ""}),
)


@cache
def definitions() -> Any:  # noqa: ANN401 - a JSON schema
    return json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]


def check(value: object, name: str) -> None:
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions()})
    assert [] == [error.message[:300] for error in validator.iter_errors(value)], name


@pytest.fixture
def talk(shop: GitRepo, tmp_path: Path) -> Iterator[Talk]:
    talk = Talk("mcp", shop.path, tmp_path / "talk")
    try:
        yield talk
    finally:
        talk.close()


def result(talk: Talk, name: str, method: str, params: object) -> Any:  # noqa: ANN401 - any JSON
    talk.request(name, method, params)
    return answer(talk, name, Seen())


def test_every_answer_is_as_the_schema_says(talk: Talk) -> None:
    who = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    began = result(talk, "init", "initialize", who)
    assert VERSION == began["protocolVersion"]
    check(began, "InitializeResult")
    talk.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    listed = result(talk, "tools", "tools/list", {})
    check(listed, "ListToolsResult")
    outputs = {tool["name"]: tool["outputSchema"] for tool in listed["tools"]}
    for number, (tool, arguments) in enumerate(CALLS):
        called = result(talk, f"call {number}", "tools/call", {"name": tool, "arguments": arguments})
        check(called, "CallToolResult")
        if number < len(outputs):
            assert not called.get("isError"), called
            Draft202012Validator(outputs[tool]).validate(called["structuredContent"])
        else:
            assert called["isError"]
    resources = result(talk, "resources", "resources/list", {})
    check(resources, "ListResourcesResult")
    for resource in resources["resources"]:
        check(result(talk, resource["uri"], "resources/read", {"uri": resource["uri"]}), "ReadResourceResult")


def test_an_error_is_as_the_schema_says(talk: Talk) -> None:
    talk.request("early", "unknown/method", {})
    said = talk.said.get(timeout=90)
    assert "early" == said["id"]
    check(said, "JSONRPCErrorResponse")
