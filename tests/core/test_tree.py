from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.tree import LeftOut, blob_id, make_tree
from gitrepo import make_repo


@pytest.mark.parametrize("data", [b"", b"hello\n", b"\0\xff" * 1000])
def test_a_blob_id_is_that_of_git(tmp_path: Path, data: bytes) -> None:
    repo = make_repo(tmp_path)
    assert repo.git("hash-object", "--stdin", stdin=data) == blob_id(data)


def test_a_repository_of_sha256_has_longer_ids(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, "--object-format=sha256")
    assert repo.git("hash-object", "--stdin", stdin=b"hello\n") == blob_id(b"hello\n", "sha256")


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.randoms(use_true_random=False))
def test_a_tree_is_in_path_order_whatever_order_it_was_found_in(
    blobs: dict[str, str], chance: random.Random
) -> None:
    found = list(blobs.items())
    chance.shuffle(found)
    assert sorted(blobs.items()) == list(make_tree(dict(found)).blobs.items())


def test_what_was_left_out_is_sorted_too() -> None:
    tree = make_tree({}, [LeftOut("b", "secret"), LeftOut("a", "binary")], ["x"])
    assert (("a", "b"), frozenset({"x"})) == (tuple(left.path for left in tree.left_out), tree.dirty)


def test_a_tree_can_not_be_changed() -> None:
    tree = make_tree({"a": "1"})
    with pytest.raises(TypeError):
        tree.blobs["a"] = "2"  # type: ignore[index]
