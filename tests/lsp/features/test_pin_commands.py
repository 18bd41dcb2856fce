from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clients import MINIMAL, NEOVIM_0_11, usual_answers
from editor import Editor, RpcError, connected
from gitrepo import GitRepo
from sample_repo import make_sample

Environ = dict[str, str]
PIN = "shop/checkout.py"
WRITTEN = '[context]\npins = [\n    "shop/checkout.py",\n]\n'


@pytest.fixture
def shop(tmp_path: Path) -> GitRepo:
    return make_sample(tmp_path / "the café", 4)


async def refused(editor: Editor, **arguments: object) -> str:
    with pytest.raises(RpcError) as refusal:
        await editor.command("foreword.context", **arguments)
    assert "\n" not in refusal.value.message
    return refusal.value.message


def pinned_in(context: dict[str, Any]) -> list[str]:
    return [file["path"] for layer in context["layers"] for file in layer["files"] if file["pinned"]]


async def test_pins_are_written_for_everybody_and_count_at_once(shop: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([shop.path], initializationOptions={"context": {"budget": 2_000}})
        pinned = await editor.command("foreword.context", pin=[str(shop.path / PIN)])
        assert (WRITTEN, [PIN]) == (
            (shop.path / ".foreword.toml").read_text(),
            pinned["change"]["pinned"],
        )
        looked = await editor.command("foreword.context")
        assert ([PIN], [PIN]) == (looked["pins"], pinned_in(looked))
        assert "change" not in looked
        unpinned = await editor.command("foreword.context", unpin=PIN)
        assert ([], []) == (unpinned["pins"], pinned_in(unpinned))
        assert 0 == editor.count("workspace/applyEdit")


async def test_what_can_not_be_pinned_is_one_line(shop: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([shop.path])
        assert "gone.py can't be pinned" in await refused(editor, pin=["gone.py"])
        assert '"pin" must be a list of texts' in await refused(editor, pin=5)
        assert "unknown" in await refused(editor, pins=["README.md"])
        assert not (shop.path / ".foreword.toml").exists()


async def test_a_settings_file_with_unsaved_changes_is_left_to_the_user(
    shop: GitRepo, environ: Environ
) -> None:
    shop.write(".foreword.toml", "model = 'm'\n")

    async with connected(environ) as editor:
        await editor.start([shop.path])
        editor.open((shop.path / ".foreword.toml").as_uri(), "model = 'other'\n")
        assert "has changes in the editor: save it" in await refused(editor, pin=[PIN])
        assert "model = 'm'\n" == (shop.path / ".foreword.toml").read_text()


@pytest.mark.parametrize("pull", [True, False])
async def test_an_editor_sets_pins_as_an_array(pull: bool, shop: GitRepo, environ: Environ) -> None:
    pins = {"context": {"pins": [PIN]}}

    async with connected(environ, usual_answers(pins) if pull else usual_answers()) as editor:
        options = {} if pull else pins
        await editor.start([shop.path], NEOVIM_0_11 if pull else MINIMAL, initializationOptions=options)
        assert [PIN] == (await editor.command("foreword.context"))["pins"]
        assert "context.pins is not set by .foreword.toml alone" in await refused(editor, pin=["README.md"])


async def test_pins_of_a_wrong_kind_are_told_once_in_one_line(shop: GitRepo, environ: Environ) -> None:
    async with connected(environ) as editor:
        await editor.start([shop.path], initializationOptions={"context": {"pins": [1]}})
        assert [] == (await editor.command("foreword.context"))["pins"]
        await editor.command("foreword.context")
        told = [m["params"]["message"] for m in editor.heard if m["method"] == "window/showMessage"]
        assert ['"context.pins" must be a list of at most 200 texts, not [1] (1)'] == [
            message.partition("initializationOptions: ")[2] for message in told
        ]
