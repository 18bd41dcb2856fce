from __future__ import annotations

from foreword.core.outline import Excerpt
from foreword.prefix.turn import Attachment, render_turn


def test_a_turn_without_material_is_the_instructions_and_the_question() -> None:
    assert ("Answer.\n\nWhy?",) == render_turn("Answer.\n", [], [], "Why?")


def test_the_question_stands_last_after_everything_that_belongs_to_it() -> None:
    attachments = [Attachment("a.py", "x\ny\nz\n", 2, 3)]
    excerpts = [Excerpt("b.py", 10, 11, 1.0, "one\ntwo", "f"), Excerpt("c.py", 1, 1, 0.5, "three")]
    material, last = render_turn("Answer.\n", attachments, excerpts, "Why?")
    assert last.endswith("\nWhy?")
    assert '<attached path="a.py" lines="2-3">\n2\ty\n3\tz\n</attached>\n' in material
    assert '<excerpt path="b.py" symbol="f">\n10\tone\n11\ttwo\n</excerpt>\n' in material
    assert '<excerpt path="c.py">\n1\tthree\n</excerpt>\n' in material
    assert material.index("<attached") < material.index("<excerpts>")


def test_a_file_that_the_model_knows_is_only_named() -> None:
    assert (
        '<attached path="a.py" lines="1-9"/>\n'
        == render_turn("", [Attachment("a.py", None, 1, 9)], [], "?")[0]
    )


def test_what_json_can_not_carry_is_written_visibly() -> None:
    excerpts = [Excerpt("b.py", 1, 1, 1.0, "caf\udce9")]
    material, last = render_turn("", [Attachment("a.py", "a\0b\r\n", 1, 1)], excerpts, "What is \udcff?")
    assert "1\ta\\x00b\n" in material
    assert "caf\\xe9" in material
    assert last.endswith("What is \\xff?")
