"""How well search finds the code that a question or a commit's message is about, beside plain BM25 over whole files.

    python tests/benchmarks/retrieval.py --repo OWNER/NAME=GIT_DIR ... [--cases cases.jsonl]

Without other cases these are the questions of `questions.jsonl`, in people's words, on twenty public repositories: each is
about something that the project's documentation states or that was asked in an issue (`source`), and its gold are the
definitions that do it, found by reading the code of the commit in `parent`.
Ten repositories were looked at while the ranking was tuned; ten others (`held_out`) were asked once, after it.

A case is one JSON line: {"repo", "sha", "parent", "query", "gold": [{"path", "lines": [[first, last], ...]}]};
the parent's tree is the corpus with the history up to it, the changed lines (1-based) are the gold. Repositories are
read from their object store; no work tree is needed. Printed by repository: the share of gold files among the first 1, 5, 10 and 20 files,
the share of cases with a gold file among the first three, the mean reciprocal rank of the first gold file, and the share of gold lines in the first 4,000, 8,000 and 16,000
tokens of excerpts at three characters a token.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "server"))

from benchmarks.git_objects import GitObjects, read_tree
from foreword.core.outline import Excerpt
from foreword.core.tree import Commit, FileTree, Source
from foreword.index.build.build import refresh
from foreword.index.index import Index
from foreword.index.search.commit_messages import NO_COMMIT_MESSAGES, CommitMessageIndex, commit_message_index
from foreword.index.search.search import search
from foreword.index.store.outline_store import open_store
from foreword.workspace.git.history import MAX_COMMITS

DEPTHS = (1, 5, 10, 20)
BUDGETS = (4_000, 8_000, 16_000)
CHARACTERS_A_TOKEN = 3
CHUNK_LINES = 40
PLAIN_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
N_EXCERPTS = 300
QUESTIONS = Path(__file__).with_name("questions.jsonl")
Case = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one case: recall by depth, reciprocal rank, gold lines by budget, and seconds of the search."""

    recall: tuple[float, ...]
    among_three: float
    reciprocal_rank: float
    lines: tuple[float, ...]
    seconds: float


def judge(case: Case, excerpts: Sequence[Excerpt], seconds: float) -> Score:
    """The figures of some excerpts, best first."""
    gold = {one["path"] for one in case["gold"]}
    files = list(dict.fromkeys(one.path for one in excerpts))
    recall = tuple(len(gold & set(files[:depth])) / len(gold) for depth in DEPTHS)
    first = next((place for place, path in enumerate(files, 1) if path in gold), math.inf)
    return Score(
        recall,
        float(first <= 3),
        1 / first,
        tuple(_share_of_lines(case, excerpts, budget) for budget in BUDGETS),
        seconds,
    )


def _share_of_lines(case: Case, excerpts: Iterable[Excerpt], budget: int) -> float:
    gold = {
        (one["path"], line)
        for one in case["gold"]
        for first, last in one["lines"]
        for line in range(first, last + 1)
    }
    left = budget * CHARACTERS_A_TOKEN
    seen: set[tuple[str, int]] = set()
    for excerpt in excerpts:
        for line, text in excerpt.rows:
            left -= len(text) + 1
            if left < 0:
                return len(gold & seen) / len(gold)
            seen.add((excerpt.path, line))
    return len(gold & seen) / len(gold)


class Corpus:
    """The texts of one repository's trees, each blob read and counted once."""

    def __init__(self, git_dir: str) -> None:
        self.reader = GitObjects(git_dir)
        self._texts: dict[str, str] = {}
        self._counts: dict[str, Counter[str]] = {}

    def load(self, tree: FileTree, paths: Iterable[str]) -> None:
        """Read what is new in a tree."""
        wanted = {tree.blobs[path]: Source(path, tree.blobs[path]) for path in paths}
        for source, data in self.reader([one for blob, one in wanted.items() if blob not in self._texts]):
            self._texts[source.blob] = (data or b"").decode("utf-8", "replace")

    def text(self, tree: FileTree, path: str) -> str | None:
        """The text of a loaded file."""
        return self._texts.get(tree.blobs.get(path, ""))

    def counts(self, tree: FileTree, path: str) -> Counter[str]:
        """How often a loaded file has each word."""
        blob = tree.blobs[path]
        if blob not in self._counts:
            self._counts[blob] = Counter(plain_words(self._texts[blob]))
        return self._counts[blob]


def history_of(git_dir: str, commit: str) -> CommitMessageIndex:
    """What the messages of the last commits up to `commit` say of files: all that a clone at it would know."""
    asked = ["log", "--no-merges", "--no-renames", f"--max-count={MAX_COMMITS}", "-z", "--name-only"]
    told = subprocess.run(
        ["git", "--git-dir", git_dir, *asked, "--format=%x01%B%x02", commit], check=True, capture_output=True
    ).stdout.decode("utf-8", "surrogateescape")
    parts = (part.partition("\x02") for part in told.split("\x01")[1:])
    return commit_message_index(
        [
            Commit(message, tuple(path for path in rest.strip("\n\0").split("\0") if path))
            for message, _, rest in parts
        ]
    )


