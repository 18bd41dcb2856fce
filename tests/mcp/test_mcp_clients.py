"""Other people's clients against `foreword mcp`: the protocol's own inspector, and Claude Code, asked by the stand-in to use a tool.

They run where FOREWORD_TEST_MCP_INSPECTOR and FOREWORD_TEST_CLAUDE_CODE name the commands `mcp-inspector` and `claude`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

# Read here: the tests' own environment is bare.
INSPECTOR = os.environ.get("FOREWORD_TEST_MCP_INSPECTOR", "")
CLAUDE = os.environ.get("FOREWORD_TEST_CLAUDE_CODE", "")
SYMBOLS, WAIT = "mcp__foreword__symbols", "WaitForMcpServers"
MOST_MESSAGES = 60
PATIENCE = 300


@pytest.mark.skipif(not INSPECTOR, reason="FOREWORD_TEST_MCP_INSPECTOR names no mcp-inspector")
def test_the_inspector_lists_the_tools_and_calls_one(shop: GitRepo) -> None:
    def inspected(*arguments: str) -> Any:  # noqa: ANN401 - any JSON
        server = [sys.executable, "-m", "foreword", "mcp", "-w", str(shop.path)]
        line = [INSPECTOR, "--cli", *server, *arguments]
        done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert 0 == done.returncode, done.stderr
        return json.loads(done.stdout)

    names = {tool["name"] for tool in inspected("--method", "tools/list")["tools"]}
    assert {"search", "symbols", "outline", "read", "changes_since", "map", "context", "why"} == names
    call = ("--method", "tools/call", "--tool-name", "symbols", "--tool-arg", "name=checkout")
    (found,) = inspected(*call)["structuredContent"]["definitions"]
    assert ("shop/checkout.py", "function") == (found["path"], found["kind"])
    resources = inspected("--method", "resources/list")["resources"]
    assert {"foreword://map", "foreword://prefix"} == {one["uri"] for one in resources}


def results_in(body: Any) -> str:  # noqa: ANN401 - any JSON
    """The results of all tools so far."""
    blocks = [
        block for one in body["messages"] if isinstance(one["content"], list) for block in one["content"]
    ]
    return json.dumps([block for block in blocks if block.get("type") == "tool_result"])


def use_symbols(body: Any) -> Reply | str:  # noqa: ANN401 - any JSON
    """A model that waits for the server and looks a name up."""
    names = {tool.get("name") for tool in body.get("tools", [])}
    if SYMBOLS not in names:
        waits = WAIT in names and len(body["messages"]) < MOST_MESSAGES
        return (
            Reply((tool_use_block(WAIT, {"servers": ["foreword"]}),)) if waits else "There is no such tool."
        )
    if "start_line" in results_in(body):
        return "It is in shop/checkout.py."
    return Reply((tool_use_block(SYMBOLS, {"name": "checkout"}),))


@pytest.mark.skipif(not CLAUDE, reason="FOREWORD_TEST_CLAUDE_CODE names no claude")
def test_claude_code_looks_a_name_up(shop: GitRepo, tmp_path: Path) -> None:
    config = tmp_path / "mcp.json"
    server = {"command": sys.executable, "args": ["-m", "foreword", "mcp", "-w", str(shop.path)]}
    config.write_text(json.dumps({"mcpServers": {"foreword": server}}), encoding="utf-8")
    with MessagesApi() as api:
        api.answer_with(use_symbols)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "FOREWORD_HOME": str(tmp_path / "data"),
            "ANTHROPIC_BASE_URL": api.url,
            "ANTHROPIC_API_KEY": "sk-any",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            # The stand-in takes what the public API takes.
            "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
            "DISABLE_AUTOUPDATER": "1",
        }
        question = ["-p", "Where is checkout?", "--mcp-config", str(config), "--strict-mcp-config"]
        done = subprocess.run(
            [CLAUDE, *question, "--allowedTools", SYMBOLS],
            cwd=shop.path,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (0, "It is in shop/checkout.py.\n") == (done.returncode, done.stdout), done.stderr
        told = results_in(api.messages[-1].body)
    assert "looked_at_disk" in told
