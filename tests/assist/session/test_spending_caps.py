from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foreword.assist.session.session import Session, open_session
from foreword.assist.session.spending_caps import (
    AGAIN_S,
    FRESH_S,
    MAX_BYTES,
    budgets_left,
    refresh_team,
    user_budgets,
)

TEAM = 'budgets = ["200/month", "20/day model=claude-opus-*"]\n'


class Clock:
    now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


class TeamServer:
    """A server of one page, whose text and status a test chooses."""

    def __init__(self) -> None:
        self.body, self.status, self.n_asked, self.location = TEAM.encode(), 200, 0, ""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.n_asked += 1
                self.send_response(server.status)
                if server.location:
                    self.send_header("Location", server.location)
                self.send_header("Content-Length", str(len(server.body)))
                self.end_headers()
                self.wfile.write(server.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/budgets.toml"


@pytest.fixture
def team() -> Iterator[TeamServer]:
    server = TeamServer()
    threading.Thread(target=server.http.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.http.shutdown()
    server.http.server_close()


@contextmanager
def at(tmp_path: Path, clock: Clock, place: str) -> Iterator[Session]:
    (tmp_path / "work").mkdir(exist_ok=True)
    environ = {"FOREWORD_HOME": str(tmp_path / "home"), "FOREWORD_LIMITS_TEAM": place}
    with open_session(tmp_path / "work", {}, environ, clock) as session:
        yield session


def amounts(session: Session) -> list[float]:
    return [budget.amount for budget in user_budgets(session)]


def told(session: Session) -> list[str]:
    return [problem.message for problem in session.problems if "team" in problem.message]


def test_budgets_of_a_file_hold_and_are_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    file.write_text(TEAM)
    with at(tmp_path, Clock(), str(file)) as session:
        assert [200.0, 20.0] == amounts(session)
        file.write_text('budgets = ["7/day"]\n')
        assert [7.0] == amounts(session)
        assert [str(file)] == [one.cap.key for one in budgets_left(session, "ask")]
        assert [] == told(session)


@pytest.mark.parametrize(
    "text",
    ["budgets = 3\n", "budget = []\n", "[", "budgets = [1]\n", f"budgets = {['1/day'] * 201}\n", "#" * (MAX_BYTES + 1)],
)  # fmt: skip
def test_the_budgets_that_were_last_known_hold_while_the_file_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "team.toml"
    file.write_text(TEAM)
    with at(tmp_path, Clock(), str(file)) as session:
        assert [200.0, 20.0] == amounts(session)
    file.write_text(text)
    with at(tmp_path, Clock(), str(file)) as session:
        assert [200.0, 20.0] == amounts(session)
        (line,) = told(session)
        assert "those that it last had hold" in line


def test_a_file_that_was_never_there_is_told(tmp_path: Path) -> None:
    with at(tmp_path, Clock(), str(tmp_path / "nowhere.toml")) as session:
        assert [] == amounts(session)
        assert "none are known" in told(session)[0]


async def test_a_url_is_fetched_once_an_hour_and_by_the_next_process_too(
    tmp_path: Path, team: TeamServer
) -> None:
    clock = Clock()
    for _ in range(2):
        with at(tmp_path, clock, team.url) as session:
            await refresh_team(session)
            assert [200.0, 20.0] == amounts(session)
    assert 1 == team.n_asked
    clock.now += FRESH_S
    team.body = b'budgets = ["1/day"]\n'
    with at(tmp_path, clock, team.url) as session:
        await refresh_team(session)
        assert [1.0] == amounts(session)
    assert 2 == team.n_asked


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (404, b"no"), (302, b""), (200, b"<html>"), (200, b"\xff"), (200, b"#" * (MAX_BYTES + 1))]
)  # fmt: skip
async def test_what_was_last_fetched_holds_while_the_url_fails_which_is_told(
    tmp_path: Path, team: TeamServer, status: int, body: bytes
) -> None:
    clock = Clock()
    with at(tmp_path, clock, team.url) as session:
        await refresh_team(session)
        clock.now += FRESH_S
        team.status, team.body, team.location = status, body, team.url
        await refresh_team(session)
        assert [200.0, 20.0] == amounts(session)
        assert 1 == len(told(session))
        assert 2 == team.n_asked
        # Not with each question: who is offline would wait each time.
        await refresh_team(session)
        assert 2 == team.n_asked
        clock.now += AGAIN_S
        await refresh_team(session)
        assert 3 == team.n_asked


@pytest.mark.parametrize(
    "url", ["http://ada:secret@gateway.example/budgets.toml", "ftp://127.0.0.1/x", "https://127.0.0.1:9/x?key=secret"]
)  # fmt: skip
async def test_no_url_is_asked_in_the_clear_and_no_credentials_are_told(tmp_path: Path, url: str) -> None:
    with at(tmp_path, Clock(), url) as session:
        await refresh_team(session)
        assert [] == amounts(session)
        (line,) = told(session)
        assert "secret" not in line
