"""What is in the bytes decides: kind, size, pages, tokens; and what no provider takes is refused with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreword.core.documents.media import (
    MAX_DATA_BYTES,
    image_tokens,
    is_media_path,
    media_from_base64,
    media_of,
    media_tokens,
)
from foreword.core.errors import UsageError
from pictures import base64_of, gif, jpeg, pdf, png, webp

PICTURES = {
    "image/png": png(300, 20),
    "image/gif": gif(300, 20),
    "image/jpeg": jpeg(300, 20),
    "image/jpeg, of a camera": jpeg(300, 20, camera_bytes=40_000),
    "image/webp": webp(300, 20),
    "image/webp, lossless": webp(300, 20, kind="lossless"),
    "image/webp, extended": webp(300, 20, kind="extended"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_known_by_its_bytes(name: str) -> None:
    found = media_of("called-otherwise.txt", PICTURES[name])
    assert (name.partition(",")[0], 300, 20, "image") == (
        found.media_type,
        found.width,
        found.height,
        found.kind,
    )


@pytest.mark.parametrize(
    ("data", "moves"),
    [
        (png(), False),
        (png(moves=True), True),
        (gif(), False),
        (gif(n_frames=2), True),
        (webp(kind="extended"), False),
        (webp(kind="extended", moves=True), True),
    ],
)
def test_one_that_moves_is_known(data: bytes, moves: bool) -> None:
    assert moves is media_of("x", data).is_animated


@pytest.mark.parametrize(
    ("width", "height", "standard", "high"),
    # The table of the documentation, and its example of a page.
    [
        (200, 200, 64, 64),
        (1000, 1000, 1296, 1296),
        (1092, 1092, 1521, 1521),
        (1920, 1080, 1560, 2691),
        (2000, 1500, 1564, 3888),
        (3840, 2160, 1560, 4784),
        (1075, 1520, 33 * 47, 2145),
    ],
)
def test_a_picture_has_the_tokens_that_the_documentation_says(
    width: int, height: int, standard: int, high: int
) -> None:
    assert (standard, high) == tuple(image_tokens(width, height, vision) for vision in ("standard", "high"))


@given(st.integers(1, 8_000), st.integers(1, 8_000))
def test_no_picture_has_more_tokens_than_the_model_takes_and_turning_it_changes_nothing(
    width: int, height: int
) -> None:
    n_tokens = image_tokens(width, height, "high")
    assert 1 <= n_tokens <= 4_784
    assert n_tokens == image_tokens(height, width, "high")


@pytest.mark.parametrize("compressed", [False, True])
def test_the_pages_of_a_pdf_are_counted(compressed: bool) -> None:
    found = media_of("spec.pdf", pdf(7, compressed=compressed))
    assert ("document", 7) == (found.kind, found.n_pages)
    assert 7 * media_tokens(media_of("one.pdf", pdf(1)).block, "high") == media_tokens(found.block, "high")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no picture and no PDF"),
        (b"<svg/>", "PNG, JPEG, GIF, WebP and PDF are taken"),
        (b"BM" + b"\0" * 60, "no picture and no PDF"),
        (png(0, 5), "is damaged"),
        (jpeg()[:12], "is damaged"),
        (gif(8_001, 2), "more than 8,000 a side: make it smaller"),
        (b"\0" * (MAX_DATA_BYTES + 1), "10.0 MB, and at most 10 are taken"),
        (pdf(encrypted=True), "is encrypted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_provider_takes_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(UsageError, match="shot") as refused:
        media_of("shot", data)
    assert why in str(refused.value)


@given(st.sampled_from([*PICTURES.values(), pdf(), pdf(compressed=True)]), st.data())
def test_a_damaged_one_is_read_or_refused_and_nothing_else(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    damaged = data[:at] + draw.draw(st.binary(max_size=8)) + data[at + draw.draw(st.integers(0, 40)) :]
    try:
        found = media_of("x", damaged)
    except UsageError:
        return
    assert media_tokens(found.block, "high") > 0


def test_what_is_no_base64_is_refused() -> None:
    assert png() == png()
    assert "image/png" == media_from_base64("x", base64_of(png())).media_type
    for text in ("!!!", "YWJj*", base64_of(png())[:-1] + "~"):
        with pytest.raises(UsageError, match="no base64"):
            media_from_base64("x", text)


@pytest.mark.parametrize(
    ("path", "is_one"), [("a/b.PNG", True), ("spec.pdf", True), ("png", False), ("x.svg", False)]
)
def test_files_are_known_by_their_endings(path: str, is_one: bool) -> None:
    assert is_one is is_media_path(path)
