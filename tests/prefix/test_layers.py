from __future__ import annotations

import subprocess
import sys

import pytest

from foreword.prefix.layers import Base, Block, Part, blocks_digest, text_digest


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
