from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from clients import CLIENTS, MINIMAL, NEOVIM_0_11, VSCODE_CLIENT_9, VSCODE_CLIENT_11, usual_answers
from editor import PATIENCE, Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi

Json = dict[str, Any]
Environ = dict[str, str]

SOURCE = '''\
"""A till."""


def total(prices: list[int]) -> int:
    """The sum of all prices."""
    return sum(prices)


LIMIT = 3
'''
TITLES = {
    "quickfix": ["Fix: undefined name `x`"],
    "refactor.rewrite": ["Rewrite `total`", "Simplify `total`", "Document `total`"],
    "source.foreword.explain": ["Explain `total`"],
    "source.foreword.tests": ["Write tests for `total`"],
    "source.foreword.review": ["Review `total`"],
    "source.foreword.ask": ["Ask about `total`"],
}
FIXES = TITLES["quickfix"]
REWRITES = TITLES["refactor.rewrite"]
SOURCES = [title for kind, titles in TITLES.items() if kind.startswith("source") for title in titles]
BARE = {
    "general": {"positionEncodings": ["utf-8"]},
    "window": {"showDocument": {"support": True}, "showMessage": {}},
}
"""A client that shows questions and answers, and knows no code actions but commands."""


def span(line: int, character: int, end_line: int, end_character: int) -> Json:
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }


def cursor(line: int, character: int = 0) -> Json:
    return span(line, character, line, character)


UNDEFINED = {"range": span(5, 11, 5, 14), "message": "undefined name `x`", "source": "Ruff", "code": "F821"}
UNUSED = {"range": span(5, 4, 5, 10), "message": "`y` is unused", "severity": 4, "tags": [1]}


@asynccontextmanager
async def till_in_editor(
    repo: GitRepo,
    environ: Environ,
    capabilities: Json,
    *,
    text: str = SOURCE,
    options: Json | None = None,
) -> AsyncIterator[Editor]:
    """An editor that shows the till, as soon as the server knows what is in it."""
    async with connected(environ, usual_answers()) as editor:
        given = {"trusted": True} if options is None else options
        await editor.start([repo.path], capabilities, initializationOptions=given)
        editor.open(uri_of(repo), text)
        await editor.command("foreword.index")
        await until(editor, lambda: _names_something(editor, uri_of(repo)))
        yield editor


def uri_of(repo: GitRepo, path: str = "till.py") -> str:
    return (repo.path / path).as_uri()


async def actions(editor: Editor, uri: str, found: Json | None = None, **context: object) -> list[Json]:
    """The code actions at a range, by default within `total`."""
    params = {
        "textDocument": {"uri": uri},
        "range": found or cursor(5, 4),
        "context": {"diagnostics": [], **context},
    }
    return list(await editor.request("textDocument/codeAction", params))


async def titles(editor: Editor, uri: str, found: Json | None = None, **context: object) -> list[str]:
    return [action["title"] for action in await actions(editor, uri, found, **context)]


async def until(editor: Editor, holds: Callable[[], Awaitable[object]]) -> None:
    """Ask the server again until something holds, within the patience of the tests.

    Between two questions a command runs in a thread of the server: a loop that never rests would keep
    the interpreter from the imports that it waits for.
    """
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await editor.command("foreword.doctor")


async def _names_something(editor: Editor, uri: str) -> bool:
    return any("`" in title for title in await titles(editor, uri, cursor(3)))


def by_title(found: list[Json]) -> dict[str, Json]:
    return {action["title"]: action for action in found}


@pytest.mark.parametrize("name", CLIENTS)
async def test_every_client_gets_every_action_that_it_can_carry_out(
    name: str, repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, CLIENTS[name]) as editor:
        found = await actions(editor, uri_of(repo), diagnostics=[UNDEFINED])
        expected = [*FIXES, *REWRITES, *SOURCES]
        if name == "minimal":  # it has no place for an answer
            expected = [*FIXES, *REWRITES, "Write tests for `total`"]
        assert expected == [action["title"] for action in found]
        is_literal = name != "minimal"
        assert {is_literal} == {"kind" in action for action in found}
        assert not any(action.get("isPreferred") for action in found)
        assert not any("edit" in action for action in found)
        tags = [1] if name == "vscode 11" else None
        assert [tags] * len(found) == [action.get("tags") for action in found]


