"""What the guides for people name is there: files, folders, modules, sections, commands of the test suite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
GUIDES = [
    *(TOP / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
    *sorted((TOP / "server").rglob("*.md")),
    *sorted(path for path in (TOP / "editors").rglob("*.md") if "node_modules" not in path.parts),
]
PLACEHOLDER = re.compile(r"[A-Z]{3,}|\*")
"""What stands for a name in `languages/NAME.py` or `test_outline_*.py`."""


def links(guide: Path) -> Iterator[tuple[str, str]]:
    """File and section of each link to this repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("command:"):
            path, _, section = target.partition("#")
            yield path, section


def sections(path: Path) -> set[str]:
    """The names of a page's headings in links."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(TOP).as_posix())
def test_links_lead_to_files_and_sections_that_are_there(guide: Path) -> None:
    for path, section in links(guide):
        target = guide.parent / path if path else guide
        assert target.exists(), path
        assert not section or section in sections(target), f"{path}#{section}"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "tests/README.md"])
def test_paths_that_are_named_exist(name: str) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/.-])(?:server|tests|editors)/[\w/.*-]+", text)
    plain = {path.rstrip("./") for path in named if not PLACEHOLDER.search(path)}
    assert plain
    assert [] == sorted(path for path in plain if not (TOP / path).exists())


def test_each_step_of_a_contribution_ends_with_tests_to_run() -> None:
    steps = (
        (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Steps")[2].partition("\n## ")[0]
    )
    for step in steps.split("\n### ")[1:]:
        command = re.findall(r"`pytest ((?:tests/\S+ ?)+)`", step)
        assert command, step
        assert [] == [path for path in command[-1].split() if not (TOP / path).exists()]


def test_hooks_fetch_nothing() -> None:
    hooks = (TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert {"local"} == set(re.findall(r"^ *- repo: *(\S+)", hooks, re.MULTILINE))
    assert {"system"} == set(re.findall(r"^ *language: *(\S+)", hooks, re.MULTILINE))
