"""A stock Emacs with the lines of configuration that `editors/README.md` shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emacs import binary, emacs
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Status
from shop_edits import CHECKOUT, NET, ROUNDED, script_edit

README = Path(__file__).parents[3] / "editors" / "README.md"
ATTACHED = f"""
(find-file "{CHECKOUT}")
(call-interactively #'eglot)
(search-forward "def net_t")
"""


@pytest.fixture(autouse=True)
def installed() -> str:
    return binary()


def lines_of_the_readme() -> str:
    (shown,) = re.findall(r"```elisp\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(shown)


def trusting(user: Foreword, folder: Path) -> None:
    assert 0 == user.run("trust", "--workspace", str(folder)).code


def test_a_code_action_changes_the_buffer_as_proposed_and_one_undo_takes_it_back(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    trusting(online, shop.path)
    script_edit(api)
    before = (shop.path / CHECKOUT).read_text(encoding="utf-8")
    code = """
    (choose "Document `net_total`")
    (let ((changed (buffer-string)))
      (undo)
      (vector changed (buffer-string)))
    """
    (changed, undone), told = emacs(online, shop.path, lines_of_the_readme(), ATTACHED + code)
    assert before.replace(NET, ROUNDED) == changed
    assert before == undone
    assert "Server reports" not in told


def test_an_answer_is_shown_in_a_buffer(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    trusting(online, shop.path)
    api.script("It adds the prices up, see shop/checkout.py:15.")
    code = """
    (choose "Explain `net_total`")
    (until (lambda () (cl-find-if (lambda (text) (string-search "fresh:" text))
                                  (mapcar (lambda (buffer) (with-current-buffer buffer (buffer-string)))
                                          (cl-remove-if-not #'buffer-file-name (buffer-list))))))
    """
    answer, _ = emacs(online, shop.path, lines_of_the_readme(), ATTACHED + code)
    assert answer.startswith(
        "# Explain `net_total` in shop/checkout.py:14-16.\n\nIt adds the prices up, see shop/checkout.py:15."
    )


def test_a_failure_is_one_clear_message_and_the_buffer_stays_as_it_is(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    trusting(online, shop.path)
    api.fail(Status(400, "the prompt is odd"))
    code = """
    (choose "Document `net_total`")
    (buffer-string)
    """
    text, told = emacs(online, shop.path, lines_of_the_readme(), ATTACHED + code)
    assert (shop.path / CHECKOUT).read_text(encoding="utf-8") == text
    (line,) = (line for line in told.splitlines() if "Foreword:" in line)
    assert "the prompt is odd" in line
    assert 1 == len(api.messages)


def test_an_untrusted_project_has_an_empty_menu_and_one_message_says_why(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    code = """
    (until (lambda () (null (eglot-code-actions (point)))))
    (eglot-code-actions (point))
    """
    found, told = emacs(online, shop.path, lines_of_the_readme(), f'{ATTACHED} {code} "empty"')
    assert "empty" == found
    assert 1 == told.count("run `foreword trust` there")
    assert () == tuple(api.messages)
