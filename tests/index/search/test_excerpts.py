"""What is shown of a file for a question: whole definitions, with what is around them, and nothing empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from foreword.core.outline import Definition, Excerpt
from foreword.index.search.excerpts import WHOLE_LINES, choose
from foreword.index.search.passages import TELLING, Passage, cut
from foreword.index.search.reranking import ReadFile, ScoredPassage
from foreword.index.search.search import search
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]

STEPS = "".join(f"        self.step_{n}()\n" for n in range(40))
SHOP = f'''"""A shop."""


class Shop:
    """Sells things."""

    opened = False

    def open_shop(self):
{STEPS}        self.ring_the_bell()

    def close_shop(self):
        self.opened = False

    def count_tills(self):
        return len(self.tills)


def refund_order(order):
    return order.paid
'''


def found(bench: MakeBench, query: str, budget: int | None = None) -> list[Excerpt]:
    files = bench({"shop.py": SHOP})
    return search(files.index(), query, files.text, budget_tokens=budget)


def test_a_definition_is_shown_as_a_whole_wherever_it_matches(bench: MakeBench) -> None:
    best = found(bench, "ring the bell")[0]
    assert best.text.startswith("    def open_shop(self):\n")
    assert best.text.endswith("self.ring_the_bell()")
    assert "open_shop" == best.symbol


def test_where_a_whole_definition_has_no_room_a_part_of_it_is_shown(bench: MakeBench) -> None:
    best = found(bench, "ring_the_bell", 250)[0]
    assert "ring_the_bell" in best.text
    assert best.symbol is None
    assert ["class Shop:", "    def open_shop(self):"] == [line for _, line in best.around]


def test_a_method_is_shown_with_the_line_of_its_class(bench: MakeBench) -> None:
    best = found(bench, "count the tills")[0]
    assert ("count_tills", ((4, "class Shop:"),)) == (best.symbol, best.around)
    assert [4, *range(best.start_line, best.end_line + 1)] == [number for number, _ in best.rows]


def test_an_excerpt_that_is_one_function_bears_its_name(bench: MakeBench) -> None:
    best = found(bench, "refund an order")[0]
    assert ("refund_order", "def refund_order(order):\n    return order.paid") == (best.symbol, best.text)


def test_an_excerpt_that_is_one_class_bears_its_name_whatever_in_it_matched_best() -> None:
    lines = ["class Zones:", '    GMT_ID = "GMT"', "", "    def offset(self):", "        return 0"]
    zones = Definition("Zones", "class", lines[0], 1, 5)
    constant = Definition("GMT_ID", "constant", lines[1], 2, 2, "Zones")
    best = ScoredPassage("zones.py", Passage(1, 5, constant), 2.0, "\n".join(lines))
    files = {"zones.py": ReadFile(lines, [zones, constant])}
    (one,) = choose([best], files, limit=5, budget_tokens=1_000)
    assert (1, 5, "Zones") == (one.start_line, one.end_line, one.symbol)


def test_what_the_reader_has_is_in_no_excerpt(bench: MakeBench) -> None:
    files = bench({"shop.py": SHOP})
    (counting,) = [one for one in found(bench, "count the tills") if one.symbol == "count_tills"]
    lines = counting.start_line, counting.end_line
    others = search(files.index(), "count the tills", files.text, shown_lines={"shop.py": [lines]})
    assert others
    assert not any(one.start_line <= lines[1] and lines[0] <= one.end_line for one in others)
    whole = 1, len(SHOP.splitlines())
    assert [] == search(files.index(), "count the tills", files.text, shown_lines={"shop.py": [whole]})


def test_neighbours_are_two_in_a_list_and_one_where_all_is_read(bench: MakeBench) -> None:
    assert {"close_shop", "count_tills"} <= {one.symbol for one in found(bench, "close shop, count tills")}
    (both,) = [one for one in found(bench, "close shop, count tills", 6_000) if "def close_shop" in one.text]
    assert "def count_tills" in both.text


def test_what_scores_much_less_than_the_best_is_left_out(bench: MakeBench) -> None:
    files = bench({"shop.py": SHOP, "till.py": "def ring():\n    pass\n"})
    every = search(files.index(), "ring the bell at the till", files.text)
    some = search(files.index(), "ring the bell at the till", files.text, enough=0.999)
    assert every[0] == some[0]
    assert 1 == len(some) < len(every)


LINES = st.lists(st.sampled_from(["", "}", "  x()", "def f", "    end", "  # c"]), min_size=1, max_size=200)
SPANS = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 2 * WHOLE_LINES)), max_size=10)


@settings(deadline=None, max_examples=100)
@given(LINES, SPANS, st.data(), st.sampled_from([None, 50, 500, 10_000]))
def test_no_excerpt_is_empty_and_no_line_is_shown_twice(
    lines: list[str], spans: list[tuple[int, int]], data: st.DataObject, budget: int | None
) -> None:
    """Even for an outline that does not fit the text, such as one of an older version."""
    definitions = [Definition(str(n), "function", str(n), a, a + more) for n, (a, more) in enumerate(spans)]
    passages = cut(definitions, lines)
    scores = data.draw(st.lists(st.integers(1, 5), min_size=len(passages), max_size=len(passages)))
    scored = [
        ScoredPassage("a", one, float(score), "\n".join(lines[one.start - 1 : one.end]))
        for one, score in zip(passages, scores, strict=True)
    ]
    chosen = choose(scored, {"a": ReadFile(lines, definitions)}, limit=50, budget_tokens=budget)
    shown = [line for one in chosen for line in range(one.start_line, one.end_line + 1)]
    assert len(set(shown)) == len(shown)
    for one in chosen:
        rows = lines[one.start_line - 1 : one.end_line]
        assert rows == one.text.split("\n")
        assert rows[0].strip()
        assert rows[-1].strip()
        assert any(TELLING.match(row) for row in rows)
