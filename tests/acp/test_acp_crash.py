"""What is left of an agent whose client dies in the middle: nothing that runs, nothing half written, nothing unbooked."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreword_cli import PATIENCE, Foreword
from gitrepo import GitRepo
from messages_api import Hold, MessagesApi
from shop_edits import script_edit

CLIENT = Path(__file__).parents[1] / "support" / "agents" / "doomed_client.py"


def booked(user: Foreword) -> tuple[int, float]:
    """Requests in the ledger, and what they cost."""
    (total,) = user.json_of("usage")["totals"]
    return total["requests"], total["cost"]["total"]


@contextmanager
def killed_when(user: Foreword, folder: Path, beginning: str) -> Iterator[None]:
    """Kill the client when it says a line that begins so, and wait for the end of its agent, which is nobody's child then."""
    command = [sys.executable, str(CLIENT), str(folder), "Raise the VAT to 20 percent"]
    with subprocess.Popen(command, env=user.environ(), stdout=subprocess.PIPE, text=True) as client:
        try:
            assert client.stdout is not None
            agent = os.pidfd_open(int(client.stdout.readline().split()[1]))
            assert any(line.startswith(beginning) for line in client.stdout)
        finally:
            client.kill()
    ready, _, _ = select.select([agent], [], [], PATIENCE)
    os.close(agent)
    assert ready, "the agent outlives its client"
    yield


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux waits for processes of others")
def test_a_client_that_is_killed_while_text_streams_leaves_a_booked_answer_and_no_process(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    api.script((Hold(after=2), "It takes a while to say what this is about."))
    with killed_when(online, shop.path, "streaming"):
        assert api.messages[0].disconnected.wait(PATIENCE)
    n_requests, cost = booked(online)
    assert 1 == n_requests
    assert pytest.approx(api.cost(), rel=0.05) == cost
    assert "" == shop.git("status", "--porcelain")


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux waits for processes of others")
def test_a_client_that_is_killed_before_it_allowed_an_edit_leaves_the_files_and_keeps_the_proposal(
    online: Foreword, shop: GitRepo, api: MessagesApi
) -> None:
    script_edit(api, "VAT_PERCENT = 19", "VAT_PERCENT = 20")
    with killed_when(online, shop.path, "asked Apply"):
        assert "" == shop.git("status", "--porcelain")
    (kept,) = online.json("proposals", shop.path)["proposals"]
    assert ["shop/checkout.py"] == [file["path"] for file in kept["files"]]
    assert 2 == booked(online)[0]
