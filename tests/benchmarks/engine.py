"""What reuse of the prefix is worth on a real engine: times to the first token with and without it.

    python tests/benchmarks/engine.py [DIR] [--budget 5000] [--questions 5]

The bodies are those that `foreword ask --dry-run` prints for DIR (default: a generated project), sent through the
SDK to a local engine with a random model. "Reused" asks another question each time; "spoilt" also changes
one character at the front of the base each time. The ratio is the engine's physics, not that of any service: it
shows that our bytes are a shared prefix. Exit code 1 if it is under 20, where something is wrong.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.extend(map(str, (Path(__file__).parents[1], *Path(__file__).parents[1].glob("support/*"))))

import anthropic

from engine_model import write_model
from foreword_cli import Foreword
from local_engine import ANY_MODEL, running_engine
from sample_repo import make_sample

SERVER = Path(__file__).parents[2] / "server"
LEAST_RATIO = 20.0
N_CONTEXT = 65_536
SECONDS = 900.0
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """One request: seconds to its first token, and its prompt's tokens, read from the cache and not."""

    seconds: float
    read: int
    fresh: int


def body_for(user: Foreword, folder: Path, question: str, budget: int) -> Json:
    """The exact body of a question."""
    done = user.ask(folder, question, "--dry-run", "--budget", str(budget), "--model", ANY_MODEL)
    if done.code != 0:
        sys.exit(done.err)
    body: Json = done.answer["request"]
    return body


def spoilt(body: Json, mark: str) -> Json:
    """The same with one character at the front of the base changed."""
    first, *rest = body["messages"][0]["content"]
    content = [{**first, "text": mark + first["text"][1:]}, *rest]
    return {**body, "messages": [{**body["messages"][0], "content": content}]}


def timed(client: anthropic.Anthropic, body: Json) -> Timed:
    """Send one body and wait for its first token."""
    started = time.perf_counter()
    usage = None
    with client.post("/v1/messages", cast_to=object, body={**body, "stream": True}, stream=True,
                     stream_cls=anthropic.Stream[Any]) as events:  # fmt: skip
        for event in events:
            if event["type"] == "message_start":
                usage = event["message"]["usage"]
            if event["type"] == "content_block_delta":
                break
        seconds = time.perf_counter() - started
        for _ in events:
            pass
    if usage is None:
        sys.exit("the engine did not begin an answer")
    return Timed(seconds, usage.get("cache_read_input_tokens") or 0, usage["input_tokens"])


@contextmanager
def engine_client(scratch: Path) -> Iterator[anthropic.Anthropic]:
    """A client of an engine that has just started."""
    model = scratch / "random.gguf"
    write_model(model)
    with (
        running_engine(model, N_CONTEXT) as engine,
        anthropic.Anthropic(base_url=engine.url, api_key="none", timeout=SECONDS, max_retries=2) as client,
    ):
        yield client


def measure(folder: Path | None, budget: int, n_questions: int) -> tuple[list[Timed], list[Timed]]:
    """Requests that reuse the prefix (a first one has written it), and requests that can't."""
    with tempfile.TemporaryDirectory(prefix="foreword-benchmark-") as name:
        scratch = Path(name)
        target = folder or make_sample(scratch / "shop", 60).path
        user = Foreword(scratch / "user", more={"PYTHONPATH": str(SERVER)})
        bodies = [body_for(user, target, f"What is part {n} for?", budget) for n in range(n_questions)]
        with engine_client(scratch) as client:
            timed(client, bodies[0])
            reused = [timed(client, body) for body in bodies]
            return reused, [timed(client, spoilt(body, chr(ord("a") + n))) for n, body in enumerate(bodies)]


def main() -> int:
    """Print both rows and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--budget", type=int, default=5_000, help="tokens of the base, by our own estimate")
    parser.add_argument("--questions", type=int, default=5)
    arguments = parser.parse_args()
    reused, anew = measure(arguments.folder, arguments.budget, arguments.questions)
    print("| prefix | first token, median | read from the cache | read anew |")
    print("| --- | ---: | ---: | ---: |")
    for name, requests in (("reused", reused), ("spoilt at the front", anew)):
        print(
            f"| {name} | {_median(requests):.2f} s | {requests[-1].read:,} tokens | {requests[-1].fresh:,} tokens |"
        )
    ratio = _median(anew) / _median(reused)
    print(f"\nratio {ratio:.0f}")
    return 0 if ratio >= LEAST_RATIO else 1


def _median(requests: list[Timed]) -> float:
    return statistics.median(one.seconds for one in requests)


if __name__ == "__main__":
    sys.exit(main())
