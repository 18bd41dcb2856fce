from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.documents.text import Encoding, Text, decode, encode, printable
from foreword.core.edits.hunk import Hunk, hunks_between
from foreword.core.edits.hunk_placement import CLASH, MIXED, Resolution, resolve
from foreword.core.edits.text_edit import apply_edits

CODE = "".join(f"line {n}\n" for n in range(1, 13))
EDITED = CODE.replace("line 6\n", "six\nand a half\n")


def carry_over(before: str, after: str, current: str) -> Resolution:
    return resolve(hunks_between(printable(before), after), Text(current))


def check(expected: str, before: str, after: str, current: str) -> None:
    resolution = carry_over(before, after, current)
    assert () == resolution.refused
    assert expected == resolution.text.content
    assert expected == apply_edits(current, resolution.edits)


def reasons(resolution: Resolution) -> list[str]:
    return [refused.reason for refused in resolution.refused]


def test_a_file_that_did_not_change_gets_the_text_of_the_proposal() -> None:
    check(EDITED, CODE, EDITED, CODE)


def test_a_hunk_follows_its_lines_to_another_place() -> None:
    check("new\n\n" + EDITED + "more\n", CODE, EDITED, "new\n\n" + CODE + "more\n")


def test_a_hunk_whose_lines_changed_is_refused_with_its_diff() -> None:
    current = CODE.replace("line 6", "LINE 6")
    resolution = carry_over(CODE, EDITED, current)
    assert (current, ()) == (resolution.text.content, resolution.edits)
    (refused,) = resolution.refused
    assert "-line 6\n+six\n+and a half\n" in refused.diff
    message = refused.problem("a.txt").message
    assert "a.txt: the change of line 6 (line 6) was not applied: the file has changed there" == message


def test_a_hunk_that_was_carried_out_before_is_refused_with_that_reason() -> None:
    resolution = carry_over(CODE, EDITED, EDITED)
    assert (EDITED, ()) == (resolution.text.content, resolution.edits)
    assert {"it stands there already"} == {*reasons(resolution)}


def test_a_hunk_whose_context_changed_is_refused() -> None:
    assert ["the file has changed there"] == reasons(
        carry_over(CODE, EDITED, CODE.replace("line 8", "eight"))
    )


def test_a_hunk_that_fits_in_two_places_is_refused() -> None:
    assert ["the same lines stand in 2 places now (at 6, 18)"] == reasons(
        carry_over(CODE, EDITED, CODE + CODE)
    )


def test_a_bad_hunk_does_not_take_the_good_ones_along() -> None:
    after = CODE.replace("line 2\n", "two\n").replace("line 11\n", "eleven\n")
    resolution = carry_over(CODE, after, CODE.replace("line 1\n", "one\n"))
    assert CODE.replace("line 1\n", "one\n").replace("line 11\n", "eleven\n") == resolution.text.content
    assert ["the file has changed there"] == reasons(resolution)


def test_hunks_that_meet_in_one_place_are_both_refused() -> None:
    one = Hunk(1, ("a",), ("b",), ("B",), ("c",))
    other = Hunk(7, ("a",), ("b", "c"), (), ("d",))
    far = Hunk(3, ("c",), ("d",), ("D",), ())
    resolution = resolve([one, other, far], Text("a\nb\nc\nd"))
    assert "a\nb\nc\nD" == resolution.text.content
    assert [CLASH, CLASH] == reasons(resolution)


def test_line_ends_that_would_melt_together_are_refused() -> None:
    resolution = carry_over("a\nb\n\nc", "a\n\nc", "a\rb\n\nc")
    assert ([MIXED], "a\rb\n\nc") == (reasons(resolution), resolution.text.content)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_and_the_final_one_are_kept(end: str, final: bool) -> None:
    before = CODE if final else CODE.removesuffix("\n")
    after = before.replace("line 6\n", "six\nand a half\n").replace("line 12", "twelve")
    check(after.replace("\n", end), before, after, before.replace("\n", end))


def test_mixed_line_ends_stay_where_they_are() -> None:
    before = "a\nb\nc\nd\n"
    check("a\r\nB\nbb\nc\r\nd\n", before, "a\nB\nbb\nc\nd\n", "a\r\nb\nc\r\nd\n")


