"""Turns of a chat against the stand-in: what is sent begins with exactly what was sent before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from chat_driver import Talker, continues, plain, text_of
from foreword.assist.question.pointers import AttachmentRef
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot import workspace_snapshot as saved_state
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot, take_snapshot
from foreword.core.errors import ContextTooLarge, ModelError, RequestRejected, UsageError
from foreword.core.tree import make_tree
from foreword.index.build.build import refresh
from gitrepo import GitRepo
from messages_api import (
    Cut,
    MessagesApi,
    Reply,
    Status,
    refusal,
    text_block,
    thinking_block,
    tool_use_block,
)

LARGE = "".join(f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(400))
EDITOR = "str_replace_based_edit_tool"


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def large(repo: GitRepo) -> GitRepo:
    """A repository that is larger than any model's minimum."""
    repo.write("shop/large.py", LARGE)
    repo.commit("Grow")
    return repo


@pytest.fixture
def talker(large: GitRepo, api: MessagesApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talker:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "any")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    return Talker(tmp_path / "home", large.path, api.url)


def view(path: str) -> Reply:
    return Reply((thinking_block("Look."), tool_use_block(EDITOR, {"command": "view", "path": path})))


def check_chain(api: MessagesApi) -> None:
    """All requests so far are one conversation that only grew, and none was refused."""
    assert [] == api.rejected
    bodies = [recorded.body for recorded in api.messages]
    for earlier, later in pairwise(bodies):
        assert earlier is not None
        assert later is not None
        assert continues(earlier, later)


