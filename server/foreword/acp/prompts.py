"""The content blocks of a prompt as a message of the user: its words, and what they point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from acp.schema import (
    AudioContentBlock,
    BlobResourceContents,
    EmbeddedResourceContentBlock,
    ImageContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

from foreword.api.chat.message_places import MAX_PLACES, MessagePlace, embedded_place, linked_place
from foreword.assist.chat.chat_turn import UserMessage
from foreword.assist.question.attached_media import MAX_NAME
from foreword.assist.question.pointers import AttachmentRef
from foreword.core.documents.media import media_from_base64
from foreword.core.documents.text import printable
from foreword.core.errors import UsageError

ContentBlock = (
    TextContentBlock
    | ImageContentBlock
    | AudioContentBlock
    | ResourceContentBlock
    | EmbeddedResourceContentBlock
)


def read_prompt(root: Path, blocks: Sequence[ContentBlock]) -> UserMessage:
    """What the user says with these blocks.

    Raises:
        UsageError: there is a block that a model is not shown, or one that leads out of the workspace.
    """
    words, found = "", list[MessagePlace]()
    kept, follows_place = list[Mapping[str, Any]](), False
    for block in blocks:
        is_place = not isinstance(block, TextContentBlock)
        if isinstance(block, TextContentBlock):
            text = block.text
        else:
            place, attachment = _place(root, block)
            text = place.words
            found.append(place)
            kept.append(attachment)
        words += _gap(words, text, is_place=is_place, follows_place=follows_place) + text
        follows_place = is_place
    if len(found) > MAX_PLACES:
        raise UsageError(f"a message may have {MAX_PLACES} attachments, not {len(found)}")
    places = [one for one in found if one.place is not None]
    return UserMessage(
        words,
        places=tuple(one.place for one in places if one.place is not None),
        attachments=tuple(kept),
        documents=tuple(
            (one.place.path, one.unsaved) for one in places if one.place and one.unsaved is not None
        ),
    )


def _place(root: Path, block: ContentBlock) -> tuple[MessagePlace, Mapping[str, Any]]:
    match block:
        case ResourceContentBlock():
            return linked_place(root, block.uri, block.title or block.name), {"uri": block.uri}
        case EmbeddedResourceContentBlock(resource=TextResourceContents() as held):
            return embedded_place(root, held.uri, held.text), {"uri": held.uri}
        case ImageContentBlock():
            return _media(block.uri, block.data)
        case EmbeddedResourceContentBlock(resource=BlobResourceContents() as held):
            return _media(held.uri, held.blob)
        case _:
            raise UsageError("sound can't be sent, for no model here takes any: write what it says")


def _media(uri: str | None, data: str) -> tuple[MessagePlace, Mapping[str, Any]]:
    """A picture or a PDF that comes with its data; the client may say what it is called."""
    name = printable(unquote((uri or "").partition("?")[0])).rstrip("/").rpartition("/")[2] or "picture"
    media = media_from_base64(" ".join(name.split())[:MAX_NAME], data)
    return MessagePlace(f"`{media.name}`", AttachmentRef(media.name, media=media)), media.told


def _gap(before: str, text: str, *, is_place: bool, follows_place: bool) -> str:
    """What to put between two blocks, where the client put nothing."""
    if not before or before[-1].isspace() or text[:1].isspace():
        return ""
    if is_place:
        return "" if before[-1] in "([" else " "
    # A sentence that goes on behind what it mentions begins with a blank or a sign, and so does not come here.
    return "\n\n" if not follows_place or text[:1].isalnum() else ""