async def test_a_menu_names_the_symbol_in_a_document_that_was_just_opened(
    repo: GitRepo, online: Environ
) -> None:
    async with connected(online, usual_answers()) as editor:
        await editor.start([repo.path], NEOVIM_0_11, initializationOptions={"trusted": True})
        editor.open(uri_of(repo), SOURCE)
        assert "Explain `total`" in await titles(editor, uri_of(repo), triggerKind=1)


async def test_actions_are_declared_and_none_is_of_another_kind(repo: GitRepo, online: Environ) -> None:
    async with connected(online, usual_answers()) as editor:
        hello = await editor.start([repo.path], NEOVIM_0_11)
        declared = hello["capabilities"]["codeActionProvider"]
        assert {
            "codeActionKinds": [*TITLES, "source.foreword.run", "source.foreword.proposal"],
            "resolveProvider": True,
        } == declared
        await editor.stop()
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        found = await actions(editor, uri_of(repo), diagnostics=[UNDEFINED])
        kinds: dict[str, list[str]] = {}
        for action in found:
            kinds.setdefault(action["kind"], []).append(action["title"])
        assert TITLES == kinds


async def test_an_edit_is_resolved_where_the_client_resolves_and_else_a_command(
    repo: GitRepo, online: Environ
) -> None:
    eager: Json = {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}

    task = {
        "kind": "document",
        "uri": uri_of(repo),
        "range": span(3, 0, 5, 22),
        "symbol": "total",
        "version": 1,
    }
    async with till_in_editor(repo, online, VSCODE_CLIENT_9) as editor:
        action = by_title(await actions(editor, uri_of(repo)))["Document `total`"]
        assert {"title": "Document `total`", "kind": "refactor.rewrite", "data": task} == action
    async with till_in_editor(repo, online, {"textDocument": eager}) as editor:
        action = by_title(await actions(editor, uri_of(repo)))["Document `total`"]
        assert "data" not in action
        assert ("foreword.edit", [task]) == (action["command"]["command"], action["command"]["arguments"])
    async with till_in_editor(repo, online, MINIMAL) as editor:
        command = by_title(await actions(editor, uri_of(repo)))["Document `total`"]
        assert {"title": "Document `total`", "command": "foreword.edit", "arguments": [task]} == command


async def test_a_fix_carries_its_diagnostics_to_the_client_and_to_the_model(
    repo: GitRepo, online: Environ
) -> None:
    other = {"range": span(5, 4, 5, 10), "message": "too  short\nreally", "severity": 2}
    long = {"range": span(5, 4, 5, 10), "message": "x" * 100}

    async with till_in_editor(repo, online, VSCODE_CLIENT_11) as editor:
        given = [UNDEFINED, other, long]
        found = await actions(editor, uri_of(repo), diagnostics=given, only=["quickfix"])
        assert [
            "Fix: undefined name `x`",
            "Fix: too short",
            f"Fix: {'x' * 71}…",
            "Fix all 3 problems here",
        ] == [action["title"] for action in found]
        assert [[UNDEFINED], [other], [long], given] == [action["diagnostics"] for action in found]
        assert [UNDEFINED] == found[0]["data"]["diagnostics"]
        assert "total" == found[0]["data"]["symbol"]
        assert span(5, 0, 5, 22) == found[0]["data"]["range"]


