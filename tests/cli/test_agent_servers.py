"""The servers for agents need packages that not everybody has, and say so."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from typing import Any

import pytest

from foreword.cli.main import main


@pytest.mark.parametrize("name", ["acp", "mcp"])
def test_without_its_package_a_server_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = importlib.util.find_spec

    def without(module: str, package: str | None = None) -> ModuleSpec | None:
        return None if module == name else real(module, package)

    for server in ("acp_server", "mcp_server"):
        monkeypatch.setattr(f"foreword.cli.{server}.find_spec", without)
    assert 2 == main([name])
    shown: Any = capsys.readouterr()
    assert f"pip install 'foreword[{name}]'" in shown.err
    assert (1, "") == (shown.err.count("\n"), shown.out)
