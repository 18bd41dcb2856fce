"""What tests of several folders ask for by name."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Git and Foreword as on a machine without any configuration: the developer's own stays away."""
    for name in os.environ:
        if name.startswith(("GIT_", "FOREWORD_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return monkeypatch
