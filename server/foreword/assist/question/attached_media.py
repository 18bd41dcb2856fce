"""Pictures and PDF files that a question points at: found among its pointers, read, and judged by what the model takes.

They stand behind the last breakpoint of the repository, as all that belongs to one question, and never in the prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foreword.assist.question.pointers import NEVER_SHOWN, Pointer, why_missing
from foreword.assist.session.providers import provider_name
from foreword.assist.session.session import Session
from foreword.assist.session.snapshot.workspace_snapshot import WorkspaceSnapshot
from foreword.core.documents.media import (
    MAX_DATA_BYTES,
    Media,
    is_media,
    is_media_path,
    media_from_base64,
    media_of,
    media_tokens,
)
from foreword.core.documents.text import printable
from foreword.core.errors import UsageError, WorkspaceError
from foreword.core.exclusion import LFS_HEADER, reason_for_path, reason_in_spite_of_user
from foreword.model.catalog.provider_info import MILLION, media_limits
from foreword.prefix.simulator import MediaWeight
from foreword.workspace.files.disk import read_any, read_file

KINDS: Mapping[str, str] = MappingProxyType({"image": "picture", "document": "document"})
"""The kinds of attachments that bring data, and what one without a name is called."""
MAX_NAME = 100


FEW, FEW_EDGE = 20, 2_000
"""More pictures than this in one request must be smaller, in pixels of a side."""
LARGE_WINDOW = 1_000_000
MOST, MOST_IN_SMALL_WINDOW = 600, 100
"""Pictures, and pages of PDF files, in one request: by the model's window."""
UNSEEN_OFFLINE = "without a model nobody looks at {}: the answer comes from the index alone"


def take_media(
    session: Session,
    pointers: Sequence[Pointer],
    saved: WorkspaceSnapshot,
    history: Iterable[Mapping[str, Any]] = (),
) -> tuple[tuple[Pointer, ...], tuple[Media, ...]]:
    """The pointers at text, and what the others point at; `history` are the messages that are sent again before it.

    Raises:
        UsageError: one of them can't be read, or the model does not take it.
    """
    media = [_media(pointer, saved) for pointer in pointers if _is_media(pointer)]
    rest = tuple(pointer for pointer in pointers if not _is_media(pointer))
    if media:
        _judge(session, media, media_blocks(history))
    return rest, tuple(media)


def media_from_json(given: Mapping[str, Any]) -> Media:
    """A picture or a PDF as a client sends it: `{kind: "image" or "document", mediaType, data, name?}`, with `data` in base64.

    What is in the data decides about its type; a client's own word for it may be wrong, as of what was pasted.

    Raises:
        UsageError: it is not usable.
    """
    kind, name, data = given.get("kind"), given.get("name") or "", given.get("data")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UsageError(f'the "kind" of an attachment must be one of {", ".join(KINDS)}, not {kind!r}')
    if (
        not isinstance(name, str)
        or not isinstance(data, str)
        or not isinstance(given.get("mediaType", ""), str)
    ):
        raise UsageError(
            'an attachment with a "kind" has its "data" in base64, and its "name" and "mediaType" as texts'
        )
    # The client chose the name: on one line it can't add lines of its own to the prompt.
    shown = " ".join(printable(name).split()).rpartition("/")[2][:MAX_NAME] or KINDS[kind]
    found = media_from_base64(shown, data)
    if found.kind != kind:
        raise UsageError(f'{shown} is {found.media_type}, and so its "kind" is "{found.kind}"')
    return found


def media_elsewhere(root: Path, written: str) -> Media | None:
    """The picture or PDF that a user types the absolute path of, and that is no file of the workspace at `root`; None for all else.

    Only for what a person has typed: nobody else may name files of the machine.

    Raises:
        UsageError: there is no such file, or it is no picture.
    """
    if not is_media_path(written) or "\0" in written:
        return None
    try:
        file = Path(written).expanduser()
    except RuntimeError:  # there is no such user
        return None
    if not file.is_absolute() or file.resolve().is_relative_to(root):
        return None
    data = read_any(file, MAX_DATA_BYTES + 1)
    if data is None:
        raise UsageError(f"there is no file {written} that can be read: check its path")
    return media_of(file.name, data)


