"""What thousands of questions cost in Message Batches, and that no kill loses or doubles one.

    python tests/benchmarks/batch_money.py [--questions 2000] [--kills 20] [--budget 20000] [--one-run] REPOSITORY

Against the strict stand-in. For the costs: hits, the money of the batches with their seed, the same questions by `batch`
(one prefix written, the rest read), and without a cache. For the kills: the process gets SIGKILL at moments spread over
what matters in a submission, some hundredths of a second after one of its requests has arrived (is there a batch service,
seed, batch); after each the same command is run again, its answers are collected, and each question must have been asked
exactly once.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent.parent
sys.path[:0] = [str(HERE), str(HERE / "support" / "commands")]

from messages_api import MessagesApi, cost  # noqa: E402 - after the path is set

MODEL = "claude-sonnet-5-5"
KILLED = 12
"""Questions of each submission that is killed."""


def questions(n: int) -> str:
    return "\n".join(
        json.dumps({"id": i, "question": f"Where is number {i} handled, and by what?"}) for i in range(n)
    )


def environ(home: Path, url: str, budget: int) -> dict[str, str]:
    return os.environ | {
        "FOREWORD_HOME": str(home),
        "ANTHROPIC_API_KEY": "any",
        "ANTHROPIC_BASE_URL": url,
        "FOREWORD_MODEL": MODEL,
        "FOREWORD_CONTEXT_BUDGET": str(budget),
    }


def foreword(arguments: Sequence[str], stdin: str, variables: dict[str, str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "foreword", "batch", *arguments],
        input=stdin.encode(),
        env=variables,
        capture_output=True,
        timeout=3600,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def money(repository: str, n: int, budget: int) -> None:
    with folder() as home, MessagesApi() as api:
        variables, began = environ(home, api.url, budget), time.monotonic()
        (told,) = foreword(["--later", "-w", repository], questions(n), variables)
        submitted = time.monotonic() - began
        answers = [
            one
            for batch in told["batches"]
            for one in foreword(["results", batch, "-w", repository], "", variables)
        ]
        usages = [recorded.usage or {} for recorded in api.batches.records]
        read = sum(usage["cache_read_input_tokens"] for usage in usages)
        prompt = read + sum(usage["input_tokens"] + usage["cache_creation_input_tokens"] for usage in usages)
        hits = sum(usage["cache_read_input_tokens"] > 0 for usage in usages)
        full = [cost(usage, MODEL) for usage in usages]
        uncached = sum(
            cost({"input_tokens": sum_of(usage), "output_tokens": usage["output_tokens"]}, MODEL)
            for usage in usages
        )
        ours = sum(one["receipt"]["cost"]["total"] for one in answers)
        print(f"{n} questions, {len(told['batches'])} batches, submitted in {submitted:.0f} s")
        print(
            f"hits {hits} of {len(usages)}, {read:,} of {prompt:,} prompt tokens read ({100 * read / prompt:.1f} %)"
        )
        print(
            f"batches ${api.batch_cost():.4f} + seed ${api.cost():.4f} = ${api.batch_cost() + api.cost():.4f}"
        )
        print(f"receipts ${ours:.4f}; estimate {told['estimate']}")
        print(f"by batch, now: ${sum(full) + api.cost():.4f}; without a cache: ${uncached:.4f}")


def sum_of(usage: dict[str, Any]) -> int:
    parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(usage[name] for name in parts)


def kills(repository: str, n_kills: int, budget: int) -> None:
    lost = twice = 0
    with folder() as home:
        for index in range(n_kills):
            with MessagesApi() as api:
                variables = environ(home, api.url, budget)
                n_requests, after = index % 3 + 1, index // 3 * 0.04
                kill_after(api, repository, n_requests, after, variables)
                came = len(api.batches.custom_ids)
                told = foreword(["--later", "-w", repository], questions(KILLED), variables)[-1]
                answers = [
                    one["id"]
                    for batch in told["batches"]
                    for one in foreword(["results", batch, "-w", repository], "", variables)
                ]
                lost += KILLED - len(set(answers))
                twice += len(api.batches.custom_ids) - KILLED
                when = f"{after:.2f} s after request {n_requests}"
                print(
                    f"kill {index + 1:2} {when}: {came:3} had been submitted by then, {len(answers)} answered",
                    flush=True,
                )
    print(f"lost {lost}, asked twice {twice}")
    if lost or twice:
        raise SystemExit(1)


def one_run(repository: str, n: int, n_kills: int, budget: int) -> None:
    """Kill one and the same run again and again: half of the times while it submits, half while its answers are read."""
    with folder() as home, MessagesApi() as api:
        variables = environ(home, api.url, budget) | {"FOREWORD_CONTEXT_EXCERPTS": "0"}
        submit = ["--later", "-w", repository]
        for index in range(n_kills // 2):
            killed(submit, questions(n), variables, api, n_requests=index % 3, seconds=0.1 * index)
            print(
                f"kill {index + 1:2} submitting: {len(api.batches.custom_ids):5} had been submitted",
                flush=True,
            )
        told = foreword(submit, questions(n), variables)[-1]
        for index in range(n_kills // 2, n_kills):
            read = ["results", told["batches"][0], "-w", repository]
            killed(read, "", variables, api, n_requests=1, seconds=0.05 * (index - n_kills // 2))
            print(f"kill {index + 1:2} reading", flush=True)
        answers = [
            one["id"]
            for batch in told["batches"]
            for one in foreword(["results", batch, "-w", repository], "", variables)
        ]
        booked = subprocess.run(
            [sys.executable, "-m", "foreword", "usage", "--by", "kind", "--json"],
            env=variables,
            capture_output=True,
            check=True,
        )
        rows = {row["group"]: row for row in json.loads(booked.stdout)["rows"]}["batch"]
        lost, twice = n - len(set(answers)), len(api.batches.custom_ids) - n
        print(f"{n} questions, {n_kills} kills in one run: lost {lost}, asked twice {twice}")
        print(
            f"booked {rows['requests']} answers, ${rows['cost']['total']:.4f}; billed ${api.batch_cost():.4f}"
        )
        if lost or twice or rows["requests"] != n:
            raise SystemExit(1)


def killed(
    arguments: Sequence[str],
    stdin: str,
    variables: dict[str, str],
    api: MessagesApi,
    *,
    n_requests: int,
    seconds: float,
) -> None:
    """Run `foreword batch`, and kill it so long after so many more requests have come, if it has not ended by then."""
    before = len(api.requests)
    command = [sys.executable, "-m", "foreword", "batch", *arguments]
    with tempfile.TemporaryFile() as given:
        given.write(stdin.encode())
        given.seek(0)
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=variables, stdin=given, stdout=quiet, stderr=quiet) as process:
            api.wait_for(
                lambda: len(api.requests) >= before + n_requests or process.poll() is not None, timeout=600
            )
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)


def kill_after(
    api: MessagesApi, repository: str, n_requests: int, seconds: float, variables: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "foreword", "batch", "--later", "-w", repository]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=variables, **pipes) as process:  # type: ignore[call-overload]  # pipes by name
        process.stdin.write(questions(KILLED).encode())
        process.stdin.close()
        api.wait_for(lambda: len(api.requests) >= n_requests, timeout=120)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository")
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--budget", type=int, default=20_000)
    parser.add_argument(
        "--one-run", action="store_true", help="kill one run of all the questions, nothing else"
    )
    given = parser.parse_args()
    if given.one_run:
        one_run(given.repository, given.questions, given.kills, given.budget)
        return
    if given.questions:
        money(given.repository, given.questions, given.budget)
    if given.kills:
        kills(given.repository, given.kills, given.budget)


if __name__ == "__main__":
    main()
