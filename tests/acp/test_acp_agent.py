"""`foreword acp` as the SDK's own client meets it: in a process of its own, on standard streams."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from acp.schema import EmbeddedResourceContentBlock, TextResourceContents

from acp import RequestError, resource_link_block
from acp_client import Editor, connected
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi, Reply, text_block, thinking_block, tool_use_block
from shop_edits import CHECKOUT, script_edit

OLD, NEW = "VAT_PERCENT = 19", "VAT_PERCENT = 20"
VIEW = tool_use_block(
    "str_replace_based_edit_tool", {"command": "view", "path": CHECKOUT, "view_range": [4, 9]}
)


def turn_texts(api: MessagesApi, n: int = -1) -> str:
    """All text of the last message of a request."""
    body = api.messages[n].body
    assert body is not None
    return "".join(block.get("text", "") for block in body["messages"][-1]["content"])


async def test_a_question_is_answered_from_the_index_without_a_key(offline: Foreword, shop: GitRepo) -> None:
    editor = Editor()
    async with connected(offline, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        done = await agent.ask(session.session_id, "What does `gross_total` do?")
    assert "end_turn" == done.stop_reason
    assert "shop/checkout.py" in editor.text
    assert "simulated cache" in editor.text
    assert [] == editor.questions
    (usage,) = editor.of_kind("usage_update")
    assert 0 < usage["used"] < usage["size"]
    assert "cost" not in usage


async def test_text_and_thoughts_are_streamed_and_the_receipt_and_the_cost_follow(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    editor = Editor()
    api.script(Reply((thinking_block("Tax comes to mind."), text_block("The gross total has the tax."))))
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        done = await agent.ask(session.session_id, "What is the gross total?")
        first = editor.text
        await agent.ask(session.session_id, "And the net total?")
    assert editor.joined("agent_thought_chunk").startswith("Tax comes to mind.")
    assert first.startswith("The gross total has the tax.")
    assert 1 < len(editor.of_kind("agent_message_chunk"))
    assert "· cache: cold, " in first
    receipt = (done.field_meta or {})["foreword"]["receipt"]
    assert receipt["summary"] in first
    one, two = editor.of_kind("usage_update")
    assert pytest.approx(receipt["cost"]["total"], abs=1e-8) == one["cost"]["amount"]
    assert pytest.approx(api.cost(), abs=1e-6) == two["cost"]["amount"]
    assert one["used"] < two["used"]
    # One question of trust, and what was told is remembered.
    assert ["Trust"] == ["Trust" for one in editor.questions if "provider anthropic" in one["title"]]
    (info,) = editor.of_kind("session_info_update")
    assert "What is the gross total?" == info["title"]


async def test_nothing_is_sent_for_a_user_who_does_not_trust_the_folder(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    editor = Editor(lambda _: False)
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        with pytest.raises(RequestError, match="is not trusted"):
            await agent.ask(session.session_id, "What is a refund?")
        listed = await agent.connection.list_sessions(str(shop.path))
    assert [] == api.messages
    assert [] == listed.sessions
    assert 1 == len(editor.questions)


async def test_tool_calls_show_where_they_look_and_how_they_ended(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    missing = tool_use_block("str_replace_based_edit_tool", {"command": "view", "path": "nowhere.py"})
    api.script(Reply((text_block("I look."), VIEW, missing)), "Found.")
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, "How is it rounded?")
    calls = [one for one in editor.of_kind("tool_call") if one["kind"] == "read"]
    assert [f"view {CHECKOUT}:4-9", "view nowhere.py"] == [one["title"] for one in calls]
    assert [{"path": str(shop.path / CHECKOUT), "line": 4}] == calls[0]["locations"]
    ended = {one["toolCallId"]: one["status"] for one in editor.of_kind("tool_call_update")}
    assert ["completed", "failed"] == [ended[one["toolCallId"]] for one in calls]


async def test_a_cancelled_turn_ends_as_cancelled_and_is_booked(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    editor = Editor()
    api.script((Hold(after=2), "It takes a while to say what this is about."))
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        asking = asyncio.ensure_future(agent.ask(session.session_id, "What is a refund?"))
        await editor.until(lambda: editor.text != "")
        await agent.connection.cancel(session.session_id)
        assert "cancelled" == (await asking).stop_reason
        # The session goes on.
        assert "end_turn" == (await agent.ask(session.session_id, "What is a basket?")).stop_reason
    assert api.messages[0].disconnected.wait(30)
    costs = [one["cost"]["amount"] for one in editor.of_kind("usage_update")]
    assert 0 < costs[0] < costs[1]


async def test_an_allowed_proposal_is_written_by_the_client(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    script_edit(api, OLD, NEW)
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        done = await agent.ask(session.session_id, "Raise the VAT to 20 percent")
    assert "end_turn" == done.stop_reason
    assert [str(shop.path / CHECKOUT)] == editor.writes
    assert NEW in (shop.path / CHECKOUT).read_text(encoding="utf-8")
    question = editor.questions[-1]
    assert f"Apply the proposed edits of {CHECKOUT}?" == question["title"]
    (diff,) = question["content"]
    assert OLD in diff["oldText"]
    assert diff["newText"] == (shop.path / CHECKOUT).read_text(encoding="utf-8")
    ended = [one for one in editor.of_kind("tool_call_update") if one["toolCallId"] == question["toolCallId"]]
    assert ["completed"] == [one["status"] for one in ended]


async def test_a_refused_proposal_leaves_nothing(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    script_edit(api, OLD, NEW)
    editor = Editor(lambda title: "Apply" not in title)
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        done = await agent.ask(session.session_id, "Raise the VAT to 20 percent")
    assert "end_turn" == done.stop_reason
    assert [] == editor.writes
    assert "" == shop.git("status", "--porcelain")
    assert [] == online.json("proposals", shop.path)["proposals"]
    last = [
        one
        for one in editor.of_kind("tool_call_update")
        if one["toolCallId"] == editor.questions[-1]["toolCallId"]
    ]
    assert ["failed"] == [one["status"] for one in last]


async def test_a_client_without_files_has_the_proposal_written_to_disk_once_it_is_allowed(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    script_edit(api, OLD, NEW)
    editor = Editor(files=False)
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, "Raise the VAT to 20 percent")
    assert ([], []) == (editor.reads, editor.writes)
    assert NEW in (shop.path / CHECKOUT).read_text(encoding="utf-8")


async def test_a_chat_goes_on_after_a_restart_and_its_past_is_shown(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    before, after, quiet = Editor(), Editor(), Editor()
    async with connected(online, before) as agent:
        session_id = (await agent.connection.new_session(str(shop.path))).session_id
        await agent.ask(session_id, "What is a refund?")
    async with connected(online, after) as agent:
        (listed,) = (await agent.connection.list_sessions(str(shop.path))).sessions
        assert (session_id, "What is a refund?") == (listed.session_id, listed.title)
        await agent.connection.load_session(str(shop.path), session_id)
        assert "What is a refund?" == after.joined("user_message_chunk")
        assert before.text == after.text
        await agent.ask(session_id, "And a voucher?")
    async with connected(online, quiet) as agent:
        await agent.connection.resume_session(cwd=str(shop.path), session_id=session_id)
        assert "" == quiet.text
        await agent.ask(session_id, "And a parcel?")
        await agent.connection.close_session(session_id)
        with pytest.raises(RequestError, match="no open session"):
            await agent.ask(session_id, "And now?")
    assert [1, 3, 5] == [len(one.body["messages"]) for one in api.messages if one.body]
    assert ["written", "read and written", "read and written"] == [one.verdict for one in api.messages]
    assert [] == after.questions


async def test_unsaved_text_of_the_client_counts(online: Foreword, shop: GitRepo, api: MessagesApi) -> None:
    file = shop.path / CHECKOUT
    editor = Editor()
    editor.buffers[str(file)] = file.read_text(encoding="utf-8").replace(OLD, "VAT_PERCENT = 7  # unsaved")
    api.script(Reply((VIEW,)), "Seven.")
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        # Nobody pointed at the file: the client is asked when the model looks at it.
        await agent.ask(session.session_id, "What is the VAT?")
        assert "# unsaved" in str((api.messages[1].body or {})["messages"][-1])
        await agent.ask(session.session_id, "Is that right? ", resource_link_block("c", file.as_uri()))
    assert "VAT_PERCENT = 7  # unsaved" in turn_texts(api)
    assert "Is that right? `shop/checkout.py`" in turn_texts(api)


async def test_an_edit_meets_what_is_typed_meanwhile_exactly_or_not_at_all(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    file = shop.path / CHECKOUT
    saved = file.read_text(encoding="utf-8")
    editor = Editor()
    editor.on_question = lambda: editor.buffers.update({str(file): "# typed\n" + saved})
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        script_edit(api, OLD, NEW)
        await agent.ask(session.session_id, "Raise the VAT")
        assert "# typed\n" + saved.replace(OLD, NEW) == editor.buffers[str(file)]
        file.write_text(saved, encoding="utf-8")
        editor.buffers.clear()
        editor.on_question = lambda: editor.buffers.update({str(file): saved.replace("19", "21")})
        script_edit(api, OLD, NEW)
        await agent.ask(session.session_id, "Raise the VAT")
    assert saved.replace("19", "21") == editor.buffers[str(file)]
    assert 1 == len(editor.writes)
    assert "was not applied" in editor.text


async def test_a_file_keeps_its_line_ends_and_its_encoding(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    crlf, latin = shop.path / "crlf.py", shop.path / "latin.py"
    crlf.write_bytes(b"a = 1\r\nb = 2\r\n")
    latin.write_bytes(b"# -*- coding: latin-1 -*-\nname = 'caf\xe9 cr\xe8me'\nb = 2\n")
    shop.commit("Add files")
    editor = Editor()
    # As editors do that show lines.
    editor.buffers[str(crlf)] = "a = 1\nb = 2\n"
    edits = [
        {"command": "str_replace", "path": path, "old_str": "b = 2", "new_str": "b = 3"}
        for path in ("crlf.py", "latin.py")
    ]
    api.script(Reply(tuple(tool_use_block("str_replace_based_edit_tool", one) for one in edits)), "Done.")
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, "Make b three")
    assert b"a = 1\r\nb = 3\r\n" == crlf.read_bytes()
    assert b"# -*- coding: latin-1 -*-\nname = 'caf\xe9 cr\xe8me'\nb = 3\n" == latin.read_bytes()
    # What the editor could spoil is not given to it.
    assert [] == editor.writes


async def test_files_are_created_moved_and_deleted_once_that_is_allowed(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    new = {"command": "create", "path": "new/tax.py", "file_text": "TAX = 19\n"}
    calls = (
        tool_use_block("str_replace_based_edit_tool", new),
        tool_use_block("files", {"command": "rename", "path": CHECKOUT, "new_path": "shop/till.py"}),
        tool_use_block("files", {"command": "delete", "path": "README.md"}),
    )
    api.script(Reply(calls), "Done.")
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, "Move things")
    assert [str(shop.path / "new/tax.py")] == editor.writes
    assert "TAX = 19\n" == (shop.path / "new/tax.py").read_text(encoding="utf-8")
    assert (shop.path / "shop/till.py").is_file()
    assert not (shop.path / CHECKOUT).exists()
    assert not (shop.path / "README.md").exists()
    assert "rename to shop/till.py" in str(editor.questions[-1]["content"])


async def test_in_the_mode_ask_no_file_is_edited_and_the_model_can_be_chosen(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    script_edit(api, OLD, NEW)
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        assert session.modes is not None
        assert ["edit", "ask"] == [one.id for one in session.modes.available_modes]
        await agent.connection.set_session_mode(mode_id="ask", session_id=session.session_id)
        chosen = await agent.connection.set_config_option(
            config_id="model", session_id=session.session_id, value="claude-opus-4-8"
        )
        assert chosen is not None
        assert {"mode": "ask", "model": "claude-opus-4-8", "effort": "auto"} == {
            one.id: one.current_value for one in chosen.config_options
        }
        with pytest.raises(RequestError, match="model can't be 'gone'"):
            await agent.connection.set_config_option(
                config_id="model", session_id=session.session_id, value="gone"
            )
        await agent.ask(session.session_id, "Raise the VAT to 20 percent")
    assert ["ask"] == [one["currentModeId"] for one in editor.of_kind("current_mode_update")]
    assert "claude-opus-4-8" == (api.messages[0].body or {})["model"]
    assert "" == shop.git("status", "--porcelain")
    assert 1 == len(editor.questions)
    assert "files are not edited here" in str((api.messages[1].body or {})["messages"][-1])


async def test_kinds_and_own_tasks_are_slash_commands(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    task = "---\ndescription: Look at money\nkind: answer\ncontext: [shop/checkout.py]\n---\nWhere is money rounded?\n"
    shop.write(".foreword/tasks/money.md", task)
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await editor.until(lambda: editor.of_kind("available_commands_update") != [])
        await agent.ask(session.session_id, "/explain how a refund is made")
        assert "Explain how a refund is made" in turn_texts(api)
        assert "Explain the code that is asked about" in turn_texts(api)
        # A project's tasks come with the trust in it.
        again = await agent.connection.new_session(str(shop.path))
        await editor.until(lambda: 2 == len(editor.of_kind("available_commands_update")))
        await agent.ask(again.session_id, "/money Only in the shop.")
        assert "Where is money rounded?\n\nOnly in the shop." in turn_texts(api)
        with pytest.raises(RequestError, match="/review is about nothing"):
            await agent.ask(again.session_id, "/review")
        await agent.ask(again.session_id, "/etc/hosts is a path, isn't it?")
        assert "/etc/hosts is a path" in turn_texts(api)
    first, second = (
        {one["name"] for one in told["availableCommands"]}
        for told in editor.of_kind("available_commands_update")
    )
    assert {"explain", "review", "fix", "rewrite", "simplify", "document", "tests"} == first
    assert first | {"money"} == second


async def test_what_is_no_file_of_the_workspace_is_refused_or_taken_as_a_text(
    online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("not yours", encoding="utf-8")
    log = EmbeddedResourceContentBlock(
        type="resource", resource=TextResourceContents(uri="terminal://1/build.log", text="exit code 3")
    )
    editor = Editor()
    async with connected(online, editor) as agent:
        session_id = (await agent.connection.new_session(str(shop.path))).session_id
        with pytest.raises(RequestError, match="is no file of this workspace"):
            await agent.ask(session_id, "Read ", resource_link_block("outside", outside.as_uri()))
        with pytest.raises(RequestError, match="an absolute path"):
            await agent.connection.new_session("shop")
        with pytest.raises(RequestError, match="there is no chat"):
            await agent.connection.load_session(str(shop.path), "nonsense")
        lines = f"{(shop.path / CHECKOUT).as_uri()}#L5:5"
        await agent.ask(session_id, "Why?", log, resource_link_block("vat", lines))
    assert "exit code 3" in turn_texts(api)
    assert "Why? `build.log` `shop/checkout.py:5-5`" in turn_texts(api)
    assert "not yours" not in str([one.body for one in api.messages])


async def test_who_has_no_key_is_told_how_to_set_one(offline: Foreword, online: Foreword) -> None:
    async with connected(offline, Editor()) as agent:
        told = await agent.connection.initialize(1)
        assert ["offline", "api-key"] == [one.id for one in told.auth_methods or []]
        with pytest.raises(RequestError, match="Set ANTHROPIC_API_KEY"):
            await agent.connection.authenticate("api-key")
        await agent.connection.authenticate("offline")
    async with connected(online, Editor()) as agent:
        assert [] == (await agent.connection.initialize(1)).auth_methods
        await agent.connection.authenticate("api-key")


async def test_a_request_above_the_users_limit_is_asked_about(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    careful = replace(online, more={"FOREWORD_LIMITS_CONFIRM": "0.000001"})
    assert 0 == careful.run("trust", "-w", str(shop.path)).code
    editor = Editor(lambda _: False)
    async with connected(careful, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        with pytest.raises(RequestError):
            await agent.ask(session.session_id, "What is a refund?")
        assert [] == api.messages
        editor.agrees = lambda _: True
        assert "end_turn" == (await agent.ask(session.session_id, "What is a refund?")).stop_reason
    assert 2 == len(editor.questions)
    assert "$" in editor.questions[0]["title"]


async def test_trust_that_was_taken_back_is_not_asked_for(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    assert 0 == online.run("trust", "--revoke", "-w", str(shop.path)).code
    editor = Editor()
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        with pytest.raises(RequestError, match="run `foreword trust` there"):
            await agent.ask(session.session_id, "What is a refund?")
    assert ([], []) == (editor.questions, api.messages)


async def test_one_answer_at_a_time_in_a_session_and_two_in_two(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    assert 0 == online.run("trust", "-w", str(shop.path)).code
    api.script((Hold(after=2), "It takes a while to say what this is about."))
    editor = Editor()
    async with connected(online, editor) as agent:
        one = await agent.connection.new_session(str(shop.path))
        two = await agent.connection.new_session(str(shop.path))
        asking = asyncio.ensure_future(agent.ask(one.session_id, "What is a refund?"))
        await editor.until(lambda: editor.text != "")
        with pytest.raises(RequestError, match="is under way"):
            await agent.ask(one.session_id, "And now?")
        assert "end_turn" == (await agent.ask(two.session_id, "What is a basket?")).stop_reason
        api.release()
        assert "end_turn" == (await asking).stop_reason


async def test_a_folder_that_is_not_there_is_said_in_one_line(offline: Foreword, tmp_path: Path) -> None:
    async with connected(offline, Editor()) as agent:
        with pytest.raises(RequestError, match="no such folder: ") as refused:
            await agent.connection.new_session(str(tmp_path / "missing"))
    assert "\n" not in str(refused.value)


async def test_a_link_that_leads_out_of_the_workspace_is_written_through_by_nobody(
    online: Foreword, shop: GitRepo, api: MessagesApi, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    new = {"command": "create", "path": "made/new.py", "file_text": "x = 1\n"}
    api.script(Reply((tool_use_block("str_replace_based_edit_tool", new),)), "Done.")
    editor = Editor()

    def put_a_link_there() -> None:
        # Between the proposal and the user's yes; the first question is that of trust.
        if len(editor.questions) > 1:
            (shop.path / "made").symlink_to(outside)

    editor.on_question = put_a_link_there
    async with connected(online, editor) as agent:
        session = await agent.connection.new_session(str(shop.path))
        await agent.ask(session.session_id, "Make a file")
    assert [] == editor.writes
    assert [] == list(outside.iterdir())
    assert "is a symlink out of the workspace" in editor.text
