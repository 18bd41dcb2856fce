from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.prefix.layers import (
    Anchor,
    Base,
    Block,
    Form,
    Lineage,
    Part,
    ShownVersion,
    blocks_digest,
    decode,
    encode,
    text_digest,
)


def part(path: str, form: str = "full") -> Part:
    return Part(path, form, "d", 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["ab"], ["a", "b"]),
        (["a", ""], ["a"]),
        ([], [""]),
        (["a", "b"], ["b", "a"]),
        (["1\0a"], ["1", "a"]),
    ],
)
def test_other_bytes_or_other_block_boundaries_have_another_digest(one: list[str], other: list[str]) -> None:
    assert blocks_digest(map(Block, one)) != blocks_digest(map(Block, other))


def test_a_digest_is_of_the_text_alone() -> None:
    assert blocks_digest([Block("text")]) == blocks_digest([Block("text", (part("a"),))])


def test_digests_are_the_same_in_every_process() -> None:
    script = (
        "from foreword.prefix.layers import *;"
        "print(blocks_digest([Block('é'), Block('b')]), text_digest('é'))"
    )
    environ = {"PYTHONHASHSEED": "77", "LC_ALL": "C", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    assert f"{blocks_digest([Block('é'), Block('b')])} {text_digest('é')}" == done.stdout.strip()


def test_a_base_knows_the_form_of_each_of_its_files() -> None:
    base = Base(
        (Block("s", (part("a"), part("b"))),), (Block("m", (part("c", "outline"),)), Block("r", (part("d"),)))
    )
    assert {"a": "full", "b": "full", "c": "outline", "d": "full"} == base.forms
    assert ["s", "m", "r"] == [block.text for block in base.blocks]


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
FORM = st.sampled_from(["full", "outline", "diff"])
PARTS = st.lists(st.builds(Part, TEXT, FORM, TEXT, st.floats(0, 1e6)), max_size=3).map(tuple)
LINEAGES = st.builds(
    Lineage,
    st.builds(Anchor, st.sampled_from(["git", "snapshot"]), TEXT, TEXT),
    st.lists(st.builds(Block, TEXT, PARTS), max_size=3).map(tuple),
    st.dictionaries(TEXT, st.builds(ShownVersion, st.none() | TEXT, FORM), max_size=3),
)


@settings(deadline=None, max_examples=80)
@given(LINEAGES)
def test_what_is_stored_comes_back_the_same(lineage: Lineage) -> None:
    assert lineage == decode(encode(lineage))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "5",
        "{}",
        '"text"',
        '{"anchor": {}, "delta": [], "shown": {}}',
        '{"anchor": {"kind": "git", "tree": "t"}, "delta": ["x"], "shown": {}}',
        '{"anchor": {"kind": "git", "tree": "t"}, "delta": [], "shown": []}',
        '{"anchor": {"kind": "git", "tree": "t"}, "delta": [], "shown": {"a": 1}}',
        '{"anchor": {"kind": "git", "tree": "t", "more": 1}, "delta": [], "shown": {}}',
        '{"anchor": {"kind": "git", "tree": "t"}, "delta": [{"text": "x", "parts": [{}]}], "shown": {}}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(text)


def test_what_an_older_version_did_not_know_is_filled_in() -> None:
    old = {"anchor": {"kind": "snapshot", "tree": "t"}, "delta": [], "shown": {}}
    assert Lineage(Anchor("snapshot", "t")) == decode(json.dumps(old))


def test_appending_leaves_the_blocks_that_were_sent_alone() -> None:
    first = Lineage(Anchor("git", "t", "c")).append(Block("one"), {"a": ShownVersion("1", "diff")})
    second = first.append(Block("two"), {"a": ShownVersion(None, "diff"), "b": ShownVersion("2", "full")})
    assert ("one",) == tuple(block.text for block in first.delta)
    assert first.delta == second.delta[:1]
    assert {"a": ShownVersion(None, "diff"), "b": ShownVersion("2", "full")} == second.shown
    assert {"a": ShownVersion("1", "diff")} == first.shown


@pytest.mark.parametrize(
    ("anchor", "name"),
    [(Anchor("git", "tree", "commit"), "commit"), (Anchor("snapshot", "digest"), "digest")],
)
def test_an_anchor_is_named_by_its_commit_or_else_by_its_digest(anchor: Anchor, name: str) -> None:
    assert name == anchor.name


def test_every_form_of_a_part_survives() -> None:
    forms: tuple[Form, ...] = ("full", "outline", "diff")
    lineage = Lineage(Anchor("git", "t", "c"), (Block("x", tuple(Part(f, f, "d", 0.5) for f in forms)),))
    assert lineage == decode(encode(lineage))
