"""What we send is a shared prefix for a real engine too: through SDK, HTTP, chat template and tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foreword_cli import Foreword
from gitrepo import GitRepo
from sample_repo import CHECKOUT, make_sample

pytest.importorskip("gguf", reason="the model maker is not installed here", exc_type=ImportError)
pytest.importorskip("xllamacpp", reason="the engine is not installed here", exc_type=ImportError)

from engine_model import write_model
from local_engine import ANY_MODEL, Engine, running_engine

N_CONTEXT = 32_768
BUDGET = "3000"
"""About 7,000 tokens of this engine, whose tokens are short: reading them takes seconds."""

SETTINGS = {
    "FOREWORD_MODEL": ANY_MODEL,
    "FOREWORD_PROVIDER": "anthropic",
    "FOREWORD_CONTEXT_BUDGET": BUDGET,
    "FOREWORD_CONTEXT_EXCERPTS": "0",
    "FOREWORD_ANSWER_TOKENS": "256",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    model = tmp_path_factory.mktemp("model") / "random.gguf"
    write_model(model)
    with running_engine(model, N_CONTEXT) as running:
        yield running


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    return make_sample(tmp_path_factory.mktemp("project") / "shop", 12)


@pytest.fixture
def user(engine: Engine, tmp_path: Path) -> Foreword:
    """A user without a key: an engine on this machine needs none."""
    return Foreword(tmp_path / "user", more={"ANTHROPIC_BASE_URL": engine.url, **SETTINGS})


def base_text(user: Foreword, repo: GitRepo) -> str:
    """The base as the next question sends it: the blocks up to its mark."""
    content = user.ask(repo.path, "?", "--dry-run").answer["request"]["messages"][0]["content"]
    ends = [n for n, block in enumerate(content) if block["text"].endswith("</repository>\n")]
    return "".join(block["text"] for block in content[: ends[0] + 1])


def tokens_of(user: Foreword, repo: GitRepo, question: str) -> dict[str, Any]:
    done = user.ask(repo.path, question, seconds=300)
    assert 0 == done.code, done
    tokens: dict[str, Any] = done.answer["receipt"]["tokens"]
    return tokens


def test_a_second_question_and_one_after_a_saved_edit_read_the_base_from_a_real_cache(
    user: Foreword, engine: Engine, project: GitRepo, tmp_path: Path
) -> None:
    repo = project.clone(tmp_path / "clone")
    n_base = engine.count(base_text(user, repo))
    assert n_base > 5_000
    first = tokens_of(user, repo, "What does checkout do?")
    assert first["fresh"] > n_base
    assert tokens_of(user, repo, "Who ships the parcels?")["read"] >= 0.95 * n_base
    repo.write("shop/checkout.py", CHECKOUT.replace("VAT_PERCENT = 19", "VAT_PERCENT = 7"))
    edited = tokens_of(user, repo, "What is the rate now?")
    assert edited["read"] >= 0.95 * n_base
    again = tokens_of(user, repo, "And the gross total?")
    assert again["read"] >= edited["read"]
    assert again["fresh"] < edited["fresh"]


def test_another_clone_reads_what_the_first_one_wrote(
    user: Foreword, engine: Engine, project: GitRepo, tmp_path: Path
) -> None:
    n_base = engine.count(base_text(user, project))
    tokens_of(user, project, "What does checkout do?")
    clone = project.clone(tmp_path / "elsewhere")
    colleague = Foreword(
        tmp_path / "colleague", more={**user.more, "PYTHONHASHSEED": "99", "TZ": "Asia/Tokyo"}
    )
    assert tokens_of(colleague, clone, "Who ships the parcels?")["read"] >= 0.95 * n_base


def test_one_character_at_the_front_makes_the_engine_read_everything_anew(
    user: Foreword, engine: Engine, project: GitRepo, tmp_path: Path
) -> None:
    tokens_of(user, project, "What does checkout do?")
    other = project.clone(tmp_path / "other")
    other.git("remote", "remove", "origin")
    # A history of its own: a file that was changed lately does not stand at the front.
    other.git("checkout", "-q", "--orphan", "spoilt")
    front = base_text(user, project).partition('<file path="')[2].partition('"')[0]
    other.write(front, "#" + (project.path / front).read_text(encoding="utf-8"))
    other.commit("Spoil the front")
    n_base = engine.count(base_text(user, other))
    assert tokens_of(user, other, "Who ships the parcels?")["fresh"] >= 0.95 * n_base
