"""`foreword mcp` as the SDK's own client meets it: in a process of its own, on standard streams or over HTTP."""

from __future__ import annotations

import asyncio
import random
import re
import string
import subprocess
from pathlib import Path

import httpx2
from mcp.client.streamable_http import streamable_http_client

from gitrepo import GitRepo
from mcp import Client
from mcp_client import COMMAND, called, connected, refused

SECRET = "gh" + "p_" + "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=36))


async def test_the_tools_only_read_and_say_what_they_give(shop: GitRepo) -> None:
    async with connected(shop.path) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"changes_since", "context", "map", "outline", "read", "search", "symbols", "why"} == set(
            tools
        )
        for tool in tools.values():
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert tool.output_schema is not None
            assert tool.description
        assert "never stale" in (client.instructions or "")


async def test_what_was_saved_or_left_out_a_moment_ago_is_what_the_very_next_call_sees(shop: GitRepo) -> None:
    async with connected(shop.path) as client:
        before = await called(client, "symbols", name="frobnicate")
        assert ([], 0) == (before["definitions"], before["total"])
        shop.write("new.py", "def frobnicate(needle):\n    return needle\n")
        after = await called(client, "symbols", name="frobnicate")
        assert [("new.py", 1)] == [(one["path"], one["start_line"]) for one in after["definitions"]]
        assert before["state"]["revision"] != after["state"]["revision"]
        assert "new.py" == (await called(client, "search", query="frobnicate needle"))["found"][0]["path"]
        assert ["new.py"] == (await called(client, "changes_since", since="HEAD"))["added"]
        shop.write(".forewordignore", "new.py\n")
        assert 0 == (await called(client, "symbols", name="frobnicate"))["total"]
        assert "new.py is left out" in await refused(client, "read", path="new.py")


async def test_a_switched_branch_and_many_changed_files_are_seen_by_the_next_call(shop: GitRepo) -> None:
    shop.write("old.py", "def before():\n    pass\n")
    shop.commit("old")
    async with connected(shop.path) as client:
        assert 1 == (await called(client, "symbols", name="before"))["total"]
        shop.git("checkout", "-q", "HEAD~1")
        assert 0 == (await called(client, "symbols", name="before"))["total"]
        for number in range(2_000):
            shop.write(f"many/f{number}.py", f"def many_{number}():\n    return {number}\n")
        names, offset, totals = set[str](), 0, set[int]()
        while offset is not None:
            page = await called(client, "outline", path="many", limit=1_000, offset=offset, budget=20_000)
            names |= {one["name"] for one in page["definitions"]}
            totals.add(page["total"])
            offset = page["next_offset"]
        assert {2_000} == totals
        assert {f"many_{number}" for number in range(2_000)} == names
        shop.git("clean", "-qfd")
        assert 0 == (await called(client, "symbols", name="many_1999"))["total"]


async def test_a_file_is_read_in_pages_and_its_secrets_are_redacted(shop: GitRepo) -> None:
    lines = [f"value_{number} = {number}" for number in range(400)]
    shop.write("long.py", "\n".join([f'token = "{SECRET}"', *lines]) + "\n")
    async with connected(shop.path) as client:
        page = await called(client, "read", path="long.py", budget=200)
        assert "<redacted: " in page["text"]
        assert SECRET not in page["text"]
        read = page["text"].split("\n")
        while page["next_line"]:
            page = await called(client, "read", path="long.py", start_line=page["next_line"], budget=2_000)
            read += page["text"].split("\n")
        assert lines == read[1:]
        assert 401 == page["total_lines"]


REFUSALS: tuple[tuple[str, dict[str, object], str], ...] = (
    ("search", {"query": " "}, "the query is empty"),
    ("symbols", {"name": ""}, "the name is empty"),
    ("read", {"path": "../outside.txt"}, "there is no file or folder"),
    ("read", {"path": "README.md", "start_line": 9_999}, "choose a range"),
    ("outline", {"path": "nowhere"}, "there is no file or folder 'nowhere'"),
    ("changes_since", {"since": "no-such-branch"}, "git knows no commit 'no-such-branch'"),
    ("changes_since", {"since": "--all"}, "git knows no commit '--all'"),
    ("changes_since", {"since": "1999-01-01"}, "no commit is older than 1999-01-01"),
    ("search", {"query": "x", "limit": 0}, "limit"),
)


async def test_what_can_not_be_done_is_said_in_one_line(shop: GitRepo) -> None:
    shop.write("README.md", "# Shop\n")
    async with connected(shop.path) as client:
        for tool, arguments, says in REFUSALS:
            assert says in await refused(client, tool, **arguments)


async def test_map_and_prefix_are_resources_and_reports_are_as_on_the_command_line(shop: GitRepo) -> None:
    async with connected(shop.path) as client:
        assert {"foreword://map", "foreword://prefix"} == {
            str(one.uri) for one in (await client.list_resources()).resources
        }
        shown = await client.read_resource("foreword://map")
        assert (await called(client, "map"))["text"].split("\n")[0] in str(shown.contents[0])
        assert "foreword.context/1" == (await called(client, "context"))["schema"]
        assert "foreword.why/1" == (await called(client, "why"))["schema"]


def test_over_http_only_who_shows_the_token_is_served(shop: GitRepo) -> None:
    async def talk(url: str, token: str) -> int:
        async with httpx2.AsyncClient() as plain:
            assert 401 == (await plain.post(url, json={})).status_code
        shown = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=shown, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            n_files: int = (await called(client, "map"))["files"]
            return n_files

    arguments = [*COMMAND, "-w", str(shop.path), "--http", "127.0.0.1:0"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            url = re.search(r"http://\S+", server.stderr.readline())
            file = re.search(r"/\S+\.token", server.stderr.readline())
            assert url is not None
            assert file is not None
            token = Path(file[0]).read_text(encoding="utf-8").strip()
            assert asyncio.run(talk(url[0], token)) > 0
        finally:
            server.terminate()


def test_an_address_that_others_can_reach_is_refused(shop: GitRepo) -> None:
    arguments = [*COMMAND, "-w", str(shop.path), "--http", "0.0.0.0:0"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    assert 2 == done.returncode
    assert "can be reached from other machines" in done.stderr


async def test_in_a_folder_of_a_repository_every_result_says_what_is_not_seen(shop: GitRepo) -> None:
    async with connected(shop.path / "shop") as client:
        state = (await called(client, "search", query="till"))["state"]
        assert state["scope"].startswith(f"only shop/ of the repository at {shop.path.resolve()} is seen")
    async with connected(shop.path) as client:
        assert (await called(client, "search", query="till"))["state"]["scope"] is None
