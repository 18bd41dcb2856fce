from __future__ import annotations

from collections.abc import Callable, Mapping

from foreword.index.search.documentation import N_NAMES, lent_names
from foreword.index.search.reranking import Matcher, ReadFile
from foreword.index.search.search import search
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]
FILES = {
    "docs/guide.md": "# Guide\n\n## Passwords\n\nThe user types a password twice if `confirm_entry` is set.\n\n## Colours\n\nSet `mix_all`.\n",
    "src/colours.py": "def paint(mix_all):\n    return mix_all\n",
    "src/entry.py": "def ask(label, confirm_entry):\n    return label if confirm_entry else None\n",
    "src/window.py": "def show(label):\n    return label\n",
}
QUESTION = "Where does somebody have to type a password twice?"


def test_a_name_beside_the_words_of_a_question_in_the_documentation_leads_to_the_code(
    bench: MakeBench,
) -> None:
    files = bench(FILES)
    assert "src/entry.py" in [one.path for one in search(files.index(), QUESTION, files.text)]


def test_a_message_borrows_no_names(bench: MakeBench) -> None:
    files = bench(FILES)
    found = search(files.index(), "make somebody type a password twice", files.text)
    assert "src/entry.py" not in [one.path for one in found]


def test_documentation_that_is_shown_in_full_lends_its_names_all_the_same(bench: MakeBench) -> None:
    files = bench(FILES)
    found = search(files.index(), QUESTION, files.text, shown={"docs/guide.md"})
    assert "src/entry.py" in [one.path for one in found]
    assert "docs/guide.md" not in [one.path for one in found]


def test_documentation_that_is_gone_lends_nothing(bench: MakeBench) -> None:
    files = bench(FILES)
    there = {path: text for path, text in FILES.items() if path != "docs/guide.md"}
    assert [] == search(files.index(), QUESTION, there.get)


def test_few_names_are_lent_those_that_are_mentioned_most_first() -> None:
    text = "password `one_name`\n" + "".join(
        f"password {name}_name\n" for name in ("red", "blue", "pink", "grey", "gold", "cyan", "teal", "lime")
    )
    lent = lent_names(
        [ReadFile(text.split("\n"), ()), ReadFile(["password one_name"], ())], Matcher({"password": 1.0})
    )
    assert N_NAMES == len(lent)
    assert "=one_name" == next(iter(lent))
