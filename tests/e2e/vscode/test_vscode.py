"""A real VS Code with the built extension, a real `foreword serve`, and the stand-in for the Messages API behind it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from foreword_cli import Foreword, command
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, Status, tool_use_block
from vscode import PATIENCE, VSCode, extension, tools, vscode

CHECKOUT = "shop/checkout.py"
STYLE = "shop/till.css"
RATE, NEW_RATE = "VAT_PERCENT = 19", "VAT_PERCENT = 20"
NET, NEW_NET = '"""Cents without tax."""', '"""The basket in cents, without tax."""'

MAX_BUNDLE = 531_000
KEYS = {
    "ctrl+alt+k": "Foreword: Edit Here...",
    "ctrl+k ctrl+alt+e": "Foreword: Edit with an Instruction...",
    "ctrl+k ctrl+alt+y": "Foreword: Accept This Change",
    "ctrl+k ctrl+alt+n": "Foreword: Reject This Change",
}


@pytest.fixture
def editor(online: Foreword, shop: GitRepo, tmp_path: Path) -> Iterator[VSCode]:
    """The shop in an editor; whatever the test does, nothing may go wrong in the page unseen."""
    shop.write(STYLE, ".total {\n  colr: red;\n}\n")
    shop.commit("Paint the till")
    with vscode(online, shop.path, tmp_path / "editor") as running:
        yield running
        assert [] == running.problems


def script_edits(api: MessagesApi, path: str, *changes: tuple[str, str]) -> None:
    """The model makes these changes, and says that it is done."""
    calls = (
        tool_use_block(
            "str_replace_based_edit_tool",
            {"command": "str_replace", "path": path, "old_str": old, "new_str": new},
        )
        for old, new in changes
    )
    api.script(Reply(tuple(calls)), "Done.")


def propose(editor: VSCode, instruction: str) -> None:
    """Ask for an edit of the file that is open, and wait for its diff."""
    editor.command("Foreword: Edit with an Instruction...")
    editor.run(
        """
        await editor.fillInput(instruction)
        await page.waitForSelector('.monaco-diff-editor .codelens-decoration')
        """,
        instruction=instruction,
    )


def on_disk(editor: VSCode, path: str) -> str:
    editor.run("await editor.save()")
    return (editor.workspace / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["check", "lint", "test"])
def test_the_extensions_own_checks_pass(script: str) -> None:
    folder = extension().parent
    environ = {**os.environ, "PATH": tools().path}
    done = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, (done.stdout + done.stderr)[-3_000:]


def test_the_bundles_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (extension().parent / "dist").glob("*.js")}
    assert {} == {name: size for name, size in sizes.items() if size > MAX_BUNDLE}


def test_a_quick_fix_of_the_light_bulb_is_reviewed_by_hunk_and_undone_at_once(
    editor: VSCode, api: MessagesApi
) -> None:
    before = (editor.workspace / STYLE).read_text(encoding="utf-8")
    script_edits(api, STYLE, ("colr: red", "color: red"))
    editor.open(STYLE)
    editor.run("await page.waitForSelector('.squiggly-warning')")
    editor.run("await editor.goTo(2)")
    editor.run("await editor.quickFix('Fix: Unknown property')")
    assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
    editor.shot("quick-fix")
    editor.run("await editor.lens('Accept', 0)")
    editor.run("await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))")
    editor.run("await editor.waitForText('color')")
    assert before.replace("colr", "color") == on_disk(editor, STYLE)
    editor.run("await page.locator('.tab.active').click(); await page.keyboard.press('Control+Z')")
    editor.run("await editor.waitForText('colr')")
    assert before == on_disk(editor, STYLE)


def test_one_hunk_is_rejected_and_another_accepted_and_one_undo_takes_it_back(
    editor: VSCode, api: MessagesApi
) -> None:
    before = (editor.workspace / CHECKOUT).read_text(encoding="utf-8")
    script_edits(api, CHECKOUT, (RATE, NEW_RATE), (NET, NEW_NET))
    editor.open(CHECKOUT)
    propose(editor, "Raise the rate, and say what is summed up")
    editor.shot("review")
    assert ["Accept", "Reject", "Accept", "Reject"] == editor.run("return editor.lenses(4)")
    editor.run("await editor.lens('Reject', 0)")
    assert ["Accept", "Reject"] == editor.run("return editor.lenses(2)")
    editor.run("await editor.lens('Accept', 0)")
    editor.run("await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))")
    editor.run("await editor.waitForText(text)", text=NEW_NET)
    assert before.replace(NET, NEW_NET) == on_disk(editor, CHECKOUT)
    editor.run("await page.locator('.tab.active').click(); await page.keyboard.press('Control+Z')")
    editor.run("await editor.waitForText(text)", text=NET)
    assert before == on_disk(editor, CHECKOUT)


def test_the_status_bar_goes_from_cold_to_warm_and_explains_itself(editor: VSCode) -> None:
    editor.open(CHECKOUT)
    assert "cold" in editor.run("return editor.waitForStanding('cold')")
    editor.command("Foreword: Warm the Prefix")
    assert "warm 5 min" in editor.run("return editor.waitForStanding('warm \\\\d')")
    editor.run("await page.locator(editor.standingSelector).click()")
    told = editor.run("return page.locator('.monaco-dialog-box').innerText()")
    editor.shot("standing")
    assert "warm-up of" in told.lower()
    editor.run("await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Report' }).click()")
    shown = editor.run("return editor.frameText('The prefix of this workspace')")
    editor.shot("report")
    assert "Foreword usage" in shown


def test_the_context_view_shows_the_prefix_and_what_was_left_out(editor: VSCode) -> None:
    (editor.workspace / ".env").write_text("TOKEN=hush\n", encoding="utf-8")
    editor.open(CHECKOUT)
    editor.run("await editor.waitForStanding('cold')")
    editor.command("Foreword: Focus on Context View")
    editor.run("await page.locator('.pane-header[aria-label=\"Chat Section\"]').click()")
    editor.run("await editor.expand('Left Out')")
    editor.run("await editor.expand('Base')")
    rows = editor.run("return editor.rows()")
    editor.shot("context")
    assert any("checkout.py" in row for row in rows), rows
    assert any(".env" in row for row in rows), rows


def test_a_fault_of_the_api_is_one_clear_message_and_the_file_stays_as_it_is(
    editor: VSCode, api: MessagesApi
) -> None:
    api.fail(Status(400, "the prompt is odd"))
    editor.run("editor.expect('the prompt is odd')")
    editor.open(CHECKOUT)
    editor.command("Foreword: Edit with an Instruction...")
    editor.run("await editor.fillInput('Raise the rate')")
    told = editor.run("return editor.waitForMessage('the prompt is odd')")
    editor.shot("fault")
    assert 1 == len(told), told
    assert told[0].startswith("Foreword: ")
    assert "Error:" not in told[0]
    assert 0 == editor.run("return page.locator('.tab.dirty').count()")


def test_a_server_that_can_not_be_run_is_one_clear_message(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    with vscode(online, shop.path, tmp_path / "editor", {"foreword.python": "/nowhere/python"}) as editor:
        editor.run("editor.expect('/nowhere/python')")
        editor.open(CHECKOUT)
        told = editor.run("return editor.waitForMessage('/nowhere/python')")
        editor.shot("no-server")
        assert [
            "Foreword: foreword.python is /nowhere/python, and no Python runs there: correct the setting"
        ] == told
        assert [] == editor.problems


def test_the_default_keys_shadow_nothing(editor: VSCode) -> None:
    editor.open(CHECKOUT)
    editor.command("Preferences: Open Keyboard Shortcuts")
    for key, title in KEYS.items():
        rows = editor.run("return editor.boundTo(key, title)", key=key, title=title)
        assert 1 == len(rows), rows


def test_a_proposal_with_a_new_file_is_reviewed_file_after_file(editor: VSCode, api: MessagesApi) -> None:
    created = {"command": "create", "path": "shop/rates.py", "file_text": "VAT = 20\n"}
    changed = {"command": "str_replace", "path": CHECKOUT, "old_str": RATE, "new_str": NEW_RATE}
    calls = (tool_use_block("str_replace_based_edit_tool", given) for given in (changed, created))
    api.script(Reply(tuple(calls)), "Done.")
    editor.open(CHECKOUT)
    propose(editor, "Move the rate")
    editor.run("await editor.lens('Accept', 0)")
    editor.run("await page.waitForSelector('.tab.active[aria-label*=\"rates.py\"]')")
    editor.run("await editor.waitForText('VAT = 20')")
    assert ["Accept the New File", "Reject the New File"] == editor.run("return editor.lenses(2)")
    editor.shot("new-file")
    editor.run("await editor.lens('Accept', 0)")
    editor.run("await page.waitForFunction(() => !document.querySelector('.monaco-diff-editor'))")
    editor.run("await page.locator('.tab.dirty[aria-label*=\"rates.py\"]').click()")
    assert "VAT = 20\n" == on_disk(editor, "shop/rates.py")


def test_a_server_that_runs_already_answers_by_its_address(
    online: Foreword, shop: GitRepo, tmp_path: Path
) -> None:
    line = [*command("serve", "--tcp", "127.0.0.1:0")]
    with subprocess.Popen(line, env=online.environ(), stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = server.stderr.readline().rpartition(" ")[2].strip()
            token = server.stderr.readline().rpartition(" ")[2].strip()
            found = {"foreword.tcp": address, "foreword.tcpTokenFile": token}
            with vscode(online, shop.path, tmp_path / "editor", found) as editor:
                editor.open(CHECKOUT)
                assert "cold" in editor.run("return editor.waitForStanding('cold')")
                assert [] == editor.problems
            server.wait(PATIENCE)  # it ends with its last client
        finally:
            server.kill()
