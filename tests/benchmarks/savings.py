"""What the cached prefix saves on a repository, measured against the stand-in for the Messages API.

    python tests/benchmarks/savings.py DIR [--questions 20] [--model claude-sonnet-4-6]

Two ways of asking, each with a fresh FOREWORD_HOME and an empty cache: one `foreword batch` on the unchanged
repository, and one `foreword ask` process a question with a saved one-line edit before each (in a clone; DIR
itself is not touched). Money is computed from the stand-in's own accounts at 3.00 / 3.75 / 0.30 US dollars
per million input tokens, written and read; it is that of the prefix, not of the questions and answers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.extend(map(str, (Path(__file__).parents[1], *Path(__file__).parents[1].glob("support/*"))))

from foreword_cli import MODEL, Foreword
from gitrepo import GitRepo, run_git
from messages_api import MessagesApi, Recorded
from prefix_money import PrefixMoney, prefix_money

SERVER = Path(__file__).parents[2] / "server"


def ask_in_batch(user: Foreword, repo: GitRepo, n_questions: int, model: str) -> None:
    """All questions through one process."""
    lines = [{"question": f"What is part {n} of this project for?"} for n in range(n_questions)]
    done = user.batch(repo.path, lines, "--model", model)
    if done.code != 0:
        sys.exit(done.err)


def ask_with_edits(user: Foreword, repo: GitRepo, n_questions: int, model: str) -> None:
    """A process a question, each after another line of the same file is changed and saved."""
    target = _a_text(repo)
    for n in range(n_questions):
        lines = target.read_text().splitlines(keepends=True)
        lines.insert(min(n, len(lines)), f"# edit {n}\n")
        target.write_text("".join(lines))
        done = user.ask(repo.path, f"What is part {n} of this project for?", "--model", model)
        if done.code != 0:
            sys.exit(done.err)


def copy_of(folder: Path, to: Path) -> GitRepo:
    """A clone that shares the objects: quick, and content with a partial repository."""
    run_git(folder, "clone", "-q", "--shared", str(folder), str(to))
    return GitRepo(to)


def _a_text(repo: GitRepo) -> Path:
    """The file that is edited: the largest source among the usual ones up to 30 kB, for the clone's own sake."""
    endings = {".py", ".ts", ".tsx", ".js", ".go", ".rs", ".java", ".rb", ".c", ".cpp", ".cs"}
    paths = [repo.path / name for name in repo.git("ls-files", "-z").split("\0") if name]
    sources = [path for path in paths if path.suffix in endings and path.is_file() and not path.is_symlink()]
    fitting = [path for path in sources if path.stat().st_size < 30_000]
    if not fitting:
        sys.exit("the repository holds no source file to edit")
    return max(fitting, key=lambda path: (path.stat().st_size, path))


def row(name: str, requests: Sequence[Recorded]) -> str:
    """One way of asking, as a line of the table."""
    money = prefix_money(requests)
    return (
        f"| {name} | {len(requests)} | {money.tokens // len(requests):,} | "
        f"${money.uncached:.4f} | ${money.paid:.4f} | {_percent(money)} |"
    )


def _percent(money: PrefixMoney) -> str:
    return f"{100 * money.saving:.1f} %"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--model", default=MODEL)
    arguments = parser.parse_args()
    print("| asked | requests | prefix tokens each | uncached | paid | saved |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    ways = {"in a batch": ask_in_batch, "a process each, an edit before each": ask_with_edits}
    for name, way in ways.items():
        with tempfile.TemporaryDirectory(prefix="foreword-benchmark-") as scratch, MessagesApi() as api:
            repo = copy_of(arguments.folder.resolve(), Path(scratch) / "clone")
            user = Foreword(Path(scratch) / "user", url=api.url, more={"PYTHONPATH": str(SERVER)})
            way(user, repo, arguments.questions, arguments.model)
            print(row(name, api.messages), flush=True)


if __name__ == "__main__":
    main()
