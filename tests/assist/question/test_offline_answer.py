from __future__ import annotations

from foreword.assist.question.offline_answer import (
    LABEL,
    MAX_EXCERPT_LINES,
    MAX_EXCERPTS,
    MAX_EXCERPTS_A_FILE,
    compose,
)
from foreword.assist.question.retrieved import Evidence, Mention
from foreword.core.outline import Definition, Excerpt

CART = Definition("add", "method", "def add(self, item):", 2, 3, "Cart")


def excerpt(path: str, line: int, text: str = "code") -> Excerpt:
    return Excerpt(path, line, line + text.count("\n"), 1.0, text)


def evidence(*excerpts: Excerpt) -> Evidence:
    return Evidence((), (), (), excerpts)


def test_an_offline_answer_says_that_it_is_one() -> None:
    assert compose(evidence()).startswith(LABEL)
    assert compose(evidence(excerpt("a.py", 1))).startswith(LABEL)


def test_without_evidence_it_says_what_to_do_and_where_to_begin() -> None:
    text = compose(evidence(), "README.md")
    assert "Nothing in the index matches this question." in text
    assert text.endswith("The project introduces itself in `README.md:1`.\n")


def test_definitions_come_before_excerpts_and_excerpts_before_mentions() -> None:
    found = Evidence(
        ("add",),
        (("shop/cart.py", CART),),
        (Mention("shop/app.py", 9, "cart.add(`x`)"),),
        (excerpt("b.py", 4),),
    )
    text = compose(found)
    assert "- `Cart.add` (method): shop/cart.py:2-3\n  `def add(self, item):`" in text
    assert "b.py:4\n\n```python\ncode\n```" in text
    assert "- shop/app.py:9 `cart.add( x )`" in text
    assert sorted(map(text.index, ("Cart.add", "b.py:4", "shop/app.py:9"))) == [
        text.index(place) for place in ("Cart.add", "b.py:4", "shop/app.py:9")
    ]


def test_code_with_a_fence_in_it_does_not_end_its_own_fence() -> None:
    text = compose(evidence(excerpt("a.md", 1, "```\ncode\n```")))
    assert "~~~~markdown\n```\ncode\n```\n~~~~" in text


def test_few_excerpts_of_one_file_are_shown_and_the_others_named() -> None:
    text = compose(evidence(*(excerpt("a.py", n * 10) for n in range(1, 9)), excerpt("b.py", 5)))
    assert MAX_EXCERPTS_A_FILE == sum(f"a.py:{n * 10}\n\n```" in text for n in range(1, 9))
    assert "b.py:5\n\n```" in text
    assert "### See also" in text


def test_the_number_of_excerpts_has_a_bound() -> None:
    assert 2 * MAX_EXCERPTS == compose(evidence(*(excerpt(f"{n}.py", n) for n in range(1, 30)))).count("```")


def test_a_long_excerpt_is_cut_and_says_by_how_much() -> None:
    text = compose(evidence(excerpt("a.py", 1, "\n".join(map(str, range(MAX_EXCERPT_LINES + 7))))))
    assert "... 7 more lines" in text
    assert f"\n{MAX_EXCERPT_LINES}\n" not in text


def test_of_a_long_excerpt_the_lines_with_the_words_of_the_question_are_shown() -> None:
    lines = [f"step({n})" for n in range(1, 200)]
    lines[149] = "trust = proxy(address)"
    text = compose(evidence(excerpt("a.py", 1, "\n".join(lines))), question="How does trust reach the proxy?")
    assert "trust = proxy(address)" in text
    assert "step(1)\n" not in text
    assert "a.py:146-185\n" in text
    assert "... 159 more lines in 1-199" in text


def test_an_excerpt_is_shown_without_the_blank_lines_around_it() -> None:
    assert "a.py:4\n\n```python\ncode\n```" in compose(evidence(excerpt("a.py", 3, "\ncode\n")))


def test_no_excerpt_is_cut_for_a_single_line() -> None:
    text = compose(evidence(excerpt("a.py", 1, "\n".join("x" * (MAX_EXCERPT_LINES + 1)))))
    assert "more line" not in text


def test_every_place_in_it_can_be_opened() -> None:
    text = compose(evidence(excerpt("a.py", 3, "one\ntwo")))
    assert "a.py:3-4" in text


def test_what_a_terminal_or_json_can_not_show_is_written_visibly() -> None:
    assert "caf\\xe9" in compose(evidence(excerpt("a.py", 1, "caf\udce9")))
