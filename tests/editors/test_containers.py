"""The image and the dev-container feature: read by a grammar and a shell, and built where there is an engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import tree_sitter_containerfile
from tree_sitter import Language, Parser

TOP = Path(__file__).parents[2]
FOLDER = TOP / "editors" / "containers"
DOCKERFILE = FOLDER / "Dockerfile"
INSTALL = FOLDER / "feature" / "install.sh"
TEXT = DOCKERFILE.read_text(encoding="utf-8")
BUILD_S = 900.0


def instructions() -> list[tuple[str, str]]:
    """The instructions in order, with what they are given, lines joined."""
    joined = re.sub(
        r"\\\n\s*", "", "".join(line for line in TEXT.splitlines(True) if not line.startswith("#"))
    )
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines()) if name]


def values(name: str) -> list[str]:
    return [rest for one, rest in instructions() if one == name]


def test_the_dockerfile_has_no_syntax_error() -> None:
    tree = Parser(Language(tree_sitter_containerfile.language())).parse(TEXT.encode())
    assert not tree.root_node.has_error


def test_the_image_is_pinned_and_runs_as_an_ordinary_user() -> None:
    assert all(re.fullmatch(r"python:3\.\d+-slim( AS build)?", one) for one in values("FROM"))
    assert ["user"] == values("USER")
    names = [name for name, _ in instructions()]
    # Only installing needs to be root.
    assert not any("pip" in rest or "apt-get" in rest for _, rest in instructions()[names.index("USER") :])
    assert all("--no-install-recommends" in one for one in values("RUN") if "apt-get install" in one)
    assert ['["foreword"]'] == values("ENTRYPOINT")


def test_the_wheel_of_the_image_is_built_from_all_that_it_needs() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    (package,) = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"], package}
    copied = [word for one in values("COPY") if not one.startswith("--from") for word in one.split()[:-1]]
    assert all((TOP / one).exists() for one in copied)
    assert needed == {
        one for one in needed if any(one == word or one.startswith(f"{word}/") for word in copied)
    }


def test_the_feature_says_what_its_script_takes() -> None:
    feature = json.loads((FOLDER / "feature" / "devcontainer-feature.json").read_text(encoding="utf-8"))
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"id", "version", "name"} <= feature.keys()
    assert project["version"] == feature["version"]
    script = INSTALL.read_text(encoding="utf-8")
    # A feature's options are variables in capitals.
    assert all(f"${{{name.upper()}:-}}" in script for name in feature["options"])
    named = feature["options"]["extras"]["description"].partition(": ")[2].split(", ")
    assert set(named) <= project["optional-dependencies"].keys()
    assert feature["containerEnv"]["FOREWORD_HOME"] == feature["mounts"][0]["target"]


def test_the_script_is_one_of_any_posix_shell_and_can_be_run() -> None:
    subprocess.run(["sh", "-n", str(INSTALL)], check=True, timeout=60)
    assert INSTALL.stat().st_mode & 0o111


def test_without_a_wheel_the_script_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(INSTALL)], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "FOREWORD_PREFIX": str(tmp_path)},
    )  # fmt: skip
    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("foreword: there is no wheel beside install.sh: build one")
    assert [] == list(tmp_path.iterdir())


def test_the_image_is_built_and_its_command_runs() -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "info"], capture_output=True, timeout=60, check=False).returncode
    ):
        pytest.skip("no container engine: install one and start its service")
    name = "foreword-test"
    subprocess.run(
        [docker, "build", "-q", "-f", str(DOCKERFILE), "-t", name, str(TOP)],
        timeout=BUILD_S,
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [docker, "run", "--rm", name, "--version"], timeout=120, check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("foreword ")