ONLY: list[tuple[list[str] | None, list[str]]] = [
    (None, [*FIXES, *REWRITES, *SOURCES]),
    ([""], [*FIXES, *REWRITES, *SOURCES]),
    ([], []),
    (["quickfix"], FIXES),
    (["refactor"], REWRITES),
    (["refactor.rewrite"], REWRITES),
    (["refactor.rewrite.more"], []),
    (["refactor.extract"], []),
    (["source"], SOURCES),
    (["source.foreword"], SOURCES),
    (["source.foreword.tests"], TITLES["source.foreword.tests"]),
    (["source.fore"], []),
    (["source.organizeImports"], []),
    (["quickfix", "source.foreword.ask"], [*FIXES, "Ask about `total`"]),
    (["unheard.of"], []),
]


async def test_only_the_kinds_that_are_asked_for_are_given(repo: GitRepo, online: Environ) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        for only, expected in ONLY:
            found = await titles(editor, uri_of(repo), diagnostics=[UNDEFINED], only=only)
            assert expected == found, only


async def test_a_light_bulb_is_not_lit_for_everything(repo: GitRepo, online: Environ) -> None:
    async with till_in_editor(repo, online, VSCODE_CLIENT_11) as editor:

        async def shown(kind: int, found: Json | None = None, **context: object) -> list[str]:
            return await titles(editor, uri_of(repo), found, triggerKind=kind, **context)

        selection = span(3, 0, 5, 22)
        assert [] == await shown(2)
        assert FIXES == await shown(2, diagnostics=[UNDEFINED])
        assert REWRITES == await shown(2, selection)
        assert [] == await shown(2, selection, only=["source"])
        assert FIXES == await shown(2, diagnostics=[UNDEFINED, UNUSED])
        assert [] == await shown(2, diagnostics=[UNUSED])
        assert [*REWRITES, *SOURCES] == await shown(1)
        assert "Fix: `y` is unused" in await shown(1, diagnostics=[UNUSED])


NAMES: list[tuple[Json, str]] = [
    (cursor(3), "`total`"),
    (cursor(5, 22), "`total`"),
    (cursor(8), "`LIMIT`"),
    (cursor(99), "`LIMIT`"),
    (cursor(7), "till.py"),
    (span(3, 0, 5, 22), "`total`"),
    (span(2, 0, 7, 0), "`total`"),
    (span(3, 4, 3, 9), "`total`"),
    (span(5, 22, 3, 0), "`total`"),
    (span(3, 0, 4, 9), "the selection"),
    (span(5, 11, 5, 14), "`total`"),
    (span(5, 10, 5, 11), "`total`"),
    (span(5, 22, 6, 0), "`total`"),
    (span(5, 4, 5, 14), "the selection"),
    (span(0, 0, 99, 0), "the selection"),
    (span(6, 0, 7, 0), "till.py"),
]


async def test_the_title_names_what_the_action_is_about(repo: GitRepo, online: Environ) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        for found, name in NAMES:
            shown = await titles(editor, uri_of(repo), found, only=["source.foreword.explain"])
            assert [f"Explain {name}"] == shown, found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_ranges_count_in_the_units_of_the_client(encoding: str, repo: GitRepo, online: Environ) -> None:
    line = 'x = "é😀"; total = 1  # 😀\n'
    text = f"{line}\n\ndef total() -> int:\n    return 1  # 😀é"
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = encoding if width == 1 else f"{encoding}-le"

    def n_units(piece: str) -> int:
        return len(piece.encode(codec)) // width

    capabilities = {**VSCODE_CLIENT_9, "general": {"positionEncodings": [encoding]}}
    async with till_in_editor(repo, online, capabilities, text=text) as editor:
        start = n_units(line[: line.index("total")])
        word = await titles(editor, uri_of(repo), span(0, start, 0, start + 5))
        assert "Explain till.py" in word  # it is another `total`, no definition
        assert "Rewrite the selection" in await titles(editor, uri_of(repo), span(0, start, 0, start + 9))
        task = by_title(await actions(editor, uri_of(repo), cursor(4)))["Rewrite `total`"]["data"]
        assert span(3, 0, 4, n_units("    return 1  # 😀é")) == task["range"]


