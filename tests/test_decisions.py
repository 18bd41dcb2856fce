"""Each record of a decision is whole, and the tests and benchmarks that would notice if it were undone exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
FOLDER = TOP / "server" / "docs" / "decisions"
TOPICS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PARTS = ["Context", "Decision", "Consequence", "Noticed by"]
NAMED = re.compile(r"`((?:tests|editors)/[^`:]+?)(?:::(\w+))?`")


def records(topic: Path) -> dict[str, str]:
    """The text of each record, by its heading."""
    _, *parts = topic.read_text(encoding="utf-8").split("\n## ")
    return dict(part.split("\n", 1) for part in parts)


RECORDS = [
    pytest.param(text, id=f"{topic.stem}: {heading}")
    for topic in TOPICS
    for heading, text in records(topic).items()
]


def is_there(path: str, test: str) -> bool:
    """Whether a file exists, and if a test is named, whether that is in it."""
    file = TOP / path
    if not file.is_file() or not test:
        return file.is_file()
    functions = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return any(
        isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == test for one in functions
    )


@pytest.mark.parametrize("text", RECORDS)
def test_a_record_says_why_what_at_which_price_and_what_would_notice(text: str) -> None:
    assert PARTS == [part.removesuffix(".") for part in re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE)]
    noticed = text.partition("**Noticed by**")[2]
    witnesses = NAMED.findall(noticed)
    assert witnesses
    assert [] == [(path, test) for path, test in witnesses if not is_there(path, test)]


def test_there_is_one_row_for_each_topic() -> None:
    listed = re.findall(
        r"^\| \[([\w-]+\.md)\]\(\1\)", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [topic.name for topic in TOPICS] == sorted(listed)


def test_modules_that_records_and_the_architecture_name_exist() -> None:
    """Paths below `server/foreword`, as in `prefix/prefix_store.py`."""
    texts = {path: path.read_text(encoding="utf-8") for path in (*TOPICS, FOLDER.parent.parent / "README.md")}
    named = {
        (path.name, module)
        for path, text in texts.items()
        for module in re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))\b", text)
        if not module.startswith("tests/")
    }
    assert [] == sorted(one for one in named if not (TOP / "server" / "foreword" / one[1]).is_file())


FINDING = re.compile(r"findings/([\w-]+\.sh)")
ENDINGS = (".lua", ".md", ".py", ".ts")
RESTS_ON_IT = re.compile(
    r"`((?!server/|editors/|tests/)(?:\w+/)+\w+\.py)`|\b((?:server|editors|tests)/[\w./-]+\.(?:py|md|ts|lua))"
)
"""Modules below `server/foreword`, as in records, and other files by their whole path."""


def test_findings_and_what_rests_on_them_name_each_other() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (TOP / "findings").glob("*.sh")}
    sources = [
        path
        for folder in ("server", "editors")
        for path in (TOP / folder).rglob("*")
        if path.suffix in ENDINGS
    ]
    texts = [path.read_text(encoding="utf-8") for path in sources if "node_modules" not in path.parts]
    named = {name for text in texts for name in FINDING.findall(text)}
    assert 3 < len(named)
    assert set() == named - scripts.keys()
    wanted = {
        (name, TOP / "server" / "foreword" / module if module else TOP / other)
        for name, text in scripts.items()
        for module, other in RESTS_ON_IT.findall(text)
    }
    assert 20 < len(wanted)
    assert [] == sorted((name, str(path)) for name, path in wanted if not path.is_file())


def test_a_finding_runs_in_a_folder_of_its_own_without_the_product() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (TOP / "findings").glob("*.sh")}
    assert [] == sorted(name for name, text in scripts.items() if "foreword" in text.lower())
    assert [] == sorted(name for name, text in scripts.items() if "work=$(mktemp -d)" not in text)
