from __future__ import annotations

import pytest

from foreword.core.documents.text import lines_of
from foreword.index.search.reranking import SCORE_DIGITS, Matcher, ReadFile, naming_term, rescore
from foreword.index.search.retrieval import Candidate

TEXT = ReadFile(lines_of("boil the tea\n" + "x\n" * 60 + "boil\n"), ())
WORTH = {"boil": 1.0, "tea": 2.0}


def scores(file: Candidate, named_lines: dict[int, int] | None = None) -> list[float]:
    """Of the first and of the last passage of `TEXT`."""
    found = [one.score for one in rescore(file, TEXT, Matcher(WORTH), named_lines or {})]
    return [found[0], found[-1]]


def test_the_score_of_a_file_counts_for_each_of_its_passages() -> None:
    plain, better = scores(Candidate("a.py", 0.0)), scores(Candidate("a.py", 5.0))
    assert [5.0, 5.0] == pytest.approx([more - less for more, less in zip(better, plain, strict=True)])


def test_company_counts_for_the_best_passage_alone() -> None:
    plain, better = scores(Candidate("a.py", 0.0)), scores(Candidate("a.py", 0.0, company=5.0))
    assert [5.0, 0.0] == pytest.approx([more - less for more, less in zip(better, plain, strict=True)])


def test_a_passage_of_a_less_relevant_file_counts_less_by_the_root() -> None:
    plain, less = scores(Candidate("a.py", 0.0)), scores(Candidate("a.py", 0.0, relevance=0.25))
    assert plain[0] > plain[1] > 0
    assert [score / 2 for score in plain] == pytest.approx(less, abs=10**-SCORE_DIGITS)


def test_a_named_line_counts_in_full_whatever_the_relevance() -> None:
    file = Candidate("a.py", 0.0, relevance=0.25)
    gain = scores(file, {62: 1})[1] - scores(file)[1]
    assert 2 * Matcher(WORTH).named_line == pytest.approx(gain)


def test_an_empty_file_has_no_passages_and_no_best_one() -> None:
    assert [] == rescore(Candidate("a.py", 1.0, company=1.0), ReadFile((), ()), Matcher(WORTH))


@pytest.mark.parametrize(
    ("term", "name"),
    [("=parserequest", "parseRequest"), ("=parse_request", "parse_request"), ("pars", "parsing")],
)
def test_a_name_is_found_as_a_whole_or_if_it_is_one_word_by_its_stem(term: str, name: str) -> None:
    assert term == naming_term(name)
