from __future__ import annotations

import pytest

from foreword.core.edits.path_risks import runs_here, why_no_name


@pytest.mark.parametrize(
    "path",
    [
        ".git",
        "a/.git",
        ".GIT",
        ".git.",
        ".git ",
        "a/.Git/config",
        ".hg",
        ".svn/x",
        "git~1",
        ".git:x",
        ".\u200bgit",
        "\uff0egit",
        "a\u202egnp.py",
        "zero\u200bwidth.py",
        "soft\u00adhyphen.py",
        "bell\x07.py",
    ],
)
def test_a_name_of_version_control_or_with_what_nobody_sees_is_refused(path: str) -> None:
    assert why_no_name(path) is not None


@pytest.mark.parametrize(
    "path", [".gitignore", "git.py", "Äpfel.py", "日本.md", "a b.txt", ".github/x.md", "cvs_reader.py"]
)
def test_other_names_are_fine(path: str) -> None:
    assert why_no_name(path) is None


@pytest.mark.parametrize(
    "path",
    [
        ".vscode/tasks.json",
        ".github/workflows/ci.yml",
        "web/package.json",
        "Makefile",
        ".husky/pre-commit",
        ".mcp.json",
        ".claude/settings.json",
        "setup.py",
        "a/conftest.py",
        "build.gradle.kts",
        "vite.config.ts",
        ".envrc",
        "AGENTS.md",
        ".foreword.toml",
        ".git-hooks/hooks/pre-push",
        "Dockerfile",
        ".pre-commit-config.yaml",
        "build.rs",
        ".gitattributes",
    ],
)
def test_what_programs_read_and_act_on_is_known(path: str) -> None:
    assert runs_here(path)


@pytest.mark.parametrize(
    "path", ["src/main.py", "README.md", "package.py", "docs/make.md", "tests/test_a.py", "data.json"]
)
def test_other_files_run_nothing_by_themselves(path: str) -> None:
    assert not runs_here(path)
