from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from foreword.core.outline import Definition, Excerpt
from foreword.index.search.mention_boost import with_neighbours
from foreword.index.search.passages import Passage
from foreword.index.search.reranking import ScoredPassage
from foreword.index.search.search import search
from index_files import Bench

MakeBench = Callable[[Mapping[str, str]], Bench]
PARSER = "def parse_the_request(text):\n    return split_header(text)\n"
HELPERS = (
    "def fold_header(request):\n    return request.a\n\n\n"
    "def split_header(request):\n    return request.a\n\n\n"
    "def trim_header(request):\n    return request.a\n"
)
QUERY = "parse the request text"


def scores(bench: MakeBench, files: Mapping[str, str], query: str = QUERY) -> dict[str | None, float]:
    """The score of each definition that is an excerpt."""
    made = bench(files)
    found: list[Excerpt] = search(made.index(), query, made.text, limit=99)
    return {one.symbol: one.score for one in found}


def apart(*definitions: str) -> str:
    """Definitions that are not joined: other code stands between them."""
    return ("\n\n" + "x = 1\n" * 40 + "\n\n").join(definitions)


FILES = {"src/parser.py": PARSER, "src/helpers.py": apart(*HELPERS.split("\n\n\n"))}


def test_a_definition_that_the_best_passage_mentions_counts_more(bench: MakeBench) -> None:
    found = scores(bench, FILES)
    assert found["split_header"] > found["fold_header"] == found["trim_header"]
    assert "parse_the_request" == max(found, key=lambda name: found[name])


def test_a_mention_tells_less_the_more_files_have_the_name(bench: MakeBench) -> None:
    others = {f"src/other{n}.py": "def split_header(x):\n    return x\n" for n in range(3)}
    few, many = scores(bench, FILES), scores(bench, {**FILES, **others})
    assert few["split_header"] - few["fold_header"] > many["split_header"] - many["fold_header"] > 0


def passage(name: str, score: float, text: str) -> ScoredPassage:
    return ScoredPassage("src/a.py", Passage(1, 2, Definition(name, "function", text, 1, 2)), score, text)


def test_a_definition_gains_nothing_by_mentioning_itself(bench: MakeBench) -> None:
    again = [passage("count_down", 1.0, "def count_down(n):\n    return count_down(n - 1)")]
    assert again == with_neighbours(bench({"src/a.py": again[0].text}).index(), again, 9.0)


@pytest.mark.parametrize(("gain", "most"), [(0.8, 99.0), (0.8, 8.0), (0.5, 5.0)])
def test_a_mention_is_worth_a_share_of_its_passage_up_to_a_limit(
    bench: MakeBench, gain: float, most: float
) -> None:
    found = [
        passage("launch", 8.0, "def launch():\n    count_down(9)"),
        passage("count_down", 1.0, "def count_down"),
    ]
    index = bench({"src/a.py": "def count_down(n):\n    return n\n"}).index()
    assert [8.0, pytest.approx(1.0 + gain)] == [one.score for one in with_neighbours(index, found, most)]


def test_nothing_has_no_neighbours(bench: MakeBench) -> None:
    assert [] == with_neighbours(bench({}).index(), [], 9.0)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/helpers.md", "# split_header\n\nThe request.\n"),
        ("src/helpers.py", "def sp(request):\n    return 1\n"),
    ],
)
def test_a_heading_or_a_very_short_name_is_no_neighbour(bench: MakeBench, path: str, text: str) -> None:
    mentioning = {"src/parser.py": PARSER.replace("split_header", "split_header(sp)"), path: text}
    silent = {"src/parser.py": PARSER.replace("split_header", "split_footer(xy)"), path: text}
    made = [bench(mentioning), bench(silent)]
    first, second = (
        [one.score for one in search(each.index(), QUERY, each.text) if one.path == path] for each in made
    )
    assert first == second