async def test_definitions_are_known_by_their_new_place_while_the_user_types(
    repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        only = {"only": ["source.foreword.explain"]}
        editor.replace(uri_of(repo), f"import os\n\n{SOURCE}")
        assert ["Explain till.py"] == await titles(editor, uri_of(repo), cursor(3), **only)
        assert ["Explain `total`"] == await titles(editor, uri_of(repo), cursor(6), **only)
        editor.replace(uri_of(repo), SOURCE.replace("def total(", "def total_of("))
        assert ["Explain `total`"] != await titles(editor, uri_of(repo), cursor(5), **only)
        await until(
            editor, lambda: _is(["Explain `total_of`"], titles(editor, uri_of(repo), cursor(5), **only))
        )


async def _is(expected: object, found: Awaitable[object]) -> bool:
    return expected == await found


async def test_an_empty_file_and_a_document_that_is_not_open_get_what_makes_sense(
    repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        editor.open(uri_of(repo, "new.py"), "")
        assert ["Ask about new.py"] == await titles(editor, uri_of(repo, "new.py"), cursor(0))
        found = await actions(editor, uri_of(repo, "README.md"), cursor(0), diagnostics=[UNDEFINED])
        assert [*FIXES, "Explain README.md", "Review README.md", "Ask about README.md"] == list(
            by_title(found)
        )
        assert "version" not in found[0]["data"]
        lines = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
        assert "Explain the selection" in await titles(editor, uri_of(repo, "README.md"), lines)


async def test_what_is_no_file_of_the_workspace_gets_no_actions(repo: GitRepo, online: Environ) -> None:
    elsewhere = [
        "untitled:Untitled-1",
        "git:/x/till.py?HEAD",
        "file:///elsewhere/till.py",
        "",
        "?",
        "file://[",
    ]

    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        for uri in [*elsewhere, repo.path.as_uri(), f"{repo.path.as_uri()}/../x.py"]:
            editor.open(uri, SOURCE)
            assert [] == await actions(editor, uri, diagnostics=[UNDEFINED]), uri


async def test_without_a_folder_there_are_no_actions(online: Environ) -> None:
    async with connected(online, usual_answers()) as editor:
        await editor.start([], NEOVIM_0_11)
        assert [] == (await actions(editor, "file:///w/till.py"))


LEFT_OUT = {
    ".env": "secret",
    "node_modules/left-pad/index.js": "vendored",
    "logo.png": "binary",
    "notes.local": "ignored by git",
    "big.py": "too large",
    "old/till.py": "ignored by .forewordignore",
}


@pytest.mark.parametrize("capabilities", [VSCODE_CLIENT_9, NEOVIM_0_11])
async def test_a_file_that_is_left_out_disables_its_actions_and_says_why_where_the_client_can_show_it(
    capabilities: Json, repo: GitRepo, online: Environ
) -> None:
    repo.write(".forewordignore", "old/\n")
    for path in LEFT_OUT:
        repo.write(path, "x = 1\n" * (200_000 if path == "big.py" else 1))

    async with till_in_editor(repo, online, capabilities) as editor:
        for path, reason in LEFT_OUT.items():
            uri = uri_of(repo, path)
            editor.open(uri, "x = 1\n")
            await until(editor, partial(_is_out, editor, uri))
            found = await actions(editor, uri, cursor(0), diagnostics=[UNDEFINED])
            assert (capabilities is NEOVIM_0_11) == (not found)
            reasons = {action["disabled"]["reason"] for action in found}
            assert reasons <= {f"Foreword leaves this file out: {reason}"}
            assert not any("data" in action or "command" in action for action in found)
            assert [] == await actions(editor, uri, cursor(0), diagnostics=[UNDEFINED], triggerKind=2)
        assert await titles(editor, uri_of(repo))


async def _is_out(editor: Editor, uri: str) -> bool:
    return all("disabled" in action for action in await actions(editor, uri, cursor(0)))


async def test_an_untrusted_folder_disables_its_actions_where_trust_cannot_be_asked_for(
    repo: GitRepo, online: Environ
) -> None:
    deaf = {**VSCODE_CLIENT_9, "window": {}}

    async def reasons(editor: Editor) -> set[str]:
        found = await actions(editor, uri_of(repo))
        return {action["disabled"]["reason"] for action in found if "disabled" in action}

    async def disabled(editor: Editor, reason: str) -> bool:
        await until(editor, lambda: reasons(editor))
        return {reason} == await reasons(editor)

    async with till_in_editor(repo, online, VSCODE_CLIENT_9, options={}) as editor:
        assert not any("disabled" in action for action in await actions(editor, uri_of(repo)))
    async with till_in_editor(repo, online, deaf, options={}) as editor:
        assert await disabled(editor, "this folder is not trusted: run `foreword trust` there")
        told = "Foreword: this folder is not trusted: run `foreword trust` there"
        shown = [one["params"]["message"] for one in editor.heard if one["method"] == "window/showMessage"]
        assert [told] == shown
        await editor.command("foreword.trust")
        await until(editor, lambda: _is(set(), reasons(editor)))


async def test_a_limit_that_is_reached_disables_actions(repo: GitRepo, online: Environ) -> None:
    async def _has_reason(editor: Editor) -> bool:
        return any("disabled" in action for action in await actions(editor, uri_of(repo)))

    async with till_in_editor(repo, online, VSCODE_CLIENT_9) as editor:
        await editor.command("foreword.ask", question="What is a till?", show=False)
    environ = online | {"FOREWORD_LIMITS_DAY": "0.0000001"}
    async with till_in_editor(repo, environ, VSCODE_CLIENT_9) as editor:
        await until(editor, lambda: _has_reason(editor))
        found = await actions(editor, uri_of(repo), diagnostics=[UNDEFINED])
        assert {"today's limit of $0.00 is reached: raise limits.day"} == {
            action["disabled"]["reason"] for action in found
        }


async def test_offline_there_are_answers_and_edits_say_what_they_need(
    repo: GitRepo, environ: Environ
) -> None:
    async def _has_reason(editor: Editor) -> bool:
        return any("disabled" in action for action in await actions(editor, uri_of(repo)))

    async with till_in_editor(repo, environ, VSCODE_CLIENT_9) as editor:
        await until(editor, lambda: _has_reason(editor))
        found = await actions(editor, uri_of(repo), diagnostics=[UNDEFINED])
        assert [*FIXES, *REWRITES, "Write tests for `total`"] == [
            action["title"] for action in found if "disabled" in action
        ]
    async with till_in_editor(repo, environ, NEOVIM_0_11) as editor:
        answers = ["Explain `total`", "Review `total`", "Ask about `total`"]
        await until(editor, lambda: _is(answers, titles(editor, uri_of(repo))))


MALFORMED: list[object] = [
    {},
    {"textDocument": {}, "range": cursor(0), "context": {"diagnostics": []}},
    {"textDocument": {"uri": "file:///x.py"}, "range": {}, "context": {"diagnostics": []}},
    {"textDocument": {"uri": "file:///x.py"}, "range": cursor(0), "context": {}},
    {"textDocument": {"uri": "file:///x.py"}, "range": cursor(0), "context": {"diagnostics": [{}]}},
    [],
    None,
]


async def test_malformed_parameters_get_an_error_reply(repo: GitRepo, online: Environ) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        for params in MALFORMED:
            assert -32602 == (await editor.refusal("textDocument/codeAction", params)).code, params
        assert await titles(editor, uri_of(repo))


async def test_the_model_does_not_run_before_an_action_is_chosen(
    repo: GitRepo, online: Environ, api: MessagesApi
) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        for line in range(9):
            await actions(editor, uri_of(repo), cursor(line), diagnostics=[UNDEFINED])
    assert [] == api.requests


@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "minimal"])
async def test_an_answer_action_is_answered_in_every_client_with_a_place_for_it(
    name: str, repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, CLIENTS[name]) as editor:
        action = by_title(await actions(editor, uri_of(repo)))["Explain `total`"]
        command = action if isinstance(action["command"], str) else action["command"]
        answer = await editor.request("workspace/executeCommand", command)
        assert "foreword.answer/1" == answer["schema"]