@pytest.mark.parametrize(
    ("before", "after", "current", "expected"),
    [
        ("a\nb", "a\nb\n", "a\r\nb", "a\r\nb\r\n"),
        ("a\nb\n", "a\nb", "a\r\nb\r\n", "a\r\nb"),
        ("a\nb\nc", "a", "a\r\nb\r\nc", "a"),
        ("a", "a\nb", "a", "a\nb"),
        ("", "a\n", "", "a\n"),
        ("a\n", "", "a\r\n", ""),
        ("a\n\tb\n", "a\n\tB\n", "a\r\n\tb\r\n", "a\r\n\tB\r\n"),
    ],
)
def test_the_end_of_a_file_is_edited_like_any_other_place(
    before: str, after: str, current: str, expected: str
) -> None:
    check(expected, before, after, current)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfcaf\xc3\xa9\r\nold\r\n",
        "café\r\nold\r\n".encode("utf-16"),
        b"\xfe\xff" + "café\nold\n".encode("utf-16-be"),
        "Le café est fermé.\r\nold\r\n".encode("latin-1"),
        b"bad \xff byte\nold\n",
    ],
)
def test_encoding_and_byte_order_mark_are_kept(data: bytes) -> None:
    text = decode(data)
    shown = printable(text.content)
    resolution = resolve(hunks_between(shown, shown.replace("old", "new")), text)
    assert () == resolution.refused
    old, new = (
        word.encode(text.encoding if text.encoding != "latin-1" else "ascii") for word in ("old", "new")
    )
    assert data.replace(old, new) == encode(resolution.text)


def test_a_character_that_the_encoding_lacks_refuses_its_hunk_only() -> None:
    text = decode("Le café est fermé.\nb\nc\nd\n".encode("latin-1"))
    after = text.content.replace("b\n", "λ\n").replace("d\n", "é\n")
    resolution = resolve(hunks_between(text.content, after), text)
    assert "Le café est fermé.\nb\nc\né\n" == resolution.text.content
    assert ["'\\u03bb' can't be written in windows-1252: convert the file to UTF-8 first"] == reasons(
        resolution
    )


def test_a_line_with_bytes_that_can_not_be_shown_is_not_rewritten() -> None:
    text = decode(b"bad \xff byte\nrest\n")
    shown = printable(text.content)
    assert ["there are bytes that are no text in utf-8; edit them by hand"] == reasons(
        resolve(hunks_between(shown, shown.replace("bad", "worse")), text)
    )


LINE = st.sampled_from(["", "a", "b", "c", "d", "    e", "é", "λ"])
LINES = st.lists(LINE, max_size=14)
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "latin-1")
END = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])


@st.composite
def changed(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """The lines after a few random changes."""
    result = list(lines)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(result)))
        n_gone = draw(st.integers(0, 2))
        result[at : at + n_gone] = draw(st.lists(LINE, max_size=2))
    return result


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, str, str]:
    """What the model saw, what it wants, and the file as it is now."""
    seen = draw(LINES)
    wanted, now = draw(changed(seen)), draw(changed(seen))
    ends = [draw(END) for _ in now]
    current = "".join(line + end for line, end in zip(now, ends, strict=True))
    return "\n".join(seen), "\n".join(wanted), current.removesuffix("\n") if draw(st.booleans()) else current


def place_in(lines: list[str], hunk: Hunk) -> int:
    """The one place where a hunk fits, found the slow way."""
    starts = [n for n in range(len(lines) + 1) if tuple(lines[n : n + len(hunk.old)]) == hunk.old]
    places = [n + len(hunk.lead) for n in starts]
    if not hunk.before and not hunk.lead:
        places = [place for place in places if place == 0]
    if hunk.closes is not None:
        places = [place for place in places if len(lines) == place + len(hunk.before) + hunk.closes]
    (place,) = places
    return place


@settings(deadline=None, max_examples=400)
@given(situations(), st.sampled_from(ENCODINGS))
def test_a_proposal_gives_exactly_its_text_or_a_refusal(
    situation: tuple[str, str, str], encoding: Encoding
) -> None:
    seen, wanted, now = situation
    current = replace(Text(now), encoding=encoding)
    hunks = hunks_between(seen, wanted)
    resolution = resolve(hunks, current)
    done = [hunk for hunk in hunks if hunk not in {refused.hunk for refused in resolution.refused}]
    assert len(hunks) == len(done) + len(resolution.refused)
    shown, after = printable(now).split("\n"), printable(resolution.text.content).split("\n")
    # Each hunk's lines occurred once, and in their place stand now its new ones; nothing else is different.
    placed = {place_in(shown, hunk): hunk for hunk in done}
    for place, hunk in sorted(placed.items(), reverse=True):
        shown[place : place + len(hunk.before)] = hunk.after
    assert shown == after
    assert resolution.text.content == apply_edits(now, resolution.edits)
    if encoding == "utf-8" or "λ" not in now:
        encode(resolution.text)


@settings(deadline=None)
@given(LINES.flatmap(lambda lines: st.tuples(st.just(lines), changed(lines))), END)
def test_a_proposal_for_the_very_text_that_was_seen_is_never_refused(
    pair: tuple[list[str], list[str]], end: str
) -> None:
    seen, wanted = ("\n".join(lines) for lines in pair)
    own = end if "\n" in seen else "\n"
    check(wanted.replace("\n", own), seen, wanted, seen.replace("\n", own))
