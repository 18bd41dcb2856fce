"""A client that says "applied" is looked at: what it left out is told, and stays a proposal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from applied_edits import Buffers
from clients import NEOVIM_0_11, VSCODE_CLIENT_11, usual_answers
from editor import Editor, connected
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, tool_use_block

Json = dict[str, Any]
EDIT = "foreword.edit"
CALLS = tuple(
    {"command": "str_replace", "path": path, "old_str": old, "new_str": new}
    for path, old, new in (
        ("till.py", "    return sum(prices)\n", "    return round(sum(prices))\n"),
        ("README.md", "# Till", "# Cash desk"),
    )
)


class Careless(Buffers):
    """An editor that leaves out the edits of the documents that are named in `ignored`, and says nothing of it."""

    ignored: tuple[str, ...] = ()

    def answer(self, params: Json) -> Json:
        """For `workspace/applyEdit`."""
        changes = params["edit"]["documentChanges"]
        kept = [one for one in changes if not one["textDocument"]["uri"].endswith(self.ignored or ("\0",))]
        self.apply({**params["edit"], "documentChanges": kept})
        return {"applied": True}


@asynccontextmanager
async def opened(
    repo: GitRepo, online: dict[str, str], capabilities: Json, name: str
) -> AsyncIterator[tuple[Editor, Careless]]:
    async with connected(online, usual_answers()) as editor:
        options = {"initializationOptions": {"trusted": True}, "clientInfo": {"name": name}}
        hello = await editor.start([repo.path], capabilities, **options)
        buffers = Careless(hello["capabilities"]["positionEncoding"], editor.texts)
        editor.answers["workspace/applyEdit"] = buffers.answer
        for path in ("till.py", "README.md"):
            file = repo.path / path
            editor.open(file.as_uri(), file.read_text(encoding="utf-8"))
        yield editor, buffers


def script(api: MessagesApi) -> None:
    api.script(Reply(tuple(tool_use_block("str_replace_based_edit_tool", call) for call in CALLS)), "Done.")


def messages(editor: Editor) -> list[str]:
    return [told["params"]["message"] for told in editor.heard if told["method"] == "window/showMessage"]


async def test_what_an_editor_left_out_is_told_and_can_be_applied_later(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script(api)

    async with opened(repo, online, VSCODE_CLIENT_11, "Visual Studio Code") as (editor, buffers):
        buffers.ignored = ("README.md",)
        told = await editor.command(EDIT, instruction="Round, and rename")
        assert {"till.py": True, "README.md": False} == {one["path"]: one["applied"] for one in told["edits"]}
        (message,) = messages(editor)
        assert "README.md was not changed: the editor left the change out" in message
        assert message in f"Foreword: {told['problems'][0]['message']}"
        (listed,) = (await editor.command("foreword.proposals"))["proposals"]
        assert ["README.md"] == [one["path"] for one in listed["files"]]
        buffers.ignored = ()
        again = await editor.command(EDIT, proposalId=told["proposalId"])
        assert (True, {}, "applied") == (again["applied"], again["pending"], again["outcome"])
        texts = [text for _, text in buffers.texts.values()]
        assert any("# Cash desk" in text for text in texts)
        assert any("round(sum(prices))" in text for text in texts)


async def test_an_editor_that_guards_one_document_gets_a_request_a_document(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    script(api)

    async with opened(repo, online, NEOVIM_0_11, "Neovim") as (editor, buffers):
        told = await editor.command(EDIT, instruction="Round, and rename")
        assert (True, []) == (told["applied"], told["problems"])
        assert [1, 1] == [len(edit["documentChanges"]) for edit in buffers.edits]


async def test_typing_elsewhere_in_a_document_is_no_reason_to_doubt_the_edit(
    repo: GitRepo, online: dict[str, str], api: MessagesApi
) -> None:
    async with opened(repo, online, VSCODE_CLIENT_11, "Visual Studio Code") as (editor, buffers):
        editor.answers["workspace/applyEdit"] = typing_after(buffers)
        script(api)
        told = await editor.command(EDIT, instruction="Round, and rename")
        assert (True, []) == (told["applied"], told["problems"])
        assert all(one["applied"] for one in told["edits"])


def typing_after(buffers: Buffers) -> Callable[[Json], Json]:
    def answer(params: Json) -> Json:
        result = buffers.answer(params)
        for uri, (version, text) in list(buffers.texts.items()):
            buffers.texts[uri] = (version + 1, text + "# more\n")
        return result

    return answer
