from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.index.search.query import parse_query
from foreword.index.search.search import search
from foreword.index.search.word_forms import others_of
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]
OTHER = "def rest(one):\n    return one\n"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("What is written at the end?", "write"),
        ("What was sent?", "send"),
        ("Who handles a click?", "click_handler"),
        ("What scans the shelf?", "Scanner"),
        ("Who is the parser of it?", "parse"),
        ("When is it retried?", "retry"),
        ("Where is the validation?", "validate"),
        ("Where is the replacement?", "replace"),
        ("Who deletes the folder?", "remove_dir"),
        ("Who visits the parent?", "ancestor"),
    ],
)
def test_a_question_finds_code_that_has_another_form_of_its_word(
    bench: MakeBench, question: str, code: str
) -> None:
    files = bench({"a.py": OTHER, "b.py": f"def {code}(one):\n    return one\n", "c.py": OTHER})
    assert ["b.py"] == [one.path for one in search(files.index(), question, files.text)]


def test_the_word_itself_is_better_than_another_form_and_that_better_than_a_synonym() -> None:
    others = others_of("delet", 1.0, ())
    assert 1.0 > others["deleter"] > others["remov"] > 0


def test_of_a_question_that_has_both_words_each_counts_for_itself() -> None:
    assert "remov" not in parse_query("Who deletes or removes it?").others.get("delet", {})


def test_a_file_with_many_words_for_a_thing_is_not_better_than_one_with_one_word(bench: MakeBench) -> None:
    files = bench(
        {
            "a.py": "def delete(shelf):\n    shelf.delete()\n    return shelf\n",
            "b.py": "def remove(box):\n    erase(box)\n    drop(box)\n    unlink(box)\n",
            "c.py": OTHER,
        }
    )
    assert "a.py" == search(files.index(), "Who deletes a shelf?", files.text)[0].path
