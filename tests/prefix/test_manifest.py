from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.tokens import weigh
from foreword.prefix.layers import Block, Part, text_digest
from foreword.prefix.manifest import (
    Difference,
    How,
    Layer,
    Manifest,
    Piece,
    decode_pieces,
    encode_pieces,
    first_difference,
    manifest_of,
)

Files = dict[str, str]


def block(files: Files, frame: str = "") -> Block:
    parts = tuple(Part(path, "full", text_digest(text), weigh(text)) for path, text in files.items())
    return Block(frame + "".join(files.values()), parts)


def manifest(base: Files, *delta: Files, frame: str = "", tools: str = "tools") -> Manifest:
    return manifest_of({
        "tools": (Block(tools),),
        "system": (Block("Be brief."),),
        "base": (block(base, frame),),
        "delta": tuple(block(files) for files in delta),
    })  # fmt: skip


FILES = {"a.py": "aaaa", "b.py": "bbbb", "c.py": "cccc"}


@pytest.mark.parametrize(
    ("old", "new", "layer", "path", "how"),
    [
        (manifest(FILES), manifest({**FILES, "b.py": "BBBB"}), "base", "b.py", "changed"),
        (manifest(FILES), manifest({"a.py": "aaaa", "aa.py": "x", **FILES}), "base", "aa.py", "added"),
        (manifest(FILES), manifest({"a.py": "aaaa", "c.py": "cccc"}), "base", "b.py", "removed"),
        (manifest(FILES), manifest(dict(reversed(FILES.items()))), "base", "c.py", "moved"),
        (manifest(FILES), manifest(FILES, frame="Files: 4\n"), "base", "", "changed"),
        (manifest(FILES, {"a.py": "+x"}), manifest(FILES, {"c.py": "+y"}), "delta", "c.py", "added"),
        (manifest(FILES, {"a.py": "+x"}), manifest(FILES), "delta", "a.py", "removed"),
        (manifest(FILES), manifest(FILES, tools="others"), "tools", "", "changed"),
    ],
    ids=["changed", "added", "removed", "moved", "frame", "other delta", "folded delta", "tools"],
)
def test_the_first_difference_is_named(
    old: Manifest, new: Manifest, layer: Layer, path: str, how: How
) -> None:
    found = first_difference(old, new)
    assert found is not None
    assert (layer, path, how) == (found.layer, found.path, found.how)


def test_a_file_that_changed_explains_more_than_the_ones_that_made_room_for_it() -> None:
    moved = {"b.py": "bbbb", "a.py": "a much longer text", "c.py": "cccc"}
    found = first_difference(manifest(FILES), manifest(moved))
    assert found == Difference("base", "a.py", "changed", weigh("tools") + weigh("Be brief."))


def test_what_stands_before_the_difference_is_what_is_the_same() -> None:
    found = first_difference(manifest(FILES), manifest({**FILES, "c.py": "!"}))
    assert found is not None
    assert weigh("tools" + "Be brief." + "aaaa" + "bbbb") == found.same


@pytest.mark.parametrize("delta", [(), ({"a.py": "+x"},), ({"a.py": "+x"}, {"a.py": "+y"})])
def test_a_delta_that_only_grows_is_no_difference(delta: tuple[Files, ...]) -> None:
    assert None is first_difference(manifest(FILES, *delta), manifest(FILES, *delta, {"b.py": "+z"}))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.builds(Piece, st.text(), st.sampled_from(["full", "text"]), st.text(), st.floats(0, 1e9))))
def test_a_layer_comes_back_from_its_bytes(pieces: list[Piece]) -> None:
    assert tuple(pieces) == decode_pieces(encode_pieces(pieces))


def test_a_path_that_is_no_unicode_is_kept() -> None:
    pieces = (Piece("caf\udce9.py", "full", "d", 1.0),)
    assert pieces == decode_pieces(encode_pieces(pieces))


@pytest.mark.parametrize("stored", [b"", b"no zlib", encode_pieces(())[:-3]])
def test_bytes_of_others_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not a manifest"):
        decode_pieces(stored)


def test_a_layer_of_thousands_of_files_is_kept_small() -> None:
    pieces = [
        Piece(f"src/package_{n % 40}/module_{n}.py", "outline", text_digest(str(n)), 60.0)
        for n in range(3_000)
    ]
    assert len(encode_pieces(pieces)) < 60_000
