"""What an editor shows of the cache and the money: the explanation of a request, and the usage page."""

from __future__ import annotations

from editor import connected
from gitrepo import GitRepo

Environ = dict[str, str]


async def test_a_request_is_explained_by_the_name_in_its_receipt(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        assert None is (await editor.command("foreword.why"))["request"]
        first = await editor.command("foreword.ask", question="What is a till?")
        await editor.command("foreword.ask", question="What is total?")
        why = await editor.command("foreword.why", request=first["receipt"]["requestId"])
        assert (3, "ask") == (len(why["lines"]), why["request"]["kind"])
        assert first["receipt"]["cost"]["total"] == why["request"]["cost"]["total"]
        assert first["receipt"]["requestId"] == why["request"]["id"]
        assert why["request"]["id"] != (await editor.command("foreword.why"))["request"]["id"]


async def test_the_usage_page_comes_when_it_is_asked_for(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path])
        await editor.command("foreword.ask", question="What is a till?")
        assert "html" not in await editor.command("foreword.usage")
        usage = await editor.command("foreword.usage", html=True, by="kind")
        assert ["ask"] == [row["group"] for row in usage["rows"]]
        assert [1] == [total["requests"] for total in usage["totals"]]
        assert usage["html"].startswith("<!DOCTYPE html>")
        assert "till.py: whole file" in usage["html"]
