from __future__ import annotations

from typing import Any

import pytest

from clients import MINIMAL, VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo

Environ = dict[str, str]
Json = dict[str, Any]
ON = {"lsp": {"symbols": "on"}}
METHODS = ["textDocument/documentSymbol", "workspace/symbol"]
SOURCE = "class Till:\n    def total(self):\n        return 0\n\n\nRATE = 5\n"
DYNAMIC: Json = {
    **VSCODE_CLIENT_11,
    "textDocument": {
        **VSCODE_CLIENT_11["textDocument"],
        "documentSymbol": {"dynamicRegistration": True, "hierarchicalDocumentSymbolSupport": True},
    },
    "workspace": {**VSCODE_CLIENT_11["workspace"], "symbol": {"dynamicRegistration": True}},
}


async def symbols(editor: Editor, repo: GitRepo) -> Any:  # noqa: ANN401 - any JSON
    uri = (repo.path / "new.py").as_uri()
    editor.open(uri, SOURCE)
    return await editor.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})


def providers(hello: Json) -> list[str]:
    return [name for name in hello["capabilities"] if "ymbolProvider" in name]


async def test_symbols_are_off_unless_they_are_asked_for(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        assert [] == providers(await editor.start([repo.path]))
        await editor.command("foreword.index")
        assert await symbols(editor, repo) is None
        assert [] == await editor.request("workspace/symbol", {"query": "total"})


@pytest.mark.parametrize("way", ["initializationOptions", "environment"])
async def test_a_simple_client_is_told_when_it_connects_and_gets_lists(
    way: str, repo: GitRepo, environ: Environ
) -> None:
    options = {"initializationOptions": ON} if way == "initializationOptions" else {}
    variables = {} if options else {"FOREWORD_LSP_SYMBOLS": "on"}
    async with connected(environ | variables) as editor:
        hello = await editor.start([repo.path], MINIMAL, **options)
        assert ["documentSymbolProvider", "workspaceSymbolProvider"] == sorted(providers(hello))
        await editor.command("foreword.index")
        found = await symbols(editor, repo)
        assert [("Till", None), ("total", "Till"), ("RATE", None)] == [
            (one["name"], one.get("containerName")) for one in found
        ]
        # That of the text which is open and was never saved, too.
        places = [("new.py", 1), ("till.py", 3)]
        assert [("total", (repo.path / path).as_uri(), line) for path, line in places] == sorted(
            (one["name"], one["location"]["uri"], one["location"]["range"]["start"]["line"])
            for one in await editor.request("workspace/symbol", {"query": "TOT"})
        )


async def test_a_client_that_registers_follows_the_setting_and_gets_a_tree(
    repo: GitRepo, environ: Environ
) -> None:
    settings: Json = {"lsp": {"symbols": "off"}}
    answers = usual_answers() | {
        "workspace/configuration": lambda params: [settings for _ in params["items"]],
        "client/unregisterCapability": lambda _: None,
    }

    async def change(editor: Editor, value: str) -> None:
        settings["lsp"] = {"symbols": value}
        editor.notify("workspace/didChangeConfiguration", {"settings": None})

    async with connected(environ, answers) as editor:
        assert [] == providers(await editor.start([repo.path], DYNAMIC))
        await editor.command("foreword.index")
        await change(editor, "on")
        await editor.hear(
            "client/registerCapability",
            lambda params: METHODS == [one["method"] for one in params["registrations"]],
        )
        till, rate = await symbols(editor, repo)
        assert ("Till", "RATE", ["total"]) == (
            till["name"],
            rate["name"],
            [child["name"] for child in till["children"]],
        )
        assert {"line": 0, "character": 6} == till["selectionRange"]["start"]
        await change(editor, "off")
        await editor.hear("client/unregisterCapability")
        assert await symbols(editor, repo) is None
