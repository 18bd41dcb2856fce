"""Bytes to text and back: what is decided, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import (
    Encoding,
    Newline,
    Text,
    cut_middle,
    decode,
    encode,
    lines_of,
    printable,
)
from foreword.core.errors import EditError

GERMAN = "Die Größe der Straße überprüfen\r\n"
JAPANESE = "これは日本語の文章です。テストのために書きました。\n"

few = settings(deadline=None, max_examples=200)
marks = st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
pieces = st.one_of(
    st.binary(max_size=30),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace")),
    st.text(max_size=30).map(lambda text: text.encode("utf-16-le", "surrogatepass")),
    st.text(st.characters(max_codepoint=255), max_size=30).map(lambda text: text.encode("latin-1")),
)


@few
@given(marks, st.lists(pieces, max_size=4))
def test_whatever_is_decoded_is_encoded_to_the_same_bytes(mark: bytes, parts: list[bytes]) -> None:
    data = mark + b"".join(parts)
    assert data == encode(decode(data))


@few
@given(st.binary(max_size=60))
def test_what_is_printable_is_valid_unicode_with_line_feeds(data: bytes) -> None:
    shown = printable(decode(data).content)
    shown.encode("utf-8")
    assert not set(shown) & {"\0", "\r"}
    assert shown == printable(shown)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Text("")),
        (b"plain\n", Text("plain\n")),
        (GERMAN.encode(), Text(GERMAN)),
        (b"\xef\xbb\xbf" + GERMAN.encode(), Text(GERMAN, "utf-8", bom=True)),
        (b"\xff\xfe" + GERMAN.encode("utf-16-le"), Text(GERMAN, "utf-16-le", bom=True)),
        (b"\xfe\xff" + GERMAN.encode("utf-16-be"), Text(GERMAN, "utf-16-be", bom=True)),
        (b"\xff\xfe", Text("", "utf-16-le", bom=True)),
        (GERMAN.encode("utf-16-le"), Text(GERMAN, "utf-16-le")),
        (GERMAN.encode("utf-16-be"), Text(GERMAN, "utf-16-be")),
        (GERMAN.encode("latin-1"), Text(GERMAN, "latin-1")),
        ("# © 2010 Foo\n".encode("latin-1"), Text("# © 2010 Foo\n", "latin-1")),
        ("say “yes” for 5 €".encode("cp1252"), Text("say “yes” for 5 €", "latin-1")),
        (JAPANESE.encode(), Text(JAPANESE)),
        (b"a\0b", Text("a\0b")),
    ],
)
def test_the_encoding_is_the_one_that_makes_sense(data: bytes, expected: Text) -> None:
    assert expected == decode(data)
    assert data == encode(decode(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x81\x82\x83",
        "naïve ".encode("latin-1") + "größer".encode(),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xfea",
    ],
)
def test_bytes_without_a_convincing_encoding_are_utf8_with_escapes(data: bytes) -> None:
    text = decode(data)
    assert (text.encoding, text.bom) == ("utf-8", False)
    assert 0 < text.n_invalid <= len(data)
    assert data == encode(text)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"caf\xc3\xa9", 0),
        (b"a\xffb\xfec\xc3\xa9", 2),
        (b"\xff\xfe" + b"\x00\xd8" + b"a\x00", 2),
    ],
)
def test_undecodable_bytes_are_counted(data: bytes, expected: int) -> None:
    assert expected == decode(data).n_invalid


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "none"),
        ("one line", "none"),
        ("a\nb\n", "lf"),
        ("a\r\nb\r\n", "crlf"),
        ("a\rb\r", "cr"),
        ("a\r\nb\n", "mixed"),
        ("a\r\r\n", "mixed"),
    ],
)
def test_the_newline_is_named(content: str, expected: Newline) -> None:
    assert expected == Text(content).newline


@pytest.mark.parametrize(
    ("content", "encoding"), [("→", "latin-1"), ("\ud800", "utf-8"), ("\U0001f600\udcff", "latin-1")]
)
def test_a_character_that_the_encoding_lacks_is_refused_in_one_line(content: str, encoding: Encoding) -> None:
    with pytest.raises(EditError, match=r"can't be written in .*: convert the file to UTF-8 first$"):
        encode(Text(content, encoding))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\0b", r"a\x00b"),
        ("caf\udce9 é", r"caf\xe9 é"),
        ("half \ud83d of a pair", r"half \ud83d of a pair"),
        ("\udc00", r"\udc00"),
        ("page\x0cbreak\u2028", "page\x0cbreak\u2028"),
    ],
)
def test_what_a_prompt_can_not_hold_is_written_visibly(content: str, expected: str) -> None:
    assert expected == printable(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\r\nb\rc\n\nd", ["a", "b", "c", "", "d"]),
        ("\n", [""]),
        ("\n\n", ["", ""]),
        ("a\x0cb\u2028c\x85d\x1ce\n", ["a\x0cb\u2028c\x85d\x1ce"]),
    ],
)
def test_lines_end_at_newlines_only(content: str, expected: list[str]) -> None:
    assert expected == lines_of(content)


def test_a_long_path_is_cut_in_its_middle() -> None:
    path = "view packages/server/src/main/java/org/example/till/RefundService.java:10-20"
    assert path == cut_middle(path, len(path))
    assert "view packages/…ill/RefundService.java:10-20" == cut_middle(path, 43)


@given(st.text(max_size=60), st.integers(1, 50))
def test_what_is_cut_has_room_and_keeps_its_end(text: str, most: int) -> None:
    cut = cut_middle(text, most)
    assert len(cut) == min(len(text), most)
    assert cut.endswith(text[-(most // 2) :] if most > 1 and text else "")