def media_blocks(messages: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The blocks with pictures and PDF files among messages."""
    contents = (message["content"] for message in messages if not isinstance(message["content"], str))
    return [block for content in contents for block in content if is_media(block)]


def has_pictures(media: Sequence[Media], history: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a request has a picture anywhere, which its place in the cache depends on."""
    return any(one.kind == "image" for one in media) or any(
        block["type"] == "image" for block in media_blocks(history)
    )


def media_weight(session: Session) -> MediaWeight:
    """What pictures and PDF files weigh for the model of now: their tokens, in characters by its ratio."""
    vision, ratio = session.model.vision, session.ratio
    return lambda block: media_tokens(block, vision) * ratio


def media_note(session: Session, media: Sequence[Media]) -> str:
    """What the user should know of pictures that go with a question; empty for nothing."""
    if media and provider_name(session) == "offline":
        return UNSEEN_OFFLINE.format(_listed(media))
    moving = [one for one in media if one.is_animated]
    return f"of {_listed(moving)} only the first frame is looked at" if moving else ""


def _listed(media: Sequence[Media]) -> str:
    return ", ".join(one.name for one in media)


def _is_media(pointer: Pointer) -> bool:
    return pointer.media is not None or (
        pointer.text is None and pointer.first is None and is_media_path(pointer.path)
    )


def _media(pointer: Pointer, saved: WorkspaceSnapshot) -> Media:
    if pointer.media is not None:
        if (reason := reason_in_spite_of_user(pointer.path)) is not None:
            raise UsageError(f"{pointer.path} is left out ({reason}): attach something else")
        return pointer.media
    path = pointer.path
    try:
        data = read_file(saved.root, path, limit=MAX_DATA_BYTES + 1)
    except WorkspaceError as error:
        raise UsageError(str(error)) from error
    # The user's own rules, and a name that tells of a secret, hold for pictures too.
    reason = next((left.reason for left in saved.report.left_out if left.path == path), reason_for_path(path))
    if data is None or reason in NEVER_SHOWN:
        raise UsageError(why_missing(path, saved))
    if data.startswith(LFS_HEADER):
        raise UsageError(f"{path} is not here, only a git-lfs pointer to it: fetch it with `git lfs pull`")
    return media_of(path.rpartition("/")[2], data, path)


def _judge(session: Session, media: Sequence[Media], earlier: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what the API would refuse, before anything is sent.

    Raises:
        UsageError: the model does not take it; the message says why.
    """
    model, limits = session.model, media_limits(provider_name(session))
    if model.vision == "none":
        raise UsageError(
            f'{model.id} is not known to see pictures: choose another model, or say vision = "standard" of it in a '
            "models file (model.catalog)"
        )
    for one in media:
        if len(one.data) > limits.each:
            raise UsageError(
                f"{one.name} has {one.n_bytes / MILLION:.1f} MB, and {provider_name(session)} takes at most "
                f"{limits.each * 3 / 4 / MILLION:.1f}: make it smaller"
            )
    sizes = [len(one.data) for one in media] + [len(str(block.get("source"))) for block in earlier]
    if sum(sizes) > limits.request:
        raise UsageError(
            _too_much(f"{sum(sizes) * 3 / 4 / MILLION:.0f} MB of pictures and PDF files", earlier)
        )
    most = MOST if model.context >= LARGE_WINDOW else MOST_IN_SMALL_WINDOW
    n_all = sum(one.n_pages or 1 for one in media) + len(earlier)
    if n_all > most:
        raise UsageError(_too_much(f"{n_all:,} pictures and pages, and {model.id} takes {most}", earlier))
    if len(sizes) > FEW:
        large = next((one for one in media if max(one.width, one.height) > FEW_EDGE), None)
        if large is not None:
            raise UsageError(
                f"with more than {FEW} pictures none may have more than {FEW_EDGE:,} pixels a side, and "
                f"{large.name} has {large.width:,} x {large.height:,}: make it smaller"
            )


def _too_much(what: str, earlier: Sequence[Mapping[str, Any]]) -> str:
    advice = "begin a new chat" if earlier else "attach fewer"
    return f"this would be {what}, which is too much for one request: {advice}"
