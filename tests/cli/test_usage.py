"""`foreword usage` and `foreword why` on what was really asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foreword.cli.main import main
from gitrepo import GitRepo

Output = pytest.CaptureFixture[str]


@pytest.fixture
def asked(repo: GitRepo, capsys: Output) -> GitRepo:
    """A repository about which two questions were asked."""
    for question in ("Where is price_of?", "And the cart?"):
        assert 0 == main(["ask", question, "--workspace", str(repo.path), "--json"])
    capsys.readouterr()
    return repo


def test_usage_has_a_row_for_each_group_and_one_for_all(asked: GitRepo, capsys: Output) -> None:
    assert 0 == main(["edit", "Rename price_of", "--dry-run", "--workspace", str(asked.path)])
    assert 0 == main(["usage", "--by", "kind", "--json"])
    usage = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [("ask", 2)] == [(row["group"], row["requests"]) for row in usage["rows"]]
    assert [("total", 2, True)] == [(t["group"], t["requests"], t["simulated"]) for t in usage["totals"]]


def test_a_page_is_written_and_stdout_stays_empty(asked: GitRepo, tmp_path: Path, capsys: Output) -> None:
    page = tmp_path / "usage.html"
    assert 0 == main(["usage", "--html", str(page), "--workspace", str(asked.path)])
    shown = capsys.readouterr()
    assert ("", f"written: {page}\n") == (shown.out, shown.err)
    assert "shop/cart.py: whole file" in page.read_text(encoding="utf-8")


def test_a_trace_is_written_without_text(asked: GitRepo, tmp_path: Path, capsys: Output) -> None:
    trace = tmp_path / "trace.jsonl"
    assert 0 == main(["usage", "--export-trace", str(trace), "--json", "--workspace", str(asked.path)])
    assert "foreword.usage/1" == json.loads(capsys.readouterr().out)["schema"]
    lines = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    assert ["ask", "ask"] == [line["event"] for line in lines if line["event"] == "ask"]
    assert 0 == lines[0]["t"] <= lines[-1]["t"]
    assert "price_of" not in trace.read_text(encoding="utf-8")
    assert str(asked.path) not in trace.read_text(encoding="utf-8")


def test_a_trace_is_of_one_workspace_unless_all_are_asked_for(
    asked: GitRepo, tmp_path: Path, capsys: Output
) -> None:
    trace, other = tmp_path / "trace.jsonl", tmp_path / "other"
    (other).mkdir()
    (other / "a.py").write_text("a = 1\n")
    assert 0 == main(["ask", "Where is a?", "--workspace", str(other)])

    def n_exported(folder: Path, *flags: str) -> int:
        assert 0 == main(["usage", "--export-trace", str(trace), "--workspace", str(folder), *flags])
        return sum(json.loads(line)["event"] == "ask" for line in trace.read_text().splitlines())

    assert (2, 1, 3) == (n_exported(asked.path), n_exported(other), n_exported(other, "--all-workspaces"))
    capsys.readouterr()
    assert 0 == n_exported(tmp_path)
    assert "--all-workspaces" in capsys.readouterr().err


def test_counters_for_prometheus_are_replaced_at_once(asked: GitRepo, tmp_path: Path, capsys: Output) -> None:
    metrics = tmp_path / "foreword.prom"
    metrics.write_text("# of yesterday\n")
    with metrics.open() as reader:
        assert 0 == main(["usage", "--prometheus", str(metrics), "--workspace", str(asked.path)])
        assert "# of yesterday\n" == reader.read()
    assert 'foreword_requests_total{kind="ask",simulated="true"} 2\n' in metrics.read_text()
    assert "" == capsys.readouterr().out
    assert [metrics] == [path for path in tmp_path.iterdir() if "foreword.prom" in path.name]


@pytest.mark.parametrize("flag", ["--html", "--export-trace", "--prometheus"])
def test_a_file_that_can_not_be_written_is_code_2(flag: str, tmp_path: Path, capsys: Output) -> None:
    assert 2 == main(["usage", flag, str(tmp_path / "missing" / "file"), "--workspace", str(tmp_path)])
    shown = capsys.readouterr()
    assert "can't write" in shown.err
    assert 1 == shown.err.count("\n")


def test_why_explains_the_last_answer_in_three_lines(asked: GitRepo, capsys: Output) -> None:
    assert 0 == main(["why", "--workspace", str(asked.path)])
    lines = capsys.readouterr().out.splitlines()
    assert 3 == len(lines)
    assert lines[0].startswith("ask of ")
    assert lines[1].startswith("it would have cost $")


def test_why_without_a_request_is_one_line(repo: GitRepo, capsys: Output) -> None:
    assert 0 == main(["why", "--workspace", str(repo.path)])
    assert (
        "nothing was asked about this workspace yet: there is nothing to explain\n" == capsys.readouterr().out
    )
    assert 0 == main(["why", "--json", "--workspace", str(repo.path)])
    assert None is json.loads(capsys.readouterr().out)["request"]


def test_why_takes_the_name_of_a_request(asked: GitRepo, capsys: Output) -> None:
    main(["why", "--json", "--workspace", str(asked.path)])
    request = json.loads(capsys.readouterr().out)["request"]
    for name in (request["id"][:12], request["messageIds"][0]):
        assert 0 == main(["why", "--json", "--request", name, "--workspace", str(asked.path)])
        assert request == json.loads(capsys.readouterr().out)["request"]
    assert 2 == main(["why", "--request", "nope", "--workspace", str(asked.path)])
    assert "no request is called 'nope'" in capsys.readouterr().err