async def test_the_model_hears_of_the_task_in_its_own_words(repo: GitRepo, online: Environ) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        action = by_title(await actions(editor, uri_of(repo)))["Review `total`"]
        task = action["command"]["arguments"][0]
        shown = await editor.command("foreword.ask", **task, dryRun=True)
        text = str(shown["request"]["messages"][0]["content"][-1]["text"])
    assert text.startswith("Review the code that is asked about.")
    assert text.endswith("\nReview `total` in till.py:4-6.")


@pytest.mark.parametrize(("chosen", "asked"), [("Who uses it?", True), (None, False)])
async def test_a_question_is_chosen_where_there_is_no_place_to_write_one(
    chosen: str | None, asked: bool, repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11) as editor:
        offered: list[Json] = []

        def choose(params: Json) -> Json | None:
            offered.append(params)
            return {"title": chosen} if chosen else None

        editor.answers["window/showMessageRequest"] = choose
        action = by_title(await actions(editor, uri_of(repo)))["Ask about `total`"]
        answer = await editor.request("workspace/executeCommand", action["command"])
        assert asked == (answer is not None)
        assert "What do you want to know about `total`?" == offered[0]["message"]
        assert [{"title": "What does it do?"}, {"title": "Who uses it?"}] == offered[0]["actions"][:2]
        usage = await editor.command("foreword.usage")
        assert asked == bool(usage["rows"])
        assert asked == bool(editor.count("window/showDocument"))


