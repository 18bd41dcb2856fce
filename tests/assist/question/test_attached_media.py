"""Pictures and PDF files with a question: behind the prefix, counted, kept by a chat, and refused before the API would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chat_driver import Talker, continues
from foreword.assist.answering.ask import prepare_now
from foreword.assist.chat.chat_turn import TurnResult
from foreword.assist.question.attached_media import media_from_json
from foreword.assist.question.pointers import AttachmentRef, Pointer
from foreword.assist.session.session import Session
from foreword.assist.spending.forecast import forecast_request
from foreword.core.documents.media import media_of
from foreword.core.errors import UsageError
from gitrepo import GitRepo
from messages_api import MessagesApi
from pictures import attached, base64_of, gif, pdf, png

Json = dict[str, Any]
SHOT = png(1_000, 1_000)
SHOT_TOKENS = 36 * 36


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as server:
        yield server


@pytest.fixture
def talker(repo: GitRepo, api: MessagesApi, tmp_path: Path) -> Talker:
    return Talker(tmp_path / "home", repo.path, api.url)


def picture(data: bytes = SHOT, name: str = "shot.png") -> AttachmentRef:
    return AttachmentRef(name, media=media_of(name, data))


def show(talker: Talker, *places: AttachmentRef, words: str = "What is this?") -> TurnResult:
    return talker.say(words, places=places or (picture(),))


def last_content(api: MessagesApi) -> list[Json]:
    body = api.messages[-1].body
    assert body is not None
    return list(body["messages"][-1]["content"])


def refusal(session: Session, *pointers: Pointer) -> str:
    with pytest.raises(UsageError) as refused:
        prepare_now(session, "What is this?", pointers, keep=False)
    return str(refused.value)


def test_a_picture_stands_between_the_prefix_and_the_words(talker: Talker, api: MessagesApi) -> None:
    spoken = show(talker)
    kinds = [(block["type"], "cache_control" in block) for block in last_content(api)]
    n_prefix = max(
        n for n, kind in enumerate(kinds) if kind == ("text", True) and n < kinds.index(("image", False))
    )
    assert kinds.index(("image", False)) == n_prefix + 1
    source = {"type": "base64", "media_type": "image/png", "data": base64_of(SHOT)}
    assert source == next(block["source"] for block in last_content(api) if block["type"] == "image")
    assert '<picture number="1" name="shot.png"/>' in last_content(api)[-2]["text"]
    assert [] == api.rejected
    assert "shot.png sent" in spoken.answer.receipt.summary
    assert ["shot.png"] == spoken.answer.receipt.to_json()["media"]


def test_what_it_costs_is_in_the_forecast_as_the_api_counts_it(talker: Talker) -> None:
    with talker.session() as session:
        plain, with_it = (
            forecast_request(session, prepare_now(session, "What is this?", pointers, keep=False))
            for pointers in ((), (Pointer("shot.png", media=media_of("shot.png", SHOT)),))
        )
    assert pytest.approx(SHOT_TOKENS, abs=30) == with_it.prompt - plain.prompt
    assert plain.prefix == with_it.prefix
    assert with_it.if_miss.fresh - plain.if_miss.fresh >= SHOT_TOKENS


def test_a_prefix_that_went_without_pictures_is_cold_for_one_that_has_some(talker: Talker) -> None:
    talker.say("What is this?")
    talker.chat_id = ""
    with talker.session() as session:
        pointers = (Pointer("shot.png", media=media_of("shot.png", SHOT)),)
        warm = forecast_request(session, prepare_now(session, "And?", keep=False))
        cold = forecast_request(session, prepare_now(session, "And?", pointers, keep=False))
    assert (True, False) == (warm.warm_until is not None, cold.warm_until is not None)
    verdict = show(talker).answer.receipt.verdict
    assert ("changed", "parameters") == (verdict.kind, verdict.layer)
    assert "the cache keeps messages with pictures apart" in verdict.detail
    talker.chat_id = ""
    assert "hit" == show(talker, words="And here?").answer.receipt.verdict.kind
    talker.chat_id = ""
    assert "hit" == talker.say("And without?").answer.receipt.verdict.kind


def test_a_chat_keeps_its_pictures_and_shows_them_without_their_data(
    talker: Talker, api: MessagesApi
) -> None:
    place = picture()
    assert place.media is not None
    talker.say("Look.", places=(place,), attachments=(place.media.told,))
    talker.say("And what else?")
    first, second = (recorded.body for recorded in api.messages)
    assert first is not None
    assert second is not None
    assert continues(first, second)
    assert (api.messages[-1].usage or {})["cache_read_input_tokens"] > SHOT_TOKENS
    (shown,) = talker.messages()[0]["attachments"]
    assert {"kind": "image", "name": "shot.png", "mediaType": "image/png", "bytes": len(SHOT)} == {
        key: shown[key] for key in ("kind", "name", "mediaType", "bytes")
    }
    assert base64_of(SHOT) not in json.dumps(talker.messages())


def test_a_file_of_the_workspace_is_read_by_its_path_and_is_in_no_prefix(
    repo: GitRepo, talker: Talker, api: MessagesApi
) -> None:
    (repo.path / "docs").mkdir(exist_ok=True)
    (repo.path / "docs" / "flow.png").write_bytes(SHOT)
    show(talker, AttachmentRef("docs/flow.png"))
    assert '<picture number="1" path="docs/flow.png"/>' in last_content(api)[-2]["text"]
    assert 1 == sum(block["type"] == "image" for block in last_content(api))


def test_a_chat_leaves_out_a_picture_that_is_ignored_since(
    repo: GitRepo, talker: Talker, api: MessagesApi
) -> None:
    (repo.path / "flow.png").write_bytes(SHOT)
    show(talker, AttachmentRef("flow.png"))
    repo.write(".forewordignore", "*.png\n")
    spoken = talker.say("And now?")
    assert "no longer sends flow.png" in (spoken.answer.note or "")
    assert base64_of(SHOT) not in json.dumps(api.messages[-1].body)


def test_a_pdf_is_a_document_block(talker: Talker, api: MessagesApi) -> None:
    show(talker, AttachmentRef("spec.pdf", media=media_of("spec.pdf", pdf(3))))
    (block,) = (block for block in last_content(api) if block["type"] == "document")
    assert "application/pdf" == block["source"]["media_type"]
    assert '<document number="1" name="spec.pdf"/>' in last_content(api)[-2]["text"]
    assert [] == api.rejected


def test_of_one_that_moves_and_of_one_that_nobody_sees_the_user_hears(talker: Talker) -> None:
    note = show(talker, picture(gif(n_frames=3), "demo.gif")).answer.note
    assert "of demo.gif only the first frame is looked at" == note
    talker.url, talker.chat_id = "", ""
    answer = show(talker).answer
    assert "without a model nobody looks at shot.png: the answer comes from the index alone" == answer.note
    assert "sent" not in answer.receipt.summary


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("gone.png", None, "there is no file gone.png"),
        ("notes.png", b"no picture", "notes.png is no picture and no PDF"),
        ("big.jpg", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "`git lfs pull`"),
        ("secrets.env/x.png", SHOT, ""),
        ("../out.png", SHOT, "leads out of the workspace"),
    ],
)
def test_a_file_that_is_none_is_refused(
    name: str, data: bytes | None, why: str, repo: GitRepo, talker: Talker
) -> None:
    if data is not None:
        (repo.path / name).parent.mkdir(exist_ok=True)
        (repo.path / name).write_bytes(data)
    with talker.session() as session:
        if why:
            assert why in refusal(session, Pointer(name))
        else:
            prepare_now(session, "What is this?", (Pointer(name),), keep=False)


def test_what_the_model_or_the_provider_does_not_take_is_refused(talker: Talker) -> None:
    noise = Pointer("noise.png", media=media_of("noise.png", png(64, 64) + b"\0" * 4_000_000))
    large = [Pointer(f"{n}.png", media=media_of(f"{n}.png", png(2_001, 4))) for n in range(21)]
    pages = Pointer("all.pdf", media=media_of("all.pdf", pdf(601)))
    with talker.session() as session:
        assert "601 pictures and pages, and claude-sonnet-5-5 takes 600" in refusal(session, pages)
        assert "with more than 20 pictures none may have more than 2,000 pixels" in refusal(session, *large)
        assert "is too much for one request: attach fewer" in refusal(session, *[noise] * 6)
        prepare_now(session, "What is this?", (noise,), keep=False)
    talker.flags = {"model": "claude-haiku-4-5"}
    with talker.session() as session:
        assert "601 pictures and pages, and claude-haiku-4-5 takes 100" in refusal(session, pages)
    talker.flags = {"provider": "bedrock"}
    with talker.session() as session:
        assert "noise.png has 4.0 MB, and bedrock takes at most 3.8" in refusal(session, noise)
    talker.flags = {"model": "some-local-model"}
    with talker.session() as session:
        assert "some-local-model is not known to see pictures" in refusal(session, noise)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (attached(SHOT, "audio"), '"kind" of an attachment must be one of image, document'),
        (attached(SHOT, "document"), 'shot.png is image/png, and so its "kind" is "image"'),
        ({"kind": "image"}, 'has its "data" in base64'),
        ({"kind": ["image"], "data": ""}, "must be one of"),
        ({"kind": "image", "data": "?"}, "its data is no base64"),
    ],
)
def test_what_a_client_sends_wrongly_is_refused(given: Json, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        media_from_json({"name": "a/b/shot.png", **given})
    assert why in str(refused.value)


def test_a_name_that_a_client_gives_stays_on_its_line() -> None:
    assert "b c.png" == media_from_json(attached(SHOT, name="x/a/b\n c.png")).name
    assert "picture" == media_from_json(attached(SHOT)).name