def test_each_turn_begins_with_exactly_the_turn_before_while_files_change(
    talker: Talker, large: GitRepo, api: MessagesApi
) -> None:
    for number in range(5):
        large.write("shop/price.py", f"def price_of(item):\n    return {number}\n")
        large.write(f"shop/new_{number}.py", f"NUMBER = {number}\n")
        talker.say(f"Question {number}?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    asked = [text_of(message) for message in last["messages"] if message["role"] == "user"]
    assert "+    return 0" in asked[0]
    for number, text in enumerate(asked[1:], 1):
        assert text.startswith("<changes>\n")
        assert f"+    return {number}\n" in text
        assert f'path="shop/new_{number}.py"' in text
        assert f'path="shop/new_{number - 1}.py"' not in text.partition("</changes>")[0]
        assert text.endswith(f"Question {number}?")


def test_thinking_comes_back_as_it_was(talker: Talker, api: MessagesApi) -> None:
    api.answer_with(Reply((thinking_block("Deep in thought."), text_block("So."))))
    for _ in range(3):
        talker.say("And?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    thoughts = [
        block for message in last["messages"] for block in message["content"] if block["type"] == "thinking"
    ]
    assert 2 == len(thoughts)
    assert all(block["signature"] for block in thoughts)


def test_nearly_all_of_the_base_is_read_from_the_second_turn_on(
    talker: Talker, large: GitRepo, api: MessagesApi
) -> None:
    first = talker.say("One?").answer.receipt.usage
    for number in range(4):
        large.write("README.md", f"# Shop {number}\n")
        before = api.messages[-1].usage or {}
        usage = talker.say(f"And {number}?").answer.receipt.usage
        sent = before["cache_read_input_tokens"] + before["cache_creation_input_tokens"]
        assert sent == usage.read
        assert usage.read >= 0.95 * first.written
        assert usage.written < 0.1 * usage.read
        assert usage.fresh < 20


def test_many_rounds_of_tools_are_found_again_by_the_next_turn(
    talker: Talker, large: GitRepo, api: MessagesApi
) -> None:
    api.script(*(view("shop/price.py") for _ in range(11)), "Seen enough.")
    talker.say("Look around.")
    large.write("README.md", "# Shops\n")
    api.script(*(view("README.md") for _ in range(11)), "Seen all.")
    talker.say("Go on.")
    talker.say("Thanks.")
    check_chain(api)
    for earlier, later in pairwise(api.messages):
        was, now = earlier.usage or {}, later.usage or {}
        assert (
            was["cache_read_input_tokens"] + was["cache_creation_input_tokens"]
            == now["cache_read_input_tokens"]
        )
        assert len(later.marks) <= 4


def test_an_answer_of_many_blocks_is_found_again_by_the_next_turn(talker: Talker, api: MessagesApi) -> None:
    api.script(Reply(tuple(text_block(f"Part {n}. ") for n in range(30))))
    talker.say("Tell me all.")
    written = talker.say("Thanks.").answer.receipt.usage.written
    first, second = (recorded.usage or {} for recorded in api.messages)
    assert first["cache_creation_input_tokens"] == second["cache_read_input_tokens"]
    assert 0 < written < 500


def test_a_longer_time_to_live_counts_for_all_marks_of_a_chat(talker: Talker, api: MessagesApi) -> None:
    talker.flags = talker.flags | {"cache.ttl": "1h"}
    api.script(view("README.md"), view("README.md"), "Seen.")
    talker.say("Look.")
    api.advance(1800)
    talker.say("Thanks.")
    check_chain(api)
    assert {"1h"} == {ttl for recorded in api.messages for _, ttl in recorded.marks}
    before, after = (recorded.usage or {} for recorded in api.messages[-2:])
    assert (
        before["cache_read_input_tokens"] + before["cache_creation_input_tokens"]
        == after["cache_read_input_tokens"]
    )


def test_a_chat_keeps_its_base_when_the_anchor_moves(
    talker: Talker, large: GitRepo, api: MessagesApi
) -> None:
    talker.say("One?")
    large.write("shop/cart.py", "class Cart:\n    pass\n")
    large.commit("Empty the cart")
    large.git("gc", "-q", "--prune=now")
    talker.flags = talker.flags | {"context.budget": 5_000}
    other = Talker(talker.home, talker.folder, talker.url, talker.flags)
    spoken = talker.say("Two?")
    assert ("shop/cart.py",) == spoken.answer.receipt.freshness.delta_files
    check_chain(api)
    other.say("Another chat?")
    bodies = [recorded.body or {} for recorded in api.messages]
    assert plain(bodies[0])["messages"][0] != plain(bodies[2])["messages"][0]
    assert "<changes>" not in text_of(bodies[2]["messages"][0])


def test_a_chat_goes_on_without_the_objects_of_its_anchor(
    talker: Talker, large: GitRepo, api: MessagesApi
) -> None:
    talker.say("One?")
    large.git("checkout", "-q", "--orphan", "fresh")
    large.write("shop/cart.py", "class Cart:\n    pass\n")
    large.commit("Begin again")
    large.git("branch", "-q", "-D", "main")
    large.git("reflog", "expire", "--expire=now", "--all")
    large.git("gc", "-q", "--prune=now")
    talker.say("Two?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    assert "class Cart:\n    pass" in text_of(last["messages"][-1])


def test_unsaved_text_and_attachments_stand_in_the_turn(talker: Talker, api: MessagesApi) -> None:
    talker.say("One?")
    documents = (("shop/price.py", "def price_of(item):\n    return 99\n"),)
    places = (AttachmentRef("shop/cart.py", 1, 2), AttachmentRef("shop/large.py", symbol="function_7"))
    talker.say("Two?", documents=documents, places=places)
    talker.say("Three?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    _, second, third = (text_of(message) for message in last["messages"] if message["role"] == "user")
    assert "return 99" in second
    assert 'path="shop/cart.py" lines="1-2"' in second
    assert "return argument + 7\n" in second
    assert "<unsaved path" not in third


def test_edits_go_to_a_proposal_and_not_to_disk(talker: Talker, large: GitRepo, api: MessagesApi) -> None:
    call = {"command": "str_replace", "path": "README.md", "old_str": "Sells", "new_str": "Buys"}
    api.script(Reply((tool_use_block(EDITOR, call),)), "Done.")
    spoken = talker.say("Buy instead.")
    assert ["README.md"] == list(spoken.proposal.files)
    assert "+Buys things." in spoken.proposal.diff
    assert "Sells" in (large.path / "README.md").read_text()
    assert () == talker.say("Thanks.").proposal.touched
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    assert "not applied unless" in text_of(last["messages"][-1])
    proposals = [message.get("proposals") for message in talker.messages() if message["role"] == "assistant"]
    assert [["README.md"], []] == [
        [file["path"] for told in each or () for file in told["files"]] for each in proposals
    ]


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (Status(400, "No."), "failed"),
        (Status(401, "No key."), "failed"),
        ((Cut(2), Reply((text_block("Half of it, and more of it."),))), "interrupted"),
        (refusal("cyber", "No."), "refused"),
    ],
)
def test_nothing_of_a_failed_turn_is_sent_again(
    script: object, status: str, talker: Talker, api: MessagesApi
) -> None:
    talker.say("One?")
    api.script(script)  # type: ignore[arg-type]
    with suppress(ModelError):
        talker.say("A bad one?")
    talker.say("Three?")
    bodies = [recorded.body or {} for recorded in api.messages]
    assert continues(bodies[0], bodies[-1])
    assert ["One?", "Three?"] == [
        text_of(message)[-len("Three?") :].strip().split("\n")[-1]
        for message in bodies[-1]["messages"]
        if message["role"] == "user"
    ]
    shown = [(m["text"], m["status"]) for m in talker.messages() if m["role"] == "user"]
    assert [("One?", "done"), ("A bad one?", status), ("Three?", "done")] == shown


def test_a_failed_first_turn_pins_nothing(talker: Talker, large: GitRepo, api: MessagesApi) -> None:
    api.script(Status(400, "No."))
    with pytest.raises(ModelError):
        talker.say("One?")
    large.write("shop/price.py", "PRICE = 1\n")
    talker.say("One?")
    last = api.messages[-1].body
    assert last is not None
    assert 1 == len(last["messages"])
    assert "+PRICE = 1" in text_of(last["messages"][0])


def test_a_truncated_chat_goes_on_from_there(talker: Talker, large: GitRepo, api: MessagesApi) -> None:
    talker.say("One?")
    large.write("README.md", "# First\n")
    talker.say("Two?")
    large.write("README.md", "# Second\n")
    talker.say("Three?")
    second = next(message for message in talker.messages() if message["text"] == "Two?")
    assert talker.truncate(second["id"])
    talker.say("Two again?")
    bodies = [recorded.body or {} for recorded in api.messages]
    assert continues(bodies[0], bodies[-1])
    assert 3 == len(bodies[-1]["messages"])
    text = text_of(bodies[-1]["messages"][-1])
    assert "-# Shop\n" in text
    assert "+# Second\n" in text
    assert [] == api.rejected


def test_truncating_at_an_answer_keeps_its_question(talker: Talker) -> None:
    talker.say("One?")
    answer = talker.messages()[-1]
    assert "assistant" == answer["role"]
    assert talker.truncate(answer["id"])
    assert [("user", "One?", "cancelled")] == [(m["role"], m["text"], m["status"]) for m in talker.messages()]
    assert not talker.truncate(answer["id"] + "x")


def test_another_model_gets_no_thinking_that_is_not_its_own(talker: Talker, api: MessagesApi) -> None:
    talker.say("One?")
    talker.flags = {"model": "claude-haiku-5-5"}
    talker.say("Two?")
    talker.say("Three?")
    talker.flags = {"model": "claude-sonnet-5-5"}
    talker.say("Four?")
    assert [] == api.rejected
    bodies = [recorded.body or {} for recorded in api.messages]

    def thoughts(body: dict[str, object]) -> list[int]:
        messages: list[dict[str, list[dict[str, str]]]] = body["messages"]  # type: ignore[assignment]
        return [
            sum(block["type"] == "thinking" for block in message["content"])
            for message in messages
            if message["role"] == "assistant"  # type: ignore[comparison-overlap]
        ]

    assert [[], [0], [0, 1], [1, 0, 0]] == [thoughts(body) for body in bodies]
    assert continues(bodies[1], bodies[2])
    assert continues(bodies[0], bodies[3])


def test_after_a_change_of_account_the_chat_goes_on_without_the_old_thinking(
    talker: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MessagesApi(workspaces={"any": "first", "other": "second"}) as api:
        talker.url = api.url
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        talker.say("One?")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "other")
        with pytest.raises(RequestRejected, match="left out from now on: send the message again"):
            talker.say("Two?")
        talker.say("Two?")
        talker.say("Three?")
        assert 1 == len(api.rejected)
        bodies = [recorded.body or {} for recorded in api.messages]
        assert continues(bodies[2], bodies[3])
    assert ["done", "failed", "done", "done"] == [
        m["status"] for m in talker.messages() if m["role"] == "user"
    ]


def test_calls_that_were_not_carried_out_do_not_end_the_chat(talker: Talker, api: MessagesApi) -> None:
    talker.flags = talker.flags | {"tools.rounds": 2}
    api.script(*(view("README.md") for _ in range(3)))
    assert "tool_use" == talker.say("Look.").answer.stop_reason
    talker.say("Well?")
    assert [] == api.rejected
    bodies = [recorded.body or {} for recorded in api.messages]
    assert continues(bodies[-2], bodies[-1])


@pytest.mark.parametrize("blocks", [(), (thinking_block("Hm."),)])
def test_an_answer_without_words_does_not_end_the_chat(
    blocks: tuple[dict[str, object], ...], talker: Talker, api: MessagesApi
) -> None:
    api.script(Reply(blocks, "end_turn"))
    talker.say("Say nothing.")
    talker.say("Well?")
    assert [] == api.rejected


def test_a_chat_that_is_too_long_says_what_to_do_and_loses_nothing(talker: Talker, api: MessagesApi) -> None:
    talker.flags = {"model": "claude-haiku-4-5"}
    talker.say("One?")
    talker.say("Two? " * 60_000)
    with pytest.raises(ContextTooLarge, match="truncate the chat, or open a new one"):
        talker.say("Three? " * 60_000)
    assert 2 == len(api.messages)
    assert ["done", "done", "failed"] == [m["status"] for m in talker.messages() if m["role"] == "user"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": " \n"}, "the message is empty"),
        ({"text": "x", "places": (AttachmentRef("no.py"),)}, r"there is no file no\.py"),
        ({"text": "x", "places": (AttachmentRef("shop/cart.py", 50, 60),)}, "has 3 lines"),
        ({"text": "x", "places": (AttachmentRef("shop/cart.py", symbol="Nope"),)}, "defines no Nope"),
    ],
)
def test_what_can_not_be_asked_is_not_kept(said: dict[str, object], words: str, talker: Talker) -> None:
    with pytest.raises(UsageError, match=words):
        talker.say(**said)  # type: ignore[arg-type]
    assert [] == talker.messages()