@pytest.mark.parametrize("key", ["question", "instruction"])
async def test_a_client_that_writes_the_question_itself_is_not_asked(
    key: str, repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, NEOVIM_0_11, options={"status": True, "trusted": True}) as editor:
        task = by_title(await actions(editor, uri_of(repo)))["Ask about `total`"]["command"]["arguments"][0]
        given = {**task, key: "Is it exact?", "dryRun": True}
        shown = await editor.command("foreword.ask", **given)
        assert 0 == editor.count("window/showMessageRequest")
        assert str(shown["request"]["messages"][0]["content"][-1]["text"]).endswith(
            "\nIs it exact?\n\nThis is about `total` in till.py:4-6."
        )


WRONG: list[tuple[Json, str]] = [
    ({"kind": "fix"}, "use foreword.edit"),
    ({"kind": "dance"}, '"kind" must be one of'),
    ({"kind": "explain", "uri": "untitled:1"}, "open its folder first"),
    ({"kind": "explain", "range": 5}, '"range" must be'),
    ({"kind": "explain", "range": span(99, 0, 99, 0)}, "lines, not 100"),
    ({"kind": "ask"}, "say what you want to know"),
    ({"kind": "explain", "speed": 5}, 'unknown key "speed"'),
]


async def test_a_wrong_task_is_refused_in_one_line(repo: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([repo.path], MINIMAL)
        for given, complaint in WRONG:
            params = {"command": "foreword.ask", "arguments": [{"uri": uri_of(repo), **given}]}
            refused = await editor.refusal("workspace/executeCommand", params)
            assert complaint in refused.message


async def test_a_client_without_literals_is_given_commands_and_among_them_a_question(
    repo: GitRepo, online: Environ
) -> None:
    async with till_in_editor(repo, online, BARE) as editor:
        found = by_title(await actions(editor, uri_of(repo)))
        assert "foreword.ask" == found["Ask about `total`"]["command"]
        assert {"title", "command", "arguments"} == set(found["Ask about `total`"])
