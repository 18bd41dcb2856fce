"""Jobs of continuous integration: a clone of depth 1, and a home where nothing is known."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from foreword.workspace.git.published_base import REF
from foreword_cli import Foreword
from gitrepo import GitRepo
from messages_api import MessagesApi, Reply, text_block, tool_use_block

Q = "What is a refund?"
CI = {"CI": "true"}


@dataclass(frozen=True)
class Team:
    """A member with the whole history, and what a job of CI checks out; both of one origin."""

    whole: Path
    shallow: Path
    user: Foreword
    api: MessagesApi

    def job(self, **variables: str) -> Foreword:
        """A job with a home of its own."""
        return replace(self.user, home=self.user.home.parent / "job", more=CI | variables)

    def warm(self, *flags: str) -> None:
        done = self.user.run("warm", "--base-only", *flags, "--workspace", str(self.whole))
        assert 0 == done.code, done

    def fetch(self) -> None:
        git(self.shallow, "fetch", "-q", "--depth=1", "origin", f"+{REF}:{REF}")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


@pytest.fixture
def team(tmp_path: Path, shop: GitRepo, online: Foreword, api: MessagesApi) -> Team:
    # Which files change often decides what stands in the base in full.
    for n in range(12):
        shop.write(f"shop/hot{n % 3}.py", f"def hot{n}():\n    return {n}\n" * 40)
        # Five large files, more than the base: some stand there in the parts that were changed lately.
        for name in "abcde":
            parts = (
                f"def {name}{k}(order):\n    return order.total * {n * (k == 60 * n)}\n\n\n"
                for k in range(800)
            )
            shop.write(f"shop/large_{name}.py", "".join(parts))
        shop.commit(f"Change {n}")
    origin = tmp_path / "origin.git"
    git(tmp_path, "clone", "-q", "--bare", str(shop.path), str(origin))
    for name, flags in (("whole", []), ("shallow", ["--depth=1"])):
        git(tmp_path, "clone", "-q", *flags, f"file://{origin}", str(tmp_path / name))
    return Team(tmp_path / "whole", tmp_path / "shallow", online, api)


def base_digest(user: Foreword, folder: Path) -> str:
    request = user.run("warm", "--base-only", "--dry-run", "--json", "--workspace", str(folder))
    return str(request.answers[0]["digests"]["base"])


def test_a_job_without_a_warm_base_pays_no_premium(team: Team) -> None:
    receipt = team.job().ask(team.shallow, Q).answer["receipt"]
    tokens = receipt["tokens"]
    assert 0 == tokens["write5m"] + tokens["write1h"] + tokens["read"]
    assert receipt["cost"]["withoutCache"] == receipt["cost"]["total"]


@pytest.mark.parametrize("variables", [{"CI": "false"}, {"CI": ""}, {"FOREWORD_CACHE_TTL": "5m"}])
def test_who_is_no_job_or_wants_marks_gets_them(team: Team, variables: dict[str, str]) -> None:
    tokens = team.job(**variables).ask(team.whole, Q).answer["receipt"]["tokens"]
    assert 0 < tokens["write5m"]


def test_a_second_question_in_a_job_is_marked(team: Team) -> None:
    job = team.job()
    written = [job.ask(team.whole, f"{Q} {n}").answer["receipt"]["tokens"]["write5m"] for n in range(2)]
    assert 0 == written[0]
    assert 0 < written[1]


def test_rounds_of_tools_write_once_and_read_from_then_on(team: Team) -> None:
    call = Reply((text_block("Looking."), tool_use_block("search", {"query": "refund"})))
    team.api.script(call, call, "It is money back.")
    assert 0 == team.job().ask(team.whole, Q).code
    usages = [(one.usage or {}) for one in team.api.messages]
    written = [usage["cache_creation_input_tokens"] for usage in usages]
    read = [usage["cache_read_input_tokens"] for usage in usages]
    assert (0, 0) == (written[0], read[0])
    assert (True, 0) == (written[1] > 0, read[1])
    assert read[2] >= written[1]


def test_a_clone_of_depth_1_builds_the_base_that_was_published_and_reads_it(team: Team) -> None:
    team.warm("--publish")
    team.fetch()
    assert base_digest(team.user, team.whole) == base_digest(team.job(), team.shallow)
    done = team.job().ask(team.shallow, Q)
    tokens = done.answer["receipt"]["tokens"]
    assert tokens["read"] > 10 * (tokens["write5m"] + tokens["write1h"])
    assert "shallow" not in done.err


def test_the_base_of_a_clone_follows_what_it_knows_of_the_history(team: Team) -> None:
    """By depth, by what was published, by the whole history: each is a base of its own, and none is taken for another."""
    whole = base_digest(team.user, team.whole)
    shallow = base_digest(team.job(), team.shallow)
    team.warm("--publish")
    team.fetch()
    published = base_digest(team.job(), team.shallow)
    git(team.shallow, "update-ref", "-d", REF)
    without = base_digest(team.job(), team.shallow)
    git(team.shallow, "fetch", "-q", "--unshallow")
    assert [whole, shallow, whole] == [published, without, base_digest(team.job(), team.shallow)]
    assert whole != shallow


def test_what_was_committed_after_the_published_base_is_told_as_a_change(team: Team, tmp_path: Path) -> None:
    team.warm("--publish")
    (team.whole / "shop" / "later.py").write_text("LATER = 1\n")
    git(team.whole, "add", "-A")
    git(team.whole, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Later")
    git(team.whole, "push", "-q", "origin", "HEAD")
    later = tmp_path / "later"
    git(tmp_path, "clone", "-q", "--depth=1", git(team.whole, "remote", "get-url", "origin"), str(later))
    git(later, "fetch", "-q", "--depth=1", "origin", f"+{REF}:{REF}")
    answer = team.job().ask(later, Q).answer
    assert ["shop/later.py"] == answer["receipt"]["freshness"]["deltaFiles"]
    assert answer["receipt"]["tokens"]["read"] > 0


def test_a_published_base_that_is_cold_by_now_gets_no_mark(team: Team) -> None:
    team.warm("--publish", "--ttl", "5m")
    team.fetch()
    tokens = team.job(FOREWORD_MODEL="claude-haiku-4-5").ask(team.shallow, Q).answer["receipt"]["tokens"]
    assert 0 == tokens["read"] + tokens["write5m"] + tokens["write1h"]


def test_a_shallow_clone_without_it_is_told_in_one_line(team: Team) -> None:
    done = team.job().ask(team.shallow, Q)
    (line,) = done.err.splitlines()
    assert "shallow clone" in line
    assert REF in line


def test_only_the_shared_base_of_a_whole_clone_is_published(team: Team) -> None:
    refused = team.user.run("warm", "--publish", "--workspace", str(team.whole))
    assert 2 == refused.code
    cut = team.user.run("warm", "--base-only", "--publish", "--workspace", str(team.shallow))
    assert 1 == cut.code
    assert "shallow" in cut.err
    assert "" == git(team.shallow, "ls-remote", "origin", REF)


def test_a_push_that_fails_says_what_git_said(team: Team) -> None:
    git(team.whole, "remote", "set-url", "origin", "/nowhere")
    done = team.user.run("warm", "--base-only", "--publish", "--workspace", str(team.whole))
    assert 1 == done.code
    assert f"{REF} was not pushed to origin" in done.err


def test_a_tag_that_is_none_of_ours_is_left_alone(team: Team) -> None:
    head = git(team.shallow, "rev-parse", "HEAD")
    for message in ("not JSON", "[]", '{"schema": "foreword.published/1"}'):
        git(
            team.shallow,
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "tag",
            "-f",
            "-a",
            "-m",
            message,
            "x",
            head,
        )
        git(team.shallow, "update-ref", REF, "refs/tags/x")
        assert 0 == team.job().ask(team.shallow, Q).code


def test_a_whole_clone_hears_that_the_base_of_the_main_branch_is_warm(team: Team) -> None:
    team.warm("--publish")
    tokens = team.job().ask(team.whole, Q).answer["receipt"]["tokens"]
    assert tokens["read"] > 0


WORKFLOWS = sorted((Path(__file__).parents[3] / "server" / "examples" / "ci").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_the_commands_of_a_workflow_are_ours_with_flags_that_they_take(
    workflow: Path, offline: Foreword
) -> None:
    text = workflow.read_text(encoding="utf-8")
    parsed = yaml.safe_load(text)
    assert "jobs" in parsed or "script" in parsed["review"]
    found = re.findall(r"^ +(?:- )?foreword (.*)$", text, re.MULTILINE)
    assert len(found) >= 2
    for line in found:
        name, *words = shlex.split(line.partition(">")[0])
        help_text = offline.run(name, "--help").out
        assert all(word in help_text for word in words if word.startswith("--")), line
