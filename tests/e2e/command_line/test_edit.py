"""`foreword edit`: the model's edits as a diff, and on disk on request, against a real git repository."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from foreword_cli import Foreword
from foreword_output import RECEIPT, Done, Json, misfit
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, text_block, tool_use_block
from prefix_money import prefix_texts

EDIT = {
    "schema": str,
    "text": str,
    "provider": str,
    "model": str,
    "stopReason": str,
    "edits": [{"path": str, "kind": str, "diff": str, "applied": bool}],
    "problems": [{"message": str}],
    "receipt": RECEIPT,
}
CHECKOUT = "shop/checkout.py"
EDITOR = "str_replace_based_edit_tool"
INSTRUCTION = "Raise the VAT to 20 percent"


def replaced(path: str, old: str, new: str) -> Json:
    given = {"command": "str_replace", "path": path, "old_str": old, "new_str": new}
    return tool_use_block(EDITOR, given)


def created(path: str, text: str) -> Json:
    return tool_use_block(EDITOR, {"command": "create", "path": path, "file_text": text})


RAISED = replaced(CHECKOUT, "VAT_PERCENT = 19", "VAT_PERCENT = 20")


def edit(user: Foreword, repo: GitRepo, *flags: str, instruction: str = INSTRUCTION) -> Done:
    return user.run("edit", instruction, "--json", "--workspace", str(repo.path), *flags)


def script(api: MessagesApi, *calls: Json, meanwhile: Callable[[], object] = lambda: None) -> None:
    """The model makes all calls at once, and then says that it is done; `meanwhile` happens in between."""

    def finish(_: Json) -> str:
        meanwhile()
        return "Done."

    api.script(Reply((text_block("I change the rate."), *calls)), finish)


def text_of(repo: GitRepo, path: str = CHECKOUT) -> str:
    return (repo.path / path).read_bytes().decode()


NOTES = {
    ".editorconfig": "root = true\n[*.{txt,c}]\ncharset = latin1\n[lib/**.pas]\ncharset = windows-1250\n",
    ".gitattributes": "*.cs working-tree-encoding=UTF-16LE eol=lf\n*.for encoding=koi8-r\n",
    ".foreword.toml": '[context]\nencoding = "gbk"\n',
}


@pytest.mark.parametrize(
    "case",
    [
        ("notes.txt", "cp1252", "x = 1 plain\n", "Größe €"),
        ("lib/unit.pas", "cp1250", "{ žluťoučký kůň }\nx = 1\n", "příšerně"),
        ("Box.cs", "utf-16-le", "// 这是设定\nx = 1\n", "数值"),
        ("old.for", "koi8-r", "C     Ы\nx = 1\n", "значение"),
        ("other.bas", "gbk", "' 数\nx = 1\n", "数值"),
    ],
)
def test_an_edit_is_written_in_the_encoding_that_the_project_or_the_user_says(
    online: Foreword, api: MessagesApi, shop: GitRepo, case: tuple[str, str, str, str]
) -> None:
    path, encoding, before, word = case
    for name, text in NOTES.items():
        shop.write(name, text)
    shop.write(path, before.encode(encoding))
    shop.commit("legacy")
    script(api, replaced(path, "x = 1", f"x = 2 {word}"))
    done = edit(online, shop, "--apply")
    assert ([], 0) == (messages(done.answer), done.code)
    assert before.replace("x = 1", f"x = 2 {word}").encode(encoding) == (shop.path / path).read_bytes()
    assert before in "\n".join(prefix_texts(api.requests[-1]))


def messages(told: Json) -> list[str]:
    return [problem["message"] for problem in told["problems"]]


def test_edits_are_shown_as_a_diff_and_nothing_is_written(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    script(api, RAISED, created("shop/tip.py", "TIP = 5\n"))
    done = edit(online, shop)
    told = done.answer
    assert (0, "") == (done.code, done.err)
    assert misfit(told, EDIT) is None
    assert ("foreword.edit/1", "I change the rate.\n\nDone.", []) == (
        told["schema"],
        told["text"],
        told["problems"],
    )
    change, creation = told["edits"]
    assert (CHECKOUT, "change", False) == (change["path"], change["kind"], change["applied"])
    assert "\n-VAT_PERCENT = 19\n+VAT_PERCENT = 20\n" in change["diff"]
    assert ("create", "--- /dev/null\n+++ b/shop/tip.py\n@@ -0,0 +1 @@\n+TIP = 5\n") == (
        creation["kind"],
        creation["diff"],
    )
    assert "" == shop.git("status", "--porcelain")


def test_the_diff_in_a_pipe_is_one_that_git_applies(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    script(api, RAISED, created("shop/tip.py", "TIP = 5\n"))
    done = online.run("edit", INSTRUCTION, cwd=shop.path)
    assert 0 == done.code
    assert "\x1b" not in done.out
    assert "nothing was written" in done.err
    shop.git("apply", "-", stdin=done.out.encode())
    assert ("TIP = 5\n", True) == (text_of(shop, "shop/tip.py"), "VAT_PERCENT = 20" in text_of(shop))


def test_with_apply_the_files_are_written_as_they_are_encoded(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    before = b"\xef\xbb\xbf" + text_of(shop).replace("\n", "\r\n").encode()
    shop.write(CHECKOUT, before)
    new = 'VAT_PERCENT = 20\nREDUCED = "é"'
    script(api, replaced(CHECKOUT, "VAT_PERCENT = 19", new), created("shop/new/tip.py", "TIP = 5\n"))
    done = edit(online, shop, "--apply")
    assert (0, [True, True]) == (done.code, [one["applied"] for one in done.answer["edits"]])
    expected = before.replace(b"VAT_PERCENT = 19", new.replace("\n", "\r\n").encode())
    assert expected == (shop.path / CHECKOUT).read_bytes()
    assert "TIP = 5\n" == text_of(shop, "shop/new/tip.py")
    assert f" M {CHECKOUT}\n?? shop/new/" == shop.git("status", "--porcelain")


def test_the_model_sees_its_edits_and_the_first_prefix_serves_questions_too(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.script(
        Reply((RAISED,)),
        Reply((tool_use_block(EDITOR, {"command": "view", "path": CHECKOUT, "view_range": [5, 5]}),)),
        "Done.",
    )
    assert 0 == edit(online, shop).code
    assert 0 == online.ask(shop.path, "What is the VAT?").code
    *_, last, question = api.messages
    assert last.body is not None
    assert "5\tVAT_PERCENT = 20\n" == last.body["messages"][-1]["content"][0]["content"]
    assert prefix_texts(last) == prefix_texts(question)
    assert "read" in str(question.verdict)
    booked = json.dumps(online.json_of("usage", "--by", "kind"))
    assert '"edit"' in booked


def test_files_are_renamed_and_deleted_where_asked(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    before = text_of(shop)
    new = "shop/till/checkout.py"
    api.script(
        Reply((
            tool_use_block("files", {"command": "rename", "path": CHECKOUT, "new_path": new}),
            tool_use_block("files", {"command": "delete", "path": "README.md"}),
        )),
        Reply((replaced(new, "VAT_PERCENT = 19", "VAT_PERCENT = 20"),)),
        "Done.",
    )  # fmt: skip
    done = edit(online, shop, "--apply")
    assert (0, [True, True]) == (done.code, [one["applied"] for one in done.answer["edits"]])
    assert before.replace("19", "20") == text_of(shop, new)
    assert f" D README.md\n D {CHECKOUT}\n?? shop/till/" == shop.git("status", "--porcelain")


def test_stale_files_are_edited_where_the_lines_are_now_or_not_at_all(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    moved = "# Moved.\n\n" + text_of(shop).replace("half up", "half down")
    doubled = text_of(shop, "README.md") * 2

    def save() -> None:
        shop.write(CHECKOUT, moved)
        shop.write("README.md", doubled)

    script(api, RAISED, replaced("README.md", "# Shop", "# Store"), meanwhile=save)
    done = edit(online, shop, "--apply")
    assert (3, [True, False]) == (done.code, [one["applied"] for one in done.answer["edits"]])
    (message,) = messages(done.answer)
    assert (
        "README.md: the change of line 1 (# Shop) was not applied: the same lines stand in 2 places"
        in message
    )
    assert (moved.replace("19", "20"), doubled) == (text_of(shop), text_of(shop, "README.md"))


def test_a_failed_edit_is_reported_with_exit_code_3(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    script(api, RAISED, replaced("README.md", "no such words", ""), replaced(".env", "a", "b"))
    done = edit(online, shop, "--apply")
    assert 3 == done.code
    readme, secret = messages(done.answer)
    assert "old_str does not occur in README.md" in readme
    assert "No file '.env'" in secret
    assert "VAT_PERCENT = 20" in text_of(shop)


def test_the_model_can_not_create_a_file_elsewhere(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    paths = ["../out.py", "/foreword-out.py", ".git/hooks/post-commit", ".env", "shop"]
    script(api, *(created(path, "x = 1\n") for path in paths))
    done = edit(online, shop, "--apply")
    assert (3, [], 5) == (done.code, done.answer["edits"], len(done.answer["problems"]))
    assert all("can't be created" in message for message in messages(done.answer))
    assert "" == shop.git("status", "--porcelain", "--ignored")
    assert [] == [path for path in paths if (shop.path / path).is_file()]


def test_a_new_syntax_error_is_a_problem(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    script(api, replaced(CHECKOUT, "VAT_PERCENT = 19", "VAT_PERCENT = = 19"))
    done = edit(online, shop)
    assert 3 == done.code
    assert "syntax error near line 5" in messages(done.answer)[0]
    assert "syntax error near line 5" in str(api.messages[-1].body)


def test_a_proposal_that_breaks_off_is_shown_but_not_applied(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    api.script(Reply((RAISED,)), Reply((text_block("And"),), "max_tokens"))
    done = edit(online, shop, "--apply")
    assert (3, [False]) == (done.code, [one["applied"] for one in done.answer["edits"]])
    assert "answer.tokens" in messages(done.answer)[0]
    assert "VAT_PERCENT = 19" in text_of(shop)


def test_no_edit_at_all_is_no_error(online: Foreword, api: MessagesApi, shop: GitRepo) -> None:
    api.answer("The rate is right as it is.")
    done = online.run("edit", INSTRUCTION, "--apply", cwd=shop.path)
    assert (0, "The rate is right as it is.\n") == (done.code, done.out)
    assert "no edit was proposed" in done.err


def test_a_terminal_gets_the_words_and_a_coloured_diff(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    script(api, RAISED)
    done = online.on_terminal("edit", INSTRUCTION, "--apply", "--workspace", str(shop.path))
    assert 0 == done.code
    assert "Done." in done.plain
    assert "-VAT_PERCENT = 19" in done.plain
    assert "\x1b[92;49m+VAT_PERCENT = 20" in done.out
    assert "1 of 1 file written" in done.plain


def test_without_a_model_there_are_no_edits(offline: Foreword, shop: GitRepo) -> None:
    done = edit(offline, shop, "--apply")
    assert (5, "") == (done.code, done.out)
    assert "edits need a model" in done.complaint


def test_without_tools_there_are_no_edits(online: Foreword, shop: GitRepo) -> None:
    user = Foreword(online.home, url=online.url, more={"FOREWORD_TOOLS_ROUNDS": "0"})
    done = edit(user, shop)
    assert (2, "edits need tools: set tools.rounds above 0") == (done.code, done.complaint)


def test_a_dry_run_prints_the_request_that_the_edit_sends(
    online: Foreword, api: MessagesApi, shop: GitRepo
) -> None:
    dry = edit(online, shop, "--dry-run", "--path", f"{CHECKOUT}:5").answer
    assert [] == api.requests
    script(api, RAISED)
    edit(online, shop, "--path", f"{CHECKOUT}:5")
    assert api.messages[0].body == {**dry["request"], "stream": True}
    assert INSTRUCTION in dry["request"]["messages"][0]["content"][-1]["text"]


def test_an_empty_instruction_is_refused(online: Foreword, shop: GitRepo) -> None:
    done = edit(online, shop, instruction=" ")
    assert 2 == done.code
    assert "the instruction is empty" in done.complaint


def test_a_file_that_runs_something_is_marked_and_written_only_on_demand(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    creates = [
        tool_use_block(
            "str_replace_based_edit_tool", {"command": "create", "path": path, "file_text": "{}\n"}
        )
        for path in ("shop/plain.py", ".vscode/tasks.json", ".git", "shop/.hg", "shop/a\u202eb.py")
    ]
    api.script(Reply(tuple(creates)), "Done.", Reply(tuple(creates[1:2])), "Done.")
    done = online.run("edit", "Add them.", "--apply", cwd=shop.path)
    assert 3 == done.code
    assert "what runs on this machine" in done.err
    assert (shop.path / "shop/plain.py").exists()
    assert not (shop.path / ".vscode").exists()
    assert (shop.path / ".git").is_dir()
    assert [] == [
        path.name for path in (shop.path / "shop").iterdir() if not path.name.isascii() or path.name == ".hg"
    ]
    assert 0 == online.run("edit", "Add it.", "--apply", "--allow-config", cwd=shop.path).code
    assert (shop.path / ".vscode/tasks.json").exists()
