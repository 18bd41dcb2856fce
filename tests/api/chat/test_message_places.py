"""What the URIs of a client's message point at."""

from __future__ import annotations

from pathlib import Path

import pytest

from foreword.api.chat.message_places import MAX_TEXT, MessagePlace, embedded_place, linked_place
from foreword.assist.question.pointers import AttachmentRef
from foreword.core.errors import UsageError


@pytest.mark.parametrize(
    ("tail", "place", "words"),
    [
        ("a%20b.py", AttachmentRef("a b.py"), "`a b.py`"),
        ("a.py#L10:20", AttachmentRef("a.py", 10, 20), "`a.py:10-20`"),
        ("a.py#L10-L20", AttachmentRef("a.py", 10, 20), "`a.py:10-20`"),
        ("a.py#L7", AttachmentRef("a.py", 7, 7), "`a.py:7-7`"),
        ("a.py?symbol=Till.total#L3:9", AttachmentRef("a.py", 3, 9, "Till.total"), "`a.py:3-9`"),
        ("a.py?symbol=total", AttachmentRef("a.py", symbol="total"), "`total` in `a.py`"),
        ("what?.py", AttachmentRef("what?.py"), "`what?.py`"),
    ],
)
def test_a_link_leads_to_a_file_its_lines_or_a_symbol(
    tmp_path: Path, tail: str, place: AttachmentRef, words: str
) -> None:
    assert MessagePlace(words, place) == linked_place(tmp_path, f"{tmp_path.as_uri()}/{tail}", "it")


def test_a_folder_or_a_page_is_named_and_not_attached(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert MessagePlace("`src/`") == linked_place(tmp_path, (tmp_path / "src").as_uri(), "src")
    page = "https://example.org/a"
    assert MessagePlace(f"[a page]({page})") == linked_place(tmp_path, page, "a page")


def test_of_a_whole_file_the_text_that_the_client_has_counts(tmp_path: Path) -> None:
    uri = f"{tmp_path.as_uri()}/a.py"
    assert "x = 2\n" == embedded_place(tmp_path, uri, "x = 2\n").unsaved
    assert embedded_place(tmp_path, f"{uri}#L1:2", "x = 2\n").unsaved is None


def test_another_text_is_taken_as_it_is_under_a_name_of_one_line(tmp_path: Path) -> None:
    found = embedded_place(tmp_path, "terminal://1/a%0Ab.log", "exit code 3")
    assert AttachmentRef("a b.log", text="exit code 3") == found.place


@pytest.mark.parametrize(
    ("uri", "text", "says"),
    [
        ("file:///elsewhere/.aws/credentials", "x", "is left out"),
        ("file:///elsewhere/id_rsa", "x", "is left out"),
        ("terminal://1/log", "x" * (MAX_TEXT + 1), "has more than 200,000 characters"),
    ],
)
def test_what_is_never_shown_and_what_is_too_long_is_refused(
    tmp_path: Path, uri: str, text: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        embedded_place(tmp_path, uri, text)


@pytest.mark.parametrize("tail", ["../outside.py", "a.py#L9:3", "a.py#L0"])
def test_what_leads_out_and_lines_that_can_not_be_are_refused(tmp_path: Path, tail: str) -> None:
    with pytest.raises(UsageError, match=r"no file of this workspace|no such lines"):
        linked_place(tmp_path, f"{tmp_path.as_uri()}/{tail}", "it")