def plain_words(text: str) -> list[str]:
    """Lower-cased words, split at underscores and humps, without stems or stop words."""
    return [part.lower() for part in PLAIN_WORD.findall(text)]


def bm25(query: str, documents: Sequence[Mapping[str, int]], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """Textbook scores of documents given as word counts."""
    lengths = [sum(counts.values()) for counts in documents]
    average = sum(lengths) / max(len(lengths), 1) or 1
    scores = [0.0] * len(documents)
    for word in set(plain_words(query)):
        with_word = [place for place, counts in enumerate(documents) if word in counts]
        rarity = math.log(1 + (len(documents) - len(with_word) + 0.5) / (len(with_word) + 0.5))
        for place in with_word:
            n = documents[place][word]
            scores[place] += rarity * n * (k1 + 1) / (n + k1 * (1 - b + b * lengths[place] / average))
    return scores


def plain_search(case: Case, corpus: Corpus, tree: FileTree, paths: Sequence[str]) -> list[Excerpt]:
    """Whole-file BM25, and under each file its 40-line chunks by BM25 among the chunks of the best files."""
    scores = bm25(case["query"], [corpus.counts(tree, path) for path in paths])
    best = sorted(range(len(paths)), key=lambda place: (-scores[place], paths[place]))[: max(DEPTHS)]
    chunks = []
    for place in best:
        lines = (corpus.text(tree, paths[place]) or "").split("\n")
        for start in range(0, len(lines), CHUNK_LINES):
            text = "\n".join(lines[start : start + CHUNK_LINES])
            chunks.append(
                Excerpt(paths[place], start + 1, min(start + CHUNK_LINES, len(lines)), scores[place], text)
            )
    return chunks


def plain_chunks(case: Case, files: Sequence[Excerpt]) -> list[Excerpt]:
    """The same chunks, best first by BM25 among themselves."""
    scores = bm25(case["query"], [Counter(plain_words(chunk.text)) for chunk in files])
    return [files[place] for place in sorted(range(len(files)), key=lambda place: -scores[place])]


def run(
    cases: Sequence[Case], git_dir: str, store_path: Path, *, with_plain: bool, with_history: bool
) -> tuple[list[Score], list[Score]]:
    """Scores of our search and of plain BM25 for the cases of one repository."""
    ours, plain = [], []
    corpus = Corpus(git_dir)
    store, _ = open_store(store_path)
    index: Index | None = None
    with store:
        for case in cases:
            tree = read_tree(git_dir, case["parent"])
            index, _ = refresh(store, tree, corpus.reader, previous=index)
            corpus.load(tree, index.paths)
            read_text = partial(corpus.text, tree)
            commit_messages = history_of(git_dir, case["parent"]) if with_history else NO_COMMIT_MESSAGES
            search(index, "warm", read_text)
            started = perf_counter()
            excerpts = search(
                index, case["query"], read_text, limit=N_EXCERPTS, commit_messages=commit_messages
            )
            ours.append(judge(case, excerpts, perf_counter() - started))
            if with_plain:
                chunks = plain_search(case, corpus, tree, index.paths)
                by_file, by_chunk = judge(case, chunks, 0.0), judge(case, plain_chunks(case, chunks), 0.0)
                plain.append(
                    Score(by_file.recall, by_file.among_three, by_file.reciprocal_rank, by_chunk.lines, 0.0)
                )
    return ours, plain


def row(name: str, scores: Sequence[Score]) -> str:
    """One line of the table: means, and the 95th percentile of the time."""
    columns = zip(
        *((*score.recall, score.among_three, score.reciprocal_rank, *score.lines) for score in scores),
        strict=True,
    )
    slowest = sorted(score.seconds for score in scores)[int(len(scores) * 0.95) - 1]
    return (
        f"{name:34}"
        + "".join(f"{sum(column) / len(scores):8.3f}" for column in columns)
        + f"{slowest * 1000:8.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, default=QUESTIONS)
    parser.add_argument("--repo", action="append", default=[], metavar="NAME=GIT_DIR", help="may be repeated")
    parser.add_argument("--store", type=Path, help="a folder that keeps the indexes for the next run")
    parser.add_argument("--no-plain", action="store_true", help="without the plain BM25 to compare with")
    parser.add_argument(
        "--no-history", action="store_true", help="search without the words of earlier commits"
    )
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text(encoding="utf-8").splitlines()]
    print(
        f"{'':34}"
        + "".join(
            f"{title:>8}"
            for title in ("r@1", "r@5", "r@10", "r@20", "in 3", "MRR", "4k", "8k", "16k", "p95 ms")
        )
    )
    all_ours, all_plain = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.store or Path(temporary)
        for name, git_dir in (pair.split("=", 1) for pair in options.repo):
            mine = [case for case in cases if case["repo"] == name]
            ours, plain = run(
                mine,
                git_dir,
                folder / f"{name.replace('/', '+')}.db",
                with_plain=not options.no_plain,
                with_history=not options.no_history,
            )
            all_ours += ours
            all_plain += plain
            print(row(name, ours))
            if plain:
                print(row("  plain BM25", plain))
    print(row("all", all_ours))
    if all_plain:
        print(row("  plain BM25", all_plain))


if __name__ == "__main__":
    main()
