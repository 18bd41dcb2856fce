from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.documents.text import Text, decode, encode, encode_edited
from foreword.core.errors import EditError

SAMPLES = {
    "gbk": ("// 这是一个配置文件的说明", "数值"),
    "shift_jis": ("// これは設定ファイルの説明です", "数値"),
    "euc_jp": ("// これは設定ファイルの説明です", "数値"),
    "euc_kr": ("// 설정 파일에 대한 설명입니다", "값"),
    "cp1251": ("// Описание файла настроек", "значение"),
    "koi8_r": ("// Описание файла настроек", "значение"),
    "big5": ("// 這是一個設定檔的說明", "數值"),
}


@pytest.mark.parametrize("encoding", SAMPLES)
@pytest.mark.parametrize("around", ["", "int main() {\n  return 0;\n}\n" * 20])
def test_a_legacy_encoding_is_read_and_an_edit_is_written_in_it(encoding: str, around: str) -> None:
    comment, word = SAMPLES[encoding]
    content = f"{around}{comment}\r\nint x = 1;\n"
    text = decode(content.encode(encoding))
    assert content == text.content
    edited = content.replace("1", f"2; // {word}")
    assert edited == encode_edited(text, Text(edited, text.encoding)).decode(encoding)


@pytest.mark.parametrize(
    "head",
    [
        "# -*- coding: {} -*-",
        "#!/usr/bin/ruby\n# encoding: {}",
        '<?xml version="1.0" encoding="{}"?>',
        '@charset "{}";',
    ],
)
@pytest.mark.parametrize("encoding", ["cp1253", "iso8859-7", "iso8859-2"])
def test_what_a_file_declares_comes_first(head: str, encoding: str) -> None:
    content = f"{head.format(encoding)}\n# {'Περιγραφή' if encoding != 'iso8859-2' else 'žluťoučký kůň'}\n"
    assert content == decode(content.encode(encoding)).content


def test_a_declaration_that_is_wrong_or_no_text_encoding_is_not_believed() -> None:
    for name in ("nonsense", "hex", "rot13", "ascii", "undefined"):
        data = f"# coding: {name}\n".encode() + b"\xff\xfe\xfd\n"
        assert data == encode(decode(data))


def test_a_character_that_the_encoding_lacks_is_refused() -> None:
    text = decode("// Описание файла настроек\n".encode("cp1251"))
    with pytest.raises(EditError, match="convert the file to UTF-8 first"):
        encode_edited(text, Text(text.content + "→", text.encoding))


def test_bytes_of_no_known_encoding_take_no_new_letters_and_keep_their_bytes() -> None:
    data = b"a\xff\x01\x02\xfe\nx = 1\n"
    text = decode(data)
    assert data.replace(b"1\n", b"2\n") == encode_edited(text, Text(text.content.replace("1\n", "2\n")))
    with pytest.raises(EditError, match="encoding of the file is unknown"):
        encode_edited(text, Text(text.content + "é"))


def test_a_wrong_byte_in_a_file_that_is_utf8_does_not_hinder_edits() -> None:
    text = decode("größe ".encode() * 30 + b"\xff\n")
    assert b"\xc3\xa9" in encode_edited(text, Text(text.content + "é"))


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_they_come_back(data: bytes) -> None:
    assert data == encode(decode(data))


@given(st.sampled_from(sorted(SAMPLES)), st.integers(1, 60), st.integers(0, 40))
def test_a_file_cut_anywhere_comes_back(encoding: str, length: int, start: int) -> None:
    data = (SAMPLES[encoding][0] * 3).encode(encoding)[start : start + length]
    assert data == encode(decode(data))