def test_offline_a_chat_works_and_says_what_it_is(talker: Talker) -> None:
    talker.url = ""
    talker.flags = {}
    one, two = talker.say("Where is price_of?"), talker.say("And Cart?")
    assert one.answer.text.startswith("*Offline answer")
    assert "shop/cart.py" in two.answer.text
    assert two.answer.receipt.simulated
    assert one.answer.receipt.usage.written == two.answer.receipt.usage.read > 0


def test_a_folder_without_git_has_chats_too(tmp_path: Path, api: MessagesApi, talker: Talker) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_text(LARGE)
    talker.folder = folder
    talker.say("One?")
    (folder / "a.py").write_text(LARGE.replace("+ 7\n", "+ 8\n", 1))
    talker.say("Two?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    assert "-    return argument + 7" in text_of(last["messages"][-1])


def look_early(session: Session) -> WorkspaceSnapshot:
    """The saved state while the index knows the readme alone."""
    saved = take_snapshot(session)
    first = make_tree({"README.md": saved.tree.blobs["README.md"]})
    index, report = refresh(session.index_store, first, saved.reader)
    return replace(
        saved, index=index, report=report, unread=frozenset(saved.index.blobs.keys() - index.blobs.keys())
    )


def test_a_chat_that_began_before_the_index_was_complete_gets_its_base_later(
    talker: Talker, large: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as early:
        early.setattr(saved_state, "take_snapshot", look_early)
        talker.say("One?")
    large.write("shop/price.py", "PRICE = 1\n")
    talker.say("Two?")
    talker.say("Three?")
    assert [] == api.rejected
    first, second, third = (recorded.body or {} for recorded in api.messages)
    assert [] == api.messages[0].marks
    assert [1, 3, 5] == [len(body["messages"]) for body in (first, second, third)]
    assert "files of this repository were read so far" in text_of(first["messages"][0])
    assert "return argument + 7" in text_of(second["messages"][0])
    assert "+PRICE = 1" in text_of(second["messages"][0])
    assert continues(second, third)
    assert "<changes>" not in text_of(third["messages"][-1])[:20]


def test_what_was_not_read_yet_is_told_once_it_is(
    talker: Talker, large: GitRepo, api: MessagesApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker.say("One?")
    large.write("shop/price.py", "PRICE = 1\n")
    large.write("README.md", "# Shops\n")
    with monkeypatch.context() as early:
        early.setattr(saved_state, "take_snapshot", look_early)
        talker.say("Two?")
    talker.say("Three?")
    check_chain(api)
    last = api.messages[-1].body
    assert last is not None
    _, two, three = (text_of(message) for message in last["messages"] if message["role"] == "user")
    assert (True, False) == ("+# Shops" in two, "price.py" in two.partition("</changes>")[0])
    assert (False, True) == ("+# Shops" in three, "+PRICE = 1" in three)


def test_every_turn_is_booked_as_chat(talker: Talker, api: MessagesApi) -> None:
    for text in ("One?", "Two?"):
        talker.say(text)
    with talker.session() as session:
        (total,) = session.ledger.totals("kind")
    assert ("chat", 2) == (total.group, total.n_requests)
    assert api.cost() == pytest.approx(total.cost)
