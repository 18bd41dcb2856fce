"""The first start of the extension in a real VS Code: its server is installed, and a question that was asked meanwhile is kept.

The Python that it is installed with stands in for one without Foreword: its environments are those of this Python, and
what it installs is there already. All else is the extension's own.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from vscode import vscode
from vscode_chat import CHECKOUT, VIEW, Chat

PYTHON = """#!/bin/sh
case "$*" in
  *find_spec*) echo 3 11 0 ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip "*) cat {gate} ;;
  *) exec {python} "$@" ;;
esac
"""
INSTALLING = "Setting up the server: installing the server and the grammars"


def test_a_question_that_is_asked_while_the_server_is_installed_is_kept_and_sent(
    online: Foreword, shop: GitRepo, tmp_path: Path, api: MessagesApi
) -> None:
    gate, python = tmp_path / "gate", tmp_path / "python"
    os.mkfifo(gate)
    python.write_text(PYTHON.format(gate=shlex.quote(str(gate)), python=shlex.quote(sys.executable)))
    python.chmod(0o755)
    with vscode(online, shop.path, tmp_path / "editor", {"foreword.python": str(python)}) as editor:
        (extension,) = (tmp_path / "editor" / "extensions").glob("foreword.foreword-*")
        (extension / "wheel").mkdir()
        (extension / "wheel" / "foreword-0-py3-none-any.whl").touch()
        editor.open(CHECKOUT)
        editor.command(VIEW)
        chat = Chat(editor)
        api.script("Nineteen.", "Nineteen.")
        chat.ask("What is the rate?")
        chat.wait_for(".question-text", "What is the rate?")
        assert INSTALLING in chat.wait_for(".answer .waiting", INSTALLING)
        editor.command("View: Show Explorer")
        editor.command(VIEW)
        chat.wait_for(".question-text", "What is the rate?")
        chat.wait_for(".answer .waiting", INSTALLING)
        editor.shot("first-start")
        assert [] == api.messages
        gate.write_text("installed")
        chat.wait_for(".answer", "Nineteen.")
        chat.wait_for(".answer .receipt")
        assert ["What is the rate?"] == chat.all(".question-text")
        assert [] == editor.run("return editor.messages()")
        assert [] == editor.problems
