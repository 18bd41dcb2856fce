"""What a user of an ACP client gives and chooses beside words: pictures, PDF files, model and effort, and a secret or not."""

from __future__ import annotations

import pytest
from acp.schema import (
    AudioContentBlock,
    BlobResourceContents,
    EmbeddedResourceContentBlock,
    ImageContentBlock,
)

from acp import RequestError, resource_link_block
from acp_client import Editor, connected
from core.secrets.made_up import lines_with_secrets
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi
from pictures import base64_of, pdf, png


async def test_pictures_and_pdf_files_go_with_a_prompt_and_sound_does_not(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    shot, spec = png(300, 200), pdf(2)
    (shop.path / "flow.png").write_bytes(shot)
    image = ImageContentBlock(
        type="image", data=base64_of(shot), mime_type="image/png", uri="file:///x/my%20shot.png"
    )
    held = BlobResourceContents(uri="file:///x/spec.pdf", blob=base64_of(spec), mime_type="application/pdf")
    blob = EmbeddedResourceContentBlock(type="resource", resource=held)
    sound = AudioContentBlock(type="audio", data="AAAA", mime_type="audio/wav")
    other = held.model_copy(update={"blob": base64_of(b"PK\x03\x04"), "uri": "file:///x/all.zip"})
    editor = Editor()
    async with connected(online, editor) as agent:
        told = await agent.connection.initialize(1)
        assert told.agent_capabilities is not None
        assert told.agent_capabilities.prompt_capabilities is not None
        assert told.agent_capabilities.prompt_capabilities.image
        session_id = (await agent.connection.new_session(str(shop.path))).session_id
        with pytest.raises(RequestError, match="sound can't be sent"):
            await agent.ask(session_id, "Listen", sound)
        with pytest.raises(RequestError, match=r"all.zip is no picture and no PDF"):
            await agent.ask(session_id, "Look", EmbeddedResourceContentBlock(type="resource", resource=other))
        flow = resource_link_block("flow", (shop.path / "flow.png").as_uri())
        await agent.ask(session_id, "What do these show?", image, blob, flow)
        await agent.ask(session_id, "And what else?")
    first, second = (recorded.body or {} for recorded in api.messages)
    kinds = [block["type"] for block in first["messages"][-1]["content"]]
    assert ["image", "document", "image"] == [kind for kind in kinds if kind != "text"]
    assert "What do these show? `my shot.png` `spec.pdf` `flow.png`" in "".join(
        block.get("text", "") for block in first["messages"][-1]["content"]
    )
    assert 3 == sum(block["type"] != "text" for block in second["messages"][0]["content"])
    assert [] == api.rejected


async def test_model_and_effort_are_chosen_and_stay_with_the_chat(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    editor = Editor()
    async with connected(online, editor) as agent:
        begun = await agent.connection.new_session(str(shop.path))
        effort = {one.id: one for one in begun.config_options or []}["effort"]
        assert ("auto", "thought_level") == (effort.current_value, effort.category)
        assert "a cache of its own" in (effort.description or "")
        for option, value in (("model", "claude-opus-5-5"), ("effort", "low")):
            await agent.connection.set_config_option(option, begun.session_id, value)
        with pytest.raises(RequestError, match="effort can't be 'huge'"):
            await agent.connection.set_config_option("effort", begun.session_id, "huge")
        await agent.ask(begun.session_id, "What is a refund?")
    async with connected(online, editor) as agent:
        again = await agent.connection.load_session(str(shop.path), begun.session_id)
        chosen = {one.id: one.current_value for one in again.config_options or []}
        assert ("claude-opus-5-5", "low") == (chosen["model"], chosen["effort"])
        changed = await agent.connection.set_config_option("model", begun.session_id, "claude-haiku-4-5")
        (effort,) = (one for one in changed.config_options if one.id == "effort")
        # It takes none; what was chosen is still shown, for the models that do.
        assert ["low", "auto"] == [getattr(one, "value", "") for one in effort.options]
        await agent.ask(begun.session_id, "And a voucher?")
    bodies = [recorded.body or {} for recorded in api.messages]
    assert ["claude-opus-5-5", "claude-haiku-4-5"] == [body["model"] for body in bodies]
    assert ["low", None] == [body.get("output_config", {}).get("effort") for body in bodies]
    assert [] == api.rejected


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_secret_in_the_users_words_is_asked_about(
    allowed: bool, online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    assert 0 == online.run("trust", "-w", str(shop.path)).code
    token = lines_with_secrets(5)["GitHub classic"][1]
    editor = Editor(lambda _: allowed)
    async with connected(online, editor) as agent:
        session_id = (await agent.connection.new_session(str(shop.path))).session_id
        await agent.ask(session_id, f"Why is {token} refused?")
    assert "The question holds a secret (GitHub token): send it as it is?" == editor.questions[0]["title"]
    assert allowed == (token in str(api.messages[0].body))
