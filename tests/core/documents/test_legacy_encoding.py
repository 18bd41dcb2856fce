from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.documents.legacy_encoding import encoding_name
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
    "iso2022_jp": ("// これは設定ファイルの説明です", "数値"),
}
UNTOLD = {
    "iso8859-2": "Zażółć gęślą jaźń, příliš žluťoučký kůň",
    "cp1250": "Zażółć gęślą jaźń, příliš žluťoučký kůň",
    "iso8859-15": "le cœur coûte 5 € déjà",
    "iso8859-9": "değişken, İstanbul",
    "cp1253": "Αυτό είναι ένα σχόλιο",
    "iso8859-5": "это комментарий для переменной",
    "cp866": "это комментарий для переменной",
    "cp1255": "זוהי הערה בעברית",
    "cp1256": "هذا تعليق باللغة العربية",
    "cp874": "นี่คือความคิดเห็น",
    "cp1257": "ąčęėįšųū kintamasis yra čia",
    "koi8_u": "це коментар про змінну їжак",
    "johab": "한국어 주석입니다",
    "mac_roman": "déjà vu, été à la façade",
    "cp850": "Größe, Übergröße",
}
"""Text in encodings that nothing names and that are not recognised for sure."""


@pytest.mark.parametrize("encoding", UNTOLD)
def test_without_a_hint_an_edit_keeps_all_bytes_and_a_new_letter_is_written_right_or_refused(
    encoding: str,
) -> None:
    content = f"// {UNTOLD[encoding]}\nint x = 1;\n"
    text = decode(content.encode(encoding))
    edited = content.replace("x = 1", "y = 2").encode(encoding)
    assert edited == encode_edited(text, Text(text.content.replace("x = 1", "y = 2"), text.encoding))
    for letter in sorted({one for one in content if one > "\x7f"}):
        with suppress(EditError):
            written = encode_edited(text, Text(f"{text.content}{letter}", text.encoding))
            assert (content + letter).encode(encoding) == written, letter


def test_western_words_in_a_code_page_of_dos_are_not_taken_for_cyrillic() -> None:
    data = "// Ordner gewählt\n// Produktübergreifend, Funktionalität\n// lässt auswählen\nx = 1\n".encode(
        "cp850"
    )
    text = decode(data)
    assert ("utf-8", data) == (text.encoding, encode(text))


def test_a_euro_is_not_guessed_where_the_text_may_be_in_latin_9() -> None:
    text = decode("// prix: 5 €, déjà payé\n".encode("iso8859-15"))
    assert "latin-1" == text.encoding
    with pytest.raises(EditError, match="windows-1252 or ISO-8859-15, so name it"):
        encode_edited(text, Text(f"{text.content}œ", "latin-1"))
    plain = decode("// déjà payé\n".encode("cp1252"))
    assert "// déjà payé\n€".encode("cp1252") == encode_edited(plain, Text(f"{plain.content}€", "latin-1"))


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


EXPECTED = {
    "gbk": ("// 配置", "数值", "gbk"),
    "gb18030": ("// 㐂", "数㐂值", "gb18030"),
    "cp932": ("// 設定", "数値", "shiftjis"),
    "euc_jp": ("// 設定", "数値", "eucjp"),
    "cp949": ("// 설정", "값", "euckr"),
    "cp1251": ("// Описание", "значение", "windows1251"),
    "cp1252": ("// Größe €5 “Text”", "Höhe €", "windows1252"),
    "cp1250": ("// žluťoučký kůň", "příšerně", "windows1250"),
    "big5": ("// 設定", "數值", "big5"),
    "koi8_r": ("// Описание", "значение", "koi8r"),
    "iso8859-2": ("// žluťoučký kůň", "příšerně", "iso88592"),
    "iso8859-15": ("// œuvre à 3 €", "cœur €", "iso885915"),
    "utf-16-le": ("// 这是设定", "数值 ё", "utf16le"),
    "utf-16-be": ("// 这是设定", "数值 ё", "utf-16be"),
}


@pytest.mark.parametrize("encoding", EXPECTED)
def test_a_file_is_read_and_edited_in_the_encoding_that_is_expected_of_it(encoding: str) -> None:
    comment, word, label = EXPECTED[encoding]
    content = f"{comment}\r\nx = 1\n"
    text = decode(content.encode(encoding), encoding_name(label))
    edited = content.replace("1", f"2  // {word}")
    assert content == text.content
    assert edited.encode(encoding) == encode_edited(text, Text(edited, text.encoding))


def test_what_the_bytes_say_comes_before_what_is_expected_of_them() -> None:
    for name in ("gbk", "latin-1", "cp1251", "utf-16-le"):
        assert Text("größe\n", "utf-8") == decode("größe\n".encode(), name)
        assert Text("größe\n", "utf-8", bom=True) == decode("größe\n".encode("utf-8-sig"), name)
        assert Text("größe\n", "utf-16-be", bom=True) == decode("\ufeffgröße\n".encode("utf-16-be"), name)
        declared = "# coding: cp1253\n# Περιγραφή\n"
        assert Text(declared, "cp1253") == decode(declared.encode("cp1253"), name)


def test_new_letters_in_a_file_in_ascii_are_written_as_it_declares_or_as_is_expected() -> None:
    for data, expected, written in (
        (b"# coding: gbk\nx = 1\n", None, "gbk"),
        (b"x = 1\n", "gbk", "gbk"),
        (b"x = 1\n", "utf-16-le", "utf-8"),
        (b"x = 1\n", None, "utf-8"),
        (b"# coding: utf-8\nx = 1\n", "gbk", "utf-8"),
    ):
        text = decode(data, expected)
        assert "数".encode(written) == encode_edited(text, Text("数", text.encoding))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("latin1", "latin-1"),
        ("ISO-8859-1", "latin-1"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-16LE-BOM", None),
        ("utf8bom", "utf-8"),
        ("utf-8-bom", "utf-8"),
        ("windows1256", "cp1256"),
        ("iso88597", "iso8859-7"),
        ("koi8u", "koi8-u"),
        ("cp866", "cp866"),
        ("nonsense", None),
        ("rot13", None),
        ("hex", None),
        ("", None),
        ("a\0b", None),
    ],
)
def test_an_encoding_has_many_names(label: str, name: str | None) -> None:
    assert name == encoding_name(label)


@given(st.binary(max_size=200), st.sampled_from(sorted(EXPECTED)))
def test_whatever_is_expected_of_bytes_they_come_back(data: bytes, encoding: str) -> None:
    assert data == encode(decode(data, encoding))


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_they_come_back(data: bytes) -> None:
    assert data == encode(decode(data))


@given(st.sampled_from(sorted(SAMPLES)), st.integers(1, 60), st.integers(0, 40))
def test_a_file_cut_anywhere_comes_back(encoding: str, length: int, start: int) -> None:
    data = (SAMPLES[encoding][0] * 3).encode(encoding)[start : start + length]
    assert data == encode(decode(data))
