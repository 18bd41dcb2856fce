"""What one question costs in a job of CI: a clone of depth 1, and a home where nothing is known.

    python tests/benchmarks/ci_money.py [--budget 60000] REPOSITORY ...

Each repository is cloned bare, and from there whole, for the main branch that warms its base, and to depth 1 for the jobs.
Against the stand-in, whose cache writes and reads as the API's does:

    marked      as it was: marks, over a base that the shallow history gives
    plain       the job knows of no warm base, so it sends no marks
    published   the main branch warmed its base by `warm --base-only --publish`, and the job fetched the ref
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "support" / "commands"), str(TESTS.parent / "server")]

from foreword.workspace.git.published_base import REF  # noqa: E402 - after the path is set
from foreword_cli import Foreword  # noqa: E402 - after the path is set
from messages_api import MessagesApi  # noqa: E402 - after the path is set

QUESTION = "What does this project do, and where does it begin?"
SECONDS = 600.0


def git(folder: Path, *arguments: str) -> None:
    """Run git, quietly; fails loudly."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def asked(user: Foreword, folder: Path) -> str:
    """The tokens and the cost of one question, as columns."""
    answer = user.ask(folder, QUESTION, seconds=SECONDS).answer["receipt"]
    tokens, cost = answer["tokens"], answer["cost"]["total"]
    written = tokens["write5m"] + tokens["write1h"]
    return f"{tokens['read']:>9,} {written:>9,} {tokens['fresh']:>9,} {cost:>9.4f}"


def measure(repository: Path, budget: int) -> None:
    """Print the rows of one repository."""
    with tempfile.TemporaryDirectory() as name, MessagesApi() as api:
        place = Path(name)
        git(place, "clone", "-q", "--bare", repository.absolute().as_uri(), "origin.git")
        origin = (place / "origin.git").as_uri()
        git(place, "clone", "-q", origin, "whole")
        git(place, "clone", "-q", "--depth=1", origin, "job")
        common = {"FOREWORD_CONTEXT_BUDGET": str(budget), "FOREWORD_MODEL": "claude-sonnet-5-5"}

        def user(home: str, **more: str) -> Foreword:
            return Foreword(place / home, url=api.url, more=common | more)

        rows = {"marked": user("a", FOREWORD_CACHE_TTL="5m"), "plain": user("b", CI="true")}
        for label, job in rows.items():
            print(f"{repository.name:14} {label:10}", asked(job, place / "job"), flush=True)
        api.evict()
        main = user("main").run(
            "warm",
            "--base-only",
            "--ttl",
            "1h",
            "--publish",
            "--workspace",
            str(place / "whole"),
            seconds=SECONDS,
        )
        print(f"{'':14} {main.out.strip()}{main.err.strip()}")
        git(place / "job", "fetch", "-q", "--depth=1", "origin", f"+{REF}:{REF}")
        print(
            f"{repository.name:14} {'published':10}", asked(user("c", CI="true"), place / "job"), flush=True
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--budget", type=int, default=60_000)
    parser.add_argument("repositories", nargs="+", type=Path)
    arguments = parser.parse_args()
    print(f"{'repository':14} {'job':10} {'read':>9} {'written':>9} {'fresh':>9} {'dollars':>9}")
    for repository in arguments.repositories:
        measure(repository, arguments.budget)


if __name__ == "__main__":
    main()
